import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrange } from '../../../src/core/model/arrange';
import type { Build } from '../../../src/core/model/build';
import {
  rootPipelines,
  stageRanks,
  buildsThatCount,
  type Listing,
  type Pipeline,
} from '../../../src/core/model/pipeline';
import { buildWith, pipelineWith } from '../support';

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);
/** A build of that pipeline, the bridge to another one where `downstream` says which. */
const build = (id: number, pipeline: number | undefined, downstream?: number): Build =>
  buildWith({ id, name: `build ${id}`, pipeline, ...(downstream === undefined ? {} : { kind: 'bridge', downstream }) });

describe('rootPipelines', () => {
  it('are all pipelines if no bridge started any of them', () => {
    const pipelines = [2, 1].map((id) => pipelineWith({ id }));
    assert.deepEqual(rootPipelines({ builds: [build(1, 1), build(2, 2)], pipelines }), pipelines);
    assert.deepEqual(rootPipelines({ builds: [build(1, undefined)], pipelines: [] }), []);
  });

  it('are those that no bridge started, not even a superseded attempt', () => {
    const pipelines = [4, 3, 2, 1].map((id) => pipelineWith({ id }));
    const bridge = { ...build(9, 1, 3), attempts: [build(8, 1, 2)] };
    assert.deepEqual(ids(rootPipelines({ builds: [bridge], pipelines })), [4, 1]);
  });

  it('are all pipelines if bridges form a cycle', () => {
    const pipelines = [2, 1].map((id) => pipelineWith({ id }));
    assert.deepEqual(ids(rootPipelines({ builds: [build(1, 1, 2), build(2, 2, 1)], pipelines })), [2, 1]);
  });
});

describe('standingBuilds', () => {
  const standing = (listing: Listing) => ids(buildsThatCount(listing));

  it('are all builds if GitLab lists no pipelines', () => {
    assert.deepEqual(standing({ builds: [build(1, undefined), build(2, 7)], pipelines: [] }), [1, 2]);
  });

  it("are those of each ref's newest pipeline", () => {
    const pipelines = [
      pipelineWith({ id: 4, ref: 'v1.0' }),
      pipelineWith({ id: 3, ref: 'master' }),
      pipelineWith({ id: 2, ref: 'refs/merge-requests/1/merge' }),
      pipelineWith({ id: 1, ref: 'master' }),
    ];
    const builds = [1, 2, 3, 4].map((id) => build(id, id));
    assert.deepEqual(standing({ builds, pipelines }), [2, 3, 4]);
  });

  it('include those of pipelines that the newest one started, at any depth, even with the same ref', () => {
    const pipelines = [6, 5, 4, 3, 2, 1].map((id) => pipelineWith({ id }));
    const builds = [build(10, 1, 2), build(11, 2), build(20, 3, 4), build(21, 4, 5), build(22, 5), build(23, 6)];
    // 6 has no bridge that leads to it, so it is the newest of its ref.
    assert.deepEqual(standing({ builds, pipelines }), [23]);
    assert.deepEqual(standing({ builds: builds.slice(0, -1), pipelines: pipelines.slice(1) }), [20, 21, 22]);
  });

  it('exclude those of a pipeline that a superseded attempt of a bridge started', () => {
    const pipelines = [3, 2, 1].map((id) => pipelineWith({ id }));
    const bridge = { ...build(9, 1, 3), attempts: [build(8, 1, 2)] };
    assert.deepEqual(standing({ builds: [bridge, build(10, 2), build(11, 3)], pipelines }), [9, 11]);
  });

  it('include those for which GitLab names no pipeline', () => {
    const pipelines = [2, 1].map((id) => pipelineWith({ id }));
    const external = buildWith({ id: 5, kind: 'external', pipeline: undefined });
    assert.deepEqual(standing({ builds: [build(1, 1), build(2, 2), external, build(6, 99)], pipelines }), [2, 5, 6]);
  });

  it('can be determined if bridges form a cycle', () => {
    const pipelines = [2, 1].map((id) => pipelineWith({ id, ref: `branch ${id}` }));
    assert.deepEqual(standing({ builds: [build(1, 1, 2), build(2, 2, 1)], pipelines }), [1, 2]);
  });
});

describe('stageRanks', () => {
  const inStage = (id: number, stage: string, pipeline?: number) =>
    buildWith({ id, name: `build ${id}`, stage, pipeline });
  /** The stages of the builds in their order. */
  const order = (builds: readonly Build[], pipelines: readonly Pipeline[] = []) => {
    const ranks = stageRanks(builds, pipelines);
    const stages = new Set(builds.map(({ stage }) => stage));
    return [...stages].sort((a, b) => (ranks.get(a) ?? NaN) - (ranks.get(b) ?? NaN));
  };

  it('are ordered by the smallest ID, superseded attempts included', () => {
    const retried = { ...inStage(9, 'build'), attempts: [inStage(1, 'build')] };
    assert.deepEqual(order([inStage(3, 'deploy'), inStage(2, 'test'), retried]), ['build', 'test', 'deploy']);
  });

  it('put .pre first, .post last, and external statuses after everything else', () => {
    const builds = ['external', '.post', 'build', '.pre'].map((stage, index) => inStage(index + 1, stage));
    assert.deepEqual(order(builds), ['.pre', 'build', '.post', 'external']);
    const stages = ['.post', 'external', 'build', '.pre'];
    const pipeline = pipelineWith({ id: 7, stages });
    assert.deepEqual(
      order(
        builds.map((one) => ({ ...one, pipeline: 7 })),
        [pipeline],
      ),
      [...['.pre', 'build', '.post', 'external']],
    );
  });

  it("are those in the pipeline's stage list, whatever the IDs", () => {
    const pipeline = pipelineWith({ id: 7, stages: ['build', 'test', 'deploy'] });
    const builds = [inStage(1, 'deploy', 7), inStage(2, 'test', 7), inStage(3, 'build', 7)];
    assert.deepEqual(order(builds, [pipeline]), ['build', 'test', 'deploy']);
  });

  it("include a stage that is missing from the pipeline's stage list", () => {
    const pipeline = pipelineWith({ id: 7, stages: ['build', 'deploy'] });
    const builds = [inStage(1, 'build', 7), inStage(2, 'test', 7), inStage(3, 'deploy', 7)];
    assert.deepEqual(order(builds, [pipeline]), ['build', 'test', 'deploy']);
  });

  it('merge those of several pipelines, each stage after its predecessor', () => {
    const pipelines = [
      pipelineWith({ id: 2, stages: ['build', 'deploy', 'verify'] }),
      pipelineWith({ id: 1, stages: ['prepare', 'build', 'test', 'deploy'] }),
    ];
    const builds = ['prepare', 'build', 'test', 'deploy', 'verify'].map((stage, index) =>
      inStage(9 - index, stage, stage === 'verify' ? 2 : 1),
    );
    assert.deepEqual(order(builds, pipelines), ['prepare', 'build', 'test', 'deploy', 'verify']);
  });

  it('are correct even if only an older pipeline shows how the stages of newer ones are ordered', () => {
    const told = (...lists: readonly (readonly string[])[]) =>
      lists.map((stages, index) => pipelineWith({ id: 9 - index, stages }));
    const rows = (...stages: readonly string[]) => stages.map((stage, index) => inStage(index + 1, stage, 1));
    assert.deepEqual(order(rows('test', 'build'), told(['build'], ['test'], ['build', 'test'])), ['build', 'test']);
    const all = ['build', 'test', 'review', 'deploy', 'cleanup'];
    assert.deepEqual(order(rows(...all), told(['build', 'deploy', 'cleanup'], ['test', 'review'], all)), all);
  });

  it('follow the newest pipeline if pipelines contradict each other', () => {
    const pipelines = [
      pipelineWith({ id: 3, stages: ['a', 'b'] }),
      pipelineWith({ id: 2, stages: ['b', 'c'] }),
      pipelineWith({ id: 1, stages: ['c', 'a'] }),
    ];
    const builds = ['c', 'b', 'a'].map((stage, index) => inStage(index + 1, stage, 9));
    assert.deepEqual(order(builds, pipelines), ['a', 'b', 'c']);
  });

  it('keep the order of every pipeline unless they contradict each other', () => {
    const inOrder = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(fc.array(fc.subarray(inOrder), { minLength: 1, maxLength: 5 }), (lists) => {
        const pipelines = lists.map((stages, index) => pipelineWith({ id: 9 - index, stages }));
        const ranks = stageRanks([], pipelines);
        for (const stages of lists) {
          const those = stages.map((stage) => ranks.get(stage) ?? NaN);
          assert.deepEqual(
            those,
            [...those].sort((a, b) => a - b),
          );
        }
      }),
    );
  });

  it('contain every stage that has a build', () => {
    const rows = fc.array(
      fc.record({
        id: fc.integer({ min: 1, max: 99 }),
        stage: fc.constantFrom('.pre', 'a', 'b', '', '.post', 'external', 'constructor'),
        pipeline: fc.constantFrom(undefined, 1, 2, 3),
      }),
    );
    const told = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '.pre', '.post')), { nil: undefined });
    fc.assert(
      fc.property(rows, told, told, (list, first, second) => {
        const pipelines = [pipelineWith({ id: 2, stages: first }), pipelineWith({ id: 1, stages: second })];
        const ranks = stageRanks(list.map(buildWith), pipelines);
        for (const { stage } of list) assert.equal(typeof ranks.get(stage), 'number');
        assert.equal(new Set(ranks.values()).size, ranks.size);
      }),
    );
  });

  it('determine the order in which builds are arranged', () => {
    const pipeline = pipelineWith({ id: 7, stages: ['build', 'deploy'] });
    const rows = [inStage(1, 'deploy', 7), inStage(2, 'build', 7), inStage(3, '.pre', 7)];
    assert.deepEqual(ids(arrange(rows, [pipeline])), [3, 2, 1]);
  });
});
