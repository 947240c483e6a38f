import assert from 'node:assert/strict';
import { cleanUpTicks, delayTicks, sceneOf } from './livingJobs';
import type { FakeBuild, Pipeline } from './model';
import type { ProfileName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { livingProject, type LivingProject } from './scenarios';
import { World } from './world';

function newWorld(profile: ProfileName = '8.5'): World {
  let now = Date.parse('2016-03-01T12:00:00Z');
  return new World(profiles[profile], () => (now += 1000));
}

const onBranch = { ref: 'feature', defaultBranch: 'main' };
const builds = (world: World, ids: readonly number[] | undefined): readonly FakeBuild[] =>
  (ids ?? []).map((id) => world.build(id));

function tickFor({ tick }: LivingProject, ticks: number): void {
  for (let count = 0; count < ticks; count++) tick();
}

/** The newest pipeline of a source, and its newest attempts. */
function newest(world: World, { project }: LivingProject, source: string): Pipeline {
  const pipeline = world.pipelines(project).findLast((each) => each.source === source);
  assert.ok(pipeline, `no pipeline by ${source}`);
  return pipeline;
}

function latest(world: World, pipeline: Pipeline): readonly FakeBuild[] {
  return world.inPipeline(pipeline).filter(({ retried }) => !retried);
}

function named(world: World, pipeline: Pipeline, name: string): FakeBuild {
  const build = latest(world, pipeline).find((each) => each.name === name);
  assert.ok(build, `no ${name}`);
  return build;
}

describe('The living project', () => {
  it('creates its stages one after another, never runs more builds than it has runners, and passes after a retry', () => {
    const world = newWorld();
    const { project, sha, tick } = livingProject(world);
    const present = (): readonly FakeBuild[] => builds(world, world.buildIdsOfCommit(project, sha));
    assert.deepEqual([...new Set(present().map(({ stage }) => stage))], ['build']);
    for (let ticks = 0; ticks < 100; ticks++) {
      tick();
      assert.ok(present().filter(({ status }) => status === 'running').length <= 3);
    }
    const integration = present().filter(({ name }) => name === 'integration');
    assert.deepEqual(
      integration.map(({ status }) => status),
      ['failed', 'success'],
    );
    assert.deepEqual([...new Set(present().map(({ stage }) => stage))], ['build', 'test', 'deploy']);
    assert.ok(present().every(({ status }) => status === 'success' || status === 'failed'));
    assert.ok(present().some(({ artifacts }) => artifacts !== null));
    assert.ok(present().some(({ coverage }) => coverage !== null));
  });

  for (const profile of profileNames) {
    it(`passes on GitLab ${profile}, with only the features of that version`, () => {
      const world = newWorld(profile);
      const living = livingProject(world, onBranch);
      const { statuses, stages } = profiles[profile];
      const scene = sceneOf(profiles[profile]);
      const branch = newest(world, living, 'push');
      const seen = new Set<string>();
      for (let ticks = 0; ticks < 170; ticks++) {
        for (const { status } of world.pipelines(living.project).flatMap((each) => world.inPipeline(each))) {
          seen.add(status);
        }
        living.tick();
      }
      for (const status of seen) assert.ok(statuses.includes(status), status);
      assert.equal(seen.has('created'), stages === 'created');
      assert.equal(seen.has('scheduled'), scene.delayed);
      assert.equal(latest(world, branch).filter(({ when }) => when === 'manual').length, scene.manual ? 1 : 0);
      const sources = new Set(world.pipelines(living.project).map(({ source }) => source));
      assert.equal(sources.has('parent_pipeline'), scene.manyPipelines);
      assert.equal(sources.has('merge_request_event'), scene.manyPipelines);
      const first = world.pipelines(living.project).filter(({ source }) => source !== 'trigger');
      for (const pipeline of first) assert.equal(world.pipelineState(pipeline).status, 'success', pipeline.source);
    });
  }

  it('grows its logs while it runs', () => {
    const world = newWorld();
    const { project, sha, tick } = livingProject(world);
    tick();
    const first = builds(world, world.buildIdsOfCommit(project, sha))[0]!;
    const sizes = [1, 2, 3].map(() => {
      tick();
      return world.build(first.id).trace.length;
    });
    assert.ok(sizes[0]! < sizes[1]! && sizes[1]! < sizes[2]!, String(sizes));
  });

  for (const profile of ['8.5', '18.9'] as const) {
    it(`never stops on ${profile}: a finished pipeline runs again, and canceled builds are retried`, () => {
      const world = newWorld(profile);
      const living = livingProject(world);
      const { project, sha } = living;
      const first = builds(world, world.buildIdsOfCommit(project, sha))[0]!;
      world.cancel(first);
      tickFor(living, 400);
      const compiled = builds(world, world.buildIdsOfCommit(project, sha)).filter(({ name }) => name === first.name);
      assert.equal(compiled[0]?.status, 'canceled');
      assert.ok(compiled.filter(({ status }) => status === 'success').length >= 2);
    });
  }

  it('runs again less and less often if each run is a visible pipeline', () => {
    const world = newWorld('18.9');
    const living = livingProject(world);
    tickFor(living, 3600);
    const { sha, ref } = living;
    const runs = world.pipelines(living.project).filter((each) => each.sha === sha && each.ref === ref);
    const ofBranch = runs.filter(({ source }) => source !== 'parent_pipeline');
    assert.ok(ofBranch.length > 3 && ofBranch.length < 12, String(ofBranch.length));
  });

  for (const profile of ['8.5', '18.9'] as const) {
    it(`accepts a pushed commit, and has older commits with builds, on ${profile}`, () => {
      const world = newWorld(profile);
      const living = livingProject(world, { ...onBranch, olderShas: ['1'.repeat(40), '2'.repeat(40)] });
      const { project, tick, push } = living;
      push('3'.repeat(40), 'Another commit');
      tick();
      assert.ok(
        builds(world, world.buildIdsOfCommit(project, '3'.repeat(40))).some(({ status }) => status === 'running'),
      );
      for (const sha of ['1', '2'].map((digit) => digit.repeat(40))) {
        assert.ok(builds(world, world.buildIdsOfCommit(project, sha)).every(({ status }) => status === 'success'));
      }
    });
  }
});

describe('The living project on GitLab 18.9', () => {
  let world: World;
  let living: LivingProject;
  let branch: Pipeline;
  beforeEach(() => {
    world = newWorld('18.9');
    living = livingProject(world, onBranch);
    branch = newest(world, living, 'push');
  });
  const until = (name: string, status: string): FakeBuild => {
    for (let ticks = 0; ticks < 170; ticks++) {
      const build = named(world, branch, name);
      if (build.status === status) return build;
      living.tick();
    }
    assert.fail(`${name} is ${named(world, branch, name).status}, never ${status}`);
  };

  it('runs played builds, with their variables', () => {
    const manual = until('production', 'manual');
    world.play(manual, null, { COLOUR: 'green' });
    until('production', 'running');
    assert.deepEqual(until('production', 'success').variables, { COLOUR: 'green' });
  });

  it('starts a delayed build when its time has come, and immediately when it is played', () => {
    const scheduled = until('canary', 'scheduled');
    assert.ok(scheduled.scheduledAtMs !== null && scheduled.scheduledAtMs > scheduled.createdAtMs);
    const other = newWorld('18.9');
    const { project, tick } = livingProject(other);
    const canary = () => builds(other, other.buildIds(project)).findLast(({ name }) => name === 'canary')!;
    for (let ticks = 0; ticks < 1000 && canary().status !== 'scheduled'; ticks++) tick();
    other.play(canary());
    assert.equal(canary().status, 'pending');
    tickFor(living, delayTicks - 1);
    assert.equal(named(world, branch, 'canary').status, 'scheduled');
    tickFor(living, 2);
    assert.notEqual(named(world, branch, 'canary').status, 'scheduled');
    assert.equal(until('canary', 'success').scheduledAtMs, null);
  });

  it('ends a build that is being canceled after a while, and keeps its runner busy until then', () => {
    const running = until('compile', 'running');
    assert.equal(world.cancel(running).status, 'canceling');
    tickFor(living, cleanUpTicks - 1);
    assert.equal(world.build(running.id).status, 'canceling');
    const others = builds(world, world.buildIds(living.project)).filter(({ status }) => status === 'running');
    assert.ok(others.every(({ runner }) => runner?.description !== running.runner?.description));
    living.tick();
    assert.equal(world.build(running.id).status, 'canceled');
    assert.notEqual(until('compile', 'success').id, running.id);
  });

  it('has a bridge with the status of its child pipeline', () => {
    until('packages', 'running');
    const child = newest(world, living, 'parent_pipeline');
    assert.equal(named(world, branch, 'packages').downstreamId, child.id);
    for (const build of world.inPipeline(child)) world.cancel(build);
    until('packages', 'canceled');
    // Somebody retries the builds of the child after a while.
    until('packages', 'running');
    until('packages', 'success');
    assert.equal(world.pipelineState(child).status, 'success');
  });

  it('cancels the child pipeline with its bridge, and gives a retried bridge another one', () => {
    until('packages', 'running');
    const child = newest(world, living, 'parent_pipeline');
    world.cancelPipeline(branch);
    tickFor(living, 2);
    assert.equal(world.pipelineState(child).status, 'canceled');
    const again = world.retry(named(world, branch, 'packages'));
    until('packages', 'success');
    assert.notEqual(world.build(again.id).downstreamId, child.id);
  });

  it('has what another CI system reports', () => {
    until('jenkins/acceptance', 'pending');
    until('jenkins/acceptance', 'running');
    assert.match(until('jenkins/acceptance', 'success').targetUrl ?? '', /^https:\/\/jenkins\.example\.com\//);
  });

  it('has a merge request whose pipeline runs on a merge result, and follows a push', () => {
    const { project, sha, push } = living;
    const merge = newest(world, living, 'merge_request_event');
    assert.equal(merge.ref, 'refs/merge-requests/1/merge');
    assert.equal(world.commit(project.id, merge.sha)?.parents.at(-1), sha);
    push('3'.repeat(40), 'Another commit');
    assert.equal(world.mergeRequests(project)[0]?.sha, '3'.repeat(40));
    const next = newest(world, living, 'merge_request_event');
    assert.equal(world.commit(project.id, next.sha)?.parents.at(-1), '3'.repeat(40));
  });

  it('cancels what ran for an older commit', () => {
    until('packages', 'running');
    const child = newest(world, living, 'parent_pipeline');
    living.push('3'.repeat(40), 'Another commit');
    tickFor(living, cleanUpTicks + 2);
    assert.equal(world.pipelineState(branch).status, 'canceled');
    assert.equal(world.pipelineState(child).status, 'canceled');
  });
});

describe('A living project with lasting failures', () => {
  it('waits for somebody to retry what has failed', () => {
    const world = newWorld('18.9');
    const living = livingProject(world, { failuresStay: true });
    tickFor(living, 150);
    const pipeline = newest(world, living, 'push');
    const failed = named(world, pipeline, 'integration');
    assert.equal(failed.status, 'failed');
    assert.equal(named(world, pipeline, 'staging').status, 'created');
    world.retry(failed, failed.user);
    tickFor(living, 60);
    assert.equal(named(world, pipeline, 'integration').status, 'success');
  });
});
