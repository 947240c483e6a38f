import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { developerToken } from './seed';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  /** null: none. Default: the Developer's of the scenarios. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificate authority to trust. */
  readonly ca?: string;
  readonly signal?: AbortSignal;
  /** Sent as JSON. */
  readonly json?: unknown;
}

/** One plain request on a connection of its own; redirects are not followed. */
export async function ask(url: string, { method = 'GET', token = developerToken, ...rest }: Ask = {}): Promise<Reply> {
  const auth = token === null ? {} : { 'PRIVATE-TOKEN': token };
  const type = rest.json === undefined ? {} : { 'Content-Type': 'application/json' };
  const { ca, signal } = rest;
  const options = {
    method,
    headers: { ...auth, ...type, ...rest.headers },
    agent: false,
    ...(ca && { ca }),
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, options, (response) => {
      const reply = buffer(response).then((bytes) => {
        return { status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() };
      });
      reply.then(resolve, reject);
    });
    request.once('error', reject).end(rest.json === undefined ? undefined : JSON.stringify(rest.json));
  });
}

export function post(url: string, options: Ask = {}): Promise<Reply> {
  return ask(url, { ...options, method: 'POST' });
}

export interface Row {
  readonly id: number;
  readonly status: string;
  readonly [key: string]: unknown;
}

/** Status and body, to be compared at once. */
export function outcome({ status, text }: Reply): readonly [status: number, body: unknown] {
  return [status, text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text];
}

export function rowsOf({ text }: Reply): readonly Row[] {
  return JSON.parse(text) as readonly Row[];
}

export function rowOf({ text }: Reply): Row {
  return JSON.parse(text) as Row;
}
