import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** How long idle connections are kept open, in ms. Servers commonly close theirs after 60 s or more. */
const idleMs = 50_000;
/** Maximum number of connections, and thus of concurrent requests, per origin. */
const connectionsAtOnce = 6;
const started = 'http.client.request.start';

interface ConnectionOptions {
  /** Identifies our requests, so that connections of other extensions aren't touched. */
  readonly userAgent: string;
  /** Whether to use an agent of our own. Read for each request. */
  readonly ownAgent: () => boolean;
}

/**
 * Keeps connections open between refreshes. VS Code's default proxy support uses Node's global agent, which drops idle
 * connections after 5 s (our shortest refresh interval), so the timeout is set on each connection.
 */
export class Connections {
  private readonly agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) };
  private readonly queues = new Map<string, RequestQueue>();

  constructor(private readonly options: ConnectionOptions) {
    watch(options.userAgent);
  }

  /** Agent for node-fetch; undefined: Node's global agent. */
  agent(url: URL): Agent | undefined {
    if (!this.options.ownAgent()) return undefined;
    return url.protocol === 'https:' ? this.agents.https : this.agents.http;
  }

  /**
   * Runs an exchange with an origin. The first one runs alone, so that others can reuse its connection; then at most
   * six run at once. Throws the signal's reason if aborted while waiting.
   */
  async exchange<T>(origin: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(origin) ?? new RequestQueue();
    this.queues.set(origin, queue);
    await queue.enter(signal);
    try {
      return await work();
    } finally {
      queue.leave();
    }
  }

  dispose(): void {
    unwatch(this.options.userAgent);
    this.agents.http.destroy();
    this.agents.https.destroy();
  }
}

/** Number of users of each user agent string. Node reports the requests of all extensions in the process. */
const userAgents = new Map<string, number>();
/** Idle timeout of each of our connections, in ms. */
const idleTimes = new WeakMap<Socket, number>();

function watch(userAgent: string): void {
  if (userAgents.size === 0) subscribe(started, onStart);
  userAgents.set(userAgent, (userAgents.get(userAgent) ?? 0) + 1);
}

function unwatch(userAgent: string): void {
  const left = (userAgents.get(userAgent) ?? 0) - 1;
  if (left > 0) userAgents.set(userAgent, left);
  else userAgents.delete(userAgent);
  if (userAgents.size === 0) unsubscribe(started, onStart);
}

/** Handles Node's diagnostic event for a request that got its connection. */
function onStart(message: unknown): void {
  const { request } = message as { readonly request: ClientRequest };
  const { socket } = request;
  const userAgent = request.getHeader('user-agent');
  if (socket === null || typeof userAgent !== 'string' || !userAgents.has(userAgent)) return;
  if (!idleTimes.has(socket)) {
    // Runs after the agent's own listener, which sets the agent's timeout.
    socket.on('free', () => socket.setTimeout(idleTimes.get(socket) ?? idleMs));
    idleTimes.set(socket, idleMs);
  }
  request.prependOnceListener('response', (response: IncomingMessage) =>
    idleTimes.set(socket, idleTimeOf(response.headers['keep-alive'])),
  );
}

/** Idle timeout in ms, slightly below the server's (`Keep-Alive: timeout=20`, in seconds). */
function idleTimeOf(hint: string | readonly string[] | undefined): number {
  const [, seconds] = /\btimeout=(\d{1,9})\b/i.exec(String(hint ?? '').slice(0, 100)) ?? [];
  return seconds === undefined ? idleMs : Math.min(idleMs, Math.max(1, Number(seconds) * 1000 - 1000));
}

/** Limits concurrency, first come, first served. */
class RequestQueue {
  private limit = 1;
  private active = 0;
  private readonly waiting = new Set<() => void>();

  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.active < this.limit) {
      this.active += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', giveUp);
        this.active += 1;
        resolve();
      };
      const giveUp = () => {
        this.waiting.delete(begin);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort's reason may be anything
        reject(signal.reason);
      };
      this.waiting.add(begin);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  leave(): void {
    this.active -= 1;
    this.limit = connectionsAtOnce;
    for (const begin of this.waiting) {
      if (this.active >= this.limit) break;
      this.waiting.delete(begin);
      begin();
    }
  }
}
