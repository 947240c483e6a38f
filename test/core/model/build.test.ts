import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrange, flatten } from '../../../src/core/model/arrange';
import {
  durationSeconds,
  hasFailed,
  identity,
  isActive,
  knownStatuses,
  statusClass,
  worstStatus,
  type Build,
} from '../../../src/core/model/build';
import { buildWith } from '../support';

/** Rows as a server may list them: attempts unmarked, few names, so that many belong together. */
const rows = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 500 }),
    name: fc.constantFrom('rspec', 'lint', 'a/b', 'a%2Fb'),
    stage: fc.constantFrom('build', 'test', 'deploy', 'rspec'),
    ref: fc.constantFrom('master', 'v1.0'),
    pipeline: fc.constantFrom(undefined, 1, 2),
    status: fc.constantFrom(...knownStatuses, 'levitating'),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);

describe('arrange', () => {
  it('gives the same builds in whatever order the rows come', () => {
    const orders = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(orders, ([one, other]) =>
        assert.deepEqual(arrange(one.map(buildWith)), arrange(other.map(buildWith))),
      ),
    );
  });

  it('loses no row and doubles none', () => {
    const ids = (builds: readonly Build[]) => builds.map(({ id }) => id).sort((a, b) => a - b);
    fc.assert(
      fc.property(rows, (list) => {
        const given = list.map((row) => buildWith(row));
        assert.deepEqual(ids(flatten(arrange([...given, ...given]))), ids(given));
      }),
    );
  });

  it('puts the newest attempt on top, the others below it, newest first', () => {
    fc.assert(
      fc.property(rows, (list) => {
        for (const build of arrange(list.map(buildWith))) {
          const attempts = [build, ...build.attempts];
          assert.ok(attempts.every(({ id }, at) => at === 0 || id < (attempts[at - 1]?.id ?? 0)));
          assert.equal(new Set(attempts.map(identity)).size, 1);
        }
      }),
    );
  });

  it('gives each build one row of its own', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const builds = arrange(list.map(buildWith));
        assert.equal(new Set(builds.map(identity)).size, builds.length);
      }),
    );
  });

  it('orders stages by their smallest id over all attempts, then builds by id', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const builds = arrange(list.map(buildWith));
        const first = (stage: string) => Math.min(...list.filter((row) => row.stage === stage).map(({ id }) => id));
        const keys = builds.map(({ stage, id }) => [first(stage), id] as const);
        assert.deepEqual(
          keys,
          [...keys].sort(([a, b], [c, d]) => a - c || b - d),
        );
      }),
    );
  });

  it('gives the same again from its own result', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const builds = arrange(list.map(buildWith));
        assert.deepEqual(arrange(flatten(builds)), builds);
      }),
    );
  });

  it('keeps the stage order when a whole stage was retried', () => {
    const stages = ['build', 'test', 'deploy'];
    const first = stages.map((stage, at) => buildWith({ id: at + 1, stage, name: stage }));
    const again = buildWith({ id: 9, stage: 'build', name: 'build' });
    assert.deepEqual(
      arrange([again, ...first]).map(({ id }) => id),
      [9, 2, 3],
    );
  });

  it('takes the later reading of a row that came twice', () => {
    const [early, late] = [buildWith({ status: 'running' }), buildWith({ status: 'success' })];
    assert.deepEqual(arrange([early, late]), [late]);
  });

  it('keeps builds of one name apart by stage, by pipeline, and by ref where there is no pipeline', () => {
    const apart = [
      buildWith({ id: 1 }),
      buildWith({ id: 2, stage: 'deploy' }),
      buildWith({ id: 3, ref: 'v1.0' }),
      buildWith({ id: 4, pipeline: 7 }),
      buildWith({ id: 5, pipeline: 8 }),
    ];
    assert.equal(arrange(apart).length, apart.length);
  });

  it('takes builds of one pipeline for the same whatever their ref', () => {
    const [build] = arrange([buildWith({ id: 1, pipeline: 7 }), buildWith({ id: 2, pipeline: 7, ref: 'v1.0' })]);
    assert.deepEqual(
      build?.attempts.map(({ id }) => id),
      [1],
    );
  });

  it('does not confuse names and stages that hold the separator', () => {
    const apart = [buildWith({ id: 1, stage: 'a/b', name: 'c' }), buildWith({ id: 2, stage: 'a', name: 'b/c' })];
    assert.equal(arrange(apart).length, 2);
  });
});

describe('A status', () => {
  it('that is not known counts as active, even one that every object has', () => {
    for (const status of ['levitating', '', 'constructor', '__proto__', 'toString'])
      assert.equal(statusClass(status), 'active');
  });

  it('is active while the build moves by itself', () => {
    const active = knownStatuses.filter((status) => isActive(buildWith({ status })));
    assert.deepEqual(active, [
      'running',
      'canceling',
      'waiting_for_callback',
      'waiting_for_resource',
      'preparing',
      'pending',
    ]);
  });
});

describe('worstStatus', () => {
  const of = (...statuses: readonly string[]) => worstStatus(statuses.map((status) => buildWith({ status })));

  it('is that of a failure before all others, and a success only where all is well', () => {
    assert.equal(of('success', 'running', 'failed'), 'failed');
    assert.equal(of('success', 'running', 'canceled'), 'running');
    assert.equal(of('success', 'canceled'), 'canceled');
    assert.equal(of('skipped', 'success'), 'success');
  });

  it('takes an allowed failure for a success', () => {
    const allowed = buildWith({ status: 'failed', allowFailure: true });
    assert.equal(worstStatus([allowed]), 'success');
    assert.equal(hasFailed(allowed), false);
  });

  it('is none of no builds', () => assert.equal(of(), undefined));
});

describe('durationSeconds', () => {
  const startedAt = '2016-02-22T00:00:00.000Z';
  const now = Date.parse('2016-02-22T00:01:30.500Z');

  it('counts to the end', () => {
    assert.equal(durationSeconds(buildWith({ startedAt, finishedAt: '2016-02-22T01:00:00+01:00' }), now), 0);
    assert.equal(durationSeconds(buildWith({ startedAt, finishedAt: '2016-02-22T00:00:42.5Z' }), now), 42.5);
  });

  it('counts to now while it runs', () =>
    assert.equal(durationSeconds(buildWith({ status: 'running', startedAt }), now), 90.5));

  it('is none of what has ended, GitLab does not say when', () =>
    assert.equal(durationSeconds(buildWith({ status: 'failed', startedAt }), now), undefined));

  it('is none before the start, nor from times that make no sense', () => {
    assert.equal(durationSeconds(buildWith(), now), undefined);
    assert.equal(durationSeconds(buildWith({ status: 'running', startedAt: 'yesterday' }), now), undefined);
    assert.equal(durationSeconds(buildWith({ startedAt, finishedAt: '2016-02-21T00:00:00Z' }), now), undefined);
  });
});
