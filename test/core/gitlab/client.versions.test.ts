import assert from 'node:assert/strict';
import { flatten } from '../../../src/core/model/arrange';
import { can } from '../../../src/core/model/abilities';
import type { Build } from '../../../src/core/model/build';
import { profiles } from '../../gitlab/profiles/profiles';
import { manyBuilds } from '../../gitlab/scenarios';
import { buildsAt, failureOf, unhurried } from '../support';
import { onEach, type Stage } from './staged';

/** The product's promise: one model, whatever GitLab it is. Each test runs on every version, found out from cold. */
describe('GitLabClient, in any version,', () => {
  onEach('finds out which API to use, with no more requests than necessary', async (stage) => {
    const { client, fake, profile, api } = stage;
    await client.user(unhurried());
    // Up to 8.12 no GitLab tells its version.
    const version = ['8.4', '8.5', '8.9', '8.10'].includes(profile) ? undefined : profiles[profile].version;
    assert.deepEqual(client.server, { api, version });
    const asked = fake.requests.map(({ path }) => path.replace('/api/', ''));
    const probes = version === undefined ? ['v4/version', 'v3/version', 'v3/user'] : ['v4/version', 'v3/version'];
    assert.deepEqual(asked, [...(stage.has('8.17') ? ['v4/version'] : probes), `${api}/user`]);
  });

  onEach('lists every build with its attempts, in the order of the stages', async (stage) => {
    const { builds } = await stage.listing();
    assert.deepEqual([...new Set(builds.map((build) => build.stage))], ['build', 'test', 'deploy']);
    assert.equal(builds.length, 7);
    const rspec = builds.find(({ name }) => name === 'rspec');
    // GraphQL does not tell the runner before 16.2; the build alone does.
    const isTold = !stage.has('14.0') || stage.has('16.2');
    const runner = isTold ? 'docker-01' : undefined;
    assert.deepEqual([rspec?.status, rspec?.coverage, rspec?.runner], ['success', 98.29, runner]);
    assert.deepEqual(
      rspec?.attempts.map(({ id, status }) => [id, status]),
      [[stage.small.builds.firstRspec.id, 'failed']],
    );
  });

  for (const count of [1, 20, 101, 1000]) {
    onEach(`lists all of ${count} builds, with their attempts`, async ({ client, fake }) => {
      const { project, sha } = manyBuilds(fake.world, count);
      const ids = [...fake.world.buildIds(project)];
      for (const id of ids.slice(0, 30)) {
        if (['success', 'failed', 'canceled'].includes(fake.world.build(id).status)) fake.world.retry({ id });
      }
      const builds = await buildsAt(client, project.path, sha);
      assert.equal(builds.length, count);
      const found = flatten(builds).map(({ id }) => id);
      assert.deepEqual(
        found.sort((a, b) => a - b),
        fake.world.buildIds(project),
      );
      assert.equal(found.length, count + builds.filter(({ attempts }) => attempts.length > 0).length);
    });
  }

  onEach('passes through every status of that version, and an unknown one', async (stage) => {
    const { statuses } = profiles[stage.profile];
    const made = statuses.map((status) => stage.fake.world.setStatus(stage.add({ name: `is ${status}` }), status));
    const { builds } = await stage.listing();
    for (const { id, status } of made) assert.equal(builds.find((build) => build.id === id)?.status, status);
    assert.equal(stage.client.usesGraphql, stage.has('14.0'));
    stage.fake.world.setStatus(made[0]!, 'levitating');
    assert.equal((await stage.row(made[0]!.id)).status, 'levitating');
  });

  onEach('sends one request per list, and one per pipeline if necessary', async (stage) => {
    await stage.listing();
    stage.fake.requests.length = 0;
    await stage.listing();
    const asked = stage.fake.requests.map(({ path }) => path.replace(/\?.*/, ''));
    const isOne = !stage.has('9.0') || stage.has('14.0');
    assert.equal(asked.length, isOne ? 1 : 2, asked.join(' '));
  });

  onEach("finds no builds for a commit without CI, or one that doesn't exist", async (stage) => {
    for (const sha of [stage.small.shaWithoutCi, 'd'.repeat(40)]) {
      assert.deepEqual(await stage.listing({ sha }), { builds: [], pipelines: [] });
    }
  });

  onEach('says that a project is unknown', async ({ client, small }) => {
    const { kind, reason } = await failureOf(buildsAt(client, 'group/unknown', small.sha));
    assert.deepEqual([kind, reason], ['notFound', '404 Project Not Found']);
  });

  onEach('says that a token is refused', async (stage) => {
    const stranger = stage.as('no-such-token');
    assert.equal((await failureOf(stranger.user(unhurried()))).kind, 'unauthorized');
    assert.equal((await failureOf(stage.listing(stage.small, stranger))).kind, 'unauthorized');
  });

  onEach('reads one build, and the recent ones in one scope', async ({ client, small }) => {
    const { path } = small.project;
    const { id } = small.builds.lint;
    assert.equal((await client.build(path, id, unhurried())).status, 'canceled');
    const recent = await client.builds.recent(path, 'failed', unhurried());
    assert.ok(recent.length > 0 && recent.every(({ status }) => status === 'failed'));
  });
});

describe('The pipelines of a commit, in any version,', () => {
  onEach('are those that the builds belong to, or none if GitLab lists none', async (stage) => {
    const { small, fake } = stage;
    const { builds, pipelines } = await stage.listing();
    const [pipeline] = fake.world.pipelines(small.project).filter(({ sha }) => sha === small.sha);
    if (!stage.has('8.11')) {
      assert.deepEqual([pipelines, new Set(builds.map((build) => build.pipeline))], [[], new Set([undefined])]);
      return;
    }
    const { id, ref, sha } = pipeline!;
    assert.deepEqual(new Set(builds.map((build) => build.pipeline)), new Set([id]));
    const page = stage.has('12.0') ? '-/pipelines' : 'pipelines';
    const webUrl = `${fake.url}/${small.project.path}/${page}/${id}`;
    // GraphQL does not tell what made a pipeline before 16.4.
    const source = stage.has('16.4') ? 'push' : undefined;
    const [found, ...others] = pipelines;
    const { stages, status, ...told } = found!;
    assert.deepEqual(told, { id, ref, sha, source, webUrl });
    assert.deepEqual([others, status], [[], fake.world.pipelineState({ id }).status]);
    assert.deepEqual(stages, stage.has('14.0') ? ['build', 'test', 'deploy'] : undefined);
  });

  onEach('are those of a branch and of a tag, newest first', async (stage) => {
    const { olderSha, project } = stage.small;
    const { builds, pipelines } = await stage.listing({ sha: olderSha });
    const made = stage.fake.world.pipelines(project).filter(({ sha }) => sha === olderSha);
    assert.deepEqual(
      pipelines.map(({ id, ref }) => [id, ref]),
      stage.has('8.11') ? made.map(({ id, ref }) => [id, ref]).reverse() : [],
    );
    // 8.8 and 8.9 list the builds of the first pipeline alone.
    const refs = stage.profile === '8.9' ? ['master'] : ['master', 'v1.0'];
    assert.deepEqual(builds.map(({ ref }) => ref).sort(), refs);
  });
});

describe('What can be done with a build, in any version,', () => {
  /** The answers of both: the list, and the build that is asked for alone. */
  const bothOf = async (stage: Stage, id: number): Promise<readonly [Build, Build]> => [
    await stage.row(id),
    await stage.client.build(stage.small.project.path, id, unhurried()),
  ];
  const waiting = (stage: Stage) =>
    stage.add({ name: 'go', when: 'manual', status: stage.has('9.0') ? 'manual' : 'skipped' });

  onEach('includes playing what waits for a person, which is called skipped up to 8.17', async (stage) => {
    const { id } = waiting(stage);
    for (const build of await bothOf(stage, id)) {
      assert.equal(build.status, stage.has('9.0') ? 'manual' : 'skipped');
      assert.equal(build.maybeManual, stage.has('9.0') ? undefined : true);
      // Versions that do not say which they are (8.11 can play, 8.10 cannot) get the benefit of the doubt.
      assert.equal(can(build, 'play'), true);
    }
    assert.equal(can(await stage.row(id), 'playWithVariables'), stage.has('14.9'));
  });

  onEach('is nothing if it was skipped for good, from 9.0 on', async (stage) => {
    const { id } = stage.add({ name: 'late', status: 'skipped' });
    for (const build of await bothOf(stage, id)) assert.equal(can(build, 'play'), !stage.has('9.0'));
  });

  onEach('includes keeping artifacts that expire, as far as GitLab says', async (stage) => {
    const { compile, assets } = stage.small.builds;
    if (stage.profile === '8.4') {
      // It does not even tell that there are any.
      assert.equal((await stage.row(compile.id)).artifacts, undefined);
      return;
    }
    for (const build of await bothOf(stage, compile.id)) assert.equal(can(build, 'keep'), !stage.has('11.0'));
    stage.fake.world.update(compile, { artifactsExpireAtMs: stage.fake.world.now() + 3_600_000 });
    for (const build of await bothOf(stage, compile.id)) {
      assert.equal(can(build, 'keep'), true);
      assert.equal(build.artifacts?.expireAt !== undefined, stage.has('11.0'));
    }
    assert.equal(can(await stage.row(assets.id), 'keep'), false);
  });

  onEach('includes retrying and erasing a finished build', async (stage) => {
    const { compile, long } = stage.small.builds;
    for (const build of await bothOf(stage, compile.id))
      assert.deepEqual([can(build, 'retry'), can(build, 'erase')], [true, true]);
    for (const build of await bothOf(stage, long.id))
      assert.deepEqual([can(build, 'retry'), can(build, 'erase')], [false, false]);
  });

  onEach('includes force-canceling a build that is being canceled, from 17.10 on', async (stage) => {
    stage.fake.world.setStatus(stage.small.builds.long, 'canceling');
    for (const build of await bothOf(stage, stage.small.builds.long.id)) {
      assert.equal(can(build, 'forceCancel'), stage.has('17.10'));
    }
  });
});
