import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { reuseEqual } from '../../../src/core/util/deepEqual';
import { redrawOf } from '../../../src/core/model/treeDiff';
import { toTree } from '../../../src/core/model/tree';
import { RenderedTree } from '../../../src/ui/tree/renderedTree';
import { assertLinear } from '../../core/hostileText';
import { alone, ready, someBuilds } from '../samples';

/** In milliseconds of the processor, the least of some runs: others only add to it. */
function cost(work: () => unknown): number {
  const runs = Array.from({ length: 7 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...runs);
}

const manner = { now: Date.UTC(2026, 0, 1), filter: [], groupingOf: () => 'stage' as const };

function builds(count: number): readonly Build[] {
  return someBuilds(...Array.from({ length: count }, (_, at) => ({ stage: `stage ${at % 10}` })));
}

/** A refresh in which nothing is the same object, and one build is another. */
function refreshOf(count: number): () => void {
  const before = builds(count);
  const after = builds(count).map((build, at) => (at === 7 ? { ...build, status: 'failed' } : build));
  const drawn = RenderedTree.nothing.next(alone(ready(before)), manner);
  return () => {
    const next = drawn.next(alone(ready(reuseEqual(before, after))), manner);
    assert.notEqual(redrawOf(drawn.roots, next.roots).length, 0);
  };
}

describe('Drawing the tree of a large commit', () => {
  it('costs no more than a few times as much as its bare tree, the first time and later', () => {
    const all = builds(10_000);
    const bare = cost(() => toTree({ builds: all, pipelines: [] }, 'stage', []));
    const first = cost(() => RenderedTree.nothing.next(alone(ready(all)), manner));
    const again = cost(refreshOf(10_000));
    const times = (ms: number): number => Math.round((10 * ms) / bare) / 10;
    assert.ok(first <= 5 * bare && again <= 8 * bare, `${times(first)} and ${times(again)} times a bare tree`);
  });

  it('costs at most twenty times as much if it is ten times as large', () =>
    assertLinear(1000, refreshOf, (draw) => draw()));
});
