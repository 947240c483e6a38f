import assert from 'node:assert/strict';
import { SerialRuns } from '../../../src/core/util/serialRuns';

describe('Work that runs once at a time', () => {
  it('is shared by all who request it while it runs, in a run that starts after them', async () => {
    const ends: (() => void)[] = [];
    let begun = 0;
    const runs = new SerialRuns(async () => {
      const number = (begun += 1);
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    });
    const first = runs.run();
    await Promise.resolve();
    const later = [runs.run(), runs.run()];
    assert.equal(begun, 1);
    ends[0]?.();
    assert.equal(await first, 1);
    await Promise.resolve();
    ends[1]?.();
    assert.deepEqual(await Promise.all(later), [2, 2]);
    assert.equal(begun, 2);
  });
});
