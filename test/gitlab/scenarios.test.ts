import assert from 'node:assert/strict';
import { ask, rowsOf } from './ask';
import type { ProfileName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { branchMergeRequestAndChild, longName, manyBuilds, oddName, smallProject } from './scenarios';
import { startGitLab } from './server';
import { World } from './world';

function newWorld(profile: ProfileName = '8.5'): World {
  let now = Date.parse('2016-03-01T12:00:00Z');
  return new World(profiles[profile], () => (now += 1000));
}

describe('The scenarios', () => {
  it('have a small project with every status of 8.5, odd names and a retried build', () => {
    const world = newWorld();
    const { builds, project } = smallProject(world);
    const all = Object.values(builds);
    assert.deepEqual([...new Set(all.map(({ status }) => status))].sort(), [...profiles['8.5'].statuses].sort());
    assert.deepEqual([...new Set(all.map(({ stage }) => stage))], ['build', 'test', 'deploy']);
    assert.match(project.path, /\./);
    assert.ok(longName.length > 200 && longName.length <= 255);
    assert.deepEqual([builds.odd.name, builds.long.name], [oddName, longName]);
    assert.ok(builds.rspec.id > builds.firstRspec.id && builds.rspec.name === builds.firstRspec.name);
  });

  it('can have several projects in one world', () => {
    const world = newWorld();
    const [first, second] = [smallProject(world), smallProject(world, { path: 'other/project' })];
    assert.notEqual(first.project.id, second.project.id);
    assert.equal(first.token, second.token);
    assert.ok(second.builds.compile.id > first.builds.deploy.id);
  });

  for (const profile of profileNames) {
    it(`fill a GitLab ${profile}`, () => {
      const world = newWorld(profile);
      const { builds } = smallProject(world);
      assert.equal(world.build(builds.firstRspec.id).retried, true);
      assert.equal(world.build(builds.rspec.id).retried, false);
      const { project, sha } = manyBuilds(world, 1000);
      assert.equal(world.inPipeline(world.pipelines(project)[0]!).length, 1000);
      assert.equal(world.buildIdsOfCommit(project, sha)?.length, 1000);
      assert.equal(world.pipelineState(world.pipelines(project)[0]!).status, 'running');
    });
  }

  it('have a commit with all kinds of pipelines and builds, where a GitLab knows them', () => {
    assert.throws(() => branchMergeRequestAndChild(newWorld('11.0')), /no child pipelines/);
    for (const profile of ['13.4', '13.9', '15.9', '18.9'] as const) {
      const world = newWorld(profile);
      const { branch, merge, child, sha, mergeSha, mergeRequest, builds } = branchMergeRequestAndChild(world);
      assert.deepEqual(
        [branch, child, merge].map((each) => [each.source, each.sha]),
        [
          ['push', sha],
          ['parent_pipeline', sha],
          ['merge_request_event', mergeSha],
        ],
      );
      assert.equal(merge.mergeRequestIid, mergeRequest.iid);
      assert.deepEqual(
        [builds.bridge.kind, builds.external.kind, builds.staging.when, builds.production.when],
        ['bridge', 'external', 'delayed', 'manual'],
      );
      assert.equal(world.bridgeOf(child)?.id, builds.bridge.id);
      const known = [...profiles[profile].statuses];
      for (const { id } of Object.values(builds)) assert.ok(known.includes(world.build(id).status));
    }
  });

  for (const count of [1, 40, 1000, 10_000]) {
    it(`have ${count} builds on one commit`, () => {
      const world = newWorld();
      const { project, sha } = manyBuilds(world, count);
      assert.equal(world.buildIdsOfCommit(project, sha)?.length, count);
    });
  }

  it('list 10,000 builds of 2 kB within a second of CPU', async () => {
    const fake = await startGitLab();
    try {
      const { sha } = manyBuilds(fake.world, 10_000);
      const url = `${fake.url}/api/v3/projects/1/repository/commits/${sha}/builds?per_page=100&page=`;
      const before = process.cpuUsage();
      const seen = new Set<number>();
      let bytes = 0;
      for (let page = 1; page <= 100; page++) {
        const reply = await ask(`${url}${page}`);
        bytes += reply.bytes.length;
        for (const { id } of rowsOf(reply)) seen.add(id);
      }
      const { user, system } = process.cpuUsage(before);
      assert.equal(seen.size, 10_000);
      assert.ok(bytes / 10_000 > 1500 && bytes / 10_000 < 3000, `${bytes} bytes`);
      // The client's share (parsing 22 MB) is in it.
      assert.ok((user + system) / 1000 < 2000, `${(user + system) / 1000} ms`);
    } finally {
      await fake.close();
    }
  }).timeout(20_000);
});
