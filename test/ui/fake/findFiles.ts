import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Uri } from './basics';

/** What VS Code finds below a folder for a pattern `**\/name`, in which `[x]` is a plain x; nothing in `.git`. */
export async function findByName(base: Uri, pattern: string, most: number): Promise<Uri[]> {
  const [, glob] = /^\*\*\/([^/]+)$/.exec(pattern) ?? [];
  if (glob === undefined) throw new Error(`not understood: ${pattern}`);
  const name = glob.replace(/\[(.)\]/g, '$1');
  const found = await readdir(base.fsPath, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && basename(entry.name) === name)
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/.git/'))
    .slice(0, most)
    .map((path) => Uri.file(path));
}
