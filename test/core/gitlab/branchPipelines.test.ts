import assert from 'node:assert/strict';
import { withGitLab } from '../../gitlab/each';
import { profileNames, profiles } from '../../gitlab/profiles/profiles';
import { everyPipeline } from '../../gitlab/scenarios';
import { minute, seedProject, shaOf } from '../../gitlab/seed';
import { served } from '../../gitlab/versionTable';
import { hasField } from '../../gitlab/graphql/schema';
import { clientOf, failureOf, Journal, unhurried } from '../support';

/** Versions whose builds name their pipelines. */
const telling = profileNames.filter((name) => served(profiles[name]).api.keys.build.includes('pipeline'));
const withChildren = telling.filter((name) => served(profiles[name]).api.keys.bridge.includes('downstream_pipeline'));

describe('The pipelines of a branch', () => {
  for (const profile of telling) {
    it(`are its newest twenty, each with its builds and their attempts, in GitLab ${profile}`, async () => {
      await withGitLab({ profile }, async (fake) => {
        const { world } = fake;
        const { project } = seedProject(world, {});
        for (let at = 0; at < 23; at++) {
          const sha = shaOf(`branch ${at}`);
          const createdAt = world.now() - (100 - at) * minute;
          world.addCommit(project, { sha, title: `Commit ${at}` });
          world.addPipeline(project, { sha, ref: 'other' });
          const pipeline = world.addPipeline(project, { sha, ref: 'main', createdAt });
          const ran = { sha, pipeline, createdAt, finishedAt: createdAt + 2 * minute } as const;
          world.addBuild(project, { ...ran, name: 'rspec', status: 'failed' });
          world.addBuild(project, { ...ran, name: 'rspec', status: 'success' });
        }
        const client = clientOf(fake, { apiVersion: 'auto', log: new Journal() });
        await client.listing(project.path, { sha: shaOf('branch 22'), ref: 'main' }, unhurried());
        assert.equal(client.listsBranchPipelines, true);
        const before = fake.requests.length;
        const pipelines = await client.pipelines.ofBranch(project.path, ['main'], unhurried());
        assert.equal(fake.requests.length - before, 1);
        assert.deepEqual(
          pipelines.map(({ sha, ref, status }) => [sha, ref, status]),
          Array.from({ length: 20 }, (_, at) => [shaOf(`branch ${22 - at}`), 'main', 'success']),
        );
        const [, second] = pipelines;
        assert.ok(second !== undefined);
        const isTold = hasField(profiles[profile], 'Pipeline', 'commit');
        assert.deepEqual(
          [second.title, second.createdAt !== undefined],
          [isTold ? 'Commit 21' : undefined, served(profiles[profile]).api.keys.pipelineInList.includes('created_at')],
        );
        const { builds } = await client.pipelines.listing(project.path, second, unhurried());
        assert.deepEqual(
          builds.map(({ name, status, attempts }) => [name, status, attempts.map((each) => each.status)]),
          [['rspec', 'success', ['failed']]],
        );
      });
    });
  }

  for (const profile of profileNames.filter((name) => !telling.includes(name))) {
    it(`are not requested if builds don't name their pipeline, in GitLab ${profile}`, async () => {
      await withGitLab({ profile }, async (fake) => {
        const { project, sha } = seedProject(fake.world, {});
        const client = clientOf(fake, { apiVersion: 'auto', log: new Journal() });
        await client.listing(project.path, { sha }, unhurried());
        assert.equal(client.listsBranchPipelines, false);
      });
    });
  }

  for (const profile of withChildren) {
    it(`include those of its merge request, each with its child pipelines, in GitLab ${profile}`, async () => {
      await withGitLab({ profile }, async (fake) => {
        const made = everyPipeline(fake.world);
        const { project, ref, sha, detached, merge, branch } = made;
        const client = clientOf(fake, { apiVersion: 'auto', log: new Journal() });
        await client.listing(project.path, { sha, ref }, unhurried());
        const pipelines = await client.pipelines.ofBranch(project.path, [ref, detached.ref, merge.ref], unhurried());
        const ids = pipelines.map(({ id }) => id);
        for (const { id } of [detached, merge, branch]) assert.ok(ids.includes(id), `no ${id} in ${ids.join()}`);
        assert.deepEqual(
          ids,
          [...ids].sort((a, b) => b - a),
        );
        const own = pipelines.find(({ id }) => id === branch.id) ?? assert.fail();
        const listing = await client.pipelines.listing(project.path, own, unhurried());
        const whole = await client.listing(project.path, { sha, ref }, unhurried());
        assert.deepEqual(
          listing.builds.filter(({ pipeline }) => pipeline === branch.id),
          whole.builds.filter(({ pipeline }) => pipeline === branch.id),
        );
        assert.ok(!listing.pipelines.some(({ id }) => id === detached.id));
      });
    });
  }
});

describe('A pipeline in another project', () => {
  for (const profile of telling.filter((name) => hasDownstream(name))) {
    it(`is named by its bridge, and its builds are listed in its project, in GitLab ${profile}`, async () => {
      await withGitLab({ profile, root: '/gitlab' }, async (fake) => {
        const { project, ref, sha, elsewhere } = everyPipeline(fake.world);
        const client = clientOf(fake, { apiVersion: 'auto', log: new Journal() });
        const { builds } = await client.listing(project.path, { sha, ref }, unhurried());
        const named = builds.find(({ name }) => name === 'roll out')?.elsewhere ?? assert.fail();
        assert.equal(named.pipeline, elsewhere.id);
        const pipeline = await client.pipelines.get(named.project, named.pipeline, unhurried());
        const listing = await client.pipelines.listing(named.project, pipeline, unhurried());
        assert.deepEqual(
          listing.builds.map(({ name, status }) => [name, status]),
          [['deploy', 'running']],
        );
      });
    });

    it(`is refused by GitLab ${profile} if the token can't read it`, async () => {
      await withGitLab({ profile }, async (fake) => {
        const { elsewhere } = everyPipeline(fake.world);
        fake.world.setRole(fake.world.project(elsewhere.projectId), 'dana', undefined);
        const client = clientOf(fake, { apiVersion: 'auto', log: new Journal() });
        const failure = await failureOf(client.pipelines.get('group/deployments', elsewhere.id, unhurried()));
        assert.equal(failure.kind, 'notFound');
      });
    });
  }
});

function hasDownstream(name: (typeof profileNames)[number]): boolean {
  const { api, graphql } = served(profiles[name]);
  if (graphql !== 'absent') return hasField(profiles[name], 'CiJob', 'downstreamPipeline');
  return api.routes.includes('bridges');
}
