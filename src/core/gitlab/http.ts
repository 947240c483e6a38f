import { setTimeout as sleep } from 'node:timers/promises';
import { GitLabError } from '../errors';
import type { Logger } from '../logger';
import { failureOfAnswer, isHtml, isJson, isPassing, signInRedirect, type HeaderBag } from './answers';
import { Exchange, Patience } from './exchange';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Base URL of the instance: the token goes nowhere but below it. */
  readonly instance: string;
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** A POST that changes nothing, such as a query, may be sent again as a GET may. */
  readonly changesNothing?: boolean | undefined;
  /** Of the answer that is known: where it is still the same, there is no body. */
  readonly etag?: string | undefined;
  /** Told of each request that goes out, retries and redirects too. */
  readonly onSend?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly headers: HeaderBag;
  /** undefined where it is unchanged since the ETag that was sent along. */
  readonly body: unknown;
  readonly isUnchanged: boolean;
}

export interface StreamAnswer {
  /** Bytes, from Content-Length; undefined where the server does not say. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  /** Since the ETag that was sent along; then there is no body. */
  readonly isUnchanged: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Opens connections; the only one that does. All throw GitLabError, or the signal's reason once it is aborted. */
export interface Http {
  json(request: HttpRequest): Promise<JsonAnswer>;
  /** A download: it may be redirected to object storage on another origin, which never sees the token. */
  stream(request: HttpRequest): Promise<StreamAnswer>;
}

export interface HttpLimits {
  readonly headersMs: number;
  /** Without a byte of body. */
  readonly idleMs: number;
  readonly redirects: number;
  readonly retries: number;
  /** Before the first retry; doubled for each further one, with jitter. */
  readonly retryMs: number;
}

export const defaultLimits: HttpLimits = { headersMs: 10_000, idleMs: 30_000, redirects: 5, retries: 2, retryMs: 250 };

const notModified = 304;

/** Where a redirect may lead: the API's answers come from its own origin, files from anywhere. */
type Reach = 'sameOrigin' | 'anywhere';

export function createHttp(log: Logger, userAgent: string, limits: HttpLimits = defaultLimits): Http {
  return {
    json: (request) => withRetries(request, () => json(request)),
    stream: (request) => withRetries(request, () => stream(request)),
  };

  async function json(request: HttpRequest): Promise<JsonAnswer> {
    const exchange = await follow(request, 'sameOrigin');
    const { headers } = exchange.response;
    const text = await exchange.text();
    if (exchange.response.status === notModified) return { headers, body: undefined, isUnchanged: true };
    if (!isJson(headers)) throw notGitLab(exchange.host, 'no JSON');
    return { headers, body: parse(text, exchange), isUnchanged: false };
  }

  async function stream(request: HttpRequest): Promise<StreamAnswer> {
    const exchange = await follow(request, 'anywhere');
    const { headers } = exchange.response;
    if (isHtml(headers)) {
      exchange.close();
      throw notGitLab(exchange.host, 'an HTML page in place of the file');
    }
    const length = headers.get('content-length');
    return {
      size: length === null ? undefined : Number(length),
      etag: headers.get('etag') ?? undefined,
      isUnchanged: exchange.response.status === notModified,
      body: exchange.chunks(),
    };
  }

  /** Redirects are followed by hand: node-fetch 3 would carry PRIVATE-TOKEN along to another origin. */
  async function follow(request: HttpRequest, reach: Reach): Promise<Exchange> {
    let url = new URL(request.url);
    for (let hops = 0; ; hops += 1) {
      const exchange = await open(request, url, reach);
      const location = locationOf(exchange);
      if (location === undefined) return await succeeded(exchange, request);
      exchange.close();
      if (hops === limits.redirects) throw notGitLab(exchange.host, `more than ${limits.redirects} redirects`);
      url = redirected(request, url, location, reach);
    }
  }

  async function open(request: HttpRequest, url: URL, reach: Reach): Promise<Exchange> {
    // Loaded at the first request: activation must not pay for it.
    const { default: fetch } = await import('node-fetch');
    const patience = new Patience(url.host, request.signal);
    const token = isBelow(url, request.instance) ? request.token : undefined;
    const started = Date.now();
    request.onSend?.();
    const response = await patience.within(limits.headersMs, () =>
      fetch(url, {
        method: request.method,
        redirect: 'manual',
        headers: {
          accept: '*/*',
          'user-agent': userAgent,
          ...(token === undefined ? {} : { 'PRIVATE-TOKEN': token }),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal: patience.signal,
        // A file's length can only be checked against bytes that nobody has packed on the way.
        compress: reach === 'sameOrigin',
      }),
    );
    log.debug(`${request.method} ${shown(url, request.instance)} ${response.status} ${Date.now() - started} ms`);
    return new Exchange(response, patience, limits.idleMs);
  }

  async function withRetries<T>(request: HttpRequest, attempt: () => Promise<T>): Promise<T> {
    for (let retry = 0; ; retry += 1) {
      try {
        return await attempt();
      } catch (error) {
        const mayRepeat = request.method === 'GET' || request.changesNothing === true;
        const again = mayRepeat && retry < limits.retries;
        if (!again || !(error instanceof GitLabError) || !isPassing(error.failure)) throw error;
        log.debug(`${error.message}: asking again`);
        await pause(limits.retryMs * 2 ** retry * (0.5 + Math.random()), request.signal);
      }
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

async function succeeded(exchange: Exchange, { etag }: HttpRequest): Promise<Exchange> {
  const { status, ok, headers } = exchange.response;
  if (ok || (status === notModified && etag !== undefined)) return exchange;
  const body = await exchange.text();
  throw new GitLabError(failureOfAnswer({ status, headers, host: exchange.host, body, now: Date.now() }));
}

function locationOf({ response }: Exchange): string | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  return response.headers.get('location') ?? undefined;
}

/** Where to go on, or a refusal: a POST is not sent twice, and nothing goes from https to http. */
function redirected(request: HttpRequest, from: URL, location: string, reach: Reach): URL {
  if (!URL.canParse(location, from.href)) throw notGitLab(from.host, 'a redirect to nowhere');
  const to = new URL(location, from);
  if (request.method !== 'GET') throw notGitLab(from.host, `a redirect of the request to ${to.origin}`);
  if (!/^https?:$/.test(to.protocol) || (from.protocol === 'https:' && to.protocol !== 'https:')) {
    throw notGitLab(from.host, `a redirect from https to ${to.protocol.slice(0, -1)}`);
  }
  if (to.pathname.endsWith('/users/sign_in')) throw notGitLab(from.host, signInRedirect);
  if (reach === 'sameOrigin' && to.origin !== from.origin) throw notGitLab(from.host, `a redirect to ${to.origin}`);
  return to;
}

/** Whether the URL lies below the base URL, relative root included. */
function isBelow(url: URL, base: string): boolean {
  return `${url.origin}${url.pathname}`.startsWith(`${base}/`);
}

/** As the log may show it: without the query, and elsewhere without the path, for a signed URL is a credential. */
function shown(url: URL, instance: string): string {
  return isBelow(url, instance) ? url.pathname : url.origin;
}

function parse(text: string, { host, response }: Exchange): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, in which GitLab 8.x has tokens (of the user, of the project's runners).
    throw new GitLabError({ kind: 'invalidAnswer', host, status: response.status, reason: 'damaged JSON' });
  }
}

function notGitLab(host: string, reason: string): GitLabError {
  return new GitLabError({ kind: 'notGitLab', host, reason });
}
