import assert from 'node:assert/strict';
import { ask, type Ask } from './ask';
import { withGitLab } from './each';
import type { ProfileName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { seedProject } from './seed';
import type { FakeGitLab } from './server';

/** What a client can tell versions by: status, and whether the body is JSON. */
async function probe(fake: FakeGitLab, path: string, options: Ask = {}): Promise<string> {
  const { status, headers, text } = await ask(`${fake.url}/api/${path}`, { headers: { Accept: '*/*' }, ...options });
  const type = headers['content-type'] ?? '';
  if (status === 302) return `302 ${String(headers.location).replace(fake.url, '')}`;
  return `${status} ${type.includes('json') ? text.replace(/"version":"([\d.]+).*/, '$1') : type.split(';')[0]}`;
}

const apis = ['v3/version', 'v4/version', 'v4/projects/1/jobs', 'v4/projects/1/builds', 'v3/user', 'v5/version'];
const page = '404 text/html';
const noRoute = '404 {"error":"404 Not Found"}';
const gone = '410 {"error":"API V3 is no longer supported. Use API V4 instead."}';
const unauthorized = '401 {"message":"401 Unauthorized"}';
const signIn = '302 /users/sign_in';

/** Of `apis`, in their order: with a good token, and with a bad one. */
const answers: Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>> = {
  '8.4 8.5 8.9 8.10': [
    [page, page, page, page, '200', page],
    [page, page, page, page, unauthorized, page],
  ],
  '8.13': [
    ['200', page, page, page, '200', page],
    [unauthorized, signIn, signIn, signIn, unauthorized, signIn],
  ],
  '8.17': [
    ['200', '200', noRoute, '200', '200', page],
    [unauthorized, unauthorized, noRoute, unauthorized, unauthorized, signIn],
  ],
  '9.0 10.8': [
    ['200', '200', '200', noRoute, '200', page],
    [unauthorized, unauthorized, unauthorized, noRoute, unauthorized, signIn],
  ],
  '11.0 13.4 13.9 15.9 18.9 18.10': [
    [gone, '200', '200', noRoute, '200', page],
    [gone, unauthorized, unauthorized, noRoute, unauthorized, signIn],
  ],
};

describe('The features that reveal a GitLab version', () => {
  it('are known for all profiles', () => {
    const known = Object.keys(answers).flatMap((names) => names.split(' '));
    assert.deepEqual(known, profileNames);
  });

  for (const [names, [good, bad]] of Object.entries(answers)) {
    for (const name of names.split(' ') as readonly ProfileName[]) {
      it(`are correct on ${name}`, () =>
        withGitLab({ profile: name }, async (fake) => {
          seedProject(fake.world);
          for (const [index, path] of apis.entries()) {
            const seen = await probe(fake, path);
            const expected = good[index]!;
            assert.ok(seen === expected || (expected === '200' && seen.startsWith('200 ')), `${path}: ${seen}`);
            assert.equal(`${path}: ${await probe(fake, path, { token: 'bad' })}`, `${path}: ${bad[index]!}`);
          }
        }));
    }
  }

  it("don't include the response to Accept: application/json, since Rails answers unrouted paths in JSON then", () =>
    withGitLab({ profile: '8.13' }, async (fake) => {
      seedProject(fake.world);
      const headers = { Accept: 'application/json' };
      assert.match(await probe(fake, 'v4/version', { token: 'bad', headers }), /^401 /);
      assert.equal((await ask(`${fake.url}/api/v4/version`, { headers })).status, 404);
    }));

  for (const name of profileNames.filter((each) => profiles[each].v4 !== 'absent')) {
    it(`include the version itself on ${name}`, () =>
      withGitLab({ profile: name }, async (fake) => {
        seedProject(fake.world);
        const row = JSON.parse((await ask(`${fake.url}/api/v4/version`)).text) as Readonly<Record<string, unknown>>;
        assert.equal(row['version'], profiles[name].version);
        assert.equal('kas' in row, ['15.9', '18.9', '18.10'].includes(name));
        assert.equal((await ask(`${fake.url}/api/v4/version`, { token: null })).status, 401);
      }));
  }

  it('include that v3 is gone with any method, except for the user', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      seedProject(fake.world);
      for (const method of ['POST', 'DELETE'])
        assert.equal(await probe(fake, 'v3/projects/1/builds', { method }), gone);
      assert.equal(await probe(fake, 'v3/user', { token: null }), unauthorized);
    }));

  it("include a header of later versions, and the account's private token on early ones", async () => {
    for (const name of profileNames) {
      await withGitLab({ profile: name }, async (fake) => {
        seedProject(fake.world);
        const { headers, text } = await ask(`${fake.url}/api/v3/user`);
        const row = JSON.parse(text) as Readonly<Record<string, unknown>>;
        const has = ['x-gitlab-meta' in headers, 'private_token' in row];
        const age = profileNames.indexOf(name);
        assert.deepEqual(
          [name, ...has],
          [name, age >= profileNames.indexOf('13.4'), age < profileNames.indexOf('10.8')],
        );
      });
    }
  });
});
