import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** How long an idle connection is kept for the next request, in ms; servers commonly close theirs after 60 s or more. */
const idleMs = 50_000;
/** Connections to one origin, and so requests under way, at most. */
const connectionsAtOnce = 6;
const started = 'http.client.request.start';

export interface ConnectionOptions {
  /** Marks requests as ours, so that no other extension's connections are touched. */
  readonly userAgent: string;
  /** Whether requests use an agent of their own. Read at each request. */
  readonly ownAgent: () => boolean;
}

/**
 * Connections that are opened once and used again. VS Code's default proxy support passes requests to Node's global
 * agent, which drops idle connections after 5 s, as long as our pause between two refreshes; the timeout is therefore
 * set on each connection.
 */
export class Connections {
  private readonly agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) };
  private readonly queues = new Map<string, RequestQueue>();

  constructor(private readonly options: ConnectionOptions) {
    watch(options.userAgent);
  }

  /** Agent for node-fetch; undefined: Node's global one. */
  agent(url: URL): Agent | undefined {
    if (!this.options.ownAgent()) return undefined;
    return url.protocol === 'https:' ? this.agents.https : this.agents.http;
  }

  /**
   * Runs one exchange with the origin. The first goes alone, so that the others find an open connection; then at most
   * six are under way. Throws the signal's reason if it is aborted while waiting.
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

/** How often each user agent is in use. Node tells of the requests of all extensions in this process. */
const userAgents = new Map<string, number>();
/** How long each of our connections may be idle, in ms. */
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

/** Told when a request has its connection. */
function onStart(message: unknown): void {
  const { request } = message as { readonly request: ClientRequest };
  const { socket } = request;
  const userAgent = request.getHeader('user-agent');
  if (socket === null || typeof userAgent !== 'string' || !userAgents.has(userAgent)) return;
  if (!idleTimes.has(socket)) {
    // After the agent's own listener, which sets the agent's timeout.
    socket.on('free', () => socket.setTimeout(idleTimes.get(socket) ?? idleMs));
    idleTimes.set(socket, idleMs);
  }
  request.prependOnceListener('response', (response: IncomingMessage) =>
    idleTimes.set(socket, idleTimeOf(response.headers['keep-alive'])),
  );
}

/** Idle time in ms, below the one that the server announces (`Keep-Alive: timeout=20`, in seconds). */
function idleTimeOf(hint: string | readonly string[] | undefined): number {
  const [, seconds] = /\btimeout=(\d{1,9})\b/i.exec(String(hint ?? '').slice(0, 100)) ?? [];
  return seconds === undefined ? idleMs : Math.min(idleMs, Math.max(1, Number(seconds) * 1000 - 1000));
}

/** First come, first served. */
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
