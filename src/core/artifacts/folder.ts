import { lstat, mkdir, readdir, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';
import { codeOf, DiskError } from '../errors';
import { safeName } from './names';

export interface BuildFolder {
  /** Below the workspace folder as the caller names it. */
  readonly path: string;
  /** Real paths of what was not there before, a folder before what lies in it: for `unmake`. */
  readonly made: readonly string[];
}

const ignoreFile = '.gitignore';

/**
 * Makes the folder for one build's artifacts, `<root>/<directory>/<build name>-<id>`, and `below` in it, and says where
 * that is. The names in `below` are safe already, but the folders that have them may be anything.
 * `directory` is a setting of the workspace, which may be hostile: it must stay below the workspace folder even where
 * the repository brings symbolic links. Throws DiskError, or what the file system throws; nothing new is left then.
 */
export async function makeBuildFolder(
  root: string,
  directory: string,
  build: { name: string; id: number | string },
  below: readonly string[] = [],
): Promise<BuildFolder> {
  const segments = segmentsBelow(directory);
  const [made, own]: [string[], string[]] = [[], []];
  try {
    const realRoot = await realpath(root);
    const around = await descend(realRoot, segments, directory, made);
    const ofBuild = await descend(around, [safeName(`${build.name}-${build.id}`)], directory, own);
    const folder = await descend(ofBuild, below, directory, own);
    await keepFromGit(around, made);
    return { path: join(root, relative(realRoot, folder)), made: [...made, ...own] };
  } catch (error) {
    await unmake([...made, ...own]);
    throw error;
  }
}

/** Takes away again what was made, the last first; what something else lies in by now stays. */
export async function unmake(made: readonly string[]): Promise<void> {
  for (const path of made.toReversed()) {
    await (basename(path) === ignoreFile ? removeAlone(path) : rmdir(path)).catch(() => undefined);
  }
}

async function removeAlone(file: string): Promise<void> {
  if ((await readdir(dirname(file))).length === 1) await rm(file);
}

function segmentsBelow(directory: string): readonly string[] {
  const segments = directory.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
  // What is absolute on Windows is refused everywhere; it takes in what is absolute elsewhere.
  const leaves = win32.isAbsolute(directory) || /^[a-z]:/i.test(directory) || segments.includes('..');
  const isNone = segments.length === 0 || directory.includes('\0');
  if (leaves || isNone || segments.some(isGitFolder)) throw new DiskError('outsideWorkspace', directory);
  return segments;
}

function isGitFolder(name: string): boolean {
  return name.toLowerCase() === '.git';
}

/** Step by step, so that not even an empty folder is made behind a symbolic link that leads out. */
async function descend(root: string, segments: readonly string[], directory: string, made: string[]): Promise<string> {
  let folder = root;
  for (const segment of segments) {
    folder = join(folder, segment);
    if (await succeeds(mkdir(folder))) made.push(folder);
    const real = await realpath(folder);
    if (!isBelow(real, root)) throw new DiskError('outsideWorkspace', directory);
    if (!(await lstat(real)).isDirectory()) throw new DiskError('exists', folder);
    folder = real;
  }
  return folder;
}

/** Below it, and not in what git keeps there for itself. */
function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  const names = way.split(sep);
  return way !== '' && names[0] !== '..' && !isAbsolute(way) && !names.some(isGitFolder);
}

/** A `.gitignore` of the folder's own; one that the user has changed stays. */
async function keepFromGit(folder: string, made: string[]): Promise<void> {
  const file = join(folder, ignoreFile);
  if (await succeeds(writeFile(file, '*\n', { flag: 'wx' }))) made.push(file);
}

/** False where it is there already. */
async function succeeds(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
