import { lstat, mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, DiskError } from '../../model/errors';
import { systemClock, type Clock } from '../../util/timer';
import type { Archive } from '../archive/archive';
import { asDiskError } from '../download/diskErrors';
import { ArchiveError } from '../archiveErrors';
import { orVanished } from '../download/buildFolder';
import type { ExtractLimits } from './extractLimits';
import { LeftOutList, type LeftOut, type LeftOutKind } from './leftOut';
import { NameProbe } from './nameProbe';
import { folderOf, planOf, type Plan, type PlanPort, type Selection } from './plan';
import { isInUse, replaceFile } from '../download/replaceFile';
import { release, remove, stagingFolder, sweepStagingFolders } from '../download/stagingFolder';

/** Counts of what has been extracted so far. */
export interface Extracted {
  readonly files: number;
  readonly bytes: number;
}

export interface Extraction extends Extracted {
  /** Entries that couldn't be written safely or on this disk, in the archive's order. */
  readonly leftOut: readonly LeftOut[];
}

export interface ExtractOptions extends Selection {
  readonly archive: Archive;
  /** Folder to create; its parent exists. An existing folder is replaced: the caller has asked the user. */
  readonly target: string;
  readonly limits: ExtractLimits;
  /** Called frequently. */
  readonly progress: (done: Extracted) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  /** Rename function for folders; replaced by tests. */
  readonly move?: ((from: string, to: string) => Promise<void>) | undefined;
  /** Probe for colliding names; replaced by tests. */
  readonly holds?: PlanPort['holds'];
}

/** Number of files written concurrently: enough for a disk, and for a server that receives a request for each. */
const atOnce = 6;

/**
 * Extracts an archive into `target`: everything that can be written safely on this disk, or nothing. Works in a hidden
 * folder that is renamed when complete; on failure, an existing folder is restored. Throws ArchiveError before writing
 * anything if the directory shows malice or damage, and later if only the data does; DiskError; errors of the archive's
 * source; or the signal's reason.
 */
export async function extract(options: ExtractOptions): Promise<Extraction> {
  options.signal.throwIfAborted();
  try {
    const plan = await planWithin(options);
    await sweepStagingFolders(options.target, options.clock ?? systemClock).catch(orVanished);
    return await unpackInto(plan, options);
  } catch (error) {
    throw asDiskError(error);
  }
}

async function planWithin(options: ExtractOptions): Promise<Plan> {
  const { archive, target, limits, signal } = options;
  const probe = new NameProbe(target);
  const { holds = probe.holds } = options;
  try {
    return await planOf(archive.entries, options, limits, signal, { holds, link: archive.link?.bind(archive) });
  } finally {
    await probe.end();
  }
}

async function unpackInto(plan: Plan, options: ExtractOptions): Promise<Extraction> {
  const { target } = options;
  // Fail early rather than after a long time.
  await isFolder(target);
  const temporary = stagingFolder(target, 'unpacking');
  try {
    await mkdir(temporary, 0o755).catch(orVanished);
    const done = await write(plan, temporary, options);
    options.signal.throwIfAborted();
    await moveIntoPlace(temporary, options);
    return done;
  } catch (error) {
    await remove(temporary);
    throw error;
  } finally {
    release(temporary);
  }
}

async function write(plan: Plan, folder: string, options: ExtractOptions): Promise<Extraction> {
  const leftOut = new LeftOutList(plan.leftOut);
  const unmade = await makeFolders(plan, folder, leftOut);
  let [files, bytes] = [0, 0];
  const count = (more: number) => {
    bytes += more;
    // Sizes in the directory were checked before; this checks the actual data.
    if (bytes > options.limits.maxBytes) throw new ArchiveError('tooBig', { limit: options.limits.maxBytes });
    options.progress({ files, bytes });
  };
  await forEach(plan.files, options.signal, async ({ entry, path, from }, signal) => {
    if (unmade.has(folderOf(path))) return;
    // Never executable, whatever the archive says.
    const file = await ifNameSupported(open(join(folder, path), 'wx', 0o644), from, leftOut);
    if (file === undefined) return;
    await fill(file, options.archive.open(entry, signal), count);
    files++;
  });
  options.progress({ files, bytes });
  return { files, bytes, leftOut: leftOut.list() };
}

/** Creates folders; returns those that this disk can't represent, with all below them. */
async function makeFolders(plan: Plan, folder: string, leftOut: LeftOutList): Promise<ReadonlySet<string>> {
  const unmade = new Set<string>();
  for (const path of plan.folders) {
    const isWithin = unmade.has(folderOf(path));
    const made = isWithin
      ? undefined
      : await ifNameSupported(
          mkdir(join(folder, path), 0o755).then(() => true),
          path,
          leftOut,
        );
    if (made === undefined) unmade.add(path);
  }
  return unmade;
}

/** Error codes for names that a file system can't represent, or considers the same as another. */
const unsupportedNameCodes: ReadonlyMap<string | undefined, LeftOutKind> = new Map([
  ['EEXIST', 'collision'],
  ['ENAMETOOLONG', 'longName'],
  ['EINVAL', 'forbiddenCharacter'],
  ['EILSEQ', 'forbiddenCharacter'],
]);

/** Result of a creation; undefined if this disk can't represent the name. */
async function ifNameSupported<T>(making: Promise<T>, path: string, leftOut: LeftOutList): Promise<T | undefined> {
  try {
    return await making;
  } catch (error) {
    const kind = unsupportedNameCodes.get(codeOf(error));
    if (kind === undefined) throw error;
    leftOut.add(kind, path);
    return undefined;
  }
}

async function fill(
  file: FileHandle,
  pieces: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): Promise<void> {
  try {
    for await (const piece of pieces) {
      count(piece.length);
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
}

/**
 * Runs `work` on several items at a time. The first failure cancels the others, and is thrown when all have finished.
 */
async function forEach<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const left = items.values();
  const worker = async () => {
    for (const item of left) {
      either.throwIfAborted();
      await work(item, either);
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: Math.min(atOnce, items.length) }, () =>
      worker().catch((error: unknown) => {
        stop.abort(error);
        throw either.reason;
      }),
    ),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Enough for many concurrent extractions into the same folder, each of which may take the name first. */
const maxAttempts = 100;

/**
 * Final step: renames the folder, after moving an existing one aside, which is restored on failure. Of concurrent
 * extractions, the last one wins.
 */
async function moveIntoPlace(temporary: string, options: ExtractOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const aside = stagingFolder(options.target, 'replaced');
    try {
      await exchange(temporary, aside, options);
      return;
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      if (attempt === maxAttempts) throw error.cause;
    } finally {
      release(aside);
    }
  }
}

/** Error codes of a rename to the name of a non-empty folder. Windows reports it as in use instead. */
const takenCodes = new Set<string | undefined>(['ENOTEMPTY', 'EEXIST']);

/** Another run took the name between the two renames of this one. */
class NameTaken extends Error {}

async function exchange(temporary: string, aside: string, options: ExtractOptions): Promise<void> {
  const { target, signal, clock = systemClock, move = rename } = options;
  const wasThere = (await isFolder(target)) && (await putAside(target, aside, { clock, signal, move }));
  try {
    await replaceFile(temporary, target, { clock, signal, move });
  } catch (error) {
    if (takenCodes.has(codeOf(error)) || (await isFolder(target).catch(() => false))) {
      if (wasThere) await remove(aside);
      throw new NameTaken('name taken', { cause: error });
    }
    // If this fails, too, the next run restores it.
    const uncanceled = new AbortController().signal;
    if (wasThere) await replaceFile(aside, target, { clock, signal: uncanceled, move }).catch(() => undefined);
    throw error;
  }
  if (wasThere) await remove(aside);
}

type Moving = Parameters<typeof replaceFile>[2];

/**
 * Moves an existing folder aside; false if another run moved it meanwhile. If that fails, a file in it is open in
 * another program.
 */
async function putAside(target: string, aside: string, options: Moving): Promise<boolean> {
  try {
    await replaceFile(target, aside, options);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw isInUse(error) ? new DiskError('inUse', target, { cause: error }) : error;
  }
}

/** Whether the target exists as a folder. Throws DiskError if it is a file or a link, which isn't followed. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if (!(await lstat(path)).isDirectory()) throw new DiskError('exists', path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
