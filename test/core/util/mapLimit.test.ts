import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mapLimit } from '../../../src/core/util/mapLimit';
import { settled } from '../support';

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('inTurns', () => {
  it('returns the results in order, whatever order they arrive in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(20), fc.integer({ min: 1, max: 8 }), async (scheduler, count, atOnce) => {
        const results = mapLimit(numbers(count), atOnce, (index) => scheduler.schedule(Promise.resolve(index)));
        await scheduler.waitFor(results);
        assert.deepEqual(await results, numbers(count));
      }),
    );
  });

  it('has no more calls in progress than allowed', async () => {
    let [underWay, most] = [0, 0];
    await mapLimit(numbers(50), 6, async () => {
      most = Math.max(most, ++underWay);
      await settled();
      underWay -= 1;
    });
    assert.equal(most, 6);
  });

  it('throws the first failure and starts no further calls', async () => {
    const started: number[] = [];
    const result = mapLimit(numbers(100), 3, async (index) => {
      started.push(index);
      await settled();
      if (index === 1) throw new Error('no');
    });
    await assert.rejects(result, { message: 'no' });
    for (let turn = 0; turn < 100; turn += 1) await settled();
    assert.deepEqual(started, [0, 1, 2, 3]);
  });

  it('calls nothing if the list is empty', async () => {
    assert.deepEqual(await mapLimit([], 6, () => assert.fail('called')), []);
  });
});
