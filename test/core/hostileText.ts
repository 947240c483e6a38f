import assert from 'node:assert/strict';

/** CPU time of this process in ms that the work takes; the best of some runs, for others disturb. */
export async function cpuOf(work: () => unknown, runs = 3): Promise<number> {
  let best = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

const times = 10;
const maxTimes = 20;
/** How much larger a third input is, which is tried where the second took too long. */
const further = 4;
/** A collection of garbage may fall into one round; the square of the length costs a hundred times the work in each. */
const rounds = 3;
/** Less than that cannot be told from the noise. */
const leastMs = 1;

/** Ten times the input costs at most twenty times the work. `prepare` makes an input of so many units. */
export async function assertLinear<T>(
  units: number,
  prepare: (units: number) => T,
  work: (input: T) => unknown,
): Promise<void> {
  const [small, large] = [prepare(units), prepare(times * units)];
  // Compiled by now.
  await work(small);
  const told: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const one = Math.max(leastMs, await cpuOf(() => work(small)));
    const ten = await cpuOf(() => work(large), 2);
    if (ten <= maxTimes * one) return;
    told.push(`${ten.toFixed(1)} ms for ten times of what took ${one.toFixed(1)} ms`);
  }
  // The small input may fit into the processor's caches and the large one not: compare two that don't.
  const larger = prepare(further * times * units);
  const [ten, more] = [await cpuOf(() => work(large)), await cpuOf(() => work(larger), 2)];
  told.push(`${more.toFixed(1)} ms for ${further} times of what took ${ten.toFixed(1)} ms`);
  assert.ok(more <= 2 * further * ten, told.join('; '));
}

/** Numbers that are the same in every run of the same seed. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
