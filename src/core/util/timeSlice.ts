import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest synchronous slice of long work before it yields, in ms. */
const sliceMs = 10;

/**
 * When the work of this turn of the event loop began; undefined before any. All loops share it: several that follow each
 * other in one turn, or that take turns, hold others up no longer than one alone.
 */
let turnBegan: number | undefined;

function beganAt(now: () => number): number {
  if (turnBegan === undefined) {
    turnBegan = now();
    setImmediate(() => (turnBegan = undefined));
  }
  return turnBegan;
}

/** Time-slices a loop: returns undefined while the slice lasts, else a promise to await. `now` in ms. */
export function timeSlice(now: () => number = () => performance.now()): () => Promise<void> | undefined {
  beganAt(now);
  return () => {
    const spent = now() - beganAt(now);
    // Less than nothing: that was another clock.
    return spent >= 0 && spent < sliceMs ? undefined : nextTurn().then(() => void beganAt(now));
  };
}

/** Number of items sorted without yielding; takes a few ms. */
const sortedAtOnce = 500;

/** Sorts stably, yielding to other work meanwhile. */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  yieldIfDue: () => Promise<void> | undefined = timeSlice(),
): Promise<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += sortedAtOnce) {
    runs.push(items.slice(at, at + sortedAtOnce).sort(compare));
    await yieldIfDue();
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await mergeInSlices(runs[at] ?? [], runs[at + 1] ?? [], compare, yieldIfDue));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergeInSlices<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  yieldIfDue: () => Promise<void> | undefined,
): Promise<readonly T[]> {
  const merged: T[] = [];
  let [at, other] = [0, 0];
  while (at < left.length || other < right.length) {
    const [one, next] = [left[at], right[other]];
    const isNext = at === left.length || (other < right.length && compare(next as T, one as T) < 0);
    merged.push((isNext ? next : one) as T);
    if (isNext) other += 1;
    else at += 1;
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return merged;
}
