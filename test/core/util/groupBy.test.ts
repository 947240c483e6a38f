import assert from 'node:assert/strict';
import { groupBy } from '../../../src/core/util/groupBy';

describe('groupBy', () => {
  it('keeps the order of keys and of items', () =>
    assert.deepEqual(
      [...groupBy([3, 1, 4, 1, 5, 9, 2, 6], (number) => number % 2 === 0)],
      [
        [false, [3, 1, 1, 5, 9]],
        [true, [4, 2, 6]],
      ],
    ));

  it('distinguishes undefined from other keys, and calls the key function once per item', () => {
    let calls = 0;
    const keyOf = (item: { readonly key?: string }): string | undefined => {
      calls += 1;
      return item.key;
    };
    assert.deepEqual([...groupBy([{}, { key: 'a' }, {}], keyOf).keys()], [undefined, 'a']);
    assert.equal(calls, 3);
  });

  it('returns an empty result for an empty list', () => assert.equal(groupBy([], () => 1).size, 0));
});
