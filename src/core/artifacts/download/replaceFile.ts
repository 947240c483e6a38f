import { rename } from 'node:fs/promises';
import { codeOf } from '../../model/errors';
import type { Clock } from '../../util/timer';
import { sleep } from '../../util/sleep';

interface Options {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For tests: the move itself. */
  readonly move?: ((from: string, to: string) => Promise<void>) | undefined;
}

/** Windows refuses to replace a file that somebody has open; a virus scanner has it for a moment only. */
const pausesMs: readonly number[] = [100, 300, 900];
const inUseCodes = new Set<string | undefined>(['EBUSY', 'EPERM', 'EACCES']);

/** Renames a file over another. Throws what the file system throws, or the signal's reason. */
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

/** What a rename says of a file that another program has open. */
export function isInUse(error: unknown): boolean {
  return inUseCodes.has(codeOf(error));
}
