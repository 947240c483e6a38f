import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { deepEqual, reuseEqual } from '../../../src/core/util/deepEqual';

describe('isSame', () => {
  it('agrees with Node for plain values', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        // Zero has a sign, and `__proto__` is a name, in JSON alone.
        fc.pre(!JSON.stringify([a, b]).includes('__proto__'));
        assert.equal(deepEqual(a, b), isDeepStrictEqual(a, b));
        assert.ok(deepEqual(a, structuredClone(a)));
      }),
      { numRuns: 2000 },
    );
  });

  it('treats undefined as absent', () => {
    assert.ok(deepEqual({ a: 1, b: undefined }, { a: 1 }));
    assert.ok(deepEqual({ a: 1 }, { a: 1, b: undefined }));
    assert.ok(!deepEqual({ a: 1 }, { a: 1, b: null }));
    assert.ok(!deepEqual({ a: [] }, { a: {} }));
  });
});

describe('reused', () => {
  const item = fc.record({ id: fc.nat(8), text: fc.constantFrom('a', 'b') }, { noNullPrototype: true });
  const items = fc.uniqueArray(item, { selector: ({ id }) => id });

  it('equals the new list, with the old objects wherever they are equal', () => {
    fc.assert(
      fc.property(items, items, (before, after) => {
        const kept = reuseEqual(before, after);
        assert.deepEqual(kept, after);
        for (const one of kept) {
          const old = before.find((other) => isDeepStrictEqual(other, one));
          if (old !== undefined) assert.equal(one, old);
        }
        assert.equal(kept === before, isDeepStrictEqual(before, after));
      }),
      { numRuns: 2000 },
    );
  });
});
