import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrange } from '../../../src/core/model/arrange';
import { knownStatuses, type Build } from '../../../src/core/model/build';
import type { Listing, Pipeline } from '../../../src/core/model/pipeline';
import {
  groupings,
  isPassedWithFailedChild,
  leadsToFailure,
  toTree,
  type Grouping,
  type TreeNode,
} from '../../../src/core/model/tree';
import { all, buildsGiven, buildsShown, outline } from '../outline';
import { buildWith, pipelineWith } from '../support';

const listingOf = (rows: readonly Build[], pipelines: readonly Pipeline[]): Listing => ({
  builds: arrange(rows, pipelines),
  pipelines,
});
const [older, newer, child] = [pipelineWith({ id: 1 }), pipelineWith({ id: 2 }), pipelineWith({ id: 3 })];
const compile = buildWith({ id: 11, name: 'compile', stage: 'build', pipeline: 1, status: 'failed' });
const again = buildWith({ id: 21, name: 'compile', stage: 'build', pipeline: 2 });
const bridge = buildWith({ id: 22, name: 'packages', pipeline: 2, kind: 'bridge', downstream: 3, status: 'running' });
const install = buildWith({ id: 31, name: 'install', pipeline: 3, status: 'running' });
const jenkins = buildWith({ id: 23, name: 'jenkins', stage: 'external', kind: 'external', pipeline: 2 });

describe('toTree: several pipelines', () => {
  const two = listingOf([compile, again], [newer, older]);

  it('have a level of their own, newest first', () => {
    const tree = toTree(two, 'none', []);
    assert.deepEqual(outline(tree), [
      ['#2 (success)', ['compile 21']],
      ['#1 (failed)', ['compile 11']],
    ]);
    assert.deepEqual(
      tree.map((node) => node.kind === 'pipeline' && [node.isNewestOfRef, node.builds.length]),
      [
        [true, 1],
        [false, 1],
      ],
    );
  });

  it('are grouped separately', () => {
    assert.deepEqual(outline(toTree(two, 'stageAndStatus', [])), [
      ['#2 (success)', [['build (success)', ['compile 21']]]],
      ['#1 (failed)', [['build (failed)', ['compile 11']]]],
    ]);
  });

  it('have no level if there is only one, unless it has no builds', () => {
    assert.deepEqual(outline(toTree(listingOf([again], [newer]), 'none', [])), ['compile 21']);
    const invalid = pipelineWith({ id: 7, status: 'failed' });
    assert.deepEqual(outline(toTree(listingOf([], [invalid]), 'none', [])), ['#7 (failed)']);
  });

  it('are hidden by the filter if they have nothing to show', () => {
    assert.deepEqual(outline(toTree(two, 'none', ['failed'])), [['#1 (failed)', ['compile 11']]]);
    assert.deepEqual(toTree(two, 'none', ['canceled']), []);
  });

  it('come before builds that belong to none of them', () => {
    const unclaimed = { ...jenkins, pipeline: undefined };
    const stray = buildWith({ id: 40, name: 'stray', pipeline: 99 });
    assert.deepEqual(outline(toTree(listingOf([compile, again, unclaimed, stray], [newer, older]), 'none', [])), [
      ['#2 (success)', ['compile 21']],
      ['#1 (failed)', ['compile 11']],
      'stray 40',
      ['external (success)', ['jenkins 23']],
    ]);
  });

  it("keep their stages in each pipeline's own order", () => {
    const pipeline = pipelineWith({ id: 1, stages: ['deploy', 'build'] });
    const rows = [compile, buildWith({ id: 12, name: 'ship', stage: 'deploy', pipeline: 1 })];
    const [, first] = toTree(listingOf([...rows, again], [newer, pipeline]), 'stage', []);
    assert.deepEqual(
      first?.children.map((node) => node.kind === 'stage' && node.stage),
      ['deploy', 'build'],
    );
  });
});

describe('toTree: the order of pipelines', () => {
  const order = (pipelines: readonly Partial<Pipeline>[], ref: string | undefined, rows: readonly Build[] = []) =>
    toTree(listingOf(rows, pipelines.map(pipelineWith)), 'none', [], ref).map(
      (node) => node.kind === 'pipeline' && node.pipeline.id,
    );
  const tagged = buildWith({ id: 11, pipeline: 6, ref: 'v1.0', tag: true });
  const every: readonly Partial<Pipeline>[] = [
    { id: 7, ref: 'feature', source: 'schedule' },
    { id: 6, ref: 'v1.0', source: 'push' },
    { id: 5, ref: 'other', source: 'push' },
    { id: 4, ref: 'feature', source: 'web' },
    { id: 3, ref: 'feature', source: 'push' },
    { id: 2, ref: 'refs/merge-requests/7/merge', source: 'merge_request_event' },
  ];

  it('puts the merge request first, then what is checked out, tags, schedules, others; the newest first among equals', () =>
    assert.deepEqual(order(every, 'feature', [tagged]), [2, 4, 3, 6, 7, 5]));

  it('treats every branch as checked out if none is known to be', () =>
    assert.deepEqual(order(every, undefined, [tagged]), [2, 5, 4, 3, 6, 7]));

  it('puts a tag that is checked out before a branch that is not', () =>
    assert.deepEqual(order(every, 'v1.0', [tagged]), [2, 6, 7, 5, 4, 3]));

  it("marks the newest pipeline of each ref, which decides the commit's status, and not the ones before it", () => {
    const standing = toTree(listingOf([], every.map(pipelineWith)), 'none', [], 'feature').flatMap((node) =>
      node.kind === 'pipeline' && node.isNewestOfRef ? [node.pipeline.id] : [],
    );
    assert.deepEqual(standing, [2, 7, 6, 5]);
  });
});

describe('toTree: a bridge', () => {
  const nested = listingOf([again, bridge, install], [child, newer]);

  it('contains the pipeline that it started, which is no root', () => {
    const tree = toTree(nested, 'stage', []);
    assert.deepEqual(outline(tree), [
      ['build (success)', ['compile 21']],
      ['test (running)', [['packages 22 → #3 (running)', [['test (running)', ['install 31']]]]]],
    ]);
    assert.deepEqual(
      all(tree).filter((node) => node.kind === 'pipeline'),
      [],
    );
  });

  it('stays as long as something in its downstream pipeline is shown', () => {
    const waiting = listingOf([again, { ...bridge, status: 'success' }, install], [child, newer]);
    assert.deepEqual(outline(toTree(waiting, 'none', ['running'])), [['packages 22 → #3 (running)', ['install 31']]]);
    assert.deepEqual(outline(toTree(waiting, 'none', ['failed'])), []);
  });

  it('that is shown itself keeps its downstream pipeline, even if nothing in that is shown', () => {
    const tree = toTree(listingOf([again, { ...bridge, status: 'failed' }, install], [child, newer]), 'none', [
      'failed',
    ]);
    assert.deepEqual(outline(tree), ['packages 22 → #3 (running)']);
  });

  it('leads through another bridge to a shown build', () => {
    const grandchild = pipelineWith({ id: 4 });
    const further = buildWith({ id: 32, name: 'more', pipeline: 3, kind: 'bridge', downstream: 4 });
    const deep = buildWith({ id: 41, name: 'deep', pipeline: 4, status: 'failed' });
    const listing = listingOf([again, bridge, install, further, deep], [grandchild, child, newer]);
    assert.deepEqual(outline(toTree(listing, 'none', ['failed'])), [
      ['packages 22 → #3 (failed)', [['more 32 → #4 (failed)', ['deep 41']]]],
    ]);
  });

  it('shows how its child pipeline ended, and comes first if that failed', () => {
    const [passed, failed] = [{ ...bridge, id: 24, status: 'success' } as const, { ...install, status: 'failed' }];
    const test = buildWith({ id: 23, name: 'a', pipeline: 2 });
    const tree = toTree(listingOf([passed, test, failed], [child, newer]), 'stageAndStatus', []);
    assert.deepEqual(outline(tree), [
      ['test (success)', [['packages 24 → #3 (failed)', [['test (failed)', ['install 31']]]], 'a 23']],
    ]);
    const row = all(tree).find(({ id }) => id.endsWith('packages'));
    assert.ok(row?.kind === 'build' && isPassedWithFailedChild(row) && leadsToFailure(row));
  });

  it("that leads to another project, or to a pipeline that isn't listed, has no children", () => {
    for (const downstream of [undefined, 77]) {
      const listing = listingOf([again, { ...bridge, downstream }], [newer]);
      assert.deepEqual(outline(toTree(listing, 'none', [])), ['compile 21', 'packages 22']);
    }
  });

  it("that leads back to its own pipeline doesn't recurse forever", () => {
    const back = buildWith({ id: 33, name: 'back', pipeline: 3, kind: 'bridge', downstream: 2 });
    const circle = listingOf([again, bridge, install, back], [child, newer]);
    for (const grouping of groupings) {
      for (const filter of [[], ['running'], ['canceled']]) {
        const nodes = all(toTree(circle, grouping, filter));
        assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
      }
    }
  });
});

describe('toTree: what other CI systems report', () => {
  const listing = listingOf([again, jenkins], [newer]);
  const external = ['external (success)', ['jenkins 23']] as const;
  const shapes: Readonly<Record<Grouping, readonly unknown[]>> = {
    stageAndStatus: [['build (success)', ['compile 21']], external],
    stage: [['build (success)', ['compile 21']], external],
    status: [['success', ['compile 21']], external],
    none: ['compile 21', external],
  };
  for (const grouping of groupings) {
    it(`forms a group of its own, the last one, when grouped by ${grouping}`, () => {
      const tree = toTree(listing, grouping, []);
      assert.deepEqual(outline(tree), shapes[grouping]);
      const groups = all(tree).filter((node) => node.kind === 'stage' && node.isExternal);
      assert.equal(groups.length, 1);
    });
  }

  it('is kept apart from a GitLab stage with the same name', () => {
    const tree = toTree(listingOf([{ ...again, stage: 'external' }, jenkins], [newer]), 'stage', []);
    assert.deepEqual(outline(tree), [['external (success)', ['compile 21']], external]);
    assert.notEqual(tree[0]?.id, tree[1]?.id);
  });

  it('is hidden by the filter', () => {
    assert.deepEqual(outline(toTree(listing, 'none', ['failed'])), []);
  });
});

describe('toTree: IDs', () => {
  const idsOf = (nodes: readonly TreeNode[]) =>
    all(nodes)
      .filter(({ kind }) => kind !== 'attempt' && kind !== 'status')
      .map(({ id }) => id)
      .sort();

  it('stay the same when a build is retried, in whatever pipeline it is', () => {
    const before = [compile, again, bridge, install, jenkins];
    const after = [...before, { ...install, id: 51, status: 'pending' }, { ...compile, id: 52, status: 'pending' }];
    const pipelines = [child, newer, older];
    for (const grouping of groupings) {
      const [ids, later] = [before, after].map((rows) => idsOf(toTree(listingOf(rows, pipelines), grouping, [])));
      assert.deepEqual(later, ids);
    }
  });

  /** Each pipeline but the first may be started by a bridge of an earlier one. */
  const listings = fc
    .record({
      parents: fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 5 }),
      rows: fc.uniqueArray(
        fc.record({
          id: fc.integer({ min: 1, max: 500 }),
          name: fc.constantFrom('rspec', 'rspec 1/2', 'rspec 2/2', 'lint', 'a/b', 'pipeline:2', ''),
          stage: fc.constantFrom('build', 'test', 'external', '.pre', 'status:failed'),
          status: fc.constantFrom(...knownStatuses, 'levitating'),
          pipeline: fc.constantFrom(undefined, 1, 2, 3, 4, 5, 6, 99),
          kind: fc.constantFrom(undefined, 'external' as const),
        }),
        { selector: ({ id }) => id, maxLength: 30 },
      ),
    })
    .map(({ parents, rows }) => {
      const bridges = parents.flatMap((parent, index) => {
        if (parent === undefined) return [];
        const [name, pipeline, downstream] = [`to ${index + 2}`, 1 + (parent % (index + 1)), index + 2];
        return [buildWith({ id: 600 + index, name, pipeline, downstream, kind: 'bridge' })];
      });
      const pipelines = [undefined, ...parents].map((_, index) => pipelineWith({ id: index + 1 })).reverse();
      return listingOf(
        [...rows.map((row) => buildWith({ ...row, name: `${row.kind} ${row.name}` })), ...bridges],
        pipelines,
      );
    });

  it('are unique, for every build, attempt, and pipeline with builds', () => {
    fc.assert(
      fc.property(listings, fc.constantFrom(...groupings), (listing, grouping) => {
        const tree = toTree(listing, grouping, []);
        const nodes = all(tree);
        assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
        assert.deepEqual(buildsShown(tree), buildsGiven(listing.builds));
      }),
    );
  });

  it('lead to nothing that the filter hides, except for bridges and attempts', () => {
    fc.assert(
      fc.property(
        listings,
        fc.constantFrom(...groupings),
        fc.uniqueArray(fc.constantFrom(...knownStatuses), { minLength: 1 }),
        (listing, grouping, filter) => {
          const shown = all(toTree(listing, grouping, filter)).flatMap((node) =>
            node.kind === 'build' ? [node.build] : [],
          );
          assert.ok(shown.every(({ status, kind }) => kind === 'bridge' || filter.includes(status)));
          const wanted = listing.builds.filter(({ status }) => filter.includes(status)).map(({ id }) => id);
          const ids = new Set(shown.map(({ id }) => id));
          assert.deepEqual(
            wanted.filter((id) => !ids.has(id)),
            [],
          );
        },
      ),
    );
  });
});
