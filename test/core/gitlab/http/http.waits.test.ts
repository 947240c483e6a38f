import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { defaultLimits, type HttpLimits } from '../../../../src/core/gitlab/http/httpLimits';
import type { Http, HttpRequest } from '../../../../src/core/gitlab/http/request';
import { bytesOf, errorOf, failureOf, httpWith, Journal, listen, until, type Listening } from '../../support';

const reason = new Error('the user has thought better of it');
const json = { 'Content-Type': 'application/json' };

describe('Http: a wait', () => {
  let server: Listening;
  let asked: number;
  /** Whether the client has ended the connection of the request. */
  let gone: boolean;
  let answer: (response: ServerResponse) => void;
  let abort: AbortController;

  const request = (changes: Partial<HttpRequest> = {}): HttpRequest => {
    const { url } = server;
    return { method: 'GET', url: `${url}/api/v3/x`, instance: url, token: 'token', signal: abort.signal, ...changes };
  };
  const within = (limits: Partial<HttpLimits>): Http => httpWith({ limits });
  const silent = () => {};
  const half = (response: ServerResponse) => void response.writeHead(200, json).write('[{"id":');
  const halfFile = (response: ServerResponse) => void response.writeHead(200, { 'Content-Length': 10 }).write('12345');

  beforeEach(async () => {
    [asked, gone, abort] = [0, false, new AbortController()];
    server = await listen((_, response) => {
      asked += 1;
      response.once('close', () => (gone = !response.writableFinished));
      answer(response);
    });
  });
  afterEach(() => server.close());

  describe('that is too long', () => {
    it('for the headers ends in a timeout, once, and closes the connection', async () => {
      answer = silent;
      const failure = await failureOf(within({ headersMs: 200 }).json(request()));
      assert.deepEqual(failure, { kind: 'timeout', host: new URL(server.url).host });
      await until(() => gone);
      assert.equal(asked, 1);
    });

    it('for the headers of a file ends in a timeout', async () => {
      answer = silent;
      assert.equal((await failureOf(within({ headersMs: 200 }).stream(request()))).kind, 'timeout');
    });

    it('for the response to an action ends in a timeout, once', async () => {
      answer = silent;
      assert.equal((await failureOf(within({ headersMs: 200 }).json(request({ method: 'POST' })))).kind, 'timeout');
      assert.equal(asked, 1);
    });

    it('for the next byte ends in a timeout, and closes the connection', async () => {
      answer = half;
      assert.equal((await failureOf(within({ idleMs: 200 }).json(request()))).kind, 'timeout');
      await until(() => gone);
    });

    it('for the next byte of an error response ends in a timeout', async () => {
      answer = (response) => void response.writeHead(403, json).write('{"mess');
      assert.equal((await failureOf(within({ idleMs: 200 }).json(request()))).kind, 'timeout');
    });

    it('for the next byte of a file ends in a timeout, after the bytes before it', async () => {
      answer = halfFile;
      const { body } = await within({ idleMs: 200 }).stream(request());
      const bytes: Uint8Array[] = [];
      const reading = (async () => {
        for await (const chunk of body) bytes.push(chunk);
      })();
      assert.equal((await failureOf(reading)).kind, 'timeout');
      assert.equal(Buffer.concat(bytes).toString(), '12345');
      await until(() => gone);
    });
  });

  describe('for something that GitLab computes on request, such as a report,', () => {
    const slow = (changes: Partial<HttpRequest> = {}) => request({ isSlow: true, ...changes });
    const longer = { headersMs: 60_000, totalMs: 60_000 };
    const drip = (response: ServerResponse) => {
      half(response);
      const timer = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(timer));
    };

    it('is limited to 60 s for the headers, and 120 s in total', () => {
      assert.deepEqual(defaultLimits.slow, { headersMs: 60_000, totalMs: 120_000 });
      assert.deepEqual([defaultLimits.headersMs, defaultLimits.totalMs], [10_000, 30_000]);
    });

    it('may take longer than any other', async () => {
      const open: ServerResponse[] = [];
      answer = (response) => void open.push(response);
      const http = within({ headersMs: 200, totalMs: 300, slow: longer });
      // The first request of all goes alone.
      const begin = http.json(slow());
      await until(() => open.length === 1);
      open.shift()?.writeHead(200, json).end('[]');
      await begin;
      const report = http.json(slow());
      await until(() => open.length === 1);
      // Others run out of time while it goes on.
      assert.equal((await failureOf(http.json(request()))).kind, 'timeout');
      open[0]?.writeHead(200, json).write('[');
      answer = half;
      assert.equal((await failureOf(http.json(request()))).kind, 'timeout');
      open[0]?.end(']');
      assert.deepEqual((await report).body, []);
    });

    for (const [what, changes] of [
      ['GET', {}],
      ['query', { method: 'POST', changesNothing: true, body: {} }],
    ] as const) {
      it(`ends in a timeout if the headers of a ${what} don't arrive, and it is not requested again`, async () => {
        answer = silent;
        const http = within({ slow: { ...longer, headersMs: 200 } });
        assert.equal((await failureOf(http.json(slow(changes)))).kind, 'timeout');
        await until(() => gone);
        assert.equal(asked, 1);
      });

      it(`ends in a timeout if a ${what} takes too long in total even though bytes arrive, and it is not requested again`, async () => {
        answer = drip;
        const http = within({ slow: { ...longer, totalMs: 200 } });
        assert.equal((await failureOf(http.json(slow(changes)))).kind, 'timeout');
        await until(() => gone);
        assert.equal(asked, 1);
      });

      it(`is not repeated if the server fails or breaks off a ${what}`, async () => {
        answer = (response) => void response.writeHead(503, json).end('{}');
        assert.equal((await failureOf(httpWith().json(slow(changes)))).kind, 'server');
        assert.equal(asked, 1);
        answer = (response) => response.socket?.resetAndDestroy();
        assert.equal((await failureOf(httpWith().json(slow(changes)))).kind, 'offline');
        assert.equal(asked, 2);
      });
    }
  });

  describe('that the caller aborts', () => {
    const http = httpWith();

    it('before it starts rejects with the reason, and nothing is sent', async () => {
      abort.abort(reason);
      assert.equal(await errorOf(http.json(request())), reason);
      assert.equal(await errorOf(http.stream(request())), reason);
      assert.equal(asked, 0);
    });

    it('during the headers rejects with the reason, and closes the connection', async () => {
      answer = silent;
      const failing = errorOf(http.json(request()));
      await until(() => asked === 1);
      abort.abort(reason);
      assert.equal(await failing, reason);
      await until(() => gone);
      assert.equal(asked, 1);
    });

    it('during the body rejects with the reason, and closes the connection', async () => {
      let sent = false;
      answer = (response) => void response.writeHead(200, json).write('[{"id":', () => (sent = true));
      const failing = errorOf(http.json(request()));
      await until(() => sent);
      abort.abort(reason);
      assert.equal(await failing, reason);
      await until(() => gone);
    });

    it('during a file rejects with the reason, and closes the connection', async () => {
      answer = halfFile;
      const { body } = await http.stream(request());
      const reading = (async () => {
        for await (const chunk of body) {
          assert.equal(Buffer.from(chunk).toString(), '12345');
          abort.abort(reason);
        }
      })();
      assert.equal(await errorOf(reading), reason);
      await until(() => gone);
    });

    it('between the headers and the reading of a file rejects with the reason', async () => {
      answer = halfFile;
      const { body } = await http.stream(request());
      abort.abort(reason);
      assert.equal(await errorOf(bytesOf(body)), reason);
      await until(() => gone);
    });

    it('before a retry rejects with the reason, and nothing is sent again', async () => {
      // Only a connection that was broken is tried again at once.
      answer = (response) => void response.writeHead(503, json).end('{}');
      const log = new Journal();
      const failing = errorOf(httpWith({ log, limits: { retryMs: 600_000 } }).json(request()));
      await until(() => log.lines.some((line) => line.includes('asking again')));
      abort.abort(reason);
      assert.equal(await failing, reason);
      assert.equal(asked, 1);
    });

    it('without a reason of its own rejects with an AbortError', async () => {
      answer = silent;
      const failing = errorOf(http.json(request()));
      await until(() => asked === 1);
      abort.abort();
      assert.equal(await failing, abort.signal.reason);
      assert.equal(((await failing) as Error).name, 'AbortError');
    });
  });

  it('for a file that is no longer read closes the connection', async () => {
    answer = halfFile;
    const { body } = await httpWith().stream(request());
    for await (const chunk of body) {
      assert.equal(chunk.length, 5);
      break;
    }
    await until(() => gone);
  });
});
