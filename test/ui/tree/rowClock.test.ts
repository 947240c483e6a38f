import assert from 'node:assert/strict';
import { RowClock } from '../../../src/ui/tree/rowClock';
import { FakeClock } from '../../core/support';

describe('The tick', () => {
  let clock: FakeClock;
  let tick: RowClock;
  let running: number;
  let visible: boolean;
  let redrawn: number;
  beforeEach(() => {
    [running, visible, redrawn] = [1, true, 0];
    clock = new FakeClock();
    tick = new RowClock({ running: () => running, visible: () => visible, redraw: () => (redrawn += 1) }, clock);
  });

  it('comes every second while something runs', async () => {
    tick.onVisibilityChange();
    await clock.pass(10_000);
    assert.equal(redrawn, 10);
  });

  for (const [rows, seconds] of [
    [20, 1],
    [21, 5],
    [300, 5],
    [301, 30],
    [10_000, 30],
  ] as const)
    it(`comes every ${seconds} s with ${rows} rows`, async () => {
      running = rows;
      tick.onVisibilityChange();
      await clock.pass(seconds * 4000);
      assert.equal(redrawn, 4);
    });

  it('has no timer while nothing runs, or nobody looks', () => {
    running = 0;
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
    [running, visible] = [1, false];
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
  });

  it('ends with what runs', async () => {
    tick.onVisibilityChange();
    await clock.pass(1000);
    running = 0;
    await clock.pass(1000);
    assert.deepEqual([redrawn, clock.waits], [2, []]);
  });

  it('ends when the view is turned away from, and begins again', async () => {
    tick.onVisibilityChange();
    visible = false;
    tick.onVisibilityChange();
    assert.deepEqual(clock.waits, []);
    visible = true;
    tick.onVisibilityChange();
    await clock.pass(1000);
    assert.equal(redrawn, 1);
  });

  it('is not put off by what is shown meanwhile', async () => {
    for (let times = 0; times < 10; times++) {
      tick.onVisibilityChange();
      await clock.pass(500);
    }
    assert.equal(redrawn, 5);
  });

  it('never has a second timer, and none after its end', () => {
    for (const rows of [1, 21, 1, 400]) {
      running = rows;
      tick.onVisibilityChange();
      assert.equal(clock.waits.length, 1);
    }
    tick.dispose();
    assert.deepEqual(clock.waits, []);
  });
});
