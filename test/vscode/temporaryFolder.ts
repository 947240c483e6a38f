import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './atExit';

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** A new folder that goes with this process at the latest. */
export function temporaryFolder(prefix: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const options = { recursive: true, force: true, maxRetries: 5 };
  const cancel = atExit(() => rmSync(path, options));
  return {
    path,
    remove: async () => {
      await rm(path, options);
      cancel();
    },
  };
}
