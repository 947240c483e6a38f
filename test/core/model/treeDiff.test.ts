import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redrawOf, rowsAtOnce, type Shape } from '../../../src/core/model/treeDiff';

function row(id: string, look = '', ...children: readonly Shape[]): Shape {
  return { id, look, children };
}

/** What is on screen after the rows that `redrawOf` names were drawn anew, each with all below it. */
function redrawn(before: readonly Shape[], after: readonly Shape[]): readonly Shape[] {
  const redraw = redrawOf(before, after);
  if (redraw === 'all') return after;
  const fresh = new Map(all(after).map((one) => [one.id, one]));
  const draw = (one: Shape): Shape =>
    redraw.includes(one.id) ? (fresh.get(one.id) ?? one) : { ...one, children: one.children.map(draw) };
  return before.map(draw);
}

function all(rows: readonly Shape[]): readonly Shape[] {
  return rows.flatMap((one) => [one, ...all(one.children)]);
}

const look = fc.constantFrom('a', 'b');
/** Three levels of at most three rows, where a row may come under another parent. */
const trees = fc
  .array(fc.record({ look, below: fc.array(fc.record({ look, count: fc.nat(2) }), { maxLength: 3 }) }), {
    maxLength: 3,
  })
  .chain((roots) =>
    fc.shuffledSubarray(['p', 'q', 'r', 's', 't', 'u', 'v']).map((ids) => {
      const names = [...ids];
      const next = (fallback: string) => names.shift() ?? fallback;
      return roots.map((root, x) =>
        row(
          `root ${x}`,
          root.look,
          ...root.below.map((group, y) => {
            const leaves = Array.from({ length: group.count }, (_, z) => row(next(`leaf ${x}${y}${z}`), group.look));
            return row(next(`group ${x}${y}`), group.look, ...leaves);
          }),
        ),
      );
    }),
  );

describe('The rows to redraw', () => {
  const before = [row('a', 'x', row('b', 'x'), row('c', 'x', row('d', 'x'))), row('e', 'x')];

  it('are empty if nothing has changed', () => assert.deepEqual(redrawOf(before, structuredClone(before)), []));

  it('are empty if there are no rows', () => assert.deepEqual(redrawOf([], []), []));

  it('contain the one row that looks different', () => {
    const after = [row('a', 'x', row('b', 'x'), row('c', 'x', row('d', 'y'))), row('e', 'x')];
    assert.deepEqual(redrawOf(before, after), ['d']);
  });

  it('may be in several places', () => {
    const after = [row('a', 'x', row('b', 'y'), row('c', 'x', row('d', 'y'))), row('e', 'y')];
    assert.deepEqual(redrawOf(before, after), ['b', 'd', 'e']);
  });

  it('exclude those below a row that is redrawn itself', () => {
    const after = [row('a', 'x', row('b', 'x'), row('c', 'y', row('d', 'y'))), row('e', 'x')];
    assert.deepEqual(redrawOf(before, after), ['c']);
  });

  it('include a row whose children come, go, or change places', () => {
    const belowA = (...children: readonly Shape[]) => redrawOf(before, [row('a', 'x', ...children), row('e', 'x')]);
    const [b, c] = [row('b', 'x'), row('c', 'x', row('d', 'x'))];
    assert.deepEqual(belowA(c, b), ['a']);
    assert.deepEqual(belowA(b), ['a']);
    assert.deepEqual(belowA(b, c, row('new', 'x')), ['a']);
    assert.deepEqual(belowA(b, row('c', 'x')), ['c']);
    assert.deepEqual(belowA(row('b', 'y'), row('c', 'x')), ['b', 'c']);
  });

  it('are all if top-level rows come, go, or change places', () => {
    const [a, e] = before;
    assert.ok(a && e);
    for (const after of [[a], [e, a], [a, e, row('f')], []]) assert.equal(redrawOf(before, after), 'all');
  });

  it('are all if there are many', () => {
    const many = (count: number, changed: string) =>
      Array.from({ length: count }, (_, index) => row(String(index), changed));
    assert.equal(redrawOf(many(rowsAtOnce, 'x'), many(rowsAtOnce, 'y')).length, rowsAtOnce);
    assert.equal(redrawOf(many(rowsAtOnce + 1, 'x'), many(rowsAtOnce + 1, 'y')), 'all');
  });

  it('turn any old tree into any new one', () => {
    fc.assert(fc.property(trees, trees, (was, is) => assert.deepEqual(redrawn(was, is), is)));
  });

  it('are minimal: without any one of them, something would look outdated', () => {
    fc.assert(
      fc.property(trees, trees, (was, is) => {
        const redraw = redrawOf(was, is);
        if (redraw === 'all') return;
        const old = new Map(all(was).map((one) => [one.id, one]));
        const fresh = new Map(all(is).map((one) => [one.id, one]));
        for (const id of redraw) assert.notDeepEqual(old.get(id), fresh.get(id));
        assert.equal(new Set(redraw).size, redraw.length);
      }),
    );
  });
});
