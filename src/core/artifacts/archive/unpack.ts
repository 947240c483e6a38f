import { Readable, pipeline } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { codeOf } from '../../model/errors';
import type { RandomAccess } from './archive';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';

/** An entry as the directory of its zip has it. */
export interface Packed {
  readonly path: string;
  readonly flaw?: ArchiveFailureKind | undefined;
  /** Place of its header; and up to where its bytes are, or less. */
  readonly start: number;
  readonly end: number;
  /** As it stands in the directory. */
  readonly name: Buffer;
  readonly flags: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
}

const headerSize = 30;
const signature = 0x04034b50;
const unknown32 = 0xffffffff;
/** The flag of an entry whose sizes and sum come after its bytes, not in its header. */
const saidLater = 0x8;
const encrypted = 0x41;
/** So small that to inflate it at once costs less than a stream. */
const small = { packed: 64 * 1024, size: 1024 * 1024 };

/**
 * The bytes of an entry, by one read; they are held against what the directory says of them while they run. Throws
 * ArchiveError, what `source` throws, or the signal's reason.
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
    // One byte more than it should have, to see that it has too many.
    yield inflateRawSync(await bytes.take(packed), { maxOutputLength: size + 1 });
    return;
  }
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 });
  // Its failure is the one that the loop throws.
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

/** Pieces, taken in the lengths that are needed. */
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

  /** A connection whose answer was read to its end can be used again; what is left is less than a header may have. */
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

  /** Its header may be longer than the directory's: then its bytes would be those of the next one. */
  private endsIn(): ArchiveFailureKind {
    return this.count < this.entry.end - this.entry.start ? 'truncated' : 'overlap';
  }
}
