import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { Entry, RandomAccessReader } from 'yauzl';
import { timeSlice, sortInSlices } from '../../util/timeSlice';
import { longestTarget, type Archive, type ArchiveEntry, type RandomAccess } from './archive';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';
import { unpack, type Packed } from './unpack';
import { readZipEnd, type ZipEnd } from './zipEnd';

type Yauzl = typeof import('yauzl');
type Found = readonly [entry: ArchiveEntry, packed: Packed];

/** Limits of a directory. 100,000 entries take about 10 MB in it, and a few hundred bytes each in memory. */
const longest = { bytes: 64 * 1024 * 1024, entries: 300_000 };
/** Fixed size in bytes of an entry in the directory, and of its local header. */
const [directoryBytes, headerBytes] = [46, 30];
const longestField = 0xffff;
/** File type bits of a Unix mode. */
const modes = { mask: 0o170000, folder: 0o040000, file: 0o100000, link: 0o120000 };
/** Host systems whose entries have Windows attributes. */
const windowsHosts = [0, 10, 11, 14];
const [reparsePoint, device] = [0x400, 0x40];
const [encryptedFlag, utf8Flag] = [0x1, 0x800];

/**
 * Opens a zip by reading its directory: one read of the archive's end, and another if the directory is longer. Each
 * entry then takes one read. Malicious entries are listed with their flaw; `open` takes an object of `entries`. Throws
 * ArchiveError, errors of `source`, or the signal's reason.
 */
export async function openZip(source: RandomAccess, signal: AbortSignal): Promise<Archive> {
  signal.throwIfAborted();
  const end = await readZipEnd(source, longest, signal);
  // A bundle only exposes the default export of a CommonJS module.
  const { default: yauzl } = await import('yauzl');
  const found = await locate(yauzl, await readEntries(yauzl, source.size, end, signal), end.start);
  return {
    entries: [...found.keys()],
    open(entry, until) {
      const packed = found.get(entry);
      if (packed === undefined) throw new ArchiveError('missing', { path: entry.path });
      return unpack(source, packed, until);
    },
    link(entry, until) {
      return linkTarget(source, found.get(entry), until);
    },
  };
}

/** Target of a symbolic link; undefined if no system would accept it as a path. */
async function linkTarget(
  source: RandomAccess,
  packed: Packed | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (packed?.flaw !== 'symlink' || packed.size > longestTarget || ![0, 8].includes(packed.method)) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of unpack(source, { ...packed, flaw: undefined }, signal)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** Random access to a file on disk, to be closed by the caller. Throws file system errors. */
export async function fileAccess(path: string): Promise<RandomAccess & { close(): Promise<void> }> {
  const file = await open(path);
  const { size } = await file.stat();
  return {
    size,
    async *read(start, end, signal) {
      for (let at = start; at < end;) {
        signal?.throwIfAborted();
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(end - at, 256 * 1024)), {
          position: at,
        });
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: () => file.close(),
  };
}

async function readEntries(yauzl: Yauzl, size: number, end: ZipEnd, signal: AbortSignal): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const yieldIfDue = timeSlice();
  let bytes = 0;
  try {
    const options = { decodeStrings: false, validateEntrySizes: false, autoClose: false };
    const zip = await yauzl.fromRandomAccessReaderPromise(readerOf(yauzl, end), size, options);
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      bytes += directoryBytes + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      await yieldIfDue();
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new ArchiveError(kindOf(error), {}, { cause: error });
  }
  // There are more entries than announced: they would be hidden here, but not in other programs.
  if (bytes !== end.size) throw new ArchiveError('directory');
  return entries;
}

/** Lets yauzl read from the directory that is already in memory, and nothing else. */
function readerOf(yauzl: Yauzl, end: ZipEnd): RandomAccessReader {
  class Directory extends yauzl.RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      callback: (error: Error | null) => void,
    ): void {
      buffer.fill(0, offset, offset + length);
      const from = position - end.start;
      if (from + length > 0) end.bytes.copy(buffer, offset + Math.max(0, -from), Math.max(0, from), from + length);
      callback(null);
    }
  }
  return new Directory();
}

function kindOf(error: unknown): ArchiveFailureKind {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('encryption')) return 'encrypted';
  return message.includes('zip64') ? 'zip64' : 'directory';
}

/** Computes for each entry where the next one begins, as the upper limit of its data. */
async function locate(
  yauzl: Yauzl,
  entries: readonly Entry[],
  directory: number,
): Promise<ReadonlyMap<ArchiveEntry, Packed>> {
  const yieldIfDue = timeSlice();
  const starts = entries.map((entry) => entry.relativeOffsetOfLocalHeader);
  const offsets = await sortInSlices(starts, (a, b) => a - b, yieldIfDue);
  const [next, shared] = [new Map<number, number>(), new Set<number>()];
  for (const [index, place] of offsets.entries()) {
    next.set(place, offsets[index + 1] ?? directory);
    if (offsets[index + 1] === place) shared.add(place);
    await yieldIfDue();
  }
  const found = new Map<ArchiveEntry, Packed>();
  for (const entry of entries) {
    const start = entry.relativeOffsetOfLocalHeader;
    const end = shared.has(start) ? start : (next.get(start) ?? directory);
    found.set(...toFound(yauzl, entry, end, directory));
    await yieldIfDue();
  }
  return found;
}

function toFound(yauzl: Yauzl, entry: Entry, next: number, directory: number): Found {
  const { relativeOffsetOfLocalHeader: start, compressedSize: packed, uncompressedSize: size } = entry;
  const name = nameOf(yauzl, entry);
  const kind = name.endsWith('/') || (modeOf(entry) === modes.folder && size === 0) ? 'folder' : 'file';
  const least = start + headerBytes + entry.fileNameLength + packed;
  // Signs of malice take precedence over entries that just aren't files.
  const flaw = placeFlaw(least, next, directory) ?? flawOf(entry, kind);
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  return [
    { path, kind, size: kind === 'file' ? size : 0, packed, flaw, modifiedAt: dateOf(entry) },
    {
      path,
      flaw,
      start,
      end: Math.min(next, least + longestField),
      name: entry.fileNameRaw,
      flags: entry.generalPurposeBitFlag,
      method: entry.compressionMethod,
      crc: entry.crc32,
      packed,
      size,
    },
  ];
}

function placeFlaw(least: number, next: number, directory: number): ArchiveFailureKind | undefined {
  if (least > directory) return 'header';
  return least > next ? 'overlap' : undefined;
}

function flawOf(entry: Entry, kind: ArchiveEntry['kind']): ArchiveFailureKind | undefined {
  const mode = modeOf(entry);
  const attributes = windowsHosts.includes(entry.versionMadeBy >>> 8) ? entry.externalFileAttributes : 0;
  if ((entry.generalPurposeBitFlag & encryptedFlag) !== 0) return 'encrypted';
  if (mode === modes.link || (attributes & reparsePoint) !== 0) return 'symlink';
  const isSpecial = mode !== 0 && mode !== modes.file && mode !== modes.folder;
  if (isSpecial || (attributes & device) !== 0) return 'special';
  if (kind === 'folder') return undefined;
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) return 'method';
  return entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize ? 'damaged' : undefined;
}

/** Unix mode of an entry, which programs respect whatever the host system is. 0 if unknown. */
function modeOf(entry: Entry): number {
  return (entry.externalFileAttributes >>> 16) & modes.mask;
}

/** Name of an entry. Zips of runners before 10 have UTF-8 names without the flag for it. */
function nameOf(yauzl: Yauzl, { fileNameRaw, generalPurposeBitFlag, extraFields }: Entry): string {
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | utf8Flag : generalPurposeBitFlag;
  return yauzl.getFileNameLowLevel(flags, fileNameRaw, extraFields, true);
}

function dateOf(entry: Entry): number | undefined {
  const time = entry.getLastModDate().getTime();
  return Number.isNaN(time) || entry.lastModFileDate === 0 ? undefined : time;
}
