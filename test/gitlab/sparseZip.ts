import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export interface SparseZip {
  readonly entries: number;
  /** Bytes of each file; all of them are 0. */
  readonly bytesEach: number;
  /** Default: `folder 12/file 1234.bin`, a hundred in a folder. */
  readonly nameOf?: (index: number) => string;
}

/** What was written: where the list begins, and how long the file seems. */
export interface WrittenZip {
  readonly directoryAt: number;
  readonly size: number;
}

/**
 * Writes a zip of nothing but zeros, stored as they are. The disk keeps no holes: a gigabyte of ten thousand files takes
 * some megabytes and a moment.
 */
export async function writeSparseZip(
  path: string,
  { entries, bytesEach, nameOf = named }: SparseZip,
): Promise<WrittenZip> {
  const crc = crc32(Buffer.alloc(bytesEach));
  const file = await open(path, 'wx');
  try {
    const directory: Buffer[] = [];
    let at = 0;
    for (let index = 0; index < entries; index += 1) {
      const name = Buffer.from(nameOf(index));
      const common = commonOf(crc, bytesEach, name.length);
      const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name]);
      await file.write(local, 0, local.length, at);
      const [begin, end] = [Buffer.from('PK\x01\x02\x14\x03', 'latin1'), Buffer.alloc(14)];
      end.writeUInt32LE(0o100644 * 0x10000, 6); // Unix' mode.
      end.writeUInt32LE(at, 10);
      directory.push(begin, common, end, name);
      at += local.length + bytesEach;
    }
    const list = Buffer.concat(directory);
    const whole = Buffer.concat([list, endOf(entries, list.length, at)]);
    await file.write(whole, 0, whole.length, at);
    return { directoryAt: at, size: at + whole.length };
  } finally {
    await file.close();
  }
}

function named(index: number): string {
  return `folder ${Math.floor(index / 100)}/file ${index}.bin`;
}

/** What the header of an entry and the list of all say alike. */
function commonOf(crc: number, size: number, nameLength: number): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // Version.
  common.writeUInt16LE(0x800, 2); // Names in UTF-8.
  common.writeUInt16LE(0x5821, 8); // 2024-01-01
  common.writeUInt32LE(crc, 10);
  common.writeUInt32LE(size, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(nameLength, 22);
  return common;
}

function endOf(entries: number, listSize: number, listAt: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(listSize, 12);
  end.writeUInt32LE(listAt, 16);
  return end;
}
