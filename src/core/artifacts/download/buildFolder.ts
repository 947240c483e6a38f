import { lstat, mkdir, readdir, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';
import { codeOf, DiskError } from '../../model/errors';
import { asDiskError } from './diskErrors';
import { safeName } from '../fileNames';

interface BuildFolder {
  /** Path with the workspace folder spelled as the caller did. */
  readonly path: string;
  /** Real paths of created folders, outermost first; input for `unmake`. */
  readonly made: readonly string[];
}

const ignoreFile = '.gitignore';
const ignored = '*\n';
/** Enough for many concurrent downloads that fail. */
const maxAttempts = 100;

/** The folder of a file was removed meanwhile, for example by a failed download that had created it. */
class FolderVanished extends DiskError {
  constructor(cause: unknown) {
    super('disk', cause instanceof Error ? cause.message : '', { cause });
  }
}

/** Rethrows a file system error; as FolderVanished if the folder is gone. */
export function orVanished(error: unknown): never {
  throw codeOf(error) === 'ENOENT' ? new FolderVanished(error) : error;
}

interface Where {
  /** Path of the workspace folder. */
  readonly root: string;
  /** Value of the setting `artifacts.directory`. */
  readonly directory: string;
  readonly build: { readonly name: string; readonly id: number | string };
  /** Names of subfolders of the build's folder, already sanitized. */
  readonly below: readonly string[];
}

/**
 * Creates the folder with `makeBuildFolder`, runs `work` in it, and removes it if that fails. Repeats `work` if it
 * throws FolderVanished. Throws DiskError, or errors of `work`.
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
      if (!(error instanceof FolderVanished) || attempt === maxAttempts) throw asDiskError(error);
    }
  }
}

/**
 * Creates the folder for a build's artifacts, `<root>/<directory>/<build name>-<id>`, with the subfolders `below`, and
 * returns its path. `below` is sanitized, but existing folders may be anything, and `directory` comes from workspace
 * settings, which are untrusted: the result must stay below the workspace folder even if the repository contains
 * symbolic links. Throws DiskError or file system errors, and then leaves nothing behind.
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
      if (codeOf(error) !== 'ENOENT' || attempt === maxAttempts) throw error;
    }
  }
}

interface Base {
  readonly root: string;
  readonly realRoot: string;
  readonly directory: string;
  readonly segments: readonly string[];
}

/** Creates a folder. ENOENT may mean that a failed download just removed its parent. */
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

/** Work in progress in build folders. */
const running = new Set<symbol>();
/** Folders to remove once no work is in progress in them; the last one that fails does so. */
const postponed = new Set<string>();

/** Removes created folders, innermost first, unless something else is in them by now. */
export async function unmake(made: readonly string[]): Promise<void> {
  for (const path of made) postponed.add(path);
  for (const path of [...postponed].toSorted((a, b) => depthOf(b) - depthOf(a))) {
    if (basename(path) === ignoreFile ? await removedAlone(path) : await removedEmpty(path)) postponed.delete(path);
  }
  for (const path of made) if (basename(path) === ignoreFile) await restoreIgnore(path);
  if (running.size === 0) postponed.clear();
}

/** Sort key: a `.gitignore` is removed after the folders beside it and before the folder that contains it. */
function depthOf(path: string): number {
  return path.split(sep).length - (basename(path) === ignoreFile ? 0.5 : 0);
}

/** Removes an empty folder; false if it still exists. */
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

/** Restores the `.gitignore` if another download started in the folder just as it was removed. */
async function restoreIgnore(file: string): Promise<void> {
  const names = await readdir(dirname(file)).catch((): readonly string[] => []);
  if (names.length > 0 && !names.includes(ignoreFile))
    await writeFile(file, ignored, { flag: 'wx' }).catch(() => undefined);
}

function segmentsBelow(directory: string): readonly string[] {
  const segments = directory.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
  // Paths that are absolute on Windows, which includes those that are absolute elsewhere, are rejected on all
  // platforms.
  const isOutside = win32.isAbsolute(directory) || /^[a-z]:/i.test(directory) || segments.includes('..');
  const isNone = segments.length === 0 || directory.includes('\0');
  if (isOutside || isNone || segments.some(isGitFolder)) throw new DiskError('outsideWorkspace', directory);
  return segments;
}

function isGitFolder(name: string): boolean {
  return name.toLowerCase() === '.git';
}

/** Creates folders one by one, so that not even an empty one is created behind a symbolic link that leads outside. */
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

/**
 * Real path of the artifacts directory; undefined if it leads outside the workspace folder. Throws DiskError or file
 * system errors.
 */
export async function artifactsFolder(root: string, directory: string): Promise<string | undefined> {
  const segments = segmentsBelow(directory);
  const realRoot = await realpath(root);
  const folder = await realpath(join(realRoot, ...segments));
  return isBelow(folder, realRoot) ? folder : undefined;
}

/** Whether a path is below the root and not inside `.git`. */
function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  const names = way.split(sep);
  return way !== '' && names[0] !== '..' && !isAbsolute(way) && !names.some(isGitFolder);
}

/** Writes a `.gitignore` for the folder's contents; one that the user has edited is kept. */
async function keepFromGit(folder: string, made: string[]): Promise<void> {
  const file = join(folder, ignoreFile);
  if (await succeeds(writeFile(file, ignored, { flag: 'wx' }))) made.push(file);
}

/** Runs a creation; false if the target already exists. */
async function succeeds(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
