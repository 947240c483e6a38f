import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Build } from '../../src/core/model/build';
import { GitLabError, type Failure } from '../../src/core/model/errors';
import { GitLabClient } from '../../src/core/gitlab/client';
import { createHttp } from '../../src/core/gitlab/http/http';
import type { HttpLimits } from '../../src/core/gitlab/http/httpLimits';
import type { Http } from '../../src/core/gitlab/http/request';
import type { Logger } from '../../src/core/util/logger';
import type { Pipeline } from '../../src/core/model/pipeline';
import type { Clock } from '../../src/core/util/timer';
import { developerToken } from '../gitlab/seed';
import { until as waitUntil } from '../until';

/** Long enough that no test ever waits for one of them, except for the retries: those are at once. */
export const generousLimits: HttpLimits = {
  headersMs: 60_000,
  idleMs: 60_000,
  totalMs: 60_000,
  slow: { headersMs: 60_000, totalMs: 60_000 },
  jsonBytes: 4_000_000,
  redirects: 5,
  retries: 2,
  retryMs: 0,
};
export const userAgent = 'gitlab-builds-test';

/** A log that keeps what it is told. */
export class Journal implements Logger {
  readonly lines: string[] = [];
  readonly debug = (message: string) => void this.lines.push(message);
  readonly info = this.debug;
  readonly warn = this.debug;
  readonly error = this.debug;
}

export interface Access {
  readonly token?: string;
  readonly limits?: Partial<HttpLimits>;
  readonly log?: Logger;
  /** v3 unless a test is about finding it out. */
  readonly apiVersion?: 'auto' | 'v3' | 'v4';
}

export function httpWith({ limits, log = new Journal() }: Access = {}): Http {
  return createHttp({ log, userAgent, limits: { ...generousLimits, ...limits } });
}

/** A client of the GitLab at `url`, as the Developer of the scenarios. */
export function clientOf({ url }: { readonly url: string }, access: Access = {}): GitLabClient {
  const instance = { url, hosts: [], apiVersion: access.apiVersion ?? 'v3' } as const;
  const log = access.log ?? new Journal();
  return new GitLabClient(instance, httpWith({ ...access, log }), async () => access.token ?? developerToken, log);
}

/** The builds of a commit that no branch leads to. */
export async function buildsAt(
  client: GitLabClient,
  project: string,
  sha: string,
  signal = unhurried(),
): Promise<readonly Build[]> {
  return (await client.listing(project, { sha }, signal)).builds;
}

/** A signal that nobody aborts. */
export function unhurried(): AbortSignal {
  return new AbortController().signal;
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => assert.fail(`no failure but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

/** The failure that a promise rejects with; it must be one of GitLab's or of the way there. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await errorOf(promise);
  assert.ok(error instanceof GitLabError, String(error));
  return error.failure;
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Resolves when the condition holds, and fails if it never does. */
export async function until(isSo: () => boolean): Promise<void> {
  await waitUntil('what the test waits for', isSo);
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A bare server, for what the fake GitLab does not do. */
export async function listen(handle: RequestListener): Promise<Listening> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await listen(() => {});
  await server.close();
  return server.port;
}

/** Time that passes when the test says so. */
export class FakeClock implements Clock {
  private time = Date.UTC(2016, 1, 22);
  private lastId = 0;
  private readonly pending = new Map<number, { readonly at: number; readonly action: () => void }>();

  now = () => this.time;

  setTimeout = (action: () => void, ms: number): NodeJS.Timeout => {
    this.pending.set(++this.lastId, { at: this.time + ms, action });
    return this.lastId as unknown as NodeJS.Timeout;
  };

  clearTimeout = (timeout: NodeJS.Timeout) => void this.pending.delete(timeout as unknown as number);

  /** Milliseconds until each armed timer fires. */
  get waits(): readonly number[] {
    return [...this.pending.values()].map(({ at }) => at - this.time);
  }

  /** The computer sleeps, or its clock is set, back too: no timer moves on. */
  jump(ms: number): void {
    this.time += ms;
    for (const [id, { at, action }] of this.pending) this.pending.set(id, { at: at + ms, action });
  }

  /** Fires what is due on the way, and lets its consequences happen. */
  async pass(ms: number): Promise<void> {
    await settled();
    const end = this.time + ms;
    for (;;) {
      const due = this.first();
      if (due === undefined || due[1].at > end) break;
      const [id, { at, action }] = due;
      this.pending.delete(id);
      this.time = Math.max(this.time, at);
      action();
      await settled();
    }
    this.time = end;
  }

  private first() {
    let first: [number, { readonly at: number; readonly action: () => void }] | undefined;
    for (const one of this.pending) if (first === undefined || one[1].at < first[1].at) first = one;
    return first;
  }
}

/** Everything that can happen without time and without the network has happened. */
export async function settled(): Promise<void> {
  await nextTurn();
}

export const sha = '21e8b7adb6bc6f1fba3a8a1d7e0e6c7b6f0e2c6a';

export function buildWith(changes: Partial<Build> = {}): Build {
  const commit = { sha, title: 'Test the CI integration.', author: 'Dana' };
  return {
    id: 1,
    name: 'rspec',
    stage: 'test',
    status: 'success',
    ref: 'master',
    tag: false,
    allowFailure: false,
    createdAt: '2016-02-22T00:00:00.000Z',
    commit,
    attempts: [],
    ...changes,
  };
}

export function pipelineWith(changes: Partial<Pipeline> = {}): Pipeline {
  return { id: 1, ref: 'master', sha, status: 'success', ...changes };
}
