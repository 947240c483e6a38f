import { setTimeout as sleep } from 'node:timers/promises';
import { GitLabError, isOutOfRange } from '../../model/errors';
import { tokenHeaders } from '../../model/token';
import type { Logger } from '../../util/logger';
import { failureOfAnswer, failureOfStorage, isAttachment, isHtml, isJson, isTransient } from './httpFailures';
import { Connections } from './connections';
import { Deadline, Exchange } from './exchange';
import type { Http, HttpRequest, JsonAnswer, StreamAnswer } from './request';
import { contentRange, rangeHeaders, validatorOf } from './ranges';
import { isBelow, isElsewhere, locationOf, notGitLab, redirected, Trail, type Reach } from './redirects';

export interface HttpLimits {
  readonly headersMs: number;
  /** Longest time without receiving a byte of the body, in ms. */
  readonly idleMs: number;
  /** Longest time for a whole JSON response including redirects, in ms. */
  readonly totalMs: number;
  /** Limits for responses that GitLab computes on request. */
  readonly slow: { readonly headersMs: number; readonly totalMs: number };
  /** Maximum size of a JSON response in bytes, decompressed: parsing blocks the event loop. */
  readonly jsonBytes: number;
  readonly redirects: number;
  readonly retries: number;
  /** Delay before the first retry, in ms; doubled for each further one, with jitter. */
  readonly retryMs: number;
}

export const defaultLimits: HttpLimits = {
  headersMs: 10_000,
  idleMs: 30_000,
  totalMs: 30_000,
  slow: { headersMs: 60_000, totalMs: 120_000 },
  jsonBytes: 4_000_000,
  redirects: 5,
  retries: 2,
  retryMs: 250,
};

/** Maximum size of an error response in bytes; reasons are short. */
const refusalBytes = 64_000;
const [noContent, partialContent, notModified] = [204, 206, 304];

export interface HttpOptions {
  readonly log: Logger;
  readonly userAgent: string;
  readonly limits?: HttpLimits;
  /** Whether to use an agent of our own, which VS Code ignores in some proxy modes. Read for each request. */
  readonly ownAgent?: () => boolean;
}

export function createHttp({ log, userAgent, limits = defaultLimits, ownAgent = () => false }: HttpOptions): Http {
  return new NodeFetchHttp(log, userAgent, limits, new Connections({ userAgent, ownAgent }));
}

class NodeFetchHttp implements Http {
  constructor(
    private readonly log: Logger,
    private readonly userAgent: string,
    private readonly limits: HttpLimits,
    private readonly connections: Connections,
  ) {}

  async json(request: HttpRequest): Promise<JsonAnswer> {
    const { origin } = new URL(request.url);
    const attempt = () => this.inTime(request, (timed) => this.jsonOnce(timed));
    // The user's actions don't wait behind background reads.
    if (request.method !== 'GET' && request.changesNothing !== true) return attempt();
    return this.withRetries(request, () => this.connections.exchange(origin, request.signal, attempt));
  }

  async stream(request: HttpRequest): Promise<StreamAnswer> {
    return this.withRetries(request, () => this.streamOnce(request));
  }

  dispose(): void {
    this.connections.dispose();
  }

  /** Limits the total time, for responses that arrive very slowly. */
  private async inTime<T>(request: HttpRequest, work: (timed: HttpRequest) => Promise<T>): Promise<T> {
    const { host } = new URL(request.url);
    const total = new AbortController();
    const timer = setTimeout(
      () => total.abort(new GitLabError({ kind: 'timeout', host })),
      this.limitsOf(request).totalMs,
    );
    try {
      return await work({ ...request, signal: AbortSignal.any([request.signal, total.signal]) });
    } finally {
      clearTimeout(timer);
    }
  }

  private limitsOf({ isSlow }: HttpRequest): Pick<HttpLimits, 'headersMs' | 'totalMs'> {
    return isSlow === true ? this.limits.slow : this.limits;
  }

  private async jsonOnce(request: HttpRequest): Promise<JsonAnswer> {
    const exchange = await this.follow(request, 'sameOrigin');
    const { headers, status } = exchange.response;
    const text = await exchange.text(this.limits.jsonBytes);
    if (text === undefined) throw tooLarge(exchange.host, this.limits.jsonBytes);
    if (status === notModified) return { headers, body: undefined, isUnchanged: true };
    if (status === noContent && request.method === 'DELETE') return { headers, body: undefined, isUnchanged: false };
    if (!isJson(headers)) throw notGitLab(exchange.host, 'no JSON');
    return { headers, body: parse(text, exchange), isUnchanged: false };
  }

  private async streamOnce(request: HttpRequest): Promise<StreamAnswer> {
    const exchange = (await this.straight(request)) ?? (await this.follow(request, 'anywhere'));
    const { headers, status } = exchange.response;
    const flaw = flawOf(exchange);
    if (flaw !== undefined) {
      exchange.close();
      request.signedUrl?.forget();
      throw flaw;
    }
    const length = headers.get('content-length');
    const range = status === partialContent ? contentRange(headers) : undefined;
    return {
      size: length === null ? undefined : Number(length),
      etag: headers.get('etag') ?? undefined,
      range,
      validator: validatorOf(headers),
      isUnchanged: status === notModified,
      body: range === undefined ? exchange.chunks() : exchange.chunksUpTo(range.end - range.start),
    };
  }

  /**
   * Requests a range directly from the cached storage URL; undefined if GitLab must be asked again, for example because
   * the URL expired.
   */
  private async straight(request: HttpRequest): Promise<Exchange | undefined> {
    const url = request.range === undefined ? undefined : request.signedUrl?.get();
    if (url === undefined) return undefined;
    try {
      const exchange = await this.open(request, url, 'anywhere');
      if (locationOf(exchange) === undefined) return await succeeded(exchange, request, isElsewhere(url, request));
      exchange.close();
    } catch (error) {
      if (isOutOfRange(error)) throw error;
      request.signedUrl?.forget();
      if (!(error instanceof GitLabError) || error.failure.kind !== 'storage') throw error;
    }
    request.signedUrl?.forget();
    return undefined;
  }

  /** Sends a request and follows redirects itself: node-fetch 3 would forward PRIVATE-TOKEN to another origin. */
  private async follow(request: HttpRequest, reach: Reach): Promise<Exchange> {
    let url = new URL(request.url);
    const trail = new Trail(reach);
    for (let hops = 0; ; hops += 1) {
      trail.add(url);
      const exchange = await this.open(request, url, reach);
      const location = locationOf(exchange);
      if (location === undefined) {
        const isStored = reach === 'anywhere' && isElsewhere(url, request);
        const answer = await succeeded(exchange, request, isStored);
        if (isStored) request.signedUrl?.keep(url);
        return answer;
      }
      exchange.close();
      if (hops === this.limits.redirects) throw notGitLab(exchange.host, `more than ${hops} redirects`);
      url = redirected(request, url, location, reach);
    }
  }

  private async open(request: HttpRequest, url: URL, reach: Reach): Promise<Exchange> {
    // Loaded with the first request to keep activation fast.
    const { default: fetch } = await import('node-fetch');
    const deadline = new Deadline(url.host, request.signal);
    const started = Date.now();
    const agent = this.connections.agent(url);
    request.onSend?.();
    const response = await deadline.within(this.limitsOf(request).headersMs, () =>
      fetch(url, {
        method: request.method,
        redirect: 'manual',
        headers: this.headersOf(request, url),
        ...(agent === undefined ? {} : { agent }),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal: deadline.signal,
        // The length of a file can only be verified without compression in transit.
        compress: reach === 'sameOrigin',
      }),
    );
    const ms = Date.now() - started;
    this.log.debug(`${request.method} ${shown(url, request.instance)} ${response.status} ${ms} ms`);
    return new Exchange(response, deadline, this.limits.idleMs);
  }

  private headersOf(request: HttpRequest, url: URL): Readonly<Record<string, string>> {
    const token = isBelow(url, request.instance) ? request.token : undefined;
    return {
      accept: '*/*',
      // By default node-fetch sends `close`, so each request would need a new connection.
      connection: 'keep-alive',
      'user-agent': this.userAgent,
      ...(token === undefined ? {} : tokenHeaders(token)),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
      ...(request.range === undefined ? {} : rangeHeaders(request.range, request.validator)),
    };
  }

  private async withRetries<T>(request: HttpRequest, attempt: () => Promise<T>): Promise<T> {
    const { retries, retryMs } = this.limits;
    for (let retry = 0; ; retry += 1) {
      try {
        return await attempt();
      } catch (error) {
        const again = mayRepeat(request) && retry < retries;
        if (!again || !(error instanceof GitLabError) || !isTransient(error.failure)) throw error;
        this.log.debug(`${error.message}: asking again`);
        // The server may have just closed an idle connection: retry immediately.
        const isStale = retry === 0 && error.failure.kind === 'offline';
        if (!isStale) await pause(retryMs * 2 ** retry * (0.5 + Math.random()), request.signal);
      }
    }
  }
}

function mayRepeat({ method, changesNothing, isSlow }: HttpRequest): boolean {
  return isSlow !== true && (method === 'GET' || changesNothing === true);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

async function succeeded(exchange: Exchange, { etag }: HttpRequest, isStored: boolean): Promise<Exchange> {
  const { status, ok, headers } = exchange.response;
  if (ok || (status === notModified && etag !== undefined)) return exchange;
  // A truncated error message isn't reliable.
  const body = (await exchange.text(refusalBytes)) ?? '';
  const answer = { status, headers, host: exchange.host, body, now: Date.now() };
  throw new GitLabError(isStored ? failureOfStorage(answer) : failureOfAnswer(answer));
}

/** The error if a response is neither the file, as it is, nor a range with its position. */
function flawOf({ response: { status, headers }, host }: Exchange): GitLabError | undefined {
  if (isHtml(headers) && !isAttachment(headers)) return notGitLab(host, 'an HTML page in place of the file');
  if (isCompressed(headers))
    return new GitLabError({ kind: 'invalidAnswer', host, status, reason: 'a compressed file' });
  if (status !== partialContent || contentRange(headers) !== undefined) return undefined;
  return new GitLabError({ kind: 'invalidAnswer', host, status, reason: 'a part without its place' });
}

const compressions = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'br', 'zstd']);

/** Whether the body is compressed in transit, which isn't requested for files. Some storages name other encodings. */
function isCompressed(headers: Exchange['response']['headers']): boolean {
  const encodings = (headers.get('content-encoding') ?? '').toLowerCase().split(',');
  return encodings.some((encoding) => compressions.has(encoding.trim()));
}

/**
 * A URL for the log: without its query and, for other origins, without its path, because a signed URL is a credential.
 */
function shown(url: URL, instance: string): string {
  return isBelow(url, instance) ? url.pathname : url.origin;
}

function parse(text: string, { host, response }: Exchange): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes its input, which contains tokens of the user and of runners in GitLab 8.x.
    throw new GitLabError({ kind: 'invalidAnswer', host, status: response.status, reason: 'damaged JSON' });
  }
}

function tooLarge(host: string, limit: number): GitLabError {
  return new GitLabError({ kind: 'tooLarge', host, reason: `${limit / 1_000_000} MB` });
}
