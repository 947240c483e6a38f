import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeOrders } from '../../../src/core/model/mergeOrders';

describe('The orders of several lists', () => {
  const cases: readonly (readonly [what: string, lists: readonly string[], order: string])[] = [
    ['nothing', [], ''],
    ['a list with a duplicate', ['aba'], 'ab'],
    ['names that only a later list connects', ['b', 'a', 'ab'], 'ab'],
    ['names that contradict an earlier list', ['ab', 'bc', 'ca'], 'abc'],
    ["names that a contradiction doesn't affect", ['xaby', 'ba', 'by'], 'xaby'],
    ['names that only the contradicting list has, after their predecessor there', ['ab', 'bcad'], 'abcd'],
    ['names that only the contradicting list has, before their successor there', ['ab', 'cbca'], 'acb'],
    ['single names that contradict nothing', ['b', 'a', 'ab', 'ba'], 'ab'],
  ];
  for (const [what, lists, order] of cases)
    it(`are merged: ${what}`, () => assert.equal(mergeOrders(lists.map((list) => Array.from(list))).join(''), order));

  it('need no deep stack for 20,000 names in a chain', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => String(at));
    const pairs = chain.slice(1).map((name, at) => [String(at), name]);
    assert.deepEqual(mergeOrders([...pairs].reverse()), chain);
    assert.deepEqual(mergeOrders([chain, [...chain].reverse()]), chain);
  });

  it('contain each name once, and keep the first list whatever the others say', () => {
    const names: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '');
    const lists = fc.array(fc.uniqueArray(names, { minLength: 2 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lists, (orders) => {
        const merged = mergeOrders(orders);
        assert.deepEqual([...merged].sort(), [...new Set(orders.flat())].sort());
        const [first = []] = orders;
        assert.deepEqual(
          merged.filter((name) => first.includes(name)),
          first,
        );
      }),
    );
  });
});
