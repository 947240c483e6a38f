import { rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Build } from '../../model/build';
import { DiskError, DownloadInterrupted } from '../../model/errors';
import { systemClock, type Clock } from '../../util/timer';
import { asDiskError } from './diskErrors';
import { inBuildFolder } from './buildFolder';
import { ProgressMeter, type Progress } from './progress';
import { safeName } from '../fileNames';
import { FileMismatch, PartialFile } from './partialFile';
import type { Source } from './sidecar';
import { isTransient, transfer, type StartDownload, type TransferOptions } from './transfer';

export interface SaveOptions {
  /** Path of the workspace folder. */
  readonly root: string;
  /** Value of the setting `artifacts.directory`. */
  readonly directory: string;
  /** Base URL of the instance, and the project. They identify the source when a download is resumed. */
  readonly origin: { readonly instance: string; readonly project: string };
  readonly build: Build;
  /** Called before the download if the file exists. */
  readonly mayReplace: (path: string) => Promise<boolean>;
  /** Whether the file that is there is already the wanted one, so that its path is the answer. Default: it is not. */
  readonly isSame?: ((path: string) => Promise<boolean>) | undefined;
  readonly open: StartDownload;
  /** Called at most every 100 ms or at each hundredth of the whole, and once at the end. */
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
}

type WriteOptions = Pick<SaveOptions, 'open' | 'progress' | 'signal'> & { readonly clock: Clock };

/**
 * Downloads a build's artifacts to `<root>/<directory>/<build name>-<id>/<filename>` and returns the path, or undefined
 * if the user keeps the existing file. The file only appears when complete. A lost connection is resumed; if that
 * fails, throws DownloadBroken and keeps a hidden partial file, from which the next call continues. After any other
 * failure nothing is left: throws DiskError, errors of `open` and of the body, or the signal's reason.
 */
export async function saveArtifacts(options: SaveOptions): Promise<string | undefined> {
  const { root, directory, build, origin, clock = systemClock } = options;
  const name = safeName(build.artifacts?.filename ?? 'artifacts.zip');
  const source = { ...origin, build: build.id, size: build.artifacts?.size ?? 0 };
  return await inBuildFolder({ root, directory, build, below: [] }, async (folder) => {
    const path = join(folder, name);
    if (await isFile(path)) {
      if ((await options.isSame?.(path)) === true) return path;
      if (!(await options.mayReplace(path))) return undefined;
    }
    const announced = source.size === 0 ? undefined : source.size;
    await write({ path, announced, source }, { ...options, clock });
    return path;
  });
}

/**
 * Downloads to a file that the user selected, replacing it. On failure the file is unchanged. Throws like
 * `saveArtifacts`.
 */
export async function saveAs({
  path,
  clock = systemClock,
  ...options
}: Pick<SaveOptions, 'open' | 'progress' | 'signal' | 'clock'> & { readonly path: string }): Promise<void> {
  try {
    await write({ path }, { ...options, clock });
  } catch (error) {
    throw asDiskError(error);
  }
}

export interface SaveEntryOptions extends Omit<SaveOptions, 'open' | 'origin'> {
  /** Sanitized path of the entry: names of folders and the file. */
  readonly path: readonly string[];
  /** Size of the entry in bytes; undefined if unknown. */
  readonly size?: number | undefined;
  readonly open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Saves an entry of a build's artifacts as `<root>/<directory>/<build name>-<id>/<path>`, complete or not at all.
 * Returns the path, or undefined if the user keeps the existing file. Throws like `saveArtifacts`, except for
 * DownloadBroken.
 */
export async function saveEntry(options: SaveEntryOptions): Promise<string | undefined> {
  const { root, directory, build, size, signal, progress, clock = systemClock } = options;
  const name = options.path.at(-1) ?? 'unnamed';
  return await inBuildFolder({ root, directory, build, below: options.path.slice(0, -1) }, async (folder) => {
    const path = join(folder, name);
    if ((await isFile(path)) && !(await options.mayReplace(path))) return undefined;
    const open = async () => ({ size: undefined, body: await options.open() });
    await write({ path, announced: size }, { open, progress, signal, clock });
    return path;
  });
}

interface Target {
  readonly path: string;
  /** Size in bytes; undefined if unknown. */
  readonly announced?: number | undefined;
  /** Identifies the source so that a later run can resume; undefined: nothing is kept. */
  readonly source?: Source | undefined;
}

async function write({ path, announced, source }: Target, options: WriteOptions): Promise<void> {
  const part = await PartialFile.begin(path, source, options.clock);
  try {
    await fill(part, announced, options);
    await part.finish(path, options);
  } catch (error) {
    const { bytes, total = 0 } = part;
    const mayKeep = !options.signal.aborted && isTransient(error);
    if (mayKeep && (await part.keep())) throw new DownloadInterrupted(bytes, total, error);
    await part.discard();
    // An earlier run may have created the folder for a partial file that is gone now.
    if (source !== undefined) await rmdir(dirname(path)).catch(() => undefined);
    throw error;
  }
}

async function fill(part: PartialFile, announced: number | undefined, options: WriteOptions): Promise<void> {
  const meter = new ProgressMeter(options.progress, () => options.clock.now());
  const tell = (total = announced): void => meter.at(part.bytes, total);
  try {
    await pour(part, tell, { ...options, from: part.from });
  } catch (error) {
    if (!(error instanceof FileMismatch)) throw error;
    await part.empty();
    await pour(part, tell, options);
  }
  const { bytes } = part;
  if (announced !== undefined && bytes !== announced) throw new DiskError('incomplete', `${bytes}/${announced}`);
  meter.end(bytes, bytes);
}

async function pour(part: PartialFile, tell: (total?: number) => void, options: TransferOptions): Promise<void> {
  let total: number | undefined;
  for await (const step of transfer(options)) {
    if (step.kind === 'start') {
      await part.start(step);
      total = step.total;
    } else {
      await part.write(step.bytes);
      tell(total);
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) throw new DiskError('exists', path);
  return found !== undefined;
}
