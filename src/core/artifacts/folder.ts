import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { DiskError } from '../errors';
import { safeName } from './names';

/**
 * Makes the folder for one build's artifacts, `<root>/<directory>/<build name>-<id>`, and says where it is.
 * `directory` is a setting of the workspace, which may be hostile: it must stay below the workspace folder even where
 * the repository brings symbolic links. Throws DiskError.
 */
export async function makeBuildFolder(
  root: string,
  directory: string,
  build: { name: string; id: number },
): Promise<string> {
  const segments = segmentsBelow(directory);
  const folder = await descend(await realpath(root), segments, directory);
  await keepFromGit(folder);
  return descend(folder, [safeName(`${build.name}-${build.id}`)], directory);
}

function segmentsBelow(directory: string): readonly string[] {
  const segments = directory.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
  const leaves = isAbsolute(directory) || /^[a-z]:/i.test(directory) || segments.includes('..');
  const intoGit = segments.some((segment) => segment.toLowerCase() === '.git');
  if (leaves || intoGit || segments.length === 0) throw new DiskError('outsideWorkspace', directory);
  return segments;
}

/** Step by step, so that not even an empty folder is made behind a symbolic link that leads out. */
async function descend(root: string, segments: readonly string[], directory: string): Promise<string> {
  let folder = root;
  for (const segment of segments) {
    folder = join(folder, segment);
    await mkdir(folder).catch(unlessThere);
    const real = await realpath(folder);
    if (!isBelow(real, root)) throw new DiskError('outsideWorkspace', directory);
    if (!(await lstat(real)).isDirectory()) throw new DiskError('exists', folder);
    folder = real;
  }
  return folder;
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A `.gitignore` of the folder's own; one that the user has changed stays. */
async function keepFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(unlessThere);
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
