import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../model/errors';
import type { Clock } from '../../util/timer';
import { orVanished } from './buildFolder';
import { isAbandoned, ownerStateOf, releaseOwnerTag, takeOwnerTag } from '../processOwner';
import { replaceFile } from './replaceFile';
import { identityOf, isOf, readSidecar, writeSidecar, type Sidecar, type Source } from './sidecar';
import type { TransferStart, TransferOptions } from './transfer';

/**
 * Name of one of our hidden files, short enough for all file systems: key of the source, owner tag, extension. Versions
 * up to 0.1.0 used 8 hex digits instead of the tag.
 */
const ours = /^(\.gitlab-builds-([0-9a-f]{16})-([0-9a-f]{8}-\d{1,10}-[0-9a-f]{8}|[0-9a-f]{8}))\.(?:part|json|tmp)$/;
const { pid } = process;
const keptMs = 7 * 24 * 60 * 60_000;
/**
 * Age in ms at which a partial file counts as abandoned although some process has its owner's id, here or on another
 * computer.
 */
const abandonedMs = 10 * 60_000;
/** Longest interval between writes, in ms, so that a slow download doesn't count as abandoned. */
const heartbeatMs = 60_000;
/**
 * Number of bytes at the end that are downloaded again and compared on resume, because they may be zeros after a power
 * loss. Shorter partial files aren't kept.
 */
export const overlapBytes = 65_536;
/** Write buffer size in bytes, since each write is a round trip to another thread. */
const gatherBytes = 524_288;

/** The partial file isn't a prefix of the server's file. */
export class FileMismatch extends Error {}

/**
 * Receives a download until it is complete: a hidden file beside the final one, with a sidecar file that identifies its
 * source, so that a later run or another process can resume. Its unique name contains the owner; nobody else touches it
 * before the owner has ended or released it (`keep`). So any number of processes can download the same file at once.
 */
export class PartialFile {
  private length = 0;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private writtenAt: number;
  /** Offset of the next byte; below `length` while the end of the existing file is being compared. */
  private at = 0;
  private known: { readonly total: number; readonly validator: string } | undefined;

  private constructor(
    /** Path without extension. */
    private readonly stem: string,
    private readonly file: FileHandle,
    private readonly identity: string,
    private readonly source: Source | undefined,
    private readonly clock: Clock,
  ) {
    this.writtenAt = clock.now();
  }

  /**
   * Opens a partial file for `path`. Resumes what is left of the same `source`; without a source it is new and never
   * kept. Throws FolderVanished if the folder is gone.
   */
  static async begin(path: string, source: Source | undefined, clock: Clock): Promise<PartialFile> {
    const key = keyOf(path, source);
    const stem = join(dirname(path), `.gitlab-builds-${key}-${takeOwnerTag()}`);
    try {
      return (await PartialFile.claimOne(stem, key, source, clock)) ?? (await PartialFile.make(stem, source, clock));
    } catch (error) {
      await remove(stem);
      release(stem);
      return orVanished(error);
    }
  }

  /** Claims the largest partial file of the same source, and removes useless ones. */
  private static async claimOne(
    stem: string,
    key: string,
    source: Source | undefined,
    clock: Clock,
  ): Promise<PartialFile | undefined> {
    let claimed: PartialFile | undefined;
    for (const left of await leftOvers(dirname(stem), clock)) {
      const { sidecar } = left;
      if (source === undefined || left.key !== key || sidecar === undefined || !isOf(sidecar, source)) {
        if (left.key === key || sidecar === undefined || clock.now() - left.touchedMs > keptMs) await remove(left.stem);
      } else if (claimed !== undefined) await remove(left.stem);
      else claimed = await PartialFile.claim(left.stem, stem, sidecar, source, clock);
    }
    return claimed;
  }

  private static async make(stem: string, source: Source | undefined, clock: Clock): Promise<PartialFile> {
    // Write the sidecar first: a partial file without one has no owner.
    if (source !== undefined)
      await writeSidecar(`${stem}.json`, { ...naming(source), total: 0, file: '', pid }, { clock });
    const file = await open(`${stem}.part`, 'wx+');
    return new PartialFile(stem, file, identityOf(await file.stat({ bigint: true })), source, clock);
  }

  /** Takes over a partial file of another run. Of several claimants, the one that manages to rename it wins. */
  private static async claim(
    left: string,
    stem: string,
    sidecar: Sidecar,
    source: Source,
    clock: Clock,
  ): Promise<PartialFile | undefined> {
    if (!(await moved(`${left}.part`, `${stem}.part`))) return undefined;
    await remove(left);
    const { total, validator, file } = sidecar;
    await writeSidecar(`${stem}.json`, { ...naming(source), total, validator, file, pid }, { clock });
    return await PartialFile.reopen(stem, sidecar, source, clock);
  }

  private static async reopen(
    stem: string,
    sidecar: Sidecar,
    source: Source,
    clock: Clock,
  ): Promise<PartialFile | undefined> {
    // Windows has no O_NOFOLLOW; OR with `undefined` has no effect.
    const file = await open(`${stem}.part`, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
    if (file === undefined) {
      await remove(stem);
      return undefined;
    }
    const found = await file.stat({ bigint: true });
    const length = Number(found.size);
    const [identity, { total, validator }] = [identityOf(found), sidecar];
    const isThat = identity === sidecar.file && found.nlink === 1n;
    if (validator === undefined || !isThat || length <= overlapBytes || length > total) {
      await file.close();
      await remove(stem);
      return undefined;
    }
    const part = new PartialFile(stem, file, identity, source, clock);
    part.length = length;
    part.known = { total, validator };
    return part;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return Math.max(this.length, this.at);
  }

  get total(): number | undefined {
    return this.known?.total;
  }

  /** Where a download can resume: before the end of the existing bytes, so that they can be compared. */
  get from(): TransferOptions['from'] {
    return this.known === undefined || this.length === 0
      ? undefined
      : { start: this.length - overlapBytes, ...this.known };
  }

  /** Prepares for bytes from offset `start`. */
  async start({ start, total, validator }: TransferStart): Promise<void> {
    await this.flush();
    if (start === 0) await this.empty();
    this.at = start;
    const whole = total ?? this.source?.size ?? 0;
    const known = validator === undefined || whole === 0 ? undefined : { total: whole, validator };
    const isNew = known?.total !== this.known?.total || known?.validator !== this.known?.validator;
    this.known = known;
    if (isNew) await this.remember(pid);
  }

  /** Appends bytes. Throws OtherFile if they differ from existing ones. */
  async write(bytes: Uint8Array): Promise<void> {
    const again = Math.min(Math.max(this.length - this.at, 0), bytes.byteLength);
    if (again > 0) {
      await this.compare(bytes.subarray(0, again));
      this.at += again;
    }
    if (again === bytes.byteLength) return;
    this.pending.push(bytes.subarray(again));
    this.pendingBytes += bytes.byteLength - again;
    this.at += bytes.byteLength - again;
    const isLong = Math.abs(this.clock.now() - this.writtenAt) >= heartbeatMs;
    if (this.pendingBytes >= gatherBytes || isLong) await this.flushBehind();
  }

  async empty(): Promise<void> {
    await this.writing;
    this.pending = [];
    this.pendingBytes = 0;
    this.length = this.at = 0;
    await this.file.truncate(0);
  }

  /** Renames the complete file to its final name, replacing any existing file. */
  async finish(path: string, options: Pick<TransferOptions, 'clock' | 'signal'>): Promise<void> {
    await this.flush();
    await this.file.datasync();
    await this.file.close();
    await replaceFile(`${this.stem}.part`, path, options);
    await rm(`${this.stem}.json`, { force: true });
    release(this.stem);
  }

  /** Keeps it for a later run if that could resume; returns whether it did. */
  async keep(): Promise<boolean> {
    if (this.source === undefined || this.known === undefined) return false;
    try {
      await this.flush();
      if (this.length <= overlapBytes) return false;
      await this.remember(undefined);
      await this.file.close();
      release(this.stem);
      return true;
    } catch {
      return false; // Writing to disk failed: keep nothing.
    }
  }

  async discard(): Promise<void> {
    await this.writing.catch(() => undefined);
    await this.file.close().catch(() => undefined);
    await remove(this.stem);
    release(this.stem);
  }

  /** Updates the sidecar. `by`: id of the downloading process. */
  private async remember(by: number | undefined): Promise<void> {
    if (this.source === undefined) return;
    const { total = 0, validator } = this.known ?? {};
    const sidecar = { ...naming(this.source), total, validator, file: this.identity, pid: by };
    await writeSidecar(`${this.stem}.json`, sidecar, { clock: this.clock });
  }

  /** Waits for the previous write, and starts the next one in the background. */
  private async flushBehind(): Promise<void> {
    await this.writing;
    this.writing = this.writePending();
    this.writing.catch(() => undefined); // Whoever awaits it next gets the error.
  }

  private async flush(): Promise<void> {
    await this.writing;
    await this.writePending();
  }

  private async writePending(): Promise<void> {
    const [pending, bytes] = [this.pending, this.pendingBytes];
    this.pending = [];
    this.pendingBytes = 0;
    this.writtenAt = this.clock.now();
    if (bytes === 0) return;
    const { bytesWritten } = await this.file.writev(pending, this.length);
    this.length += bytesWritten;
    // A short write means that the disk is full: writing the rest reports why.
    if (bytesWritten < bytes) await this.rest(Buffer.concat(pending).subarray(bytesWritten));
  }

  private async rest(bytes: Uint8Array): Promise<void> {
    for (let left = bytes; left.byteLength > 0;) {
      const { bytesWritten } = await this.file.write(left, 0, left.byteLength, this.length);
      this.length += bytesWritten;
      left = left.subarray(bytesWritten);
    }
  }

  private async compare(bytes: Uint8Array): Promise<void> {
    const there = Buffer.alloc(bytes.byteLength);
    await this.file.read(there, 0, there.byteLength, this.at);
    if (!there.equals(bytes)) throw new FileMismatch('what is there is of another file');
  }
}

function naming({ instance, project, build }: Source): Pick<Sidecar, 'instance' | 'project' | 'build'> {
  return { instance, project, build };
}

function keyOf(path: string, source: Source | undefined): string {
  const of = source === undefined ? [path] : [source.instance, source.project, source.build];
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
}

interface LeftOver {
  readonly stem: string;
  readonly key: string;
  /** Undefined if it can't be resumed: no partial file, or a missing or damaged sidecar. */
  readonly sidecar: Sidecar | undefined;
  /** Size of the partial file in bytes. */
  readonly bytes: number;
  /** Last change, in ms since 1970. */
  readonly touchedMs: number;
}

/** Partial files in the folder that are no longer in use, largest first. */
async function leftOvers(folder: string, clock: Pick<Clock, 'now'>): Promise<readonly LeftOver[]> {
  const found = new Map<string, readonly [key: string, owner: string]>();
  for (const name of await namesIn(folder)) {
    const [, stem, key, owner] = ours.exec(name) ?? [];
    if (stem !== undefined && key !== undefined && owner !== undefined) found.set(stem, [key, owner]);
  }
  const left: LeftOver[] = [];
  for (const [name, [key, owner]] of found) {
    if (ownerStateOf(owner) !== 'own') left.push(...(await look(join(folder, name), key, owner, clock)));
  }
  return left.toSorted((a, b) => b.bytes - a.bytes);
}

/** Names in a folder; empty if it isn't readable. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw error;
    return [];
  }
}

/** A partial file with its sidecar; undefined if it is in use. */
async function look(
  stem: string,
  key: string,
  owner: string,
  { now }: Pick<Clock, 'now'>,
): Promise<readonly LeftOver[]> {
  const [sidecar, ...files] = await Promise.all([
    readSidecar(`${stem}.json`),
    ...['part', 'json', 'tmp'].map((ending) => lstat(`${stem}.${ending}`).catch(() => undefined)),
  ]);
  const times = files.flatMap((file) => (file === undefined ? [] : [file.mtimeMs]));
  const touchedMs = Math.max(...times);
  const isGivenUp = sidecar !== undefined && sidecar.pid === undefined;
  if (times.length === 0 || !(isGivenUp || isAbandoned(owner, now() - touchedMs, abandonedMs))) return [];
  const [part] = files;
  const bytes = part?.isFile() === true ? part.size : 0;
  return [{ stem, key, sidecar: bytes > 0 ? sidecar : undefined, bytes, touchedMs }];
}

function release(stem: string): void {
  releaseOwnerTag(ours.exec(`${basename(stem)}.part`)?.[3] ?? '');
}

async function moved(from: string, to: string): Promise<boolean> {
  return await rename(from, to).then(
    () => true,
    () => false,
  );
}

async function remove(stem: string): Promise<void> {
  for (const ending of ['part', 'json', 'tmp']) await rm(`${stem}.${ending}`, { force: true }).catch(() => undefined);
}
