import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What `steps.mjs` counts in this bundle: calls of functions and rounds of loops. */
const steps = (globalThis as unknown as { readonly $steps: { count: number } }).$steps;

/** A slow machine makes more of them in a millisecond. */
const stepsPerMs = 20_000;
/** The longest turn that is allowed, in ms. */
const longestTurn = 16;

export function stepCount(): number {
  return steps.count;
}

/** Steps of the work in its longest turn of the event loop, and in all. The clock of time slices goes by steps. */
async function turnsOf(work: () => unknown): Promise<{ readonly longest: number; readonly total: number }> {
  const now = performance.now.bind(performance);
  await nextTurn();
  const [start, state] = [steps.count, { isOver: false, longest: 0, last: steps.count }];
  const look = (): void => {
    state.longest = Math.max(state.longest, steps.count - state.last);
    state.last = steps.count;
    if (!state.isOver) setImmediate(look);
  };
  performance.now = () => steps.count / stepsPerMs;
  setImmediate(look);
  try {
    await work();
  } finally {
    performance.now = now;
    state.isOver = true;
    look();
  }
  return { longest: state.longest, total: steps.count - start };
}

/** Work that takes far longer than a turn may, and gives up its turn in time. */
export async function assertYields(work: () => unknown): Promise<void> {
  const { longest, total } = await turnsOf(work);
  const told = `${(longest / stepsPerMs).toFixed(1)} of ${(total / stepsPerMs).toFixed(0)} ms in one turn`;
  assert.ok(total > 3 * longestTurn * stepsPerMs, `${told}: that says nothing`);
  assert.ok(longest <= longestTurn * stepsPerMs, told);
}

/** Work that is bounded however long its input is, so that it needs no more than one turn. */
export async function assertBounded(work: () => unknown): Promise<void> {
  const { longest } = await turnsOf(work);
  assert.ok(longest <= longestTurn * stepsPerMs, `${(longest / stepsPerMs).toFixed(1)} ms`);
}

export function many<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** Files in an archive's list. */
export function entries(count: number, path: (at: number) => string) {
  return many(count, (at) => ({ path: path(at), kind: 'file' as const, size: 1, packed: 1 }));
}
