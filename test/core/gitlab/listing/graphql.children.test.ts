import assert from 'node:assert/strict';
import type { FakeBuild, Pipeline } from '../../../gitlab/model';
import { Branch, countsOf, named, pipelineIn } from '../branch';

interface Child {
  readonly pipeline: Pipeline;
  readonly build: FakeBuild;
}

/** The commit and the merge of it; its own child runs, and is asked for beside these. */
const others = 3;

describe('Child pipelines that have ended, before 17.0', () => {
  let at: Branch;
  afterEach(() => at.fake.close());
  const requests = async (work?: () => Promise<unknown>): Promise<number> =>
    (await countsOf(at, work)).byGraphql - others;

  function add(index: number, parent: Pipeline = at.made.branch): Child {
    const { world } = at.fake;
    const { project, sha, ref } = at.made;
    const downstream = world.addPipeline(project, { source: 'parent_pipeline', sha, ref });
    const build = world.addBuild(project, { sha, pipeline: downstream, name: `below ${index}`, status: 'success' });
    world.addBuild(project, { sha, pipeline: parent, kind: 'bridge', name: `to ${index}`, downstream });
    return { pipeline: downstream, build };
  }

  async function start(profile: '14.9' | '15.9' | '16.3', count: number): Promise<readonly Child[]> {
    at = await Branch.start(profile);
    at.fake.world.addBuild(at.made.project, {
      sha: at.made.sha,
      pipeline: at.made.child,
      name: 'runs',
      status: 'running',
    });
    const children = Array.from({ length: count }, (_, index) => add(index));
    await at.listing();
    assert.equal(at.client.usesGraphql, true);
    return children;
  }

  for (const profile of ['14.9', '15.9', '16.3'] as const)
    it(`are not requested again on ${profile}, and are shown as before`, async () => {
      await start(profile, 40);
      const before = await at.listing();
      assert.equal(await requests(async () => assert.deepEqual(await at.listing(), before)), 0);
      assert.equal(before.builds.filter(({ name }) => name.startsWith('below')).length, 40);
    });

  it('are requested again if one has changed, and only that one', async () => {
    const [first, second] = await start('15.9', 4);
    assert.ok(first && second);
    const { id } = at.fake.world.retry(first.build);
    assert.equal(await requests(), 1);
    const { builds, pipelines } = await at.listing();
    assert.equal(named({ builds, pipelines }, 'below 0').id, id);
    assert.equal(pipelineIn({ builds, pipelines }, first.pipeline).status, 'pending');
    // It has not ended: so it is asked for each time, with the one that runs.
    assert.equal(await requests(), 0);
  });

  it('are requested again when a person asks', async () => {
    const [first] = await start('15.9', 4);
    assert.ok(first);
    // Nothing of this shows in the state of the pipeline.
    at.fake.world.update(first.build, { tag: true });
    assert.equal(named(await at.listing(), 'below 0').tag, false);
    assert.equal(await requests(() => at.refreshed()), 2);
    assert.equal(named(await at.listing(), 'below 0').tag, true);
    assert.equal(await requests(), 0);
  });

  it('are requested every time if they have children themselves, together with these', async () => {
    const [first] = await start('15.9', 1);
    assert.ok(first);
    const nested = add(7, first.pipeline);
    at.fake.world.setStatus(first.build, 'success');
    await at.refreshed();
    // Three pipelines, two in a request.
    assert.equal(await requests(), 1);
    at.fake.world.retry(nested.build);
    assert.notEqual(named(await at.listing(), 'below 7').id, nested.build.id);
  });
});
