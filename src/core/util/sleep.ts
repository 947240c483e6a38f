import type { Clock } from './timer';

/** Resolves after a delay. Throws the signal's reason once it is aborted. */
export async function sleep(
  ms: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clock.clearTimeout(timeout);
      reject(signal.reason as Error);
    };
    const timeout = clock.setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
