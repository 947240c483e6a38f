import { GitLabError, isOutOfRange } from '../../model/errors';
import { tokenHeaders } from '../../model/token';
import type { Logger } from '../../util/logger';
import { flawOf, parseJson, succeeded, tooLarge } from './answers';
import { isJson } from './httpFailures';
import { defaultLimits, type HttpLimits } from './httpLimits';
import { Connections } from './connections';
import { Deadline, Exchange } from './exchange';
import type { Http, HttpRequest, JsonAnswer, StreamAnswer } from './request';
import { contentRange, rangeHeaders, validatorOf } from './ranges';
import { withRetries } from './retries';
import { isBelow, isElsewhere, locationOf, notGitLab, redirected, Trail, type Reach } from './redirects';

const [noContent, partialContent, notModified] = [204, 206, 304];

interface HttpOptions {
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
    readonly log: Logger,
    private readonly userAgent: string,
    readonly limits: HttpLimits,
    private readonly connections: Connections,
  ) {}

  async json(request: HttpRequest): Promise<JsonAnswer> {
    const { origin } = new URL(request.url);
    const attempt = () => this.inTime(request, (timed) => this.jsonOnce(timed));
    // The user's actions don't wait behind background reads.
    if (request.method !== 'GET' && request.changesNothing !== true) return attempt();
    return withRetries(request, this, () => this.connections.exchange(origin, request.signal, attempt));
  }

  async stream(request: HttpRequest): Promise<StreamAnswer> {
    return withRetries(request, this, () => this.streamOnce(request));
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
    return { headers, body: parseJson(text, exchange), isUnchanged: false };
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
}

/**
 * A URL for the log: without its query and, for other origins, without its path, because a signed URL is a credential.
 */
function shown(url: URL, instance: string): string {
  return isBelow(url, instance) ? url.pathname : url.origin;
}
