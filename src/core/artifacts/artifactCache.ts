import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, utimes, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf, DiskError } from '../model/errors';
import type { Clock } from '../util/timer';
import { asDiskError } from './download/diskErrors';
import { isInUse, replaceFile } from './download/replaceFile';
import { isAbandoned, releaseOwnerTag, takeOwnerTag } from './processOwner';

/** Identity of a cached file. Files of different instances or builds never share a key. */
export interface CacheKey {
  /** Base URL of the instance. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Announced size of the whole archive in bytes; differs if the build was run again under the same id. */
  readonly size: number;
  /** Path of an entry in the archive; undefined: the whole archive. */
  readonly entry?: string | undefined;
}

export type Load = () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

interface Running {
  readonly path: Promise<string>;
  readonly signal: AbortSignal;
}

const keptMs = 7 * 24 * 60 * 60_000;
/** Age in ms at which a temporary file counts as abandoned if it is unknown whether its process is still running. */
const temporaryMs = 60 * 60_000;
const maxAttempts = 5;
const keptName = /^[0-9a-f]{64}$/;
/** Versions up to 0.1.0 used 8 hex digits instead of the owner tag. */
const temporaryName = /^[0-9a-f]{64}\.([0-9a-f]{8}-\d{1,10}-[0-9a-f]{8}|[0-9a-f]{8})\.tmp$/;

/**
 * Disk cache for previewed artifacts, in a folder that several windows share, each of which may read, add and remove
 * files at any time. Evicts the least recently used when the limit in bytes is exceeded, and files older than 7 days. A
 * path remains valid until more than the limit is added; callers who find the file missing ask again.
 */
export class ArtifactsCache {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly folder: string,
    private readonly limitBytes: () => number,
    private readonly clock: Clock,
    /** Rename function; replaced by tests. */
    private readonly move: (from: string, to: string) => Promise<void> = rename,
  ) {}

  /** Path for a key, whether or not the file exists. */
  pathOf(key: CacheKey): string {
    return join(this.folder, nameOf(key));
  }

  /** Path of a cached file, if it exists; marks it as used. */
  async get(key: CacheKey): Promise<string | undefined> {
    const path = this.pathOf(key);
    const kept = await this.look(path);
    if (kept === undefined || this.isOld(kept)) return undefined;
    await this.touch(path);
    return path;
  }

  /**
   * Caches the result of `load` and returns its path. Concurrent calls with the same key share one load. Throws
   * DiskError (`tooBigForCache` if larger than the limit, `incomplete` if an archive has the wrong size), errors of
   * `load`, or the signal's reason.
   */
  async put(key: CacheKey, load: Load, signal: AbortSignal): Promise<string> {
    const name = nameOf(key);
    for (;;) {
      signal.throwIfAborted();
      const running = this.running.get(name);
      if (running === undefined) return await this.first(name, key, load, signal);
      try {
        return await unlessAborted(running.path, signal);
      } catch (error) {
        // The caller that loaded was aborted, but this one wasn't.
        if (signal.aborted || !running.signal.aborted) throw error;
      }
    }
  }

  /** Path of a file, loaded if it isn't cached. Throws like `put`. */
  async getOrPut(key: CacheKey, load: Load, signal: AbortSignal): Promise<string> {
    return (await this.get(key)) ?? (await this.put(key, load, signal));
  }

  /**
   * Runs `work` on a file, loaded if it isn't cached. If another window removes it just before it is opened, it is
   * loaded again. Throws like `put`, and errors of `work`.
   */
  async use<T>(key: CacheKey, load: Load, signal: AbortSignal, work: (path: string) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const path = await this.getOrPut(key, load, signal);
      try {
        return await work(path);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || attempt === maxAttempts) throw error;
      }
    }
  }

  /** Removes old, abandoned and excess files at startup. Never throws: what can't be removed stays. */
  async tidy(): Promise<void> {
    await this.evict(undefined);
  }

  /** Removes all files; returns their number and total size. */
  async clear(): Promise<{ readonly count: number; readonly bytes: number }> {
    let [count, bytes] = [0, 0];
    for (const kept of await this.list(keptName)) {
      if (!(await removed(kept.path))) continue;
      count += 1;
      bytes += kept.bytes;
    }
    await this.evict(undefined);
    return { count, bytes };
  }

  private async first(name: string, key: CacheKey, load: Load, signal: AbortSignal): Promise<string> {
    const path = this.load(key, load, signal).finally(() => this.running.delete(name));
    this.running.set(name, { path, signal });
    return await path;
  }

  private async load(key: CacheKey, load: Load, signal: AbortSignal): Promise<string> {
    const limit = this.limitBytes();
    const announced = key.entry === undefined && key.size > 0 ? key.size : undefined;
    refuseAbove(limit, announced ?? 0);
    const path = this.pathOf(key);
    const owner = takeOwnerTag();
    const temporary = `${path}.${owner}.tmp`;
    try {
      // Private, since contents may be confidential.
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      const bytes = await write(temporary, load, limit, signal);
      if (bytes !== (announced ?? bytes)) throw new DiskError('incomplete', `${bytes}/${announced ?? ''}`);
      await this.moveIn(temporary, path, signal);
    } catch (error) {
      await removed(temporary);
      throw asDiskError(error);
    } finally {
      releaseOwnerTag(owner);
    }
    await this.evict(path);
    return path;
  }

  private async moveIn(temporary: string, path: string, signal: AbortSignal): Promise<void> {
    await this.touch(temporary);
    try {
      await this.move(temporary, path);
    } catch (error) {
      // Windows can't replace a file that another window is reading, but it has the same bytes.
      if ((await this.look(path)) !== undefined) await removed(temporary);
      // Renaming also fails while a virus scanner holds the file.
      else if (isInUse(error)) await replaceFile(temporary, path, { clock: this.clock, signal, move: this.move });
      else throw error;
    }
  }

  /** Evicts files above the limit, except for `spared`, which was just added. */
  private async evict(spared: string | undefined): Promise<void> {
    for (const left of await this.list(temporaryName)) {
      const owner = temporaryName.exec(basename(left.path))?.[1] ?? '';
      if (isAbandoned(owner, this.clock.now() - left.usedAt, temporaryMs)) await removed(left.path);
    }
    const all = await this.list(keptName);
    let total = all.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const kept of all.toSorted((a, b) => a.usedAt - b.usedAt)) {
      const isTooMuch = total > this.limitBytes();
      if (kept.path === spared || (!isTooMuch && !this.isOld(kept))) continue;
      await removed(kept.path);
      total -= kept.bytes;
    }
  }

  private isOld({ usedAt }: CachedFile): boolean {
    return this.clock.now() - usedAt > keptMs;
  }

  /** Files that match the pattern; empty if the folder doesn't exist. */
  private async list(pattern: RegExp): Promise<readonly CachedFile[]> {
    const names = await readdir(this.folder).catch(() => []);
    const ours = names.filter((name) => pattern.test(name)).map((name) => this.look(join(this.folder, name)));
    return (await Promise.all(ours)).flatMap((kept) => kept ?? []);
  }

  private async look(path: string): Promise<CachedFile | undefined> {
    const found = await lstat(path).catch(() => undefined); // Another window may have just removed it.
    return found?.isFile() === true ? { path, bytes: found.size, usedAt: found.mtimeMs } : undefined;
  }

  private async touch(path: string): Promise<void> {
    const now = new Date(this.clock.now());
    await utimes(path, now, now).catch(() => undefined); // Not fatal: the file is just evicted earlier.
  }
}

function nameOf({ instance, project, build, size, entry }: CacheKey): string {
  const parts = [instance, project, build, size, ...(entry === undefined ? [] : [entry])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function refuseAbove(limit: number, bytes: number): void {
  if (bytes > limit) throw new DiskError('tooBigForCache', `${bytes}/${limit}`);
}

async function write(path: string, load: Load, limit: number, signal: AbortSignal): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    const bytes = await fill(file, await load(), limit, signal);
    await file.datasync();
    return bytes;
  } finally {
    await file.close();
  }
}

async function fill(file: FileHandle, body: AsyncIterable<Uint8Array>, limit: number, signal: AbortSignal) {
  let bytes = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    refuseAbove(limit, (bytes += chunk.byteLength));
    await file.writeFile(chunk);
  }
  signal.throwIfAborted();
  return bytes;
}

/** Removes a file; returns whether it existed and is gone. */
async function removed(path: string): Promise<boolean> {
  return await rm(path).then(
    () => true,
    () => false,
  );
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
