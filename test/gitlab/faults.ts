/** What can go wrong between GitLab and a client. Spread one to narrow it: `{ ...badGateway(), times: 1 }`. */
export interface Fault {
  /** Which requests it befalls; default: every one. */
  readonly when?: (request: { readonly method: string; readonly path: string; readonly body: string }) => boolean;
  /** How many are left; default: for ever. Counted down. */
  times?: number;
  /** Waits before the answer: alone, or before another kind of fault. */
  readonly latencyMs?: number;
  /** Given in place of GitLab's own answer; GitLab never sees the request. */
  readonly answer?: CannedAnswer;
  /** Makes another body of GitLab's own, where that is text; the status stays. */
  readonly change?: (body: string) => string;
  /** The connection is reset: with `beforeHeaders` GitLab never sees the request, with `unanswered` it does what it is asked. */
  readonly reset?: 'beforeHeaders' | 'unanswered' | 'midBody';
  /** Announces the whole length, sends so many bytes, then ends the connection. */
  readonly truncate?: number;
  /** Nothing more comes, and the connection stays open. */
  readonly stall?: 'beforeHeaders' | 'midBody';
}

export interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const jsonType = { 'Content-Type': 'application/json' };
const htmlType = { 'Content-Type': 'text/html' };

/** GitLab's own limit of an endpoint: `message` is an object. `retryAfter` is in seconds, or an HTTP date. */
export function rateLimited({ retryAfter = 60 }: { readonly retryAfter?: number | string } = {}): Fault {
  const message = { error: 'This endpoint has been requested too many times. Try again later.' };
  const headers = { ...jsonType, 'Retry-After': String(retryAfter) };
  return { answer: { status: 429, headers, body: JSON.stringify({ message }) } };
}

/**
 * Rack::Attack: plain text. Since 13.8 it names the moment (`resetAt`, unix seconds) when the limit is lifted, and with
 * `perMinute` all that it knows of the limit.
 */
export function rackAttack({ resetAt, perMinute }: RackAttack = {}): Fault {
  const reset = resetAt === undefined ? {} : { 'RateLimit-Reset': String(resetAt) };
  const whole = resetAt === undefined || perMinute === undefined ? {} : limitHeaders(resetAt, perMinute);
  const headers = { 'Content-Type': 'text/plain', ...reset, ...whole };
  return { answer: { status: 429, headers, body: 'Retry later\n' } };
}

interface RackAttack {
  readonly resetAt?: number;
  readonly perMinute?: number;
}

function limitHeaders(resetAt: number, perMinute: number): Readonly<Record<string, string>> {
  return {
    'RateLimit-Limit': String(perMinute),
    'RateLimit-Name': 'throttle_authenticated_api',
    'RateLimit-Observed': String(perMinute + 1),
    'RateLimit-Remaining': '0',
    'RateLimit-ResetTime': new Date(resetAt * 1000).toUTCString(),
    'Retry-After': '60',
  };
}

/** Somebody else holds the row: the same request may do better a moment later. */
export function locked(): Fault {
  const body = JSON.stringify({ message: '409 Conflict: Resource lock' });
  return { answer: { status: 409, headers: jsonType, body } };
}

/** Erasing and deleting while GitLab counts a project's storage. */
export function statsRefresh(): Fault {
  const message = 'Action temporarily disabled. The project this pipeline belongs to is undergoing stats refresh.';
  return { answer: { status: 409, headers: jsonType, body: JSON.stringify({ message }) } };
}

/** A proxy's limit: a page, and nothing that says when to come back. */
export function proxyLimit(): Fault {
  return { answer: { status: 429, headers: htmlType, body: page('429 Too Many Requests') } };
}

export function serverError(): Fault {
  const body = JSON.stringify({ message: '500 Internal Server Error' });
  return { answer: { status: 500, headers: jsonType, body } };
}

export function badGateway(): Fault {
  return { answer: { status: 502, headers: htmlType, body: page('502 Bad Gateway') } };
}

export function unavailable(): Fault {
  return { answer: { status: 503, headers: htmlType, body: page('503 Service Temporarily Unavailable') } };
}

export function gatewayTimeout(): Fault {
  return { answer: { status: 504, headers: htmlType, body: page('504 Gateway Time-out') } };
}

/** What a GitLab behind a sign-in does with a request that it takes for a person's. */
export function signInRedirect(url: string): Fault {
  const location = `${url}/users/sign_in`;
  const body = `<html><body>You are being <a href="${location}">redirected</a>.</body></html>`;
  return { answer: { status: 302, headers: { ...htmlType, Location: location }, body } };
}

/**
 * `Gitlab::Middleware::ReadOnly`, in maintenance and on a read-only secondary of Geo: a change that is not sent as JSON
 * is led to the root page.
 */
export function readOnlyRedirect(url: string): Fault {
  const when: Fault['when'] = ({ method, path }) => !['GET', 'HEAD'].includes(method) && !path.endsWith('/graphql');
  return { when, answer: { status: 301, headers: { Location: `${url}/` } } };
}

/** The same of a change that is sent as JSON. */
export function readOnlyInstance(): Fault {
  const { when } = readOnlyRedirect('');
  const message = 'You cannot perform write operations on a read-only instance';
  return { ...(when ? { when } : {}), answer: { status: 403, headers: jsonType, body: JSON.stringify({ message }) } };
}

/** A page with 200, as captive portals and single sign-on send it. */
export function htmlPage(): Fault {
  return { answer: { status: 200, headers: htmlType, body: page('Welcome') } };
}

/** 200, said to be JSON, but no JSON. */
export function brokenJson(): Fault {
  return { answer: { status: 200, headers: jsonType, body: '[{"id":1,"status":"succ' } };
}

function page(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}
