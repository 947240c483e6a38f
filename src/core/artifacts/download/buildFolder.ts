import { lstat, mkdir, readdir, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';
import { codeOf, DiskError } from '../../model/errors';
import { asDiskError } from './diskErrors';
import { safeName } from '../fileNames';

export interface BuildFolder {
  /** Below the workspace folder as the caller names it. */
  readonly path: string;
  /** Real paths of what was not there before, a folder before what lies in it: for `unmake`. */
  readonly made: readonly string[];
}

const ignoreFile = '.gitignore';
const ignored = '*\n';
/** Enough for many downloads that fail at once. */
const mostAttempts = 100;

/** The folder of a file to be was taken away meanwhile, such as by a failed download that had made it. */
export class FolderVanished extends DiskError {
  constructor(cause: unknown) {
    super('disk', cause instanceof Error ? cause.message : '', { cause });
  }
}

/** Throws an error of the file system; one that says that the folder is gone as FolderVanished. */
export function orVanished(error: unknown): never {
  throw codeOf(error) === 'ENOENT' ? new FolderVanished(error) : error;
}

interface Where {
  /** The workspace folder, as a path. */
  readonly root: string;
  /** The setting `artifacts.directory`. */
  readonly directory: string;
  readonly build: { readonly name: string; readonly id: number | string };
  /** Names of folders below the build's, safe already. */
  readonly below: readonly string[];
}

/**
 * Makes the folder as `makeBuildFolder`, works in it, and takes it away again where the work fails. The work is done
 * again where it throws FolderVanished. Throws DiskError, or what the work throws.
 */
export async function inBuildFolder<T>(where: Where, work: (folder: string) => Promise<T>): Promise<T> {
  const run = Symbol('run');
  running.add(run);
  try {
    return await attempts(where, work);
  } finally {
    running.delete(run);
    if (running.size === 0) postponed.clear();
  }
}

async function attempts<T>({ root, directory, build, below }: Where, work: (folder: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const folder = await makeBuildFolder(root, directory, build, below);
      try {
        return await work(folder.path);
      } catch (error) {
        await unmake(folder.made);
        throw error;
      }
    } catch (error) {
      if (!(error instanceof FolderVanished) || attempt === mostAttempts) throw asDiskError(error);
    }
  }
}

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
  const realRoot = await realpath(root);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await make({ root, realRoot, directory, segments }, build, below);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === mostAttempts) throw error;
    }
  }
}

interface Base {
  readonly root: string;
  readonly realRoot: string;
  readonly directory: string;
  readonly segments: readonly string[];
}

/** ENOENT may mean that a failed download has just taken away a folder that it had made. */
async function make(
  { root, realRoot, directory, segments }: Base,
  build: { name: string; id: number | string },
  below: readonly string[],
): Promise<BuildFolder> {
  const [made, own]: [string[], string[]] = [[], []];
  try {
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

/** Work under way in folders of builds. */
const running = new Set<symbol>();
/** What was to be taken away while other work was under way in it: the last that fails takes it away. */
const postponed = new Set<string>();

/** Takes away again what was made, the last first; what something else lies in by now stays. */
export async function unmake(made: readonly string[]): Promise<void> {
  for (const path of made) postponed.add(path);
  for (const path of [...postponed].toSorted((a, b) => depthOf(b) - depthOf(a))) {
    if (basename(path) === ignoreFile ? await removedAlone(path) : await removedEmpty(path)) postponed.delete(path);
  }
  for (const path of made) if (basename(path) === ignoreFile) await restoreIgnore(path);
  if (running.size === 0) postponed.clear();
}

/** A `.gitignore` counts as deeper than the folders beside it: it goes after them and before the folder around. */
function depthOf(path: string): number {
  return path.split(sep).length - (basename(path) === ignoreFile ? 0.5 : 0);
}

/** False where it is there still. */
async function removedEmpty(folder: string): Promise<boolean> {
  return await rmdir(folder).then(
    () => true,
    (error: unknown) => codeOf(error) === 'ENOENT',
  );
}

async function removedAlone(file: string): Promise<boolean> {
  try {
    if ((await readdir(dirname(file))).length > 1) return false;
    await rm(file, { force: true });
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

/** Another download may have begun in the folder just when its `.gitignore` went. */
async function restoreIgnore(file: string): Promise<void> {
  const names = await readdir(dirname(file)).catch((): readonly string[] => []);
  if (names.length > 0 && !names.includes(ignoreFile))
    await writeFile(file, ignored, { flag: 'wx' }).catch(() => undefined);
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
  if (await succeeds(writeFile(file, ignored, { flag: 'wx' }))) made.push(file);
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
