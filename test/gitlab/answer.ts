import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Archive } from './archive';

/** What goes back to the client, before faults and HTTP have their way with it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | Slice;
}

/** A part of an artifacts file, `end` not included. */
export interface Slice {
  readonly archive: Archive;
  readonly start: number;
  readonly end: number;
}

export interface Request {
  readonly method: string;
  /** As sent, with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function sizeOf(body: Answer['body']): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return Buffer.isBuffer(body) ? body.length : body.end - body.start;
}

export function json(status: number, body: string, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}

/** `render_api_error!` */
export function failure(status: number, message: string): Answer {
  return json(status, JSON.stringify({ message }));
}

/** `error!` of Grape itself */
export function grapeFailure(status: number, error: string): Answer {
  return json(status, JSON.stringify({ error }));
}

export function html(status: number, body: string, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body };
}

export function redirect(url: string): Answer {
  const body = `<html><body>You are being <a href="${url}">redirected</a>.</body></html>`;
  return html(302, body, { Location: url, 'Cache-Control': 'no-cache' });
}

export const unauthorized = failure(401, '401 Unauthorized');
export const forbidden = failure(403, '403 Forbidden');
export const notFound = failure(404, '404 Not Found');
export const projectNotFound = failure(404, '404 Project Not Found');

/**
 * Rack::ETag and Rack::ConditionalGet: a weak digest of the body alone (32 digits of it), compared letter by letter (no lists, no `*`).
 * A 304 keeps all headers but those of the body.
 */
export function conditional({ method, headers }: Request, answer: Answer, digest: 'md5' | 'sha256'): Answer {
  const { status, body } = answer;
  const digested = (status === 200 || status === 201) && (typeof body === 'string' || Buffer.isBuffer(body));
  if (!digested || sizeOf(body) === 0) return withHeaders(answer, { 'Cache-Control': 'no-cache' });
  const etag = `W/"${createHash(digest).update(body).digest('hex').slice(0, 32)}"`;
  const tagged = withHeaders(answer, { ETag: etag, 'Cache-Control': 'max-age=0, private, must-revalidate' });
  const fresh = status === 200 && (method === 'GET' || method === 'HEAD') && headers['if-none-match'] === etag;
  if (!fresh) return tagged;
  return notModified(tagged.headers);
}

export function notModified(headers: Answer['headers']): Answer {
  const kept = Object.entries(headers).filter(([name]) => name !== 'Content-Type');
  return { status: 304, headers: Object.fromEntries(kept), body: '' };
}

export function withHeaders(answer: Answer, headers: Answer['headers']): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
