import assert from 'node:assert/strict';
import { ask, outcome, post, type Reply, rowOf } from './ask';
import { withGitLab } from './each';
import type { ProfileName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { smallProject } from './scenarios';
import { developerToken, reporterToken, strangerToken } from './seed';
import type { FakeGitLab } from './server';

const unauthorized = [401, { message: '401 Unauthorized' }];
const newer = profileNames.filter((name) => profiles[name].v4 !== 'absent' && !['8.17', '9.0'].includes(name));

function insufficient(scope: string): readonly unknown[] {
  const error_description = 'The request requires higher privileges than provided by the access token.';
  return [403, { error: 'insufficient_scope', error_description, scope }];
}

async function withTokens(name: ProfileName, use: (fake: FakeGitLab) => Promise<void>): Promise<void> {
  await withGitLab({ profile: name }, async (fake) => {
    smallProject(fake.world);
    const { world } = fake;
    for (const scope of ['api', 'read_api', 'read_user'])
      world.addToken({ token: scope, user: 'dana', scopes: [scope] });
    world.addToken({ token: 'expired', user: 'dana', expiresAt: world.now() - 1000 });
    world.addToken({ token: 'revoked', user: 'dana', revoked: true });
    await use(fake);
  });
}

describe('Tokens', () => {
  const user = (fake: FakeGitLab, token: string, version = 'v3'): Promise<Reply> =>
    ask(`${fake.url}/api/${version}/user`, { token });

  it('of a user are unknown before 8.9, and have no scopes before 8.15', async () => {
    for (const [name, status] of [
      ['8.5', 401],
      ['8.9', 200],
      ['8.13', 200],
      ['8.17', 200],
    ] as const) {
      await withTokens(name, async (fake) => {
        assert.deepEqual([name, (await user(fake, 'api')).status], [name, status]);
        const builds = await ask(`${fake.url}/api/v3/projects/1/builds`, { token: 'read_user' });
        assert.deepEqual([name, builds.status], [name, name === '8.9' || name === '8.13' ? 200 : 401]);
        assert.deepEqual(outcome(await user(fake, 'expired')), unauthorized);
      });
    }
  });

  for (const name of newer) {
    it(`without the scope are refused, naming it, on ${name}`, () =>
      withTokens(name, async (fake) => {
        const jobs = `${fake.url}/api/v4/projects/1/jobs`;
        const reads = profiles[name].tokens.readApi;
        const scope = reads ? 'api read_api' : 'api';
        assert.deepEqual(outcome(await ask(jobs, { token: 'read_user' })), insufficient(scope));
        assert.equal((await user(fake, 'read_user', 'v4')).status, 200);
        const read = await ask(jobs, { token: 'read_api' });
        assert.equal(read.status, reads ? 200 : 403);
        const retry = await post(`${jobs}/4/retry`, { token: 'read_api' });
        assert.deepEqual(outcome(retry), insufficient('api'));
        assert.equal((await ask(jobs, { token: 'api' })).status, 200);
      }));

    it(`that are no longer valid say why on ${name}`, () =>
      withTokens(name, async (fake) => {
        const expired = await user(fake, 'expired', 'v4');
        assert.equal(expired.status, 401);
        assert.equal(rowOf(expired)['error'], 'invalid_token');
        assert.match(expired.text, /Token is expired/);
        assert.match(String(expired.headers['www-authenticate']), /^Bearer .*invalid_token/);
        assert.match((await user(fake, 'revoked', 'v4')).text, /Token was revoked/);
        fake.world.revokeToken('api');
        assert.match((await user(fake, 'api', 'v4')).text, /Token was revoked/);
      }));

    it(`are Bearer tokens on ${name}, if it supports them`, () =>
      withTokens(name, async (fake) => {
        const headers = { Authorization: `Bearer ${developerToken}` };
        const { status } = await ask(`${fake.url}/api/v4/user`, { token: null, headers });
        assert.equal(status, profiles[name].tokens.bearer ? 200 : 401);
      }));
  }

  it('describe themselves since 15.5, whatever their scope', () =>
    withTokens('18.9', async (fake) => {
      const reply = await ask(`${fake.url}/api/v4/personal_access_tokens/self`, { token: 'read_user' });
      assert.deepEqual([rowOf(reply)['scopes'], rowOf(reply)['active']], [['read_user'], true]);
      assert.deepEqual(outcome(await ask(`${fake.url}/api/v4/job`, { token: 'api' })), [
        404,
        { message: '404 Job Not Found' },
      ]);
    }));

  it('are not needed for public pipelines later, but an invalid one is worse than none since 10.2', async () => {
    for (const [name, pipelines, artifacts, bad] of [
      ['9.0', 401, 401, 401],
      ['10.8', 401, 200, 401],
      ['13.9', 200, 200, 401],
      ['18.9', 200, 200, 401],
    ] as const) {
      await withGitLab({ profile: name }, async (fake) => {
        fake.world.addUser({ username: 'someone', token: 'someone' });
        const project = fake.world.addProject({ path: 'group/open', visibility: 'public' });
        const artifact = { filename: 'a.zip', files: { a: 'a' } };
        fake.world.addBuild(project, { sha: 'a'.repeat(40), name: 'x', status: 'success', artifacts: artifact });
        const base = `${fake.url}/api/v4/projects/1`;
        const codes = await Promise.all([
          ask(`${base}/pipelines`, { token: null }),
          ask(`${base}/jobs/1/artifacts`, { token: null }),
          ask(`${base}/pipelines`, { token: 'bad' }),
          ask(`${base}/jobs`, { token: null }),
        ]);
        assert.deepEqual([name, ...codes.map(({ status }) => status)], [name, pipelines, artifacts, bad, 401]);
      });
    }
  });

  it('of a blocked user are refused with a reason later', () =>
    withTokens('18.9', async (fake) => {
      fake.world.setUserState('dana', 'blocked');
      const [status, body] = outcome(await user(fake, developerToken, 'v4'));
      assert.deepEqual([status, body], [403, { message: '403 Forbidden - Your account has been blocked.' }]);
    }));
});

describe('Roles in v4', () => {
  for (const name of newer) {
    it(`are those of v3 on ${name}: Reporters read, non-members find nothing, Guests read public builds`, () =>
      withTokens(name, async (fake) => {
        const jobs = `${fake.url}/api/v4/projects/1/jobs`;
        const asked = async (path: string, token: string): Promise<number> =>
          (await ask(`${jobs}${path}`, { token })).status;
        assert.deepEqual([await asked('', reporterToken), await asked('/4', reporterToken)], [200, 200]);
        assert.equal((await post(`${jobs}/4/retry`, { token: reporterToken })).status, 403);
        const none = [404, { message: '404 Project Not Found' }];
        assert.deepEqual(outcome(await ask(`${jobs}/4`, { token: strangerToken })), none);
        assert.deepEqual(outcome(await post(`${jobs}/4/retry`, { token: strangerToken })), none);
        fake.world.setRole(fake.world.project(1), 'stan', 'guest');
        assert.equal(await asked('/4', strangerToken), 200);
        const closed = fake.world.addProject({ path: 'group/closed', publicBuilds: false, members: { stan: 'guest' } });
        fake.world.addBuild(closed, { sha: 'b'.repeat(40), name: 'x' });
        const list = await ask(`${fake.url}/api/v4/projects/${closed.id}/jobs`, { token: strangerToken });
        assert.equal(list.status, ['10.8', '11.0'].includes(name) ? 200 : 403);
      }));
  }
});

describe('A project that has moved', () => {
  it('redirects from its old path to its ID on 16.7 and later, only for GET', () =>
    withTokens('18.9', async (fake) => {
      const project = fake.world.project(1);
      fake.world.moveProject(project, 'other/place');
      const old = `${fake.url}/api/v4/projects/${encodeURIComponent('group/sub.project')}`;
      const reply = await ask(`${old}/jobs?per_page=2`);
      assert.equal(reply.status, 301);
      assert.equal(reply.headers.location, `${fake.url}/api/v4/projects/1/jobs?per_page=2`);
      assert.match(reply.text, /^This resource has been moved permanently to /);
      const action = await post(`${old}/jobs/4/retry`);
      assert.deepEqual(outcome(action), [405, { message: 'Non GET methods are not allowed for moved projects' }]);
      assert.equal((await ask(`${fake.url}/api/v4/projects/other%2Fplace`)).status, 200);
    }));

  it("doesn't exist for users who can't see it", () =>
    withTokens('18.9', async (fake) => {
      fake.world.moveProject(fake.world.project(1), 'other/place');
      const reply = await ask(`${fake.url}/api/v4/projects/group%2Fsub.project`, { token: strangerToken });
      assert.deepEqual(outcome(reply), [404, { message: '404 Project Not Found' }]);
    }));

  it('is not found by its old path on earlier versions', () =>
    withTokens('15.9', async (fake) => {
      fake.world.moveProject(fake.world.project(1), 'other/place');
      const { status } = await ask(`${fake.url}/api/v4/projects/group%2Fsub.project`);
      assert.equal(status, 404);
    }));
});

describe('The rate limit on job lists', () => {
  it("is 600 per minute and user, in GitLab's own format", async () => {
    let now = Date.parse('2026-03-01T12:00:00Z');
    await withGitLab({ profile: '18.9', now: () => now }, async (fake) => {
      smallProject(fake.world);
      const list = (): Promise<Reply> => ask(`${fake.url}/api/v4/projects/1/jobs?per_page=1`);
      for (let batch = 0; batch < 12; batch++) await Promise.all(Array.from({ length: 50 }, list));
      const refused = await list();
      const error = 'This endpoint has been requested too many times. Try again later.';
      assert.deepEqual(outcome(refused), [429, { message: { error } }]);
      assert.equal(refused.headers['retry-after'], '60');
      now += 61_000;
      assert.equal((await list()).status, 200);
    });
  }).timeout(10_000);
});
