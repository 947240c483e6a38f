import { rename } from 'node:fs/promises';
import type { Clock } from '../schedule';
import { sleep } from './sleep';

interface Options {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For tests: the move itself. */
  readonly move?: ((from: string, to: string) => Promise<void>) | undefined;
}

/** Windows refuses to replace a file that somebody has open; a virus scanner has it for a moment only. */
const pausesMs: readonly number[] = [100, 300, 900];
const inUseCodes = new Set(['EBUSY', 'EPERM', 'EACCES']);

/** Renames a file over another. Throws what the file system throws, or the signal's reason. */
export async function replaceFile(from: string, to: string, options: Options): Promise<void> {
  const { move = rename } = options;
  for (const pauseMs of pausesMs) {
    try {
      await move(from, to);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && inUseCodes.has(String(error.code)))) throw error;
    }
    await sleep(pauseMs, options);
  }
  await move(from, to);
}
