import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../model/errors';
import type { Clock } from '../../util/timer';
import { orVanished } from './buildFolder';
import { ownerStateOf, releaseOwnerTag, takeOwnerTag } from '../processOwner';
import { replaceFile } from './replaceFile';
import { identityOf, isOf, readSidecar, writeSidecar, type Sidecar, type Source } from './sidecar';
import type { Start, TransferOptions } from './transfer';

/**
 * Name of a hidden file of ours, short enough for every file system whatever the final name is: key of the source, owner
 * tag, ending. Versions up to 0.1.0 wrote 8 hex digits in place of the tag.
 */
const ours = /^(\.gitlab-builds-([0-9a-f]{16})-([0-9a-f]{8}-\d{1,10}-[0-9a-f]{8}|[0-9a-f]{8}))\.(?:part|json|tmp)$/;
const { pid } = process;
const keptMs = 7 * 24 * 60 * 60_000;
/** Age at which a part is taken for abandoned although a process with its owner's number runs, here or elsewhere. */
const abandonedMs = 10 * 60_000;
/** Bytes are written at least so often, in ms, so that a slow download is not taken for abandoned. */
const heartbeatMs = 60_000;
/**
 * So much of the end of what is there comes again and must be the same: after a loss of power the end of a file may be
 * zeros. What is shorter is not worth keeping.
 */
export const overlapBytes = 65_536;
/** Pieces are gathered up to so many bytes: each write costs a way to another thread. */
const gatherBytes = 524_288;

/** What is there of a file is not how the server's file begins. */
export class OtherFile extends Error {}

/**
 * The file that a download goes into until it is whole: a hidden one beside the final name. What it is of stands in a
 * second file, so that a later run, of another process too, can go on. Every part has a name of its own, which says whose
 * it is: nobody else touches it before its owner has ended or has left it (`keep`). So any number of downloads of the same
 * file, in any number of processes, are not in each other's way.
 */
export class PartialFile {
  private length = 0;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private writtenAt: number;
  /** Where the next bytes belong; below `length` while the end of what is there is compared. */
  private at = 0;
  private known: { readonly total: number; readonly validator: string } | undefined;

  private constructor(
    /** Without its ending. */
    private readonly stem: string,
    private readonly file: FileHandle,
    private readonly identity: string,
    private readonly source: Source | undefined,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.writtenAt = clock.now();
  }

  /**
   * For a file at `path`. Goes on with what is left of the same `source`; without one it is new, and never kept. Throws
   * FolderVanished where the folder is gone by now.
   */
  static async begin(path: string, source: Source | undefined, clock: Pick<Clock, 'now'>): Promise<PartialFile> {
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

  /** The largest that is left of the same source. What is of no use any more is removed on the way. */
  private static async claimOne(
    stem: string,
    key: string,
    source: Source | undefined,
    clock: Pick<Clock, 'now'>,
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

  private static async make(stem: string, source: Source | undefined, clock: Pick<Clock, 'now'>): Promise<PartialFile> {
    // The sidecar first: a part without one is nobody's.
    if (source !== undefined) await writeSidecar(`${stem}.json`, { ...naming(source), total: 0, file: '', pid });
    const file = await open(`${stem}.part`, 'wx+');
    return new PartialFile(stem, file, identityOf(await file.stat({ bigint: true })), source, clock);
  }

  /** Takes over what another run has left. Of several that want it, the one gets it that moves the part. */
  private static async claim(
    left: string,
    stem: string,
    sidecar: Sidecar,
    source: Source,
    clock: Pick<Clock, 'now'>,
  ): Promise<PartialFile | undefined> {
    if (!(await moved(`${left}.part`, `${stem}.part`))) return undefined;
    await remove(left);
    const { total, validator, file } = sidecar;
    await writeSidecar(`${stem}.json`, { ...naming(source), total, validator, file, pid });
    return await PartialFile.reopen(stem, sidecar, source, clock);
  }

  private static async reopen(
    stem: string,
    sidecar: Sidecar,
    source: Source,
    clock: Pick<Clock, 'now'>,
  ): Promise<PartialFile | undefined> {
    // Windows has no O_NOFOLLOW, and `undefined` changes nothing.
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

  /** Bytes that are there. */
  get bytes(): number {
    return Math.max(this.length, this.at);
  }

  get total(): number | undefined {
    return this.known?.total;
  }

  /** Where a download can go on: before the end of what is there, so that it can be compared. */
  get from(): TransferOptions['from'] {
    return this.known === undefined || this.length === 0
      ? undefined
      : { start: this.length - overlapBytes, ...this.known };
  }

  /** Bytes come from `start` on. */
  async start({ start, total, validator }: Start): Promise<void> {
    await this.flush();
    if (start === 0) await this.empty();
    this.at = start;
    const whole = total ?? this.source?.size ?? 0;
    const known = validator === undefined || whole === 0 ? undefined : { total: whole, validator };
    const isNew = known?.total !== this.known?.total || known?.validator !== this.known?.validator;
    this.known = known;
    if (isNew) await this.remember(pid);
  }

  /** Throws OtherFile where they are not what is there already. */
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

  /** Gives the whole file its name, in the place of what had it. */
  async finish(path: string, options: Pick<TransferOptions, 'clock' | 'signal'>): Promise<void> {
    await this.flush();
    await this.file.datasync();
    await this.file.close();
    await replaceFile(`${this.stem}.part`, path, options);
    await rm(`${this.stem}.json`, { force: true });
    release(this.stem);
  }

  /** Leaves it for another run, where one could go on with it; says whether. */
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
      return false; // The disk does not want it: then nothing stays.
    }
  }

  async discard(): Promise<void> {
    await this.writing.catch(() => undefined);
    await this.file.close().catch(() => undefined);
    await remove(this.stem);
    release(this.stem);
  }

  /** `by`: who downloads it. */
  private async remember(by: number | undefined): Promise<void> {
    if (this.source === undefined) return;
    const { total = 0, validator } = this.known ?? {};
    const sidecar = { ...naming(this.source), total, validator, file: this.identity, pid: by };
    await writeSidecar(`${this.stem}.json`, sidecar);
  }

  /** Returns when the bytes before these are written: these are while the next ones come. */
  private async flushBehind(): Promise<void> {
    await this.writing;
    this.writing = this.writePending();
    this.writing.catch(() => undefined); // Whoever waits for it next is told.
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
    // Less than all is written where the disk is full just there: writing the rest says why.
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
    if (!there.equals(bytes)) throw new OtherFile('what is there is of another file');
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
  /** Undefined where nobody can go on with it: it has no part, no sidecar or a damaged one. */
  readonly sidecar: Sidecar | undefined;
  /** Bytes of the part. */
  readonly bytes: number;
  /** Since 1970. */
  readonly touchedMs: number;
}

/** What downloads into this folder have left that are not under way any more, the largest first. */
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

/** None in a folder that may be written to but not be read. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw error;
    return [];
  }
}

/** None where somebody is at it right now. */
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
  const isUnderWay = ownerStateOf(owner) !== 'ended' && !isGivenUp && now() - touchedMs < abandonedMs;
  if (times.length === 0 || isUnderWay) return [];
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
