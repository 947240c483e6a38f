import { codeOf, isBrokenConnection, type Failure, type FailureKind } from '../../model/errors';

/** The part of a response's headers that is read here. */
export interface HeaderBag {
  get(name: string): string | null;
}

/** The reason where a request that needs a person signed in was sent on to the page for that. */
export const signInRedirect = 'a redirect to the sign-in page';

export function isHtml(headers: HeaderBag): boolean {
  return /\bx?html\b/i.test(headers.get('content-type') ?? '');
}

export function isJson(headers: HeaderBag): boolean {
  return /\bjson\b/i.test(headers.get('content-type') ?? '');
}

/** A file to be saved, so one of the artifacts where it is a page. */
export function isAttachment(headers: HeaderBag): boolean {
  return /^\s*attachment\b/i.test(headers.get('content-disposition') ?? '');
}

export interface RefusingAnswer {
  readonly status: number;
  readonly headers: HeaderBag;
  readonly host: string;
  readonly body: string;
  /** ms since 1970. */
  readonly now: number;
}

/** The same of an object storage: it knows neither the user nor GitLab's limits, and it answers in XML. */
export function failureOfStorage(answer: RefusingAnswer): Failure {
  const { status, host, body } = answer;
  const failure = failureOfAnswer(answer);
  if (status < 400 || status >= 500) return failure;
  const code = /<Code>(\w{1,60})<\/Code>/.exec(body)?.[1];
  return { kind: 'storage', host, status, reason: code };
}

/** A refusing answer of `host` → what it means. */
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
  if (status >= 500) return 'server';
  // The API answers its refusals as JSON or plain text: a page is a proxy's, or says that the path never reached it.
  if (html || status < 400) return 'notGitLab';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status === 404 ? 'notFound' : 'refused';
}

/** What is the matter with the token, where GitLab says it: from 10.2 on. Before, each of these is a plain 401. */
function tokenKindOf(kind: FailureKind, body: string): FailureKind | undefined {
  const { error, error_description: description } = fieldsIn(body);
  if (kind === 'forbidden') {
    return error === 'insufficient_scope' || error === 'insufficient_granular_scope' ? 'insufficientScope' : undefined;
  }
  if (kind !== 'unauthorized' || error !== 'invalid_token' || typeof description !== 'string') return undefined;
  if (/expired/i.test(description)) return 'expired';
  return /revoked/i.test(description) ? 'revoked' : undefined;
}

/** Those of which any one would do, as GitLab writes them: `api read_api`. */
function scopesIn(body: string): string | undefined {
  const scope = fieldsIn(body)['scope'];
  return typeof scope === 'string' ? toLine(scope) : undefined;
}

/**
 * GitLab says why in `message` (a text, or an object of texts), in `error` and `error_description`, or, where GraphQL
 * is refused, in `errors`.
 */
export function reasonIn(body: string): string | undefined {
  if (parse(body) === undefined) return toLine(body); // Plain text, for example "Retry later".
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
  return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
}

/** undefined: no JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** GitLab nests its texts two levels deep; how deep others do, nobody says. */
const deepestText = 5;

function textsIn(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === deepestText) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
}

/** One line of at most 300 characters, since it is shown in a message. */
function toLine(text: string): string | undefined {
  const line = text
    .slice(0, 1000)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line === '') return undefined;
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** `Retry-After` in seconds or as a date, else `RateLimit-Reset` (seconds since 1970), else a minute from now. */
export function retryAt(headers: HeaderBag, now: number): number {
  const after = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(after)) return now + Number(after) * 1000;
  const date = Date.parse(after);
  if (Number.isFinite(date)) return date;
  const reset = Number(headers.get('ratelimit-reset') ?? NaN);
  return Number.isFinite(reset) && reset > 0 ? reset * 1000 : now + 60_000;
}

/** Node's codes for certificates, TLS versions and host names that do not fit. */
const tlsCode = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME_MISMATCH|SSL/;

/**
 * A thrown network error → what it means. Only its code is kept: node-fetch writes whole URLs into its messages, and
 * the URL of a redirected download is a credential.
 */
export function failureOfConnection(error: unknown, host: string): Failure {
  const code = codeOf(error);
  // Node's code is the system call's where the server ends the handshake while something is written.
  if (code === 'EPROTO' && wantsCertificate(error)) return { kind: 'tls', host, reason: certificateWanted };
  if (code !== undefined && tlsCode.test(code)) return { kind: 'tls', host, reason: code };
  if (code === 'ETIMEDOUT') return { kind: 'timeout', host };
  // Node's HTTP parser: something answers, but in no HTTP.
  if (code?.startsWith('HPE_') === true) return { kind: 'notGitLab', host, reason: code };
  // A token with a character that no header can carry, so it is nobody's.
  if (code === 'ERR_INVALID_CHAR') return { kind: 'unauthorized', host };
  return { kind: 'offline', host, reason: code };
}

const certificateWanted = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';

function wantsCertificate(error: unknown): boolean {
  return error instanceof Error && error.message.includes('alert certificate required');
}

/** Gone in a moment, as a rule: worth asking again. */
export function isTransient(failure: Failure): boolean {
  const { kind, status, reason } = failure;
  // GitLab's database had not enough time: the same would take as long again.
  if (status === 503 && reason?.startsWith('Request timed out') === true) return false;
  if (kind === 'server') return status === 502 || status === 503 || status === 504;
  return isBrokenConnection(failure);
}
