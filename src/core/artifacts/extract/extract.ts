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

/** What is written so far. */
export interface Extracted {
  readonly files: number;
  readonly bytes: number;
}

export interface Extraction extends Extracted {
  /** What could not be written safely, or not here, in the archive's order. */
  readonly leftOut: readonly LeftOut[];
}

export interface ExtractOptions extends Selection {
  readonly archive: Archive;
  /** The folder to be; the one around it is there. A folder in its place is replaced: the caller has asked. */
  readonly target: string;
  readonly limits: ExtractLimits;
  /** Called often. */
  readonly progress: (done: Extracted) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  /** For tests: a move of a folder. */
  readonly move?: ((from: string, to: string) => Promise<void>) | undefined;
  /** For tests: what a disk says of colliding names. */
  readonly holds?: PlanPort['holds'];
}

/** So many files are written at once: enough for a disk, and for a server that is asked for each. */
const atOnce = 6;

/**
 * Unpacks an archive into `target`: all of it that can be written safely and here, or nothing. It grows in a hidden folder
 * beside, which gets the name when it is complete; on every failure the folder that was there before is back. Throws
 * ArchiveError before a byte is written where the archive's directory shows intent or damage, and on the way where only
 * the bytes do; DiskError; what the archive's source throws; or the signal's reason.
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
  // Known now rather than after a long time.
  await isFolder(target);
  const temporary = stagingFolder(target, 'unpacking');
  try {
    await mkdir(temporary, 0o755).catch(orVanished);
    const done = await write(plan, temporary, options);
    options.signal.throwIfAborted();
    await takePlace(temporary, options);
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
    // What the directory says of the sizes was looked at; this is what there is.
    if (bytes > options.limits.maxBytes) throw new ArchiveError('tooBig', { limit: options.limits.maxBytes });
    options.progress({ files, bytes });
  };
  await forEach(plan.files, options.signal, async ({ entry, path, from }, signal) => {
    if (unmade.has(folderOf(path))) return;
    // Not to be run: without the executable bit, whatever the archive says.
    const file = await ifHeld(open(join(folder, path), 'wx', 0o644), from, leftOut);
    if (file === undefined) return;
    await fill(file, options.archive.open(entry, signal), count);
    files++;
  });
  options.progress({ files, bytes });
  return { files, bytes, leftOut: leftOut.list() };
}

/** Those that this disk can't hold, and all in them. */
async function makeFolders(plan: Plan, folder: string, leftOut: LeftOutList): Promise<ReadonlySet<string>> {
  const unmade = new Set<string>();
  for (const path of plan.folders) {
    const isWithin = unmade.has(folderOf(path));
    const made = isWithin
      ? undefined
      : await ifHeld(
          mkdir(join(folder, path), 0o755).then(() => true),
          path,
          leftOut,
        );
    if (made === undefined) unmade.add(path);
  }
  return unmade;
}

/** What a file system says of a name that it can't hold, or takes for another one. */
const unheld: ReadonlyMap<string | undefined, LeftOutKind> = new Map([
  ['EEXIST', 'collision'],
  ['ENAMETOOLONG', 'longName'],
  ['EINVAL', 'forbiddenCharacter'],
  ['EILSEQ', 'forbiddenCharacter'],
]);

/** What was made; undefined where this disk can't hold its name. */
async function ifHeld<T>(making: Promise<T>, path: string, leftOut: LeftOutList): Promise<T | undefined> {
  try {
    return await making;
  } catch (error) {
    const kind = unheld.get(codeOf(error));
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

/** Some at once; the first failure calls off the others, and is thrown when all of them are at rest. */
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

/** Enough for many that unpack into the same folder at once: each of them may be the one that takes the name first. */
const mostAttempts = 100;

/**
 * The last step: a rename, or two of them where a folder makes room; if the second fails, that one is back. Where others
 * unpack into the same folder at the same time, the last one has it.
 */
async function takePlace(temporary: string, options: ExtractOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const aside = stagingFolder(options.target, 'replaced');
    try {
      await exchange(temporary, aside, options);
      return;
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      if (attempt === mostAttempts) throw error.cause;
    } finally {
      release(aside);
    }
  }
}

/** What a rename says where a folder that is not empty has the name. Windows only says that it is in use. */
const takenCodes = new Set<string | undefined>(['ENOTEMPTY', 'EEXIST']);

/** Another run took the name between two renames of this one. */
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
    // If this fails too, the next run does it.
    const unhurried = new AbortController().signal;
    if (wasThere) await replaceFile(aside, target, { clock, signal: unhurried, move }).catch(() => undefined);
    throw error;
  }
  if (wasThere) await remove(aside);
}

type Moving = Parameters<typeof replaceFile>[2];

/**
 * What refuses is what is moved: a file of it is open in another program. False where another run has moved it meanwhile.
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

/** False where nothing is there. Throws DiskError where something else is: a file, or a link, which is not followed. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if (!(await lstat(path)).isDirectory()) throw new DiskError('exists', path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
