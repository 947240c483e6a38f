import { setTimeout as sleep } from 'node:timers/promises';
import { GitLabError, isOutOfRange } from '../errors';
import type { Logger } from '../logger';
import {
  failureOfAnswer,
  failureOfStorage,
  isAttachment,
  isHtml,
  isJson,
  isPassing,
  signInRedirect,
  type HeaderBag,
} from './answers';
import { Exchange, Patience } from './exchange';
import type { Place } from './places';
import { contentRange, rangeHeaders, validatorOf, type ByteRange, type ContentRange } from './ranges';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
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
  /** The part of the file that is wanted; who does not know of parts sends the whole. */
  readonly range?: ByteRange | undefined;
  /** Of what the part is wanted of: where the file is another by now, all of it comes. */
  readonly validator?: string | undefined;
  /** Where the file is asked for straight away, and where it is found is kept; for downloads alone. */
  readonly place?: Place | undefined;
  /** Told of each request that goes out, retries and redirects too. */
  readonly onSend?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly headers: HeaderBag;
  /** undefined where it is unchanged since the ETag that was sent along, and where a DELETE is answered by nothing. */
  readonly body: unknown;
  readonly isUnchanged: boolean;
}

export interface StreamAnswer {
  /** Bytes to come, from Content-Length; undefined where the server does not say. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  /** undefined: the whole file comes. */
  readonly range?: ContentRange | undefined;
  /** What a further part may be asked for with. */
  readonly validator?: string | undefined;
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

const [noContent, partialContent, notModified] = [204, 206, 304];

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
    const { status } = exchange.response;
    if (status === notModified) return { headers, body: undefined, isUnchanged: true };
    if (status === noContent && request.method === 'DELETE') return { headers, body: undefined, isUnchanged: false };
    if (!isJson(headers)) throw notGitLab(exchange.host, 'no JSON');
    return { headers, body: parse(text, exchange), isUnchanged: false };
  }

  async function stream(request: HttpRequest): Promise<StreamAnswer> {
    const exchange = (await straight(request)) ?? (await follow(request, 'anywhere'));
    const { headers, status } = exchange.response;
    const flaw = flawOf(exchange);
    if (flaw !== undefined) {
      exchange.close();
      request.place?.forget();
      throw flaw;
    }
    const length = headers.get('content-length');
    return {
      size: length === null ? undefined : Number(length),
      etag: headers.get('etag') ?? undefined,
      range: status === partialContent ? contentRange(headers) : undefined,
      validator: validatorOf(headers),
      isUnchanged: status === notModified,
      body: exchange.chunks(),
    };
  }

  /** A part from where the file was the last time; undefined where GitLab is to be asked again: addresses run out. */
  async function straight(request: HttpRequest): Promise<Exchange | undefined> {
    const url = request.range === undefined ? undefined : request.place?.get();
    if (url === undefined) return undefined;
    try {
      const exchange = await open(request, url, 'anywhere');
      if (locationOf(exchange) === undefined) return await succeeded(exchange, request, isElsewhere(url, request));
      exchange.close();
    } catch (error) {
      if (isOutOfRange(error)) throw error;
      request.place?.forget();
      if (!(error instanceof GitLabError) || error.failure.kind !== 'storage') throw error;
    }
    request.place?.forget();
    return undefined;
  }

  /** Redirects are followed by hand: node-fetch 3 would carry PRIVATE-TOKEN along to another origin. */
  async function follow(request: HttpRequest, reach: Reach): Promise<Exchange> {
    let url = new URL(request.url);
    for (let hops = 0; ; hops += 1) {
      const exchange = await open(request, url, reach);
      const location = locationOf(exchange);
      if (location === undefined) {
        const isStored = reach === 'anywhere' && isElsewhere(url, request);
        const answer = await succeeded(exchange, request, isStored);
        if (isStored) request.place?.keep(url);
        return answer;
      }
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
          ...(request.range === undefined ? {} : rangeHeaders(request.range, request.validator)),
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

async function succeeded(exchange: Exchange, { etag }: HttpRequest, isStored: boolean): Promise<Exchange> {
  const { status, ok, headers } = exchange.response;
  if (ok || (status === notModified && etag !== undefined)) return exchange;
  const body = await exchange.text();
  const answer = { status, headers, host: exchange.host, body, now: Date.now() };
  throw new GitLabError(isStored ? failureOfStorage(answer) : failureOfAnswer(answer));
}

/** What comes is not the file, nor a part of it that knows its place. */
function flawOf({ response: { status, headers }, host }: Exchange): GitLabError | undefined {
  if (isHtml(headers) && !isAttachment(headers)) return notGitLab(host, 'an HTML page in place of the file');
  if (status !== partialContent || contentRange(headers) !== undefined) return undefined;
  return new GitLabError({ kind: 'invalidAnswer', host, status, reason: 'a part without its place' });
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

function isElsewhere(url: URL, { instance }: HttpRequest): boolean {
  return !isBelow(url, instance);
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
