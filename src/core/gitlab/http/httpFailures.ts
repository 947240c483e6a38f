import { fieldsOf } from '../../util/fields';
import { codeOf, isBrokenConnection, type Failure, type FailureKind } from '../../model/errors';

/** The part of `Headers` that is used here. */
export interface HeaderBag {
  get(name: string): string | null;
}

/** Failure reason if a request was redirected to the sign-in page. */
export const signInRedirect = 'a redirect to the sign-in page';

/** Failure reason for a redirect loop. */
export const redirectLoop = 'a redirect loop';

/** Failure reason if a change was redirected to GitLab's root page: maintenance mode, or a read-only Geo secondary. */
export const readOnlyRedirect = 'a redirect to the root page';

export function isHtml(headers: HeaderBag): boolean {
  return /\bx?html\b/i.test(headers.get('content-type') ?? '');
}

export function isJson(headers: HeaderBag): boolean {
  return /\bjson\b/i.test(headers.get('content-type') ?? '');
}

/** Whether a response is a file download, so that an HTML file isn't taken for an error page. */
export function isAttachment(headers: HeaderBag): boolean {
  return /^\s*attachment\b/i.test(headers.get('content-disposition') ?? '');
}

interface RefusingAnswer {
  readonly status: number;
  readonly headers: HeaderBag;
  readonly host: string;
  readonly body: string;
  /** Current time in ms since 1970. */
  readonly now: number;
}

/**
 * Like `failureOfAnswer`, for object storage: it knows neither the user nor GitLab's rate limits, and responds in XML.
 */
export function failureOfStorage(answer: RefusingAnswer): Failure {
  const { status, host, body } = answer;
  const failure = failureOfAnswer(answer);
  if (status < 400 || status >= 500) return failure;
  const code = /<Code>(\w{1,60})<\/Code>/.exec(body)?.[1];
  return { kind: 'storage', host, status, reason: code };
}

/** Converts an error response from `host` to a failure. */
export function failureOfAnswer(answer: RefusingAnswer): Failure {
  const { status, headers, host, now } = answer;
  const body = isHtml(headers) ? '' : answer.body;
  const statusKind = kindOf(status, isHtml(headers));
  const kind = tokenKindOf(statusKind, body) ?? statusKind;
  const reason = (kind === 'insufficientScope' ? scopesIn(body) : undefined) ?? reasonIn(body);
  return { kind, host, status, reason, retryAt: kind === 'rateLimited' ? retryAt(headers, now) : undefined };
}

function kindOf(status: number, html: boolean): FailureKind {
  if (status === 429) return 'rateLimited';
  if (status === 407) return 'proxyAuth';
  // The network asks to sign in to it. No GitLab answers so.
  if (status === 511) return 'notGitLab';
  if (status >= 500) return 'server';
  // The API sends errors as JSON or plain text. An HTML page comes from a proxy, or the path isn't part of the API.
  if (html || status < 400) return 'notGitLab';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status === 404 ? 'notFound' : 'refused';
}

/** The problem with a token, which GitLab specifies since 10.2. Earlier versions send a plain 401. */
function tokenKindOf(kind: FailureKind, body: string): FailureKind | undefined {
  const { error, error_description: description } = fieldsIn(body);
  if (kind === 'forbidden') {
    return error === 'insufficient_scope' || error === 'insufficient_granular_scope' ? 'insufficientScope' : undefined;
  }
  if (kind !== 'unauthorized' || error !== 'invalid_token' || typeof description !== 'string') return undefined;
  if (/expired/i.test(description)) return 'expired';
  return /revoked/i.test(description) ? 'revoked' : undefined;
}

/** Scopes of which one is required, in GitLab's format: `api read_api`. */
function scopesIn(body: string): string | undefined {
  const scope = fieldsIn(body)['scope'];
  return typeof scope === 'string' ? toLine(scope) : undefined;
}

/**
 * The reason in an error response: `message` (a string, or an object of strings), `error` and `error_description`, or
 * `errors` from GraphQL.
 */
export function reasonIn(body: string): string | undefined {
  if (parse(body) === undefined) return toLine(body); // Plain text such as "Retry later".
  const { message, error, error_description: description, errors } = fieldsIn(body);
  const why = description === undefined ? textsIn(error) : textsIn(description);
  return toLine([...textsIn(message), ...why, ...messagesIn(errors)].join('. '));
}

function messagesIn(errors: unknown): readonly string[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'message' in one ? textsIn(one.message) : [],
  );
}

function fieldsIn(body: string): Readonly<Record<string, unknown>> {
  const parsed = parse(body);
  return fieldsOf(parsed);
}

/** Parses JSON; undefined if it is invalid. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Maximum nesting depth of messages. GitLab nests two levels; other servers are unknown. */
const deepestText = 5;

function textsIn(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === deepestText) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
}

/** Message text as one line of at most 300 characters. */
function toLine(text: string): string | undefined {
  const line = text
    .slice(0, 1000)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line === '') return undefined;
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/**
 * When to retry, in ms since 1970: `Retry-After` in seconds or as a date, else `RateLimit-Reset` (seconds since 1970),
 * else a minute from now; never a time in the past, nor more than a day ahead. Dates are in the server's time; the
 * result and `now` are in this machine's.
 */
export function retryAt(headers: HeaderBag, now: number): number {
  return Math.min(Math.max(reportedRetryAt(headers, now), now), now + longestRetryMs);
}

/** Longest wait that is told, in ms. A server that names a longer one is broken or malicious. */
const longestRetryMs = 24 * 60 * 60_000;

function reportedRetryAt(headers: HeaderBag, now: number): number {
  const after = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(after)) return now + Number(after) * 1000;
  const reportedSkew = clockSkew(headers, now) ?? 0;
  const skew = Math.abs(reportedSkew) < leastSkewMs ? 0 : reportedSkew;
  const date = Date.parse(after);
  if (Number.isFinite(date)) return date + skew;
  const reset = Number(headers.get('ratelimit-reset') ?? NaN);
  return Number.isFinite(reset) && reset > 0 ? reset * 1000 + skew : now + 60_000;
}

/** Smallest difference between two clocks that latency and the whole seconds of `Date` don't explain, in ms. */
export const leastSkewMs = 60_000;

/** Time in ms by which `now` is ahead of the server's `Date`; undefined if there is none. `Age` is that of a cached response. */
export function clockSkew(headers: HeaderBag, now: number): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  const age = Number(headers.get('age') ?? 0);
  const skew = now - date - (age > 0 ? age * 1000 : 0);
  return Number.isFinite(skew) ? skew : undefined;
}

/** Node's error codes for certificates, TLS versions and host name mismatches. */
const tlsCode = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME_MISMATCH|SSL/;

/**
 * Converts a network error to a failure. Only the code is kept: node-fetch includes whole URLs in messages, and the URL
 * of a redirected download is a credential.
 */
export function failureOfConnection(error: unknown, host: string): Failure {
  const code = codeOf(error);
  // If the server ends the handshake during a write, Node reports the code of the system call.
  if (code === 'EPROTO') return { kind: 'tls', host, reason: opensslCode(error) ?? code };
  if (code !== undefined && tlsCode.test(code)) return { kind: 'tls', host, reason: code };
  if (code === 'ETIMEDOUT') return { kind: 'timeout', host };
  // Node's HTTP parser: the response isn't HTTP.
  if (code?.startsWith('HPE_') === true) return { kind: 'notGitLab', host, reason: code };
  // Errors of Node's zlib.
  if (code?.startsWith('Z_') === true || code?.startsWith('ERR__ERROR_FORMAT') === true)
    return { kind: 'invalidAnswer', host, reason: 'damaged compression' };
  // The token contains a character that no header can carry, so it can't be valid.
  if (code === 'ERR_INVALID_CHAR') return { kind: 'unauthorized', host };
  return { kind: 'offline', host, reason: code };
}

/**
 * Node's code for an OpenSSL error that only the message tells: `…:SSL routines:FUNCTION:REASON:…`; undefined if it doesn't.
 */
function opensslCode(error: unknown): string | undefined {
  const parts = error instanceof Error ? error.message.split(':') : [];
  const at = parts.indexOf('SSL routines');
  const reason = at < 0 ? undefined : parts[at + 2];
  return reason === undefined || !/^[a-z0-9 ]{1,60}$/.test(reason)
    ? undefined
    : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** Whether the failure is usually brief, so that a retry makes sense. */
export function isTransient(failure: Failure): boolean {
  const { kind, status, reason } = failure;
  // GitLab's database query timed out; a retry would time out as well.
  if (status === 503 && reason?.startsWith('Request timed out') === true) return false;
  if (kind === 'server') return status === 502 || status === 503 || status === 504;
  return isBrokenConnection(failure);
}
