import assert from 'node:assert/strict';
import { RowClock } from '../../../src/ui/tree/rowClock';
import type { Row } from '../../../src/ui/tree/treeRows';
import { FakeClock } from '../../core/support';
import { aBuild } from '../samples';

describe('The clock of running rows', () => {
  let clock: FakeClock;
  let tick: RowClock;
  let rows: readonly Row[];
  let visible: boolean;
  /** When which builds were redrawn: seconds since the start, and their ids. */
  let redrawn: (readonly [number, readonly number[]])[];
  let start: number;

  /** Builds that have been running for so many seconds. */
  const running = (...seconds: readonly number[]): readonly Row[] =>
    seconds.map((each, at) => {
      const startedAt = new Date(start - each * 1000).toISOString();
      const build = aBuild({ id: at + 1, status: 'running', startedAt });
      return { root: '', node: { kind: 'build', id: String(at), build, children: [] } };
    });
  const idOf = ({ node }: Row): number => ('build' in node ? node.build.id : 0);

  beforeEach(() => {
    clock = new FakeClock();
    start = clock.now();
    [rows, visible, redrawn] = [running(0), true, []];
    const redraw = (those: Row[]) => redrawn.push([(clock.now() - start) / 1000, those.map(idOf)]);
    tick = new RowClock({ rows: () => rows, visible: () => visible, redraw }, clock);
  });
  afterEach(() => tick.dispose());

  it('redraws a row when its minute is over, and no other row', async () => {
    rows = running(0, 50, 15);
    tick.onVisibilityChange();
    await clock.pass(59_000);
    assert.deepEqual(redrawn, [
      [10, [2]],
      [45, [3]],
    ]);
    await clock.pass(12_000);
    assert.deepEqual(redrawn.slice(2), [
      [60, [1]],
      [70, [2]],
    ]);
  });

  for (const [count, seconds] of [
    [20, 1],
    [21, 5],
    [300, 5],
    [301, 30],
  ] as const)
    it(`redraws after ${seconds} s at the earliest with ${count} rows, and leaves none out`, async () => {
      rows = running(...Array.from({ length: count }, (_, at) => at % 60));
      tick.onVisibilityChange();
      await clock.pass(60_000);
      const times = redrawn.map(([time]) => time);
      assert.ok(times.every((time, at) => time - (times[at - 1] ?? 0) >= seconds));
      assert.deepEqual(
        redrawn.flatMap(([, ids]) => ids).sort((a, b) => a - b),
        rows.map(idOf),
      );
    });

  it('has no timer while nothing runs, or while the view is hidden', () => {
    rows = [];
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
    [rows, visible] = [running(0), false];
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
  });

  it('ends when the last running build ends', async () => {
    tick.onVisibilityChange();
    await clock.pass(60_000);
    rows = [];
    await clock.pass(60_000);
    assert.deepEqual([redrawn, clock.waits], [[[60, [1]]], []]);
  });

  it('stops when the view is hidden, and catches up when it is shown again', async () => {
    tick.onVisibilityChange();
    visible = false;
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
    await clock.pass(90_000);
    visible = true;
    tick.check();
    await clock.pass(30_000);
    assert.deepEqual(redrawn, [
      [90, [1]],
      [120, [1]],
    ]);
  });

  it('is not delayed by snapshots that are shown meanwhile', async () => {
    for (let times = 0; times < 300; times++) {
      tick.onVisibilityChange();
      await clock.pass(500);
    }
    assert.deepEqual(redrawn, [
      [60, [1]],
      [120, [1]],
    ]);
  });

  it("never has a second timer, and none for a start time that can't be read", () => {
    for (const count of [1, 21, 1, 400]) {
      rows = running(...Array.from({ length: count }, () => 0));
      tick.onVisibilityChange();
      assert.equal(clock.waits.length, 1);
    }
    rows = [{ root: '', node: { kind: 'build', id: 'x', build: aBuild({ startedAt: 'soon' }), children: [] } }];
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
  });
});
