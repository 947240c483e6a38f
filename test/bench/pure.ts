import assert from 'node:assert/strict';
import { arrange, flatten } from '../../src/core/model/arrange';
import { connect } from './connect';
import type { Listing } from '../../src/core/model/pipeline';
import { reuseEqual } from '../../src/core/util/deepEqual';
import { toTree } from '../../src/core/model/tree';
import { manyBuilds } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { spread, type Spread, told } from './numbers';
import type { Line, Measured } from './part';

const counts = [100, 1_000, 10_000];
const repeats = 31;

interface Costs {
  readonly count: number;
  readonly arrange: Spread;
  readonly toTree: Spread;
  /** What the monitor does to an answer in which nothing has changed. */
  readonly compare: Spread;
}

/** The parts of a refresh that wait for nothing, in ms: they block the extension host. */
export async function measurePure(): Promise<Measured> {
  const all: Costs[] = [];
  for (const count of counts) all.push(costsOf(count, await listTwice(count)));
  const line = (what: string, one: (costs: Costs) => Spread): Line => ({
    what: `${what}, ${counts.map((count) => count.toLocaleString('en')).join(' / ')} builds`,
    measured: all.map((costs) => told(one(costs), 'ms')).join(' / '),
  });
  return {
    lines: [
      line('arrange', (costs) => costs.arrange),
      line('toTree', (costs) => costs.toTree),
      line('compare equal lists', (costs) => costs.compare),
    ],
    numbers: all,
  };
}

function costsOf(count: number, [listing, again]: readonly [Listing, Listing]): Costs {
  const { builds, pipelines } = listing;
  const rows = flatten(builds);
  assert.equal(arrange(rows, pipelines).length, count);
  assert.equal(toTree(listing, 'stageAndStatus', []).flatMap((stage) => stage.children).length > 0, true);
  assert.equal(reuseEqual(builds, again.builds), builds, 'two lists of the same builds differ');
  return {
    count,
    arrange: repeat(() => arrange(rows, pipelines)),
    toTree: repeat(() => toTree(listing, 'stageAndStatus', [])),
    compare: repeat(() => reuseEqual(builds, again.builds)),
  };
}

/** Two lists that share no object, as two refreshes of v4 give them. */
async function listTwice(count: number): Promise<readonly [Listing, Listing]> {
  const fake = await startGitLab();
  try {
    const { project, sha, token } = manyBuilds(fake.world, count);
    // Each by a client of its own: one alone would give what has not changed as the same objects.
    const list = (): Promise<Listing> =>
      connect(fake.url, token).listing(project.path, { sha }, new AbortController().signal);
    return [await list(), await list()];
  } finally {
    await fake.close();
  }
}

function repeat(work: () => unknown): Spread {
  const times: number[] = [];
  for (let run = 0; run < repeats; run++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return spread(times);
}
