import { rename } from 'node:fs/promises';
import { codeOf } from '../../model/errors';
import type { Clock } from '../../util/timer';
import { sleep } from '../../util/sleep';

interface Options {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Rename function; replaced by tests. */
  readonly move?: ((from: string, to: string) => Promise<void>) | undefined;
}

/** Delays in ms between attempts. Windows refuses to replace an open file, but virus scanners only hold it briefly. */
const pausesMs: readonly number[] = [100, 300, 900];
const inUseCodes = new Set<string | undefined>(['EBUSY', 'EPERM', 'EACCES']);

/** Renames a file over another. Throws file system errors, or the signal's reason. */
export async function replaceFile(from: string, to: string, options: Options): Promise<void> {
  const { move = rename } = options;
  for (const pauseMs of pausesMs) {
    try {
      await move(from, to);
      return;
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
    await sleep(pauseMs, options);
  }
  await move(from, to);
}

/** Whether a rename failed because another program has the file open. */
export function isInUse(error: unknown): boolean {
  return inUseCodes.has(codeOf(error));
}
