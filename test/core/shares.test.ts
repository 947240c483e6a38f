import assert from 'node:assert/strict';
import { inShares } from '../../src/core/shares';

describe('Long work in shares', () => {
  it('waits for others each time its share is over, and only then', async () => {
    let [now, turns] = [0, 0];
    const share = inShares(() => now);
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
});
