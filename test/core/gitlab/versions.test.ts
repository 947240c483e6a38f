import assert from 'node:assert/strict';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import { profileNames } from '../../gitlab/profiles/profiles';
import { manyBuilds, smallProject, type SmallProject } from '../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { bytesOf, clientOf, failureOf, unhurried } from '../support';

/** The product's promise: one model, whatever GitLab it is. Each test runs on every version, found out from cold. */
for (const profile of profileNames) {
  describe(`GitLabClient on ${profile}`, () => {
    let fake: FakeGitLab;
    let small: SmallProject;
    let client: GitLabClient;
    const isV3 = profile.startsWith('8.');

    beforeEach(async () => {
      fake = await startGitLab({ profile });
      small = smallProject(fake.world);
      client = clientOf(fake, { apiVersion: 'auto' });
    });
    afterEach(() => fake.close());

    const list = () => client.commitBuilds(small.project.path, small.sha, unhurried());
    const named = async (name: string) => {
      const build = (await list()).find((one) => one.name === name);
      assert.ok(build, `no ${name}`);
      return build;
    };

    it('finds out which API to speak', async () => {
      await list();
      assert.equal(client.server?.api, isV3 ? 'v3' : 'v4');
      // Up to 8.12 no GitLab tells its version.
      const told = /^\d+\.\d+/.exec(client.server.version ?? '')?.[0];
      assert.equal(told, ['8.4', '8.5', '8.9', '8.10'].includes(profile) ? undefined : profile);
    });

    it('knows the page where one makes a token', async () => {
      const page = (await client.tokenPage(unhurried())).slice(fake.url.length);
      const made = '/-/profile/personal_access_tokens?name=GitLab+Builds&scopes=api';
      // 8.17 has a v4 already.
      assert.equal(page, isV3 && profile !== '8.17' ? '/profile/account' : made);
      assert.ok(fake.requests.every(({ headers }) => headers['private-token'] === undefined));
    });

    it('lists every build with its attempts, in the order of the stages', async () => {
      const builds = await list();
      assert.deepEqual([...new Set(builds.map(({ stage }) => stage))], ['build', 'test', 'deploy']);
      assert.equal(builds.length, 7);
      const rspec = await named('rspec');
      assert.equal(rspec.status, 'success');
      assert.equal(rspec.coverage, 98.29);
      assert.equal(rspec.runner, 'docker-01');
      assert.deepEqual(
        rspec.attempts.map(({ id, status }) => [id, status]),
        [[small.builds.firstRspec.id, 'failed']],
      );
    });

    for (const count of [1, 20, 101, 1000]) {
      it(`lists all of ${count} builds`, async () => {
        const many = manyBuilds(fake.world, count);
        const builds = await client.commitBuilds(many.project.path, many.sha, unhurried());
        assert.equal(new Set(builds.map(({ id }) => id)).size, count);
      });
    }

    it('asks little once it knows the server and the project', async () => {
      await list();
      const since = fake.requests.length;
      await list();
      const asked = fake.requests.slice(since).map(({ path }) => path.replace(/\?.*/, ''));
      if (isV3) assert.equal(asked.length, 1);
      else assert.ok(asked.length <= 4, asked.join(' '));
    });

    it('says of a commit without CI that it has no builds', async () => {
      assert.deepEqual(await client.commitBuilds(small.project.path, small.shaWithoutCi, unhurried()), []);
    });

    it('says that a project is unknown', async () => {
      const failure = await failureOf(client.commitBuilds('group/unknown', small.sha, unhurried()));
      assert.equal(failure.kind, 'notFound');
      assert.match(failure.reason ?? '', /Project Not Found/);
    });

    it('says that a token is refused', async () => {
      const stranger = clientOf(fake, { apiVersion: 'auto', token: 'no-such-token' });
      assert.equal((await failureOf(stranger.user(unhurried()))).kind, 'unauthorized');
      assert.equal(
        (await failureOf(stranger.commitBuilds(small.project.path, small.sha, unhurried()))).kind,
        'unauthorized',
      );
    });

    it('retries a build: a new one takes its place', async () => {
      const lint = await named('lint');
      const answer = await client.act(small.project.path, lint.id, 'retry', unhurried());
      assert.notEqual(answer.id, lint.id);
      const after = await named('lint');
      assert.equal(after.id, answer.id);
      assert.deepEqual(
        after.attempts.map(({ id }) => id),
        [lint.id],
      );
    });

    it('cancels a build, and leaves one that has ended as it is', async () => {
      const { id } = await named('production');
      assert.equal((await client.act(small.project.path, id, 'cancel', unhurried())).status, 'canceled');
      assert.equal((await client.act(small.project.path, id, 'cancel', unhurried())).status, 'canceled');
    });

    it('tells why a build is not erased', async () => {
      const { id } = await named('production');
      const refusal = await failureOf(client.act(small.project.path, id, 'erase', unhurried()));
      assert.equal(refusal.kind, profile === '8.4' ? 'unsupported' : 'forbidden');
      if (profile !== '8.4') assert.match(refusal.reason ?? '', /^403 Forbidden( - (Build|Job) is not erasable!)?$/);
    });

    it('reads one build, and the recent ones of one scope', async () => {
      const { id } = await named('lint');
      assert.equal((await client.build(small.project.path, id, unhurried())).status, 'canceled');
      const recent = await client.recentBuilds(small.project.path, 'failed', unhurried());
      assert.ok(recent.length > 0 && recent.every(({ status }) => status === 'failed'));
    });

    it('downloads artifacts', async () => {
      const { id, artifacts } = await named('compile');
      const download = client.artifacts(small.project.path, id, unhurried());
      if (profile === '8.4') {
        assert.equal((await failureOf(download)).kind, 'unsupported');
        return;
      }
      const { size, body } = await download;
      const bytes = await bytesOf(body);
      assert.equal(size, bytes.length);
      assert.equal(artifacts?.size, bytes.length);
    });
  });
}
