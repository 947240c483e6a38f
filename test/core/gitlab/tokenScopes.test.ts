import assert from 'node:assert/strict';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { TokenPage } from '../../../src/core/gitlab/tokenPage';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { profileNames } from '../../gitlab/profiles/profiles';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { buildsAt, clientOf, failureOf, httpWith, Journal, unhurried } from '../support';

/** Those that say what is the matter with a token: 10.2 and later. */
const explaining = profileNames.filter((name) => profileNames.indexOf(name) >= profileNames.indexOf('10.8'));

describe('GitLabClient: a token', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const start = async (profile: ProfileName) => {
    fake = await startGitLab({ profile });
    small = smallProject(fake.world);
  };
  const clientWith = (token: string): GitLabClient => clientOf(fake, { apiVersion: 'auto', token });
  /** Its token may be another from one call to the next. */
  const changing = (token: () => string | undefined) =>
    new GitLabClient({ url: fake.url, hosts: [], apiVersion: 'auto' }, httpWith(), async () => token(), new Journal());
  const list = (client: GitLabClient) => buildsAt(client, small.project.path, small.sha);
  const lint = () => small.builds.lint.id;

  afterEach(() => fake.close());

  for (const profile of profileNames) {
    it(`that doesn't exist is reported as refused by ${profile}, with nothing cached`, async () => {
      await start(profile);
      const { kind, status } = await failureOf(list(clientWith('no-such-token')));
      assert.deepEqual([kind, status], ['unauthorized', 401]);
    });

    it(`that doesn't exist is reported as refused by ${profile}, once the server is known`, async () => {
      await start(profile);
      let token = small.token;
      const client = changing(() => token);
      await list(client);
      token = 'no-such-token';
      assert.equal((await failureOf(list(client))).kind, 'unauthorized');
      token = small.token;
      assert.equal((await list(client)).length, 7);
    });

    it(`that is missing is reported as refused by ${profile}`, async () => {
      await start(profile);
      const client = changing(() => undefined);
      assert.equal((await failureOf(list(client))).kind, 'unauthorized');
    });
  }

  for (const profile of explaining) {
    it(`that has expired, or was revoked, is reported as that on ${profile}, with nothing cached`, async () => {
      await start(profile);
      const { world } = fake;
      world.addToken({ token: 'old', user: small.username, expiresAt: world.now() - 1000 });
      world.addToken({ token: 'withdrawn', user: small.username, revoked: true });
      assert.equal((await failureOf(list(clientWith('old')))).kind, 'expired');
      assert.equal((await failureOf(list(clientWith('withdrawn')))).kind, 'revoked');
    });

    it(`that is revoked while in use is reported as that on ${profile}, for lists and for actions`, async () => {
      await start(profile);
      fake.world.addToken({ token: 'good-once', user: small.username });
      const client = clientWith('good-once');
      assert.equal((await list(client)).length, 7);
      fake.world.revokeToken('good-once');
      assert.equal((await failureOf(list(client))).kind, 'revoked');
      assert.equal((await failureOf(client.act(small.project.path, lint(), 'retry', unhurried()))).kind, 'revoked');
    });

    it(`that lacks the scope is reported with the scopes that would suffice on ${profile}`, async () => {
      await start(profile);
      fake.world.addToken({ token: 'weak', user: small.username, scopes: ['read_user'] });
      const { kind, status, reason } = await failureOf(list(clientWith('weak')));
      assert.deepEqual([kind, status], ['insufficientScope', 403]);
      assert.match(reason ?? '', /^api( read_api)?$/);
    });

    it(`that has no API scope at all is refused before anything else on ${profile}`, async () => {
      await start(profile);
      fake.world.addToken({ token: 'git-only', user: small.username, scopes: ['read_repository'] });
      assert.equal((await failureOf(clientWith('git-only').user(unhurried()))).kind, 'insufficientScope');
    });
  }

  it('that lacks the scope is a 401 without a reason from 8.15 to 10.1', async () => {
    await start('9.0');
    fake.world.addToken({ token: 'weak', user: small.username, scopes: ['read_user'] });
    assert.equal((await failureOf(list(clientWith('weak')))).kind, 'unauthorized');
  });

  for (const profile of ['13.4', '15.9', '18.9'] as const)
    it(`that is read-only can list, and is refused the action with the scope for it, on ${profile}`, async () => {
      await start(profile);
      fake.world.addToken({ token: 'reader', user: small.username, scopes: ['read_api'] });
      const client = clientWith('reader');
      assert.equal((await list(client)).length, 7);
      await client.learn(unhurried());
      assert.equal(client.readOnly, profile !== '13.4');
      const failure = await failureOf(client.act(small.project.path, lint(), 'retry', unhurried()));
      assert.deepEqual([failure.kind, failure.reason], ['insufficientScope', 'api']);
      assert.equal(client.readOnly, true);
    });

  it('has its scopes read if GitLab lists them', async () => {
    await start('18.9');
    fake.world.addToken({ token: 'reader', user: small.username, scopes: ['read_api', 'read_user'] });
    const client = clientWith('reader');
    assert.deepEqual([client.scopes, client.readOnly], [[], false]);
    await client.learn(unhurried());
    assert.deepEqual([client.scopes, client.readOnly], [['read_api', 'read_user'], true]);
  });

  it('has its scopes requested once', async () => {
    await start('18.9');
    const client = clientWith(small.token);
    for (let times = 0; times < 3; times += 1) await client.learn(unhurried());
    await list(client);
    assert.equal(fake.requests.filter(({ path }) => path.endsWith('/self')).length, 1);
  });

  for (const profile of ['8.5', '10.8', '13.9'] as const)
    it(`has no scopes listed on ${profile}, and they are not requested there`, async () => {
      await start(profile);
      const client = clientWith(small.token);
      await client.learn(unhurried());
      assert.deepEqual([client.scopes, client.readOnly], [[], false]);
      assert.ok(!fake.requests.some(({ path }) => path.includes('personal_access_tokens')));
    });

  it("that is fine-grained and can't do one thing may still do others", async () => {
    await start('18.9');
    const client = clientWith(small.token);
    await list(client);
    const body = JSON.stringify({ error: 'insufficient_granular_scope', error_description: 'It lacks [retry_job].' });
    const headers = { 'Content-Type': 'application/json' };
    fake.faults = [{ when: ({ method }) => method === 'POST', answer: { status: 403, headers, body } }];
    const failure = await failureOf(client.act(small.project.path, lint(), 'retry', unhurried()));
    assert.deepEqual([failure.kind, failure.reason], ['insufficientScope', 'It lacks [retry_job].']);
    assert.equal(client.readOnly, false);
  });
});

describe('GitLabClient: the page for creating a token', () => {
  const page = 'personal_access_tokens?name=GitLab+Builds&scopes=api';
  const places: Readonly<Record<string, readonly [TokenPage['kind'], string]>> = {
    '8.4 8.5 8.9 8.10 8.13': ['private', 'profile/account'],
    '8.17 9.0 10.8': ['either', 'profile/personal_access_tokens'],
    '11.0 13.4 13.9': ['personal', `-/profile/${page}`],
    '15.9 18.9 18.10': ['personal', `-/user_settings/${page}`],
  };
  const names = Object.keys(places).flatMap((each) => each.split(' ') as ProfileName[]);

  it('is known for every version', () => assert.deepEqual(names, profileNames));

  for (const [profiles, [kind, path]] of Object.entries(places))
    for (const profile of profiles.split(' ') as ProfileName[])
      it(`is the one of ${profile}, found without a token`, async () => {
        const fake = await startGitLab({ profile, root: '/git' });
        try {
          const place = await clientOf(fake, { apiVersion: 'auto' }).tokenPage(unhurried());
          assert.deepEqual(place, { kind, url: `${fake.url}/${path}` });
          assert.ok(fake.requests.every(({ headers }) => headers['private-token'] === undefined));
          assert.ok(fake.requests.length <= 3);
        } finally {
          await fake.close();
        }
      });

  it("is not guessed if the server can't be asked", async () => {
    const fake = await startGitLab();
    await fake.close();
    const log = new Journal();
    const failure = await failureOf(clientOf(fake, { apiVersion: 'auto', log }).tokenPage(unhurried()));
    assert.equal(failure.kind, 'offline');
  });
});
