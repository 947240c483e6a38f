import assert from 'node:assert/strict';
import { generate } from 'selfsigned';
import { ask, type Ask, type Reply } from './ask';
import {
  badGateway,
  brokenJson,
  type Fault,
  gatewayTimeout,
  htmlPage,
  locked,
  proxyLimit,
  rackAttack,
  rateLimited,
  serverError,
  signInRedirect,
  statsRefresh,
  unavailable,
} from './faults';
import { manyBuilds } from './scenarios';
import { developerToken } from './seed';
import { type FakeGitLab, startGitLab } from './server';
import { until } from '../until';

describe('Faults of the fake GitLab', () => {
  let fake: FakeGitLab;
  const list = (options?: Ask): Promise<Reply> => ask(`${fake.url}/api/v3/projects/1/builds?per_page=100`, options);

  beforeEach(async () => {
    fake = await startGitLab();
    manyBuilds(fake.world, 100);
  });
  afterEach(() => fake.close());

  it('affect the requests they name, as often as they say, the first match first', async () => {
    fake.faults = [
      { when: ({ path }) => path.startsWith('/api/v3/user'), ...badGateway() },
      { ...unavailable(), times: 1 },
      { ...gatewayTimeout(), times: 1 },
    ];
    assert.deepEqual([(await list()).status, (await list()).status, (await list()).status], [503, 504, 200]);
    assert.equal((await ask(`${fake.url}/api/v3/user`)).status, 502);
  });

  it('send 429 in three formats', async () => {
    const shapes = [rateLimited({ retryAfter: 7 }), rackAttack({ resetAt: 1_456_833_600 }), proxyLimit()];
    fake.faults = shapes.map((fault) => ({ ...fault, times: 1 }));
    const [limited, attack, proxy] = [await list(), await list(), await list()];
    assert.deepEqual([limited.status, attack.status, proxy.status], [429, 429, 429]);
    assert.equal(limited.headers['retry-after'], '7');
    assert.equal(typeof (JSON.parse(limited.text) as { message: unknown }).message, 'object');
    assert.deepEqual([attack.text, attack.headers['ratelimit-reset']], ['Retry later\n', '1456833600']);
    assert.match(proxy.text, /^<html>/);
  });

  it('send all rate limit details on request, and two conflicts', async () => {
    const faults = [rackAttack({ resetAt: 1_456_833_600, perMinute: 2000 }), locked(), statsRefresh()];
    fake.faults = faults.map((fault) => ({ ...fault, times: 1 }));
    const [attack, conflict, refresh] = [await list(), await list(), await list()];
    assert.deepEqual([attack.headers['ratelimit-limit'], attack.headers['ratelimit-remaining']], ['2000', '0']);
    assert.equal(Date.parse(String(attack.headers['ratelimit-resettime'])), 1_456_833_600_000);
    assert.equal(conflict.text, '{"message":"409 Conflict: Resource lock"}');
    assert.deepEqual([conflict.status, refresh.status], [409, 409]);
    assert.match(refresh.text, /undergoing stats refresh/);
  });

  it('send something other than a response: pages, a redirect to the sign-in page, half a JSON document, a 500', async () => {
    const answers: readonly Fault[] = [htmlPage(), signInRedirect(fake.url), brokenJson(), serverError()];
    fake.faults = answers.map((fault) => ({ ...fault, times: 1 }));
    const [html, redirect, broken, error] = [await list(), await list(), await list(), await list()];
    assert.deepEqual([html.status, html.headers['content-type']], [200, 'text/html']);
    assert.deepEqual([redirect.status, redirect.headers.location], [302, `${fake.url}/users/sign_in`]);
    assert.throws(() => JSON.parse(broken.text) as unknown);
    assert.deepEqual([error.status, error.text], [500, '{"message":"500 Internal Server Error"}']);
  });

  it('reset the connection after GitLab has performed the action', async () => {
    fake.faults = [{ reset: 'unanswered' }];
    const cancel = ask(`${fake.url}/api/v3/projects/1/builds/1/cancel`, { method: 'POST' });
    fake.world.setStatus({ id: 1 }, 'running');
    await assert.rejects(cancel, { code: 'ECONNRESET' });
    assert.equal(fake.world.build(1).status, 'canceled');
  });

  it('reset the connection before the headers', async () => {
    fake.faults = [{ reset: 'beforeHeaders' }];
    await assert.rejects(list(), { code: 'ECONNRESET' });
    assert.equal(fake.requests[0]?.status, 0);
  });

  it('reset the connection in the middle of the body', async () => {
    fake.faults = [{ reset: 'midBody' }];
    const headers = { 'PRIVATE-TOKEN': developerToken };
    const reply = await fetch(`${fake.url}/api/v3/projects/1/builds?per_page=100`, { headers });
    assert.equal(reply.status, 200);
    await assert.rejects(reply.text());
    assert.equal(fake.requests[0]?.bytes, Math.floor(Number(reply.headers.get('content-length')) / 2));
  });

  it('truncate the body, but announce its whole length', async () => {
    fake.faults = [{ truncate: 1000 }];
    await assert.rejects(list(), { code: 'ECONNRESET' });
    assert.equal(fake.requests[0]?.bytes, 1000);
  });

  it('stall before the headers and in the middle of the body, with the connection open', async () => {
    for (const [stall, status, hasBytes] of [
      ['beforeHeaders', 0, false],
      ['midBody', 200, true],
    ] as const) {
      fake.faults = [{ stall, times: 1 }];
      fake.requests.length = 0;
      const abort = new AbortController();
      let isOver = false;
      const rejected = assert
        .rejects(list({ signal: abort.signal }), { name: 'AbortError' })
        .finally(() => (isOver = true));
      await until('the request', () => fake.requests.some(({ bytes }) => bytes > 0 === hasBytes));
      assert.equal((await list()).status, 200);
      assert.equal(isOver, false, 'others are answered meanwhile');
      assert.equal(fake.requests[0]?.status, status);
      abort.abort();
      await rejected;
    }
  });

  it('wait for each request on its own', async () => {
    fake.faults = [{ latencyMs: 500 }];
    const replies = Promise.all(Array.from({ length: 20 }, () => list()));
    await until('the request', () => fake.requests.length === 20);
    assert.equal(fake.requests.at(-1)?.inFlight, 20);
    fake.faults = [];
    assert.equal((await list()).status, 200);
    assert.ok(
      fake.requests.slice(0, 20).every(({ status }) => status === 0),
      'a later one does not wait for them',
    );
    assert.ok((await replies).every(({ status }) => status === 200));
  });

  it('wait before another fault, too', async () => {
    fake.faults = [{ ...badGateway(), latencyMs: 500, times: 1 }];
    const late = list();
    await until('the request', () => fake.requests.length === 1);
    assert.equal((await list()).status, 200);
    assert.equal(fake.requests[0]?.status, 0, 'the other one came first');
    assert.equal((await late).status, 502);
  });

  it('do not keep close() waiting', async () => {
    fake.faults = [{ stall: 'midBody' }];
    const stalled = assert.rejects(list());
    await until('the request', () => fake.requests.length > 0);
    await fake.close();
    await stalled;
    await assert.rejects(list(), { code: 'ECONNREFUSED' });
  });

  it('happen over TLS as well', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const secure = await startGitLab({ tls: { key, cert } });
    try {
      manyBuilds(secure.world, 1);
      assert.match(secure.url, /^https:/);
      assert.match(secure.storage.url, /^https:/);
      assert.equal((await ask(`${secure.url}/api/v3/user`, { ca: cert })).status, 200);
      await assert.rejects(ask(`${secure.url}/api/v3/user`), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      secure.faults = [{ reset: 'beforeHeaders' }];
      await assert.rejects(ask(`${secure.url}/api/v3/user`, { ca: cert }), { code: 'ECONNRESET' });
    } finally {
      await secure.close();
    }
  });
});
