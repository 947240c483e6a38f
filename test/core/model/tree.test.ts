import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrange } from '../../../src/core/model/arrange';
import { knownStatuses, severity, type Build } from '../../../src/core/model/build';
import type { Listing } from '../../../src/core/model/pipeline';
import { groupings, toTree, type Grouping } from '../../../src/core/model/tree';
import { all, buildsGiven, buildsShown, outline, type Outline } from '../outline';
import { buildWith } from '../support';

const words = fc.constantFrom(
  'rspec 1/3',
  'rspec 2/3',
  'rspec: [a]',
  'rspec: [b]',
  'build',
  'test',
  'a/status:failed',
  'a',
  '%2F',
  '🦊',
  '',
  'status:failed',
);
const builds = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 500 }),
      name: words,
      stage: words,
      ref: fc.constantFrom('master', 'v1.0'),
      status: fc.constantFrom(...knownStatuses, 'levitating', 'failed/x'),
      allowFailure: fc.boolean(),
    }),
    { selector: ({ id }) => id, maxLength: 30 },
  )
  .map((rows) => arrange(rows.map(buildWith)));
const grouping = fc.constantFrom(...groupings);

/** Builds that name no pipeline, as up to 8.12. */
function only(those: readonly Build[]): Listing {
  return { builds: those, pipelines: [] };
}

const sample: readonly Build[] = arrange([
  buildWith({ id: 1, stage: 'build', name: 'compile' }),
  buildWith({ id: 2, stage: 'test', name: 'lint', status: 'running' }),
  buildWith({ id: 3, stage: 'test', name: 'rspec', status: 'failed' }),
  buildWith({ id: 4, stage: 'test', name: 'spinach', status: 'failed' }),
  buildWith({ id: 5, stage: 'test', name: 'rspec', status: 'failed' }),
]);

describe('toTree', () => {
  const shapes: Readonly<Record<Grouping, Outline>> = {
    stageAndStatus: [
      ['build (success)', ['compile 1']],
      ['test (failed)', [['rspec 5', ['rspec 3']], 'spinach 4', 'lint 2']],
    ],
    stage: [
      ['build (success)', ['compile 1']],
      ['test (failed)', [['rspec 5', ['rspec 3']], 'spinach 4', 'lint 2']],
    ],
    status: [
      ['failed', [['rspec 5', ['rspec 3']], 'spinach 4']],
      ['running', ['lint 2']],
      ['success', ['compile 1']],
    ],
    none: [['rspec 5', ['rspec 3']], 'spinach 4', 'compile 1', 'lint 2'],
  };
  for (const each of groupings) {
    it(`groups by ${each}, failed first`, () =>
      assert.deepEqual(outline(toTree(only(sample), each, [])), shapes[each]));
  }

  it("shows only the filter's statuses", () => {
    assert.deepEqual(outline(toTree(only(sample), 'stage', ['running', 'success'])), [
      ['build (success)', ['compile 1']],
      ['test (running)', ['lint 2']],
    ]);
    assert.deepEqual(toTree(only(sample), 'stageAndStatus', ['canceled']), []);
  });

  it('shows a build with an unknown status', () => {
    const levitating = [buildWith({ status: 'levitating' })];
    assert.deepEqual(outline(toTree(only(levitating), 'stageAndStatus', [])), [['test (levitating)', ['rspec 1']]]);
  });

  describe('by stage and status', () => {
    const inStage = (...statuses: readonly string[]) =>
      arrange(statuses.map((status, at) => buildWith({ id: at + 1, name: `b${at}`, status })));
    const shape = (list: readonly Build[], filter: readonly string[] = []) => {
      const [stage] = outline(toTree(only(list), 'stageAndStatus', filter));
      return Array.isArray(stage) ? (stage as readonly unknown[])[1] : assert.fail('no stage');
    };

    it('has no headings for up to six builds, which are in the order of their statuses', () =>
      assert.deepEqual(shape(inStage('skipped', 'success', 'manual', 'pending', 'running', 'failed')), [
        ...['b5 6', 'b4 5', 'b3 4', 'b2 3', 'b1 2', 'b0 1'],
      ]));

    it('has no heading if all builds have one status, or if the filter shows one status', () => {
      const seven = Array.from({ length: 7 }, () => 'success');
      const flat = seven.map((_, at) => `b${at} ${at + 1}`);
      assert.deepEqual(shape(inStage(...seven)), flat);
      assert.deepEqual(shape(inStage(...seven, 'failed', 'failed'), ['success']), flat);
    });

    it('has a heading for two or more builds if there are many with several statuses', () =>
      assert.deepEqual(shape(inStage('success', 'failed', 'success', 'running', 'failed', 'success', 'success')), [
        ['failed', ['b1 2', 'b4 5']],
        'b3 4',
        ['success', ['b0 1', 'b2 3', 'b5 6', 'b6 7']],
      ]));

    const rank = ({ status, allowFailure }: Build) =>
      status === 'failed' && allowFailure ? severity('success') + 0.5 : severity(status);

    it('never has a heading with one row, and always puts the worst first', () => {
      fc.assert(
        fc.property(builds, (list) => {
          for (const stage of toTree(only(list), 'stageAndStatus', [])) {
            const ranks = stage.children.map((node) => {
              const first = node.kind === 'status' ? node.children[0] : node;
              assert.ok(node.kind !== 'status' || node.children.length > 1);
              assert.ok(first?.kind === 'build' || first?.kind === 'group');
              const those = first.kind === 'build' ? [first.build] : first.builds;
              return Math.max(...those.map(rank));
            });
            assert.deepEqual(
              ranks,
              ranks.toSorted((a, b) => b - a),
            );
          }
        }),
      );
    });

    it('has a heading for a single build when grouped by status alone', () =>
      assert.deepEqual(outline(toTree(only(inStage('failed')), 'status', [])), [['failed', ['b0 1']]]));
  });

  describe('parallel builds with the same name', () => {
    const parallel = (...statuses: readonly string[]) =>
      statuses.map((status, at) => buildWith({ id: at + 1, name: `rspec ${at + 1}/${statuses.length}`, status }));
    const lint = buildWith({ id: 90, name: 'lint', status: 'running' });

    it('are one row with their worst status, and with the labels that differ below it', () => {
      const tree = toTree(only(arrange([...parallel('success', 'failed', 'running'), lint])), 'stageAndStatus', []);
      assert.deepEqual(outline(tree), [
        ['test (failed)', [['rspec × 3 (failed)', ['rspec 1/3 1', 'rspec 2/3 2', 'rspec 3/3 3']], 'lint 90']],
      ]);
      const labels = all(tree).flatMap((node) => (node.kind === 'build' ? [node.label] : []));
      assert.deepEqual(labels, ['1/3', '2/3', '3/3', undefined]);
    });

    it('are grouped if they come from a matrix, too, separately from numbered ones', () => {
      const matrix = ['a', 'b'].map((value, at) => buildWith({ id: 50 + at, name: `rspec: [${value}]` }));
      const tree = toTree(only(arrange([...parallel('success', 'success'), ...matrix])), 'none', []);
      assert.deepEqual(
        tree.map((node) => node.kind === 'group' && node.children.map(({ label }) => label)),
        [
          ['1/2', '2/2'],
          ['[a]', '[b]'],
        ],
      );
    });

    it('are not grouped if only one is shown, or across two stages', () => {
      const list = only(arrange(parallel('success', 'failed')));
      assert.deepEqual(outline(toTree(list, 'none', ['failed'])), ['rspec 2/2 2']);
      const [a, b] = parallel('success', 'success');
      assert.ok(a !== undefined && b !== undefined);
      assert.deepEqual(outline(toTree(only(arrange([a, { ...b, stage: 'deploy' }])), 'none', [])), [
        ...['rspec 1/2 1', 'rspec 2/2 2'],
      ]);
    });

    it('appear once below a heading, which counts those with its status', () => {
      const others = Array.from({ length: 8 }, (_, at) => buildWith({ id: 60 + at, name: `b${at}` }));
      const broken = buildWith({ id: 80, name: 'broken', status: 'failed' });
      const [stage] = toTree(
        only(arrange([...parallel('success', 'failed', 'failed'), ...others, broken])),
        'stageAndStatus',
        [],
      );
      assert.deepEqual(
        stage?.children.map((node) => node.kind === 'status' && [node.status, node.count, node.children.length]),
        [
          ['failed', 3, 2],
          ['success', 8, 8],
        ],
      );
    });
  });

  it('does not put an allowed failure first', () => {
    const list = arrange([buildWith({ name: 'a' }), buildWith({ id: 2, status: 'failed', allowFailure: true })]);
    assert.deepEqual(outline(toTree(only(list), 'none', [])), ['a 1', 'rspec 2']);
  });

  it('shows every build and every attempt once, with any grouping', () => {
    fc.assert(
      fc.property(builds, grouping, (list, by) =>
        assert.deepEqual(buildsShown(toTree(only(list), by, [])), buildsGiven(list)),
      ),
    );
  });

  it('assigns no ID twice', () => {
    fc.assert(
      fc.property(builds, grouping, (list, by) => {
        const ids = all(toTree(only(list), by, [])).map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
      }),
    );
  });

  it('keeps the stages in the order of the builds', () => {
    fc.assert(
      fc.property(builds, (list) => {
        const stages = toTree(only(list), 'stage', []).map((node) => (node.kind === 'stage' ? node.stage : ''));
        assert.deepEqual(stages, [...new Set(list.map(({ stage }) => stage))]);
      }),
    );
  });

  it('keeps the IDs of stages and builds when a build is retried', () => {
    const retried = arrange([
      ...sample.flatMap((build) => [build, ...build.attempts]),
      buildWith({ id: 6, status: 'pending' }),
    ]);
    const idsOf = (list: readonly Build[]) =>
      all(toTree(only(list), 'stage', []))
        .filter(({ kind }) => kind === 'stage' || kind === 'build')
        .map(({ id }) => id)
        .sort();
    assert.deepEqual(idsOf(retried), idsOf(sample));
  });

  it('keeps allowed failures apart from other failures, and before passed builds', () => {
    const those = arrange([
      buildWith({ id: 1, name: 'lint', status: 'failed', allowFailure: true }),
      buildWith({ id: 2, name: 'rspec', status: 'failed' }),
      buildWith({ id: 3, name: 'compile' }),
    ]);
    const groups = toTree(only(those), 'status', []);
    assert.deepEqual(
      groups.map(
        (group) => group.kind === 'status' && [group.status, group.isAllowed, group.builds.map(({ id }) => id)],
      ),
      [
        ['failed', false, [2]],
        ['failed', true, [1]],
        ['success', false, [3]],
      ],
    );
  });
});
