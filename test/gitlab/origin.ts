import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { note } from '../vscode/originNotes';
import type { Answer, Request } from './answer';
import { writeAnswer } from './writeAnswer';
import type { CannedAnswer, Fault } from './faults';

export interface RecordedRequest {
  readonly method: string;
  /** As sent, with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** How many requests were being answered when it came, itself included. */
  readonly inFlight: number;
  /** What was sent along; empty while it arrives. */
  body: string;
  /** Of the answer; 0 while there is none. */
  status: number;
  /** Sent of the answer's body. */
  bytes: number;
}

export interface OriginOptions {
  readonly port?: number | undefined;
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  readonly answer: (request: Request) => Promise<Answer>;
}

/** An HTTP server on the loopback interface that records what reaches it and can be made to fail. */
export class Origin {
  readonly requests: RecordedRequest[] = [];
  faults: Fault[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #answer: OriginOptions['answer'];
  readonly #scheme: 'http' | 'https';
  #port = 0;
  #inFlight = 0;

  constructor({ tls, answer }: OriginOptions) {
    this.#answer = answer;
    this.#scheme = tls ? 'https' : 'http';
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response).catch((error: unknown) => confess(error, request, response));
    };
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener);
    this.#server.keepAliveTimeout = 65_000;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Scheme, host and port, once it listens. */
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    note('served', new URL(this.url).host);
  }

  /** Ends open connections too. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = message;
    const record: RecordedRequest = {
      method,
      path,
      headers,
      inFlight: ++this.#inFlight,
      body: '',
      status: 0,
      bytes: 0,
    };
    this.requests.push(record);
    response.once('close', () => this.#inFlight--);
    const body = await bodyOf(message);
    if (body === undefined) return;
    record.body = body;
    const fault = this.#fault({ method, path, body });
    if (fault?.latencyMs !== undefined) await delay(fault.latencyMs, undefined, { ref: false });
    if (fault?.reset === 'beforeHeaders') reset(message.socket);
    if (fault?.reset === 'beforeHeaders' || fault?.stall === 'beforeHeaders') return;
    const own = fault?.answer ? canned(fault.answer) : await this.#answer({ method, path, headers, body });
    if (fault?.reset === 'unanswered') {
      reset(message.socket);
      return;
    }
    const answer = changed(own, fault);
    record.status = answer.status;
    await writeAnswer(response, answer, { method, fault, onBytes: (bytes) => (record.bytes += bytes), reset });
  }

  #fault(request: Pick<Request, 'method' | 'path' | 'body'>): Fault | undefined {
    const fault = this.faults.find(({ times, when }) => times !== 0 && (when?.(request) ?? true));
    if (fault?.times !== undefined) fault.times -= 1;
    return fault;
  }
}

/** A GET has none worth reading, and is answered in the turn it comes in. Undefined: the client went away. */
function bodyOf(message: IncomingMessage): Promise<string | undefined> | string {
  if (message.method !== 'GET' && message.method !== 'HEAD') return text(message).catch(() => undefined);
  message.resume();
  return '';
}

/** A mistake in the fake itself is loud, and no reason to hang. */
function confess(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  console.error(`fake GitLab failed at ${request.method ?? ''} ${request.url ?? ''}:`, error);
  if (response.headersSent) request.socket.destroy();
  else response.writeHead(500, { 'Content-Type': 'text/plain' }).end('the fake GitLab failed');
}

function canned({ status, headers = {}, body = '' }: CannedAnswer): Answer {
  return { status, headers, body };
}

function changed(answer: Answer, fault: Fault | undefined): Answer {
  if (!fault?.change || typeof answer.body !== 'string') return answer;
  return { ...answer, body: fault.change(answer.body) };
}

/** RST where Node can send one; over TLS the connection just ends. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
