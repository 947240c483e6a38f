import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { HttpLimits } from '../../../../src/core/gitlab/http/httpLimits';
import type { HttpRequest } from '../../../../src/core/gitlab/http/request';
import { bytesOf, failureOf, httpWith, listen, unhurried, until, type Listening } from '../../support';

const json = { 'Content-Type': 'application/json' };

describe('Http: a limit', () => {
  let server: Listening;
  let respond: (response: ServerResponse) => void;
  let written: number;
  let isGone: boolean;
  const request = (changes: Partial<HttpRequest> = {}): HttpRequest => {
    const { url } = server;
    return { method: 'GET', url: `${url}/api/v4/x`, instance: url, signal: unhurried(), ...changes };
  };
  const http = (limits: Partial<HttpLimits> = {}) => httpWith({ limits: { retries: 0, ...limits } });

  /** Writes without an end, until the client has had enough. */
  const endless = (chunk: Buffer) => (response: ServerResponse) => {
    const more = () => {
      while (!isGone) {
        written += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  };

  beforeEach(async () => {
    [written, isGone] = [0, false];
    server = await listen((_, response) => {
      response.once('close', () => (isGone = true));
      respond(response);
    });
  });
  afterEach(() => server.close());

  it('ends JSON that never ends, and reports it as too large', async () => {
    const filler = Buffer.from('"x",'.repeat(16_000));
    respond = (response) => {
      response.writeHead(200, json).write('[');
      endless(filler)(response);
    };
    const failure = await failureOf(http().json(request()));
    assert.deepEqual([failure.kind, failure.reason], ['tooLarge', '4 MB']);
    await until(() => isGone);
    assert.ok(written < 40_000_000, `${written} bytes were taken`);
  });

  it('counts the bytes of JSON after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    assert.ok(bomb.length < 100_000);
    respond = (response) => void response.writeHead(200, { ...json, 'Content-Encoding': 'gzip' }).end(bomb);
    assert.equal((await failureOf(http().json(request()))).kind, 'tooLarge');
  });

  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)
    it(`applies to damaged ${encoding}, which is reported as that and not as a network failure`, async () => {
      const packed = pack(JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, name: `build ${id * 7}` }))));
      const middle = Math.floor(packed.length / 2);
      const damaged: Readonly<Record<string, Buffer>> = {
        'not packed at all': Buffer.from('\u00ff{"message":"no"}'),
        'damaged in the middle': Buffer.concat([
          packed.subarray(0, middle),
          Buffer.alloc(64, 0xff),
          packed.subarray(middle),
        ]),
        cut: packed.subarray(0, middle),
      };
      for (const [what, bytes] of Object.entries(damaged)) {
        respond = (response) => void response.writeHead(200, { ...json, 'Content-Encoding': encoding }).end(bytes);
        assert.equal((await failureOf(http().json(request()))).kind, 'invalidAnswer', what);
      }
    });

  it('accepts JSON that is just below it', async () => {
    const text = JSON.stringify(['x'.repeat(3_999_900)]);
    respond = (response) => void response.writeHead(200, json).end(text);
    assert.equal(((await http().json(request())).body as string[])[0]?.length, 3_999_900);
  });

  it('ends an error response that never ends, since the status is enough', async () => {
    respond = (response) => {
      response.writeHead(403, json);
      endless(Buffer.alloc(64_000, 'a'))(response);
    };
    const failure = await failureOf(http().json(request()));
    assert.deepEqual([failure.kind, failure.status, failure.reason], ['forbidden', 403, undefined]);
    await until(() => isGone);
    assert.ok(written < 40_000_000, `${written} bytes were taken`);
  });

  for (const [what, body] of [
    ['arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['objects', '{"message":'.repeat(5000) + '1' + '}'.repeat(5000)],
  ] as const) {
    it(`is not needed for nesting: ${what}, as a success or an error response, is read without a crash`, async () => {
      respond = (response) => void response.writeHead(200, json).end(body);
      // Whether the parser takes it is up to the engine; what comes of it is an answer or `invalidAnswer`.
      const outcome = await http()
        .json(request())
        .then(
          () => 'an answer',
          (error: unknown) => failureOf(Promise.reject(error as Error)).then(({ kind }) => kind),
        );
      assert.ok(['an answer', 'invalidAnswer'].includes(outcome), outcome);
      respond = (response) => void response.writeHead(400, json).end(body.slice(0, 60_000));
      assert.equal((await failureOf(http().json(request()))).kind, 'refused');
    });
  }

  it('ends a response that arrives a byte at a time, and closes the connection', async () => {
    respond = (response) => {
      response.writeHead(200, json).write('[');
      const timer = setInterval(() => response.write(' '), 5);
      response.once('close', () => clearInterval(timer));
    };
    const failure = await failureOf(http({ totalMs: 150 }).json(request()));
    assert.equal(failure.kind, 'timeout');
    await until(() => isGone);
  });

  it('ends a part of a file that is longer than the server announced', async () => {
    const headers = { 'Content-Type': 'application/zip', 'Content-Range': 'bytes 0-9/100' };
    respond = (response) => {
      response.writeHead(206, headers);
      endless(Buffer.alloc(10, 'a'))(response);
    };
    const { body } = await http().stream(request({ range: { start: 0, end: 10 } }));
    const failure = await failureOf(bytesOf(body));
    assert.deepEqual([failure.kind, failure.reason], ['invalidAnswer', 'more bytes than announced']);
    await until(() => isGone);
  });
});
