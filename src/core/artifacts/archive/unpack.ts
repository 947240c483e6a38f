import { Readable, pipeline } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { codeOf } from '../../model/errors';
import type { RandomAccess } from './archive';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';

/** An entry in a zip's directory. */
export interface Packed {
  readonly path: string;
  readonly flaw?: ArchiveFailureKind | undefined;
  /** Offset of its header, and upper limit for the end of its data. */
  readonly start: number;
  readonly end: number;
  /** Raw name as in the directory. */
  readonly name: Buffer;
  readonly flags: number;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly crc: number;
  /** Compressed and uncompressed size in bytes. */
  readonly packed: number;
  readonly size: number;
}

const headerSize = 30;
const signature = 0x04034b50;
const unknown32 = 0xffffffff;
/** Flag of an entry whose sizes and checksum follow its data instead of being in its header. */
const saidLater = 0x8;
const encrypted = 0x41;
/** Up to these sizes, inflating in one go is cheaper than a stream. */
const small = { packed: 64 * 1024, size: 1024 * 1024 };

/**
 * Reads and uncompresses an entry with a single read, and verifies it against the directory on the way. Throws
 * ArchiveError, errors of `source`, or the signal's reason.
 */
export async function* unpack(
  source: RandomAccess,
  entry: Packed,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  const { path, flaw } = entry;
  if (flaw !== undefined) throw new ArchiveError(flaw, { path });
  const bytes = new Bytes(source.read(entry.start, entry.end, signal), entry, signal);
  try {
    await passHeader(bytes, entry);
    yield* verified(entry.method === 0 ? bytes.rest(entry.packed) : inflated(bytes, entry), entry);
    await bytes.drain();
  } catch (error) {
    throw isOfZlib(error) ? new ArchiveError('damaged', { path }, { cause: error }) : error;
  } finally {
    await bytes.close();
  }
}

async function passHeader(bytes: Bytes, entry: Packed): Promise<void> {
  const header = await bytes.take(headerSize);
  if (header.readUInt32LE(0) !== signature) throw new ArchiveError('header', { path: entry.path });
  const flags = header.readUInt16LE(6);
  const sums = [14, 18, 22].map((place) => header.readUInt32LE(place));
  const known = [entry.crc, entry.packed, entry.size];
  const name = await bytes.take(header.readUInt16LE(26));
  await bytes.take(header.readUInt16LE(28));
  const agrees =
    name.equals(entry.name) &&
    header.readUInt16LE(8) === entry.method &&
    (flags & encrypted) === (entry.flags & encrypted) &&
    ((flags & saidLater) !== 0 || sums.every((sum, index) => sum === known[index] || (index > 0 && sum === unknown32)));
  if (!agrees) throw new ArchiveError('header', { path: entry.path });
}

async function* verified(pieces: AsyncIterable<Uint8Array>, { path, size, crc }: Packed): AsyncGenerator<Uint8Array> {
  let [bytes, sum] = [0, 0];
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > size) throw new ArchiveError('damaged', { path });
    sum = crc32(piece, sum);
    if (piece.length > 0) yield piece;
  }
  if (bytes !== size || sum !== crc) throw new ArchiveError('damaged', { path });
}

async function* inflated(bytes: Bytes, { packed, size }: Packed): AsyncGenerator<Uint8Array> {
  if (packed <= small.packed && size <= small.size) {
    // One extra byte, to notice if there is too much.
    yield inflateRawSync(await bytes.take(packed), { maxOutputLength: size + 1 });
    return;
  }
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 });
  // The loop below throws its failure.
  pipeline(Readable.from(bytes.rest(packed), { highWaterMark: 1 }), inflate, () => undefined);
  try {
    for await (const piece of inflate) yield piece as Uint8Array;
  } finally {
    inflate.destroy();
  }
}

function isOfZlib(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ERR_BUFFER_TOO_LARGE' || code?.startsWith('Z_') === true;
}

/** Reads chunks in requested lengths. */
class Bytes {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private left: Uint8Array = new Uint8Array();
  private count = 0;

  constructor(
    pieces: AsyncIterable<Uint8Array>,
    private readonly entry: Packed,
    private readonly signal: AbortSignal,
  ) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const taken: Uint8Array[] = [];
    for await (const piece of this.rest(length)) taken.push(piece);
    return Buffer.concat(taken);
  }

  async *rest(length: number): AsyncGenerator<Uint8Array> {
    for (let missing = length; missing > 0;) {
      if (this.left.length === 0) await this.more();
      const piece = this.left.subarray(0, missing);
      this.left = this.left.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  }

  /** Reads the little that is left, so that the connection can be reused. */
  async drain(): Promise<void> {
    while ((await this.pieces.next()).done !== true) this.signal.throwIfAborted();
  }

  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  private async more(): Promise<void> {
    const next = await this.pieces.next();
    this.signal.throwIfAborted();
    if (next.done === true) throw new ArchiveError(this.endsIn(), { path: this.entry.path });
    this.left = next.value;
    this.count += next.value.length;
  }

  /**
   * The failure if data ends early: the entry's header may be longer than the one in the directory, so that its data
   * would overlap the next entry.
   */
  private endsIn(): ArchiveFailureKind {
    return this.count < this.entry.end - this.entry.start ? 'truncated' : 'overlap';
  }
}
