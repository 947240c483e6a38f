import assert from 'node:assert/strict';
import { findInstance, type FoundInstance } from '../../../src/core/gitlab/findInstance';
import { createHttp } from '../../../src/core/gitlab/http/http';
import { htmlPage, type Fault } from '../../gitlab/faults';
import { profileNames } from '../../gitlab/profiles/profiles';
import { type FakeGitLab, type FakeOptions, startGitLab } from '../../gitlab/server';
import { failureOf, Journal, unhurried } from '../support';

async function withGitLab(options: FakeOptions, work: (fake: FakeGitLab) => Promise<void>): Promise<void> {
  const fake = await startGitLab(options);
  try {
    await work(fake);
    assert.ok(fake.requests.every(({ headers }) => headers['private-token'] === undefined));
  } finally {
    await fake.close();
  }
}

function find(address: string): Promise<FoundInstance> {
  const http = createHttp({ log: new Journal(), userAgent: 'test' });
  return findInstance(address, { http, signal: unhurried() });
}

describe('The GitLab instance at an address', () => {
  for (const profile of profileNames)
    it(`is found without a token: ${profile}`, () =>
      withGitLab({ profile }, async (fake) => {
        const api = ['8.4', '8.5', '8.9', '8.10', '8.13'].includes(profile) ? 'v3' : 'v4';
        assert.deepEqual(await find(fake.url), { url: fake.url, api });
      }));

  for (const profile of ['8.5', '8.13', '13.4', '18.9'] as const)
    for (const root of ['', '/gitlab'])
      it(`is found above a project of ${profile}, at ${root === '' ? 'its origin' : root}`, () =>
        withGitLab({ profile, root }, async (fake) => {
          assert.equal((await find(`${fake.url}/group/sub/project`)).url, fake.url);
        }));

  it('is found if a proxy hides the version', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const body = '<html>Not here</html>';
      const answer = { status: 404, headers: { 'Content-Type': 'text/html' }, body };
      fake.faults = [{ when: ({ path }) => path === '/api/v4/version', answer }];
      assert.deepEqual(await find(fake.url), { url: fake.url, api: 'v4' });
    }));

  it('is undefined if nothing there belongs to GitLab', () =>
    withGitLab({ root: '/git' }, async (fake) => {
      const address = `${new URL(fake.url).origin}/other/place`;
      const { kind, url } = await failureOf(find(address));
      assert.deepEqual([kind, url], ['noGitLab', address]);
    }));

  const text = (status: number, type: string, body: string): Fault => ({
    answer: { status, headers: { 'Content-Type': type }, body },
  });
  for (const [what, fault] of Object.entries({
    'a sign-in page': htmlPage(),
    'an HTML page that denies access': text(403, 'text/html', '<html>Blocked</html>'),
    "a proxy's 401": text(401, 'text/plain', 'Who are you?'),
    "another API's 401": text(401, 'application/json', '{"error":"unauthenticated"}'),
    'a redirect to another server': { answer: { status: 302, headers: { Location: 'https://sso.example.com/' } } },
  }))
    it(`is unknown behind ${what}`, () =>
      withGitLab({ profile: '18.9' }, async (fake) => {
        fake.faults = [fault];
        assert.equal((await failureOf(find(`${fake.url}/group/project`))).kind, 'notGitLab');
      }));

  it('is not a server that responds with JSON of its own', () =>
    withGitLab({}, async (fake) => {
      fake.faults = [text(200, 'application/json', '{"status":"ok"}')];
      assert.equal((await failureOf(find(fake.url))).kind, 'noGitLab');
    }));

  it("is not searched for at parent paths if the server can't be reached", async () => {
    const fake = await startGitLab();
    await fake.close();
    assert.equal((await failureOf(find(`${fake.url}/group/project`))).kind, 'offline');
  });
});
