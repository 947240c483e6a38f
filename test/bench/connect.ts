import { GitLabClient } from '../../src/core/gitlab/client';
import { createHttp } from '../../src/core/gitlab/http/http';
import type { Http } from '../../src/core/gitlab/http/request';
import type { Instance } from '../../src/core/model/instance';
import type { Logger } from '../../src/core/util/logger';

export const quietLog: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

export function instanceAt(url: string): Instance {
  return { url, hosts: [], apiVersion: 'auto' };
}

/** A client with connections of its own. */
export function connect(url: string, token: string, http = newHttp()): GitLabClient {
  return new GitLabClient(instanceAt(url), http, async () => token, quietLog);
}

/** A client that reads lists in full each time: one that has not changed would come without its pages. */
export function connectForWholeLists(url: string, token: string): GitLabClient {
  const http = newHttp();
  const whole: Http = {
    json: (request) => http.json({ ...request, etag: undefined }),
    stream: (request) => http.stream(request),
  };
  return connect(url, token, whole);
}

function newHttp(): Http {
  return createHttp({ log: quietLog, userAgent: 'bench' });
}
