import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const abandonedAfterMs = 60 * 60 * 1000;

/**
 * Makes `folder` once: `fill` writes into a temporary sibling which gets the name only when it is whole. So a folder
 * with that name is always complete, whoever was interrupted; of two who make it at once, one wins and both go on.
 */
export async function wholeFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(folder);
  const temporary = await mkdtemp(temporaryPrefix(folder));
  try {
    await fill(temporary);
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // otherwise another process was quicker, and its folder is as good
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

function temporaryPrefix(folder: string): string {
  return `${folder}.part-`;
}

/** Removes what interrupted processes left, once it is so old that nobody can still be writing to it. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(basename(temporaryPrefix(folder)))) continue;
    const path = join(parent, name);
    const age = await stat(path).then(
      ({ ctimeMs }) => Date.now() - ctimeMs,
      () => 0, // its owner has just renamed or removed it
    );
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}
