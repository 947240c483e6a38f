import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build } from '../build';
import { DiskError } from '../errors';
import { makeBuildFolder, unmake } from './folder';
import { safeName } from './names';

/** Bytes on their way; `size` as Content-Length says, where it does. */
export interface Download {
  readonly size: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface SaveOptions {
  /** The workspace folder, as a path. */
  readonly root: string;
  /** The setting `artifacts.directory`. */
  readonly directory: string;
  readonly build: Build;
  /** Asked once before anything is downloaded, when the file is already there. */
  readonly mayReplace: (path: string) => Promise<boolean>;
  readonly open: () => Promise<Download>;
  /** Called with all bytes so far, often. */
  readonly progress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Streams a build's artifacts into `<root>/<directory>/<build name>-<id>/<filename>` and says the path, or undefined
 * when the user keeps the file that is there. The file appears under its name when it is whole; whatever goes wrong
 * before, nothing new stays behind. Throws DiskError, what `open` and the body throw, or the signal's reason.
 */
export async function saveArtifacts(options: SaveOptions): Promise<string | undefined> {
  try {
    return await save(options);
  } catch (error) {
    throw asDiskError(error);
  }
}

/** Streams into a file that the user has chosen, over what is there; it is whole or as it was. Throws as `saveArtifacts`. */
export async function saveAs({
  path,
  ...options
}: Pick<SaveOptions, 'open' | 'progress' | 'signal'> & { readonly path: string }): Promise<void> {
  try {
    await write(path, 0, options);
  } catch (error) {
    throw asDiskError(error);
  }
}

async function save({ root, directory, build, ...options }: SaveOptions): Promise<string | undefined> {
  const folder = await makeBuildFolder(root, directory, build);
  const path = join(folder.path, safeName(build.artifacts?.filename ?? 'artifacts.zip'));
  try {
    if ((await isFile(path)) && !(await options.mayReplace(path))) return undefined;
    await write(path, build.artifacts?.size ?? 0, options);
    return path;
  } catch (error) {
    await unmake(folder.made);
    throw error;
  }
}

/** `announced` is 0 where GitLab does not know the size; no archive is that small. */
async function write(
  path: string,
  announced: number,
  options: Pick<SaveOptions, 'open' | 'progress' | 'signal'>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  const file = await open(temporary, 'wx');
  try {
    const { size, body } = await options.open();
    let bytes = 0;
    for await (const chunk of body) {
      options.signal.throwIfAborted();
      await file.writeFile(chunk);
      options.progress((bytes += chunk.byteLength));
    }
    const expected = [size, announced === 0 ? undefined : announced].find(
      (count) => count !== undefined && count !== bytes,
    );
    if (expected !== undefined) throw new DiskError('incomplete', `${bytes}/${expected}`);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) throw new DiskError('exists', path);
  return found !== undefined;
}

function asDiskError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error || 'syscall' in error)) return error;
  const path = 'path' in error ? String(error.path) : '';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new DiskError('noSpace', path, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EBUSY':
      return new DiskError('denied', path, { cause: error });
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new DiskError('exists', path, { cause: error });
    default:
      return new DiskError('disk', `${String(error.code)} ${path}`, { cause: error });
  }
}
