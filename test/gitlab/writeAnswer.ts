import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Answer, sizeOf } from './answer';
import type { Fault } from './faults';

export interface Delivery {
  readonly method: string;
  readonly fault: Fault | undefined;
  /** Told of each piece of the body. */
  readonly onBytes: (bytes: number) => void;
  readonly reset: (socket: Socket) => void;
}

/** Writes an answer to the connection, whole or as far as the fault lets it. */
export async function writeAnswer(response: ServerResponse, answer: Answer, delivery: Delivery): Promise<void> {
  const { status, headers, body } = answer;
  if (response.destroyed) return;
  if (status === 204 || status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  const size = sizeOf(body);
  response.writeHead(status, { ...headers, 'Content-Length': size });
  if (delivery.method === 'HEAD') {
    response.end();
    return;
  }
  const { fault } = delivery;
  const limit = limitOf(fault, size);
  if (limit === undefined && typeof body === 'string') {
    delivery.onBytes(size);
    response.end(body);
    return;
  }
  await writePieces(response, bytesOf(body, limit ?? size), delivery);
  await finish(response, limit === undefined ? undefined : fault, delivery);
}

/** Bytes of the body that the fault lets through; undefined: all, and a sound end. */
function limitOf(fault: Fault | undefined, size: number): number | undefined {
  if (fault?.truncate !== undefined) return Math.min(fault.truncate, size);
  return fault?.reset === 'midBody' || fault?.stall === 'midBody' ? Math.floor(size / 2) : undefined;
}

function bytesOf(body: Answer['body'], limit: number): Readable {
  if (typeof body === 'string') return Readable.from([Buffer.from(body).subarray(0, limit)]);
  if (Buffer.isBuffer(body)) return Readable.from([body.subarray(0, limit)]);
  return body.archive.read(body.start, body.start + limit);
}

/** At the client's pace; a client that goes away ends it. */
async function writePieces(response: ServerResponse, pieces: Readable, { onBytes }: Delivery): Promise<void> {
  for await (const piece of pieces as AsyncIterable<Buffer>) {
    if (response.destroyed) break;
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.write(piece, () => {
        response.off('close', resolve);
        resolve();
      });
    });
    onBytes(piece.length);
  }
  // Only now: Node writes headers that go out on their own in UTF-8, before a buffer in Latin-1, byte by byte.
  response.flushHeaders();
}

async function finish(response: ServerResponse, fault: Fault | undefined, { reset }: Delivery): Promise<void> {
  if (fault?.stall === 'midBody' || response.destroyed) return;
  if (!fault) {
    response.end();
    return;
  }
  // What was written leaves before the connection ends.
  await nextTurn();
  const { socket } = response;
  if (!socket) return;
  if (fault.reset === 'midBody') reset(socket);
  else socket.end();
}
