import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { RandomAccess } from '../../../../src/core/artifacts/archive/archive';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import {
  remoteFile,
  tailBytes,
  type RequestRange,
  type FileResponse,
  type RangeRequest,
} from '../../../../src/core/artifacts/archive/remoteArchive';
import { GitLabError } from '../../../../src/core/model/errors';
import { bytesOf, errorOf, unhurried } from '../../support';

/** A server of one file, which keeps what it is asked for. */
class Server {
  readonly asked: RangeRequest[] = [];
  readonly signals: AbortSignal[] = [];
  ranges: 'served' | 'ignored' | 'placeless' | 'widened' = 'served';
  /** Bytes that are missing at the end of what comes. */
  missing = 0;
  validators = true;
  sent = 0;

  constructor(public content: Buffer) {}

  readonly ask: RequestRange = async (wanted, validator, signal) => {
    signal.throwIfAborted();
    this.asked.push(wanted);
    this.signals.push(signal);
    const { content, own } = this;
    if (this.ranges === 'placeless') throw new GitLabError({ kind: 'invalidAnswer', status: 206 });
    const isOther = validator !== undefined && validator !== own;
    if (this.ranges === 'ignored' || isOther) return this.give(0, content.length, undefined);
    const [start, end] = this.ranges === 'widened' ? [0, content.length] : placeOf(wanted, content.length);
    if (start >= end) throw new GitLabError({ kind: 'refused', status: 416 });
    return this.give(start, end, { start, end, total: content.length });
  };

  private give(start: number, end: number, range: FileResponse['range']): FileResponse {
    const piece = async function* (this: Server): AsyncGenerator<Uint8Array, void> {
      for (let at = start; at < end - this.missing; at += 10_000) {
        const bytes = this.content.subarray(at, Math.min(at + 10_000, end - this.missing));
        this.sent += bytes.length;
        yield bytes;
      }
    };
    return { size: end - start, range, validator: this.own, body: piece.call(this) };
  }

  private get own(): string | undefined {
    return this.validators ? `"${createHash('md5').update(this.content).digest('hex')}"` : undefined;
  }

  get requests(): number {
    return this.asked.length;
  }
}

function placeOf(wanted: RangeRequest, size: number): readonly [number, number] {
  return 'last' in wanted ? [Math.max(size - wanted.last, 0), size] : [wanted.start, Math.min(wanted.end, size)];
}

function bytesWith(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
}

async function opened(server: Server, size?: number): Promise<RandomAccess> {
  const file = await remoteFile(server.ask, { size, signal: unhurried() });
  return file ?? assert.fail('no parts');
}

async function kindOf(promise: Promise<unknown>): Promise<string> {
  const error = await errorOf(promise);
  assert.ok(error instanceof ArchiveError, String(error));
  return error.kind;
}

const content = bytesWith(300_000);

describe('A remote file', () => {
  it('is identified by its end, which takes one request', async () => {
    const server = new Server(content);
    const file = await opened(server);
    assert.deepEqual([file.size, server.requests], [300_000, 1]);
    assert.deepEqual(await bytesOf(file.read(300_000 - tailBytes, 300_000)), content.subarray(-tailBytes));
    assert.deepEqual(await bytesOf(file.read(299_000, 299_010)), content.subarray(299_000, 299_010));
    assert.deepEqual([server.requests, server.sent], [1, tailBytes]);
  });

  it('is requested from a known offset if its size is known, since not every storage counts from the end', async () => {
    const server = new Server(content);
    assert.equal((await opened(server, 300_000)).size, 300_000);
    assert.deepEqual(server.asked, [{ start: 300_000 - tailBytes, end: 300_000 }]);
    const unknown = new Server(content);
    await opened(unknown, 0);
    assert.deepEqual(unknown.asked, [{ last: tailBytes }]);
  });

  it('may have another size than GitLab reported', async () => {
    for (const told of [250_000, 310_000, 400_000]) {
      const server = new Server(content);
      const file = await opened(server, told);
      assert.deepEqual([file.size, server.requests], [300_000, 2]);
      assert.deepEqual(await bytesOf(file.read(290_000, 300_000)), content.subarray(290_000));
      assert.equal(server.requests, 2);
    }
  });

  it('is read with one request for what is before its end', async () => {
    const server = new Server(content);
    const file = await opened(server);
    assert.deepEqual(await bytesOf(file.read(1000, 250_000)), content.subarray(1000, 250_000));
    assert.deepEqual(server.asked.slice(1), [{ start: 1000, end: 300_000 - tailBytes }]);
    assert.deepEqual(await bytesOf(file.read(10, 20)), content.subarray(10, 20));
    assert.deepEqual(await bytesOf(file.read(20, 20)), Buffer.alloc(0));
    assert.equal(server.requests, 3);
  });

  it('returns the right bytes, whatever is read', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 150_000 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        async (size, a, b, known) => {
          const bytes = content.subarray(0, size);
          const server = new Server(bytes);
          const file = await opened(server, known ? size : undefined);
          const [start, end] = [a % (size + 1), b % (size + 1)].sort((x, y) => x - y) as [number, number];
          assert.deepEqual(await bytesOf(file.read(start, end)), bytes.subarray(start, end));
          assert.ok(server.requests <= 2);
          assert.ok(server.sent <= tailBytes + Math.max(0, end - start));
        },
      ),
    ));

  it('that has changed is reported, with a validator and without', async () => {
    for (const validators of [true, false]) {
      const server = new Server(content);
      server.validators = validators;
      const file = await opened(server);
      server.content = Buffer.concat([content, Buffer.from('more')]);
      assert.equal(await kindOf(bytesOf(file.read(0, 10))), 'changed');
      assert.equal(server.signals.at(-1)?.aborted, true);
    }
    const server = new Server(content);
    const file = await opened(server);
    server.content = Buffer.from(content).fill(1);
    assert.equal(await kindOf(bytesOf(file.read(0, 10))), 'changed');
    assert.deepEqual(await bytesOf(file.read(299_990, 300_000)), content.subarray(-10));
  });

  it('that is incomplete, or whose parts are, is reported', async () => {
    const server = new Server(content);
    const file = await opened(server);
    server.missing = 1;
    assert.equal(await kindOf(bytesOf(file.read(0, 10))), 'truncated');
    const short = new Server(content);
    short.missing = 1;
    assert.equal(await kindOf(opened(short)), 'truncated');
  });

  it('closes a response that is not read to its end', async () => {
    const server = new Server(content);
    const file = await opened(server);
    for await (const piece of file.read(0, 100_000)) {
      assert.equal(piece.length, 10_000);
      break;
    }
    assert.equal(server.signals.at(-1)?.aborted, true);
    assert.equal(server.sent, tailBytes + 10_000);
    await bytesOf(file.read(0, 100_000));
    assert.equal(server.signals.at(-1)?.aborted, false);
  });

  it('is read until the signal aborts', async () => {
    const server = new Server(content);
    const file = await opened(server);
    const controller = new AbortController();
    controller.abort();
    const error = await errorOf(bytesOf(file.read(0, 10, controller.signal)));
    assert.equal(error, controller.signal.reason);
  });
});

describe('A file on a server without range support', () => {
  it('is not available, and is not loaded', async () => {
    const server = new Server(content);
    server.ranges = 'ignored';
    assert.equal(await remoteFile(server.ask, { signal: unhurried() }), undefined);
    assert.deepEqual([server.requests, server.sent, server.signals[0]?.aborted], [1, 0, true]);
  });

  it('is used as it arrives if it is short', async () => {
    const server = new Server(content.subarray(0, 200_000));
    server.ranges = 'ignored';
    const file = await opened(server, 200_000);
    assert.deepEqual([file.size, server.requests], [200_000, 1]);
    assert.deepEqual(await bytesOf(file.read(5, 200_000)), content.subarray(5, 200_000));
    assert.deepEqual(await bytesOf(file.read(5, 5)), Buffer.alloc(0));
    assert.equal(server.requests, 1);
  });

  it('is not available if its parts have no position, or the wrong one', async () => {
    for (const ranges of ['placeless', 'widened'] as const) {
      const server = new Server(content);
      server.ranges = ranges;
      assert.equal(await remoteFile(server.ask, { signal: unhurried() }), undefined);
      assert.equal(server.sent, 0);
    }
  });

  it('is not available if it is empty', async () => {
    assert.equal(await remoteFile(new Server(Buffer.alloc(0)).ask, { signal: unhurried() }), undefined);
  });

  it('is not looked for if GitLab refuses', async () => {
    const refusal = new GitLabError({ kind: 'forbidden', status: 403 });
    const ask = (): Promise<FileResponse> => Promise.reject(refusal);
    assert.equal(await errorOf(remoteFile(ask, { signal: unhurried() })), refusal);
  });
});
