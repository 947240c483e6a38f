import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long others may be kept waiting by long work. */
const shareMs = 10;

/**
 * For the steps of long work: undefined while there is time left, else what to wait for so that others have their turn.
 * `now` in ms.
 */
export function inShares(now: () => number = () => performance.now()): () => Promise<void> | undefined {
  let began = now();
  return () => {
    if (now() - began < shareMs) return undefined;
    return nextTurn().then(() => {
      began = now();
    });
  };
}
