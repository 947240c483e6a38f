import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip that is made by hand; whatever is given stands there, true or not. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly method?: number;
  /** Of Unix, with the bits that say what it is. */
  readonly mode?: number;
  /** All 32 bits, in place of `mode`. */
  readonly attributes?: number;
  /** Who made it: 3 is Unix. */
  readonly host?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packed?: number;
  readonly extra?: Buffer;
  /** What its own header says else than the directory. */
  readonly local?: Partial<
    Pick<RawEntry, 'name' | 'method' | 'flags' | 'crc' | 'size' | 'packed'> & { extra: Buffer; signature: number }
  >;
  /** Its bytes as they stand in the archive. */
  readonly data?: Buffer;
  /** Where its header is said to be. */
  readonly at?: number;
  /** No header and no bytes of its own; with `at`, those of another one. */
  readonly isShared?: boolean;
}

export interface RawEnd {
  readonly count?: number;
  /** Of the directory. */
  readonly size?: number;
  readonly start?: number;
  readonly comment?: string;
  readonly commentLength?: number;
  readonly disk?: number;
  readonly startDisk?: number;
  /** Entries on this disk. */
  readonly here?: number;
  /** Between the directory and its end. */
  readonly between?: Buffer;
  readonly after?: Buffer;
  /** With 64-bit numbers, and where they are wrong. */
  readonly zip64?: {
    readonly count?: number;
    readonly size?: number;
    readonly start?: number;
    readonly place?: number;
    readonly recordSize?: number;
    readonly disk?: number;
    readonly disks?: number;
    readonly signature?: number;
  };
}

interface Numbers {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** A zip of these entries, with every lie that is given. */
export function rawZip(entries: readonly RawEntry[], end: RawEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let place = 0;
  for (const entry of entries) {
    const numbers = numbersOf(entry);
    directory.push(directoryOf(entry, numbers, entry.at ?? place));
    if (entry.isShared === true) continue;
    const bytes = Buffer.concat([localOf(entry, numbers), dataOf(entry)]);
    parts.push(bytes);
    place += bytes.length;
  }
  return Buffer.concat([...parts, ...directory, ...endOf(entries.length, Buffer.concat(directory).length, place, end)]);
}

function numbersOf(entry: RawEntry): Numbers {
  const content = Buffer.from(entry.content ?? '');
  return {
    flags: entry.flags ?? 0x800,
    method: entry.method ?? 8,
    crc: entry.crc ?? crc32(content),
    packed: entry.packed ?? dataOf(entry).length,
    size: entry.size ?? content.length,
  };
}

function dataOf(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  return entry.data ?? (entry.method === undefined || entry.method === 8 ? deflateRawSync(content) : content);
}

function localOf({ name, local, extra = Buffer.alloc(0) }: RawEntry, numbers: Numbers): Buffer {
  const { flags, method, crc, packed, size } = { ...numbers, ...local };
  const [path, more] = [Buffer.from(local?.name ?? name), local?.extra ?? extra];
  const header = Buffer.alloc(30);
  header.writeUInt32LE(local?.signature ?? 0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  writeNumbers(header, 6, { flags, method, crc, packed, size });
  header.writeUInt16LE(path.length, 26);
  header.writeUInt16LE(more.length, 28);
  return Buffer.concat([header, path, more]);
}

function directoryOf(entry: RawEntry, numbers: Numbers, place: number): Buffer {
  const [path, extra] = [Buffer.from(entry.name), entry.extra ?? Buffer.alloc(0)];
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(((entry.host ?? 3) << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  writeNumbers(header, 8, numbers);
  header.writeUInt16LE(path.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(entry.attributes ?? ((entry.mode ?? 0o100644) << 16) >>> 0, 38);
  header.writeUInt32LE(place, 42);
  return Buffer.concat([header, path, extra]);
}

/** flags, method, time, date, sum, sizes: in both headers alike. 1 January 2020. */
function writeNumbers(header: Buffer, at: number, { flags, method, crc, packed, size }: Numbers): void {
  header.writeUInt16LE(flags, at);
  header.writeUInt16LE(method, at + 2);
  header.writeUInt16LE(((2020 - 1980) << 9) | (1 << 5) | 1, at + 6);
  header.writeUInt32LE(crc, at + 8);
  header.writeUInt32LE(packed, at + 12);
  header.writeUInt32LE(size, at + 16);
}

function endOf(count: number, size: number, start: number, end: RawEnd): readonly Buffer[] {
  const [between, comment] = [end.between ?? Buffer.alloc(0), Buffer.from(end.comment ?? '')];
  const record = Buffer.alloc(22);
  const is64 = end.zip64 !== undefined;
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(end.startDisk ?? 0, 6);
  record.writeUInt16LE(end.here ?? end.count ?? (is64 ? 0xffff : count), 8);
  record.writeUInt16LE(end.count ?? (is64 ? 0xffff : count), 10);
  record.writeUInt32LE(end.size ?? (is64 ? 0xffffffff : size), 12);
  record.writeUInt32LE(end.start ?? (is64 ? 0xffffffff : start), 16);
  record.writeUInt16LE(end.commentLength ?? comment.length, 20);
  const place = start + size + between.length;
  const more = end.zip64 === undefined ? [] : end64Of(count, size, start, place, end.zip64);
  return [between, ...more, record, comment, end.after ?? Buffer.alloc(0)];
}

function end64Of(
  count: number,
  size: number,
  start: number,
  place: number,
  lies: NonNullable<RawEnd['zip64']>,
): readonly Buffer[] {
  const [record, locator] = [Buffer.alloc(56), Buffer.alloc(20)];
  record.writeUInt32LE(lies.signature ?? 0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(lies.recordSize ?? 44), 4);
  record.writeUInt32LE(lies.disk ?? 0, 16);
  record.writeBigUInt64LE(BigInt(lies.count ?? count), 24);
  record.writeBigUInt64LE(BigInt(lies.count ?? count), 32);
  record.writeBigUInt64LE(BigInt(lies.size ?? size), 40);
  record.writeBigUInt64LE(BigInt(lies.start ?? start), 48);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(lies.place ?? place), 8);
  locator.writeUInt32LE(lies.disks ?? 1, 16);
  return [record, locator];
}
