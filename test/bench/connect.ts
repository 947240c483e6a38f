import { GitLabClient } from '../../src/core/gitlab/client';
import { createHttp } from '../../src/core/gitlab/http/http';
import type { Instance } from '../../src/core/model/instance';
import type { Logger } from '../../src/core/util/logger';
import { systemClock, type Clock } from '../../src/core/util/timer';

/** A client with connections of its own. */
export function connect(
  instance: Instance,
  token: () => Promise<string | undefined>,
  log: Logger,
  userAgent: string,
  clock: Clock = systemClock,
): GitLabClient {
  return new GitLabClient(instance, createHttp({ log, userAgent }), token, log, clock);
}
