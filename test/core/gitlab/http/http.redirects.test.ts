import assert from 'node:assert/strict';
import { globalAgent } from 'node:https';
import { generate } from 'selfsigned';
import type { Http, HttpRequest } from '../../../../src/core/gitlab/http/request';
import type { Fault } from '../../../gitlab/faults';
import { smallProject } from '../../../gitlab/scenarios';
import { developerToken } from '../../../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../../gitlab/server';
import { bytesOf, failureOf, httpWith, unhurried } from '../../support';

describe('Http: a redirect', () => {
  const running: FakeGitLab[] = [];
  let fake: FakeGitLab;
  let http: Http;

  const start = async (options: FakeOptions = {}): Promise<FakeGitLab> => {
    const started = await startGitLab(options);
    running.push(started);
    smallProject(started.world);
    return started;
  };
  const to = (location: string, status = 302): Fault => ({ answer: { status, headers: { Location: location } } });
  const request = (path: string, changes: Partial<HttpRequest> = {}): HttpRequest => {
    const common = { method: 'GET', instance: fake.url, token: developerToken, signal: unhurried() } as const;
    return { ...common, url: `${fake.url}${path}`, ...changes };
  };
  const tokens = ({ requests }: { requests: FakeGitLab['requests'] }) =>
    requests.map(({ path, headers }) => [path, headers['private-token']]);

  beforeEach(async () => {
    http = httpWith();
    fake = await start();
  });
  afterEach(() => Promise.all(running.splice(0).map((one) => one.close())));

  it('below the base URL is followed with the token', async () => {
    fake.faults = [{ ...to('/api/v3/user'), times: 1 }];
    const { body } = await http.json(request('/api/v3/here'));
    assert.equal((body as Record<string, unknown>)['username'], 'dana');
    assert.deepEqual(tokens(fake), [
      ['/api/v3/here', developerToken],
      ['/api/v3/user', developerToken],
    ]);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`of ${status} is followed`, async () => {
      fake.faults = [{ ...to(`${fake.url}/api/v3/user`, status), times: 1 }];
      await http.json(request('/api/v3/here'));
      assert.equal(fake.requests.length, 2);
    });
  }

  it('to the object storage is followed for a file, without the token', async () => {
    const remote = await start({ artifacts: 'redirect' });
    const url = `${remote.url}/api/v3/projects/1/builds/4/artifacts`;
    const { size, body } = await http.stream(request('', { url, instance: remote.url }));
    assert.equal((await bytesOf(body)).length, size);
    assert.equal(remote.storage.requests.length, 1);
    const { headers } = remote.storage.requests[0]!;
    assert.doesNotMatch(JSON.stringify(headers), new RegExp(developerToken));
    assert.deepEqual(
      ['private-token', 'authorization', 'cookie', 'referer'].filter((name) => name in headers),
      [],
    );
  });

  it('to another port of the same host is followed for a file, without the token', async () => {
    const other = await start();
    fake.faults = [to(`${other.url}/api/v3/projects/1/builds/4/artifacts`)];
    const { kind, status } = await failureOf(http.stream(request('/file')));
    // Who is no GitLab of the user's does not make them sign in again.
    assert.deepEqual([kind, status], ['storage', 401]);
    assert.deepEqual(tokens(other), [['/api/v3/projects/1/builds/4/artifacts', undefined]]);
  });

  it('back from another host gets the token again only below the base URL', async () => {
    const other = await start();
    fake.faults = [{ ...to(`${other.url}/file`), times: 1 }];
    other.faults = [to(`${fake.url}/api/v3/projects/1/builds/4/artifacts`)];
    await bytesOf((await http.stream(request('/api/v3/file'))).body);
    assert.deepEqual(tokens(other), [['/file', undefined]]);
    assert.equal(fake.requests.at(-1)?.headers['private-token'], developerToken);
  });

  it('to a sibling of the relative URL root is sent without the token', async () => {
    const rooted = await start({ root: '/gitlab' });
    const siblings = ['/other/user', '/gitlab2/user', '/gitlab', '/', '/gitlab/../other/user', '/gitlab/%2e%2e/x'];
    for (const path of siblings) {
      rooted.faults = [{ ...to(path), times: 1 }];
      await failureOf(http.json(request('', { url: `${rooted.url}/api/v3/x`, instance: rooted.url })));
    }
    const outside = rooted.requests.filter(({ path }) => path !== '/gitlab/api/v3/x');
    assert.equal(outside.length, siblings.length);
    assert.ok(outside.every(({ headers }) => headers['private-token'] === undefined));
  });

  it('is not needed to keep the token from other places', async () => {
    const other = await start();
    await failureOf(http.json(request('', { url: `${other.url}/api/v3/user` })));
    assert.deepEqual(tokens(other), [['/api/v3/user', undefined]]);
  });

  it('of the API to another origin is refused, and nothing reaches that origin', async () => {
    const other = await start();
    fake.faults = [to(`${other.url}/api/v3/user`)];
    const failure = await failureOf(http.json(request('/api/v3/user')));
    assert.deepEqual([failure.kind, failure.reason], ['notGitLab', `a redirect to ${other.url}`]);
    assert.equal(other.requests.length, 0);
  });

  it('of a POST is refused, whatever its status, and neither URL is requested again', async () => {
    const other = await start();
    for (const status of [301, 302, 303, 307, 308]) {
      for (const location of [`${other.url}/x`, `${fake.url}/api/v3/x`]) {
        fake.faults = [to(location, status)];
        fake.requests.length = 0;
        const failure = await failureOf(http.json(request('/api/v3/y', { method: 'POST' })));
        assert.equal(failure.kind, 'notGitLab');
        assert.deepEqual([fake.requests.length, other.requests.length], [1, 0]);
      }
    }
  });

  it('is followed five times at most', async () => {
    const hops = (count: number): Fault[] =>
      Array.from({ length: count }, (_, hop) => ({
        ...to(hop === count - 1 ? '/api/v3/user' : `/api/${hop}`),
        times: 1,
      }));
    fake.faults = hops(5);
    await http.json(request('/api/v3/start'));
    assert.equal(fake.requests.length, 6);
    fake.requests.length = 0;
    fake.faults = hops(6);
    const failure = await failureOf(http.json(request('/api/v3/start')));
    assert.deepEqual([failure.kind, failure.reason], ['notGitLab', 'more than 5 redirects']);
    assert.equal(fake.requests.length, 6);
  });

  it('that leads back is a loop, and each URL is requested once', async () => {
    const loops: Readonly<Record<string, readonly [Fault[], number]>> = {
      'to itself': [[to('/api/v3/user')], 1],
      'to itself, with a query that grows': [[to('/api/v3/user?to=%2Fapi%2Fv3%2Fuser')], 1],
      'of two': [[{ ...to('/gate'), when: ({ path }) => path === '/api/v3/user' }, to('/api/v3/user')], 2],
    };
    for (const [what, [faults, requests]] of Object.entries(loops)) {
      fake.requests.length = 0;
      fake.faults = faults;
      const failure = await failureOf(http.json(request('/api/v3/user')));
      assert.deepEqual(
        [failure.kind, failure.reason, fake.requests.length],
        ['notGitLab', 'a redirect loop', requests],
        what,
      );
    }
    fake.requests.length = 0;
    fake.faults = [to('/file?part=2')];
    assert.equal((await failureOf(http.stream(request('/file?part=1')))).reason, 'a redirect loop');
    assert.equal(fake.requests.length, 2);
  });

  for (const root of ['', '/gitlab'])
    for (const method of ['POST', 'DELETE'] as const)
      it(`of a ${method} to the root page of GitLab${root} says that nothing can be changed`, async () => {
        const instance = `${fake.url}${root}`;
        const { port } = new URL(fake.url);
        const change = request('', { url: `${instance}/api/v4/projects/1`, instance, method, body: {} });
        for (const location of [`${instance}/`, instance, `${root}/`, `https://127.0.0.1:${port}${root}/`]) {
          fake.faults = [to(location, 301)];
          const failure = await failureOf(http.json(change));
          assert.deepEqual([failure.kind, failure.reason], ['server', 'a redirect to the root page'], location);
        }
        for (const location of ['http://portal.example.com/', `${instance}/login`, `${fake.url}/elsewhere/`]) {
          fake.faults = [to(location, 301)];
          assert.equal((await failureOf(http.json(change))).kind, 'notGitLab', location);
        }
        fake.faults = [to(`${instance}/users/sign_in`)];
        assert.equal((await failureOf(http.json(change))).reason, 'a redirect to the sign-in page');
      });

  it("of a query to the root page doesn't come from GitLab, since a query changes nothing", async () => {
    fake.faults = [to('/', 301)];
    const query = request('/api/graphql', { method: 'POST', body: {}, changesNothing: true });
    assert.equal((await failureOf(http.json(query))).kind, 'notGitLab');
  });

  it("to nowhere, or to something that isn't on the web, is refused", async () => {
    for (const location of [
      'http://',
      'http://[',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:,x',
      'ftp://x/',
    ]) {
      fake.faults = [to(location)];
      assert.equal((await failureOf(http.stream(request('/file')))).kind, 'notGitLab', location);
    }
  });

  it("without a target doesn't come from GitLab", async () => {
    fake.faults = [{ answer: { status: 302 } }];
    assert.equal((await failureOf(http.json(request('/api/v3/user')))).kind, 'notGitLab');
  });

  it('to the sign-in page is not followed, not even for a file', async () => {
    fake.faults = [to(`${fake.url}/users/sign_in`)];
    assert.equal((await failureOf(http.stream(request('/file')))).kind, 'notGitLab');
    assert.equal(fake.requests.length, 1);
  });

  it('to an HTML page is not a file', async () => {
    fake.faults = [{ ...to('/page'), times: 1 }, { answer: { status: 200, headers: { 'Content-Type': 'text/html' } } }];
    assert.equal((await failureOf(http.stream(request('/file')))).kind, 'notGitLab');
  });

  describe('from https', () => {
    let secure: FakeGitLab;
    const trusted = globalAgent.options.ca;
    beforeEach(async () => {
      const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
      });
      globalAgent.options.ca = cert;
      secure = await start({ tls: { key, cert }, artifacts: 'redirect' });
    });
    afterEach(() => {
      globalAgent.options.ca = trusted;
      globalAgent.destroy();
    });

    it('to http is refused, even for a file, and nothing reaches http', async () => {
      secure.faults = [to(`${fake.url}/file`)];
      const file = request('', { url: `${secure.url}/api/v3/file`, instance: secure.url });
      const failure = await failureOf(http.stream(file));
      assert.deepEqual([failure.kind, failure.reason], ['notGitLab', 'a redirect from https to http']);
      assert.equal(fake.requests.length, 0);
    });

    it('to https is followed', async () => {
      const url = `${secure.url}/api/v3/projects/1/builds/4/artifacts`;
      const { size, body } = await http.stream(request('', { url, instance: secure.url }));
      assert.equal((await bytesOf(body)).length, size);
      assert.equal(secure.storage.requests[0]?.headers['private-token'], undefined);
    });
  });
});
