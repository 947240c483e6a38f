import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import type { Failure, FailureKind } from '../../../../src/core/model/errors';
import type { Http, HttpRequest } from '../../../../src/core/gitlab/http/request';
import {
  brokenJson,
  htmlPage,
  proxyLimit,
  rackAttack,
  rateLimited,
  serverError,
  signInRedirect,
  type Fault,
} from '../../../gitlab/faults';
import { manyBuilds } from '../../../gitlab/scenarios';
import { developerToken } from '../../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { failureOf, freePort, httpWith, unhurried, userAgent } from '../../support';

describe('Http: a response', () => {
  let fake: FakeGitLab;
  let http: Http;
  const get = (path: string, token: string | undefined = developerToken): HttpRequest => {
    return { method: 'GET', url: `${fake.url}/api/v3/${path}`, instance: fake.url, token, signal: unhurried() };
  };
  /** What becomes of a request that the fault befalls. */
  const failing = async (fault: Fault): Promise<Failure> => {
    fake.faults = [fault];
    return failureOf(http.json(get('projects/1/builds')));
  };
  const answering = (status: number, body: string, type = 'application/json') =>
    failing({ answer: { status, body, headers: { 'Content-Type': type } } });

  beforeEach(async () => {
    fake = await startGitLab();
    http = httpWith();
    manyBuilds(fake.world, 3);
  });
  afterEach(() => fake.close());

  it('provides the JSON and the headers', async () => {
    const { headers, body } = await http.json(get('projects/1/builds'));
    assert.equal((body as unknown[]).length, 3);
    assert.equal(headers.get('X-Total'), '3');
  });

  it('is requested with the token in its own header, and nowhere else', async () => {
    await http.json(get('user'));
    const [request] = fake.requests;
    assert.equal(request?.headers['private-token'], developerToken);
    assert.equal(request.headers.authorization, undefined);
    assert.equal(request.headers.cookie, undefined);
    assert.equal(request.path, '/api/v3/user');
    assert.equal(request.headers['user-agent'], userAgent);
  });

  it('may be requested without a token', async () => {
    const failure = await failureOf(http.json({ ...get('user'), token: undefined }));
    assert.equal(failure.kind, 'unauthorized');
    assert.equal('private-token' in (fake.requests[0]?.headers ?? {}), false);
  });

  it('to a wrong token is unauthorized', async () => {
    const failure = await failureOf(http.json(get('user', 'wrong')));
    const { host } = new URL(fake.url);
    assert.deepEqual(failure, {
      kind: 'unauthorized',
      host,
      status: 401,
      reason: '401 Unauthorized',
      retryAt: undefined,
    });
  });

  it('is not even requested with a token that no header can contain', async () => {
    for (const token of ['abc\ndef', 'ключ', '🔑']) {
      assert.equal((await failureOf(http.json(get('user', token)))).kind, 'unauthorized');
    }
    assert.equal(fake.requests.length, 0);
  });

  const reasons = [
    [400, '{"message":"Scope contains invalid value(s)"}', 'refused', 'Scope contains invalid value(s)'],
    [
      403,
      '{"message":"403 Forbidden - Build is not erasable!"}',
      'forbidden',
      '403 Forbidden - Build is not erasable!',
    ],
    [403, '{"error":"insufficient_scope","error_description":"Not enough."}', 'insufficientScope', 'Not enough.'],
    [404, '{"error":"404 Not Found"}', 'notFound', '404 Not Found'],
    [409, '{"message":{"base":["Resource lock"]}}', 'refused', 'Resource lock'],
    [410, '{"error":"API V3 is no longer supported."}', 'refused', 'API V3 is no longer supported.'],
  ] as const;
  for (const [status, body, kind, reason] of reasons) {
    it(`with status ${status} and ${body} is ${kind}, with its reason`, async () => {
      const failure = await answering(status, body);
      assert.deepEqual([failure.kind, failure.status, failure.reason], [kind, status, reason]);
    });
  }

  it('that is an HTML page is never a success, nor a 404 from GitLab', async () => {
    const page = '<!DOCTYPE html><html><body>Welcome</body></html>';
    const kinds = [
      await failing(htmlPage()),
      await answering(200, page, 'application/xhtml+xml'),
      await answering(404, page, 'text/html; charset=utf-8'),
      await answering(200, page, 'text/plain'),
      await failing({ answer: { status: 200, body: '[]' } }),
    ].map(({ kind }) => kind);
    assert.deepEqual(new Set(kinds), new Set<FailureKind>(['notGitLab']));
  });

  it("that leads to the sign-in page doesn't come from the API", async () => {
    assert.equal((await failing(signInRedirect(fake.url))).kind, 'notGitLab');
    assert.equal((await failureOf(http.json({ ...get(''), url: `${fake.url}/dashboard` }))).kind, 'notGitLab');
    assert.deepEqual(
      fake.requests.map(({ path }) => path),
      ['/api/v3/projects/1/builds', '/dashboard'],
    );
  });

  it("at the wrong base URL doesn't come from GitLab", async () => {
    const wrong = { ...get('user'), url: `${fake.url}/wrong/api/v3/user`, instance: `${fake.url}/wrong` };
    assert.equal((await failureOf(http.json(wrong))).kind, 'notGitLab');
  });

  it("with damaged JSON can't be read", async () => {
    assert.equal((await failing(brokenJson())).kind, 'invalidAnswer');
    assert.equal((await answering(200, '')).kind, 'invalidAnswer');
  });

  it('may be any JSON, labeled with any media type', async () => {
    const answer = { status: 200, headers: { 'Content-Type': 'application/problem+JSON; charset=utf-8' }, body: '{}' };
    fake.faults = [{ answer }];
    assert.deepEqual((await http.json(get('user'))).body, {});
  });

  it('that breaks off is a lost connection', async () => {
    assert.equal((await failing({ truncate: 100 })).kind, 'offline');
  });

  it('with status 500 is a server error', async () => {
    const { kind, status } = await failing(serverError());
    assert.deepEqual([kind, status], ['server', 500]);
  });

  it('with status 429 says when to come back, in each of its formats', async () => {
    const at = new Date(Date.now() + 3_600_000);
    const inSeconds = (await failing(rateLimited({ retryAfter: 3600 }))).retryAt ?? 0;
    assert.ok(Math.abs(inSeconds - at.getTime()) < 60_000, String(inSeconds));
    const whole = Math.floor(at.getTime() / 1000) * 1000;
    const named = [
      await failing(rateLimited({ retryAfter: at.toUTCString() })),
      await failing(rackAttack({ resetAt: whole / 1000 })),
    ];
    assert.deepEqual(
      named.map(({ kind, status, reason, retryAt }) => [kind, status, reason, retryAt]),
      [
        ['rateLimited', 429, 'This endpoint has been requested too many times. Try again later.', whole],
        ['rateLimited', 429, 'Retry later', whole],
      ],
    );
    const proxy = await failing(proxyLimit());
    assert.deepEqual([proxy.kind, proxy.reason, typeof proxy.retryAt], ['rateLimited', undefined, 'number']);
  });
});

describe('Http: no response', () => {
  const http = httpWith();
  const failing = (instance: string) =>
    failureOf(http.json({ method: 'GET', url: `${instance}/api/v3/user`, instance, token: 't', signal: unhurried() }));

  it('is offline if no server is listening', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    assert.deepEqual(await failing(`http://${host}`), { kind: 'offline', host, reason: 'ECONNREFUSED' });
  });

  it('is offline if there is no such host', async () => {
    const { kind, host } = await failing('http://gitlab.invalid');
    assert.deepEqual([kind, host], ['offline', 'gitlab.invalid']);
  });

  it("is not from GitLab if the server doesn't speak HTTP", async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_7.1\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      assert.equal((await failing(`http://127.0.0.1:${port}`)).kind, 'notGitLab');
    } finally {
      server.close();
    }
  });

  it('is about TLS if the certificate is not trusted, or if there is none', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
    const [secure, plain] = await Promise.all([startGitLab({ tls: { key, cert } }), startGitLab()]);
    try {
      const untrusted = await failing(secure.url);
      assert.deepEqual([untrusted.kind, untrusted.reason], ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
      assert.equal((await failing(plain.url.replace('http:', 'https:'))).kind, 'tls');
      assert.deepEqual([secure.requests.length, plain.requests.length], [0, 0]);
    } finally {
      await Promise.all([secure.close(), plain.close()]);
    }
  });
});
