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
  it('gives the same builds for any order of rows', () => {
    const orders = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(orders, ([one, other]) =>
        assert.deepEqual(arrange(one.map(buildWith)), arrange(other.map(buildWith))),
      ),
    );
  });

  it('neither loses nor duplicates a row', () => {
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

  it('gives each build a row of its own', () => {
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

  it('gives the same result when applied to its own result', () => {
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

  it('uses the later version of a row that occurs twice', () => {
    const [early, late] = [buildWith({ status: 'running' }), buildWith({ status: 'success' })];
    assert.deepEqual(arrange([early, late]), [late]);
  });

  it('keeps builds with the same name apart by stage, by pipeline, and by ref if there is no pipeline', () => {
    const apart = [
      buildWith({ id: 1 }),
      buildWith({ id: 2, stage: 'deploy' }),
      buildWith({ id: 3, ref: 'v1.0' }),
      buildWith({ id: 4, pipeline: 7 }),
      buildWith({ id: 5, pipeline: 8 }),
    ];
    assert.equal(arrange(apart).length, apart.length);
  });

  it('treats builds of one pipeline as the same whatever their ref', () => {
    const [build] = arrange([buildWith({ id: 1, pipeline: 7 }), buildWith({ id: 2, pipeline: 7, ref: 'v1.0' })]);
    assert.deepEqual(
      build?.attempts.map(({ id }) => id),
      [1],
    );
  });

  it('does not confuse names and stages that contain the separator', () => {
    const apart = [buildWith({ id: 1, stage: 'a/b', name: 'c' }), buildWith({ id: 2, stage: 'a', name: 'b/c' })];
    assert.equal(arrange(apart).length, 2);
  });
});

describe('A status', () => {
  it('that is unknown counts as active, even if it is the name of an Object property', () => {
    for (const status of ['levitating', '', 'constructor', '__proto__', 'toString'])
      assert.equal(statusClass(status), 'active');
  });

  it('is active while the build makes progress on its own', () => {
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

  it('is that of a failure before all others, and a success only if everything passed', () => {
    assert.equal(of('success', 'running', 'failed'), 'failed');
    assert.equal(of('success', 'running', 'canceled'), 'running');
    assert.equal(of('success', 'canceled'), 'canceled');
    assert.equal(of('skipped', 'success'), 'success');
  });

  it('counts an allowed failure as a success', () => {
    const allowed = buildWith({ status: 'failed', allowFailure: true });
    assert.equal(worstStatus([allowed]), 'success');
    assert.equal(hasFailed(allowed), false);
  });

  it('is undefined without builds', () => assert.equal(of(), undefined));
});

describe('durationSeconds', () => {
  const startedAt = '2016-02-22T00:00:00.000Z';
  const now = Date.parse('2016-02-22T00:01:30.500Z');

  it('counts to the end of the build', () => {
    assert.equal(durationSeconds(buildWith({ startedAt, finishedAt: '2016-02-22T01:00:00+01:00' }), now), 0);
    assert.equal(durationSeconds(buildWith({ startedAt, finishedAt: '2016-02-22T00:00:42.5Z' }), now), 42.5);
  });

  it('counts to the current time while it runs', () =>
    assert.equal(durationSeconds(buildWith({ status: 'running', startedAt }), now), 90.5));

  it("is undefined if the build has ended but GitLab doesn't say when", () =>
    assert.equal(durationSeconds(buildWith({ status: 'failed', startedAt }), now), undefined));

  it('is undefined before the start, and if the times make no sense', () => {
    assert.equal(durationSeconds(buildWith(), now), undefined);
    assert.equal(durationSeconds(buildWith({ status: 'running', startedAt: 'yesterday' }), now), undefined);
    assert.equal(durationSeconds(buildWith({ startedAt, finishedAt: '2016-02-21T00:00:00Z' }), now), undefined);
  });
});
