import type { RandomAccess } from './archive';
import { ArchiveError } from '../archiveErrors';

/** Position and bytes of a zip's directory and of all that follows it. */
export interface ZipEnd {
  /** Offset of the directory in the archive. */
  readonly start: number;
  /** Size of the directory in bytes. */
  readonly size: number;
  /** Number of entries that the archive announces. */
  readonly count: number;
  /** Bytes from `start` to the end of the archive. */
  readonly bytes: Buffer;
}

/** Size of the first read at the end of an archive; contains the end record and any comment of usual length. */
const tailBytes = 65_536;
const [endSize, locatorSize, end64Size] = [22, 20, 56];
const signatures = { entry: 0x04034b50, end: 0x06054b50, locator: 0x07064b50, end64: 0x06064b50 };
const [unknown16, unknown32] = [0xffff, 0xffffffff];

type Directory = Omit<ZipEnd, 'bytes'>;

/** Finds the directory: one read of the archive's end, and another if the directory is longer. Throws ArchiveError. */
export async function readZipEnd(
  source: RandomAccess,
  most: { readonly bytes: number; readonly entries: number },
  signal: AbortSignal,
): Promise<ZipEnd> {
  if (source.size === 0) throw new ArchiveError('empty');
  const tailStart = Math.max(0, source.size - tailBytes);
  const tail = await readAll(source, tailStart, source.size, signal);
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (at === -1 || at > tail.length - endSize) throw new ArchiveError(await whatItIs(source, signal));
  const directory = read(tail, tailStart, at);
  const { size, count } = directory;
  if (size > most.bytes) throw new ArchiveError('listTooBig', { count: size, limit: most.bytes });
  if (count > most.entries) throw new ArchiveError('tooManyEntries', { count, limit: most.entries });
  const before = await readAll(source, directory.start, Math.max(directory.start, tailStart), signal);
  return { ...directory, bytes: Buffer.concat([before, tail.subarray(Math.max(0, directory.start - tailStart))]) };
}

/** Reads a range completely. Throws ArchiveError if the source ends early. */
async function readAll(source: RandomAccess, start: number, end: number, signal: AbortSignal): Promise<Buffer> {
  if (start === end) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  for await (const piece of source.read(start, end, signal)) {
    signal.throwIfAborted();
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length !== end - start) throw new ArchiveError('truncated');
  return bytes;
}

/** Classifies a file without a directory: a truncated zip, or no zip at all. */
async function whatItIs(source: RandomAccess, signal: AbortSignal): Promise<'truncated' | 'notZip'> {
  if (source.size < 4) return 'notZip';
  const first = await readAll(source, 0, 4, signal);
  return first.readUInt32LE() === signatures.entry ? 'truncated' : 'notZip';
}

function read(tail: Buffer, tailStart: number, at: number): Directory {
  const end = tail.subarray(at);
  // More or fewer bytes follow than the comment's length: this isn't the real end record.
  if (end.readUInt16LE(20) !== end.length - endSize) throw new ArchiveError('directory');
  const [disk, startDisk, here, count] = [4, 6, 8, 10].map((place) => end.readUInt16LE(place)) as Four;
  const [size, start] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  const is64 = at >= locatorSize && tail.readUInt32LE(at - locatorSize) === signatures.locator;
  if (!is64) {
    if (disk !== 0 || startDisk !== 0 || here !== count) throw new ArchiveError('multiDisk');
    return checked({ start, size, count }, tailStart + at, 'directory');
  }
  const { directory, place } = read64(tail, tailStart, at - locatorSize);
  const agree =
    isOneOf(count, directory.count, unknown16) &&
    isOneOf(size, directory.size, unknown32) &&
    isOneOf(start, directory.start, unknown32);
  if (!agree) throw new ArchiveError('zip64');
  return checked(directory, place, 'zip64');
}

type Four = [number, number, number, number];

function read64(tail: Buffer, tailStart: number, locator: number): { directory: Directory; place: number } {
  const place = bigAt(tail, locator + 8);
  const at = place - tailStart;
  if (at < 0 || at + end64Size > locator || tail.readUInt32LE(at) !== signatures.end64) throw new ArchiveError('zip64');
  if (at + 12 + bigAt(tail, at + 4) !== locator) throw new ArchiveError('zip64');
  const disks = [tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 20), tail.readUInt32LE(locator + 4)];
  const count = bigAt(tail, at + 32);
  const isOne = disks.every((disk) => disk === 0) && tail.readUInt32LE(locator + 16) <= 1;
  if (!isOne || bigAt(tail, at + 24) !== count) throw new ArchiveError('multiDisk');
  return { directory: { start: bigAt(tail, at + 48), size: bigAt(tail, at + 40), count }, place };
}

/**
 * Verifies that the directory ends where its end record begins, so that nothing is hidden between them or before the
 * archive.
 */
function checked(directory: Directory, end: number, kind: 'directory' | 'zip64'): Directory {
  const fits = directory.start + directory.size === end && directory.count * 46 <= directory.size;
  if (!fits) throw new ArchiveError(kind);
  return directory;
}

function isOneOf(value: number, ...allowed: readonly number[]): boolean {
  return allowed.includes(value);
}

/** Reads a 64-bit integer as a number; values beyond the safe range exceed any archive anyway. */
function bigAt(bytes: Buffer, place: number): number {
  return bytes.readUInt32LE(place) + bytes.readUInt32LE(place + 4) * 0x1_0000_0000;
}
