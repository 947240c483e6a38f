import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeOrders } from '../../../src/core/model/mergeOrders';

describe('The orders of several lists', () => {
  const cases: readonly (readonly [what: string, lists: readonly string[], order: string])[] = [
    ['nothing', [], ''],
    ['one that names something twice', ['aba'], 'ab'],
    ['names that only a later one brings together', ['b', 'a', 'ab'], 'ab'],
    ['what contradicts an earlier one', ['ab', 'bc', 'ca'], 'abc'],
    ['what a contradiction does not touch', ['xaby', 'ba', 'by'], 'xaby'],
    ['what only the contradicting one names, behind what it follows there', ['ab', 'bcad'], 'abcd'],
    ['what only the contradicting one names, before what it leads there', ['ab', 'cbca'], 'acb'],
    ['single names that contradict nothing', ['b', 'a', 'ab', 'ba'], 'ab'],
  ];
  for (const [what, lists, order] of cases)
    it(`are merged: ${what}`, () => assert.equal(mergeOrders(lists.map((list) => Array.from(list))).join(''), order));

  it('of 20,000 names in a chain need no deep stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => String(at));
    const pairs = chain.slice(1).map((name, at) => [String(at), name]);
    assert.deepEqual(mergeOrders([...pairs].reverse()), chain);
    assert.deepEqual(mergeOrders([chain, [...chain].reverse()]), chain);
  });

  it('name each name once, and keep the first list whatever the others say', () => {
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
