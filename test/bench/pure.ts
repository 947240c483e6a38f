import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { arrange, type Build, flatten } from '../../src/core/build';
import { connect } from '../../src/core/gitlab/connect';
import { toTree } from '../../src/core/tree';
import { manyBuilds } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { spread, type Spread, told } from './numbers';
import type { Line, Measured } from './part';
import { quietLog } from './quietLog';

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

function costsOf(count: number, [builds, again]: readonly [readonly Build[], readonly Build[]]): Costs {
  const rows = flatten(builds);
  assert.equal(arrange(rows).length, count);
  assert.equal(toTree(builds, 'stageAndStatus', []).flatMap((stage) => stage.children).length > 0, true);
  assert.ok(isDeepStrictEqual(builds, again), 'two lists of the same builds differ');
  return {
    count,
    arrange: repeat(() => arrange(rows)),
    toTree: repeat(() => toTree(builds, 'stageAndStatus', [])),
    compare: repeat(() => isDeepStrictEqual(builds, again)),
  };
}

/** Two lists that share no object, as two refreshes give them. */
async function listTwice(count: number): Promise<readonly [readonly Build[], readonly Build[]]> {
  const fake = await startGitLab();
  try {
    const { project, sha, token } = manyBuilds(fake.world, count);
    const client = connect({ url: fake.url, hosts: [], apiVersion: 'auto' }, async () => token, quietLog, 'bench');
    const list = (): Promise<readonly Build[]> => client.commitBuilds(project.path, sha, new AbortController().signal);
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
