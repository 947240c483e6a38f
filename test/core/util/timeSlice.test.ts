import assert from 'node:assert/strict';
import { timeSlice, sortInSlices } from '../../../src/core/util/timeSlice';

describe('Long work in time slices', () => {
  it('yields each time its slice is over, and only then', async () => {
    let [now, turns] = [0, 0];
    const share = timeSlice(() => now);
    const others = (): void => {
      turns += 1;
      if (now < 100) setImmediate(others);
    };
    setImmediate(others);
    let waits = 0;
    for (; now < 100; now += 1) {
      const turn = share();
      if (turn === undefined) continue;
      const before = turns;
      await turn;
      waits += 1;
      assert.ok(turns > before);
    }
    assert.equal(waits, 9);
  });

  it('shares one slice for everything done in the same turn', async () => {
    let now = 0;
    const clock = (): number => now;
    await new Promise(setImmediate);
    const first = timeSlice(clock);
    now = 9;
    assert.equal(first(), undefined);
    const second = timeSlice(clock);
    assert.equal(second(), undefined);
    now = 10;
    const [turn, another] = [second(), first()];
    assert.ok(turn !== undefined && another !== undefined);
    await Promise.all([turn, another]);
    now = 19;
    assert.deepEqual([first(), second()], [undefined, undefined]);
    now = 20;
    assert.ok(first() !== undefined);
  });
});

describe('Sorting in time slices', () => {
  it('returns the same as sorting at once, with equal items in their original order', async () => {
    for (const count of [0, 1, 499, 500, 501, 2500, 3001]) {
      const items = Array.from({ length: count }, (_, at) => ({ key: (at * 7919) % 97, at }));
      const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
      assert.deepEqual(await sortInSlices(items, byKey), [...items].sort(byKey));
    }
  });

  it('lets other work run', async () => {
    let turns = 0;
    const share = (): Promise<void> => {
      turns += 1;
      return Promise.resolve();
    };
    const items = Array.from({ length: 3000 }, (_, at) => -at);
    await sortInSlices(items, (a, b) => a - b, share);
    assert.ok(turns > 3000, `${turns}`);
  });
});
