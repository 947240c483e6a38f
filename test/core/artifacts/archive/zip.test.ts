import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import type { Archive, RandomAccess } from '../../../../src/core/artifacts/archive/archive';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import { fileAccess, openZip } from '../../../../src/core/artifacts/archive/zip';
import { zip } from '../../../gitlab/zip';
import { errorOf, unhurried } from '../../support';
import { Disk } from '../disk';
import { rawZip } from '../rawZip';

type Read = readonly [start: number, end: number];

/** Bytes in memory, in pieces of a length; says what was read. */
function memory(bytes: Buffer, piece = 1000): RandomAccess & { readonly reads: Read[] } {
  const reads: Read[] = [];
  return {
    size: bytes.length,
    reads,
    async *read(start, end) {
      reads.push([start, end]);
      for (let at = start; at < end; at += piece) yield bytes.subarray(at, Math.min(end, at + piece));
    },
  };
}

async function contentOf(archive: Archive, path: string): Promise<Buffer> {
  const entry = archive.entries.find((one) => one.path === path);
  assert.ok(entry, `no ${path}`);
  const pieces: Uint8Array[] = [];
  for await (const piece of archive.open(entry, unhurried())) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('openZip', () => {
  const opened = (bytes: Buffer) => openZip(memory(bytes), unhurried());

  it('lists files and folders with their sizes and times', async () => {
    const at = Date.UTC(2020, 5, 1, 12);
    const archive = await opened(await zip({ 'a/b.txt': 'some text', c: '' }, at));
    assert.deepEqual(
      archive.entries.map(({ path, kind, size }) => [path, kind, size]),
      [
        ['a/b.txt', 'file', 9],
        ['c', 'file', 0],
      ],
    );
    assert.deepEqual(
      archive.entries.map(({ modifiedAt }) => modifiedAt),
      [at, at],
    );
    const made = await opened(rawZip([{ name: 'a/' }, { name: 'b', mode: 0o040755 }, { name: 'c', mode: 0 }]));
    assert.deepEqual(
      made.entries.map(({ path, kind }) => [path, kind]),
      [
        ['a', 'folder'],
        ['b', 'folder'],
        ['c', 'file'],
      ],
    );
  });

  it('unpacks stored, deflated, empty and large entries', async () => {
    const [noise, text] = [randomBytes(3_000_000), Buffer.alloc(5_000_000, 'some text ')];
    const file = new ZipFile();
    file.addBuffer(noise, 'stored', { compress: false });
    file.addBuffer(noise, 'noise');
    file.addBuffer(text, 'text');
    file.addBuffer(Buffer.from('little'), 'little');
    file.addBuffer(Buffer.alloc(0), 'empty');
    file.addBuffer(Buffer.from('64'), 'zip64', { forceZip64Format: true });
    file.end({ forceZip64Format: true, comment: 'a comment' });
    const archive = await opened(await buffer(file.outputStream));
    assert.ok((await contentOf(archive, 'stored')).equals(noise));
    assert.ok((await contentOf(archive, 'noise')).equals(noise));
    assert.ok((await contentOf(archive, 'text')).equals(text));
    assert.equal(String(await contentOf(archive, 'little')), 'little');
    assert.equal(String(await contentOf(archive, 'empty')), '');
    assert.equal(String(await contentOf(archive, 'zip64')), '64');
  });

  it('reads sizes that come after the bytes, as Runners write them', async () => {
    const local = { flags: 0x808, crc: 0, size: 0, packed: 0 };
    const archive = await opened(rawZip([{ name: 'a', content: 'text', flags: 0x808, local }, { name: 'b' }]));
    assert.equal(String(await contentOf(archive, 'a')), 'text');
  });

  it('lists with one read if the directory is at the end, with two if it is longer, and opens with one', async () => {
    const little = memory(rawZip([{ name: 'a', content: 'text' }, { name: 'b' }]));
    const archive = await openZip(little, unhurried());
    assert.deepEqual(little.reads.splice(0), [[0, little.size]]);
    assert.equal(String(await contentOf(archive, 'a')), 'text');
    assert.deepEqual(little.reads.length, 1);

    const many = Array.from({ length: 3000 }, (_, index) => ({ name: `folder/file ${index}`, content: `${index}` }));
    const big = memory(rawZip([{ name: 'noise', content: randomBytes(100_000) }, ...many]));
    const listed = await openZip(big, unhurried());
    assert.equal(listed.entries.length, 3001);
    const [tail, directory] = big.reads.splice(0);
    assert.deepEqual(tail, [big.size - 65_536, big.size]);
    assert.equal(directory?.[1], tail[0]);
    assert.equal(String(await contentOf(listed, 'folder/file 17')), '17');
    assert.equal(big.reads.length, 1);
    // A header's extra field may be as long as that.
    assert.ok(big.reads.every(([start, end]) => end - start < 65_536 + 100));
  });

  it('reads to the end of what it requested, and requests no more than an entry can have', async () => {
    // Much that no entry has a claim to lies behind the first one.
    const bytes = rawZip([{ name: 'a', content: 'text', method: 0, packed: 4, data: Buffer.alloc(1_000_000, 'text') }]);
    const asked: number[] = [];
    let given = 0;
    const source: RandomAccess = {
      size: bytes.length,
      async *read(start, end) {
        asked.push(end - start);
        for (let at = start; at < end; at += 1000) {
          yield bytes.subarray(at, Math.min(end, at + 1000));
          given += Math.min(1000, end - at);
        }
      },
    };
    const archive = await openZip(source, unhurried());
    [asked.length, given] = [0, 0];
    assert.equal(String(await contentOf(archive, 'a')), 'text');
    assert.deepEqual(asked, [given]);
    assert.ok(given > 65_535 && given < 65_535 + 100, `${given}`);
  });

  it('reads UTF-8 names that are not marked as such, and DOS names', async () => {
    const names = [Buffer.from('größe ✓'), Buffer.from([0x67, 0x72, 0x94, 0xe1, 0x65])];
    const archive = await opened(rawZip(names.map((name) => ({ name, flags: 0 }))));
    assert.deepEqual(
      archive.entries.map(({ path }) => path),
      ['größe ✓', 'größe'],
    );
  });

  it('lists hostile names as they are', async () => {
    const names = ['../a', '/etc/passwd', 'C:\\a', '\\\\server\\share', 'a\0b', '', 'a//b'];
    const archive = await opened(rawZip(names.map((name) => ({ name }))));
    assert.deepEqual(
      archive.entries.map(({ path }) => path),
      names,
    );
  });

  it('reads nothing when it is aborted', async () => {
    const reason = new Error('canceled');
    const source = memory(rawZip([{ name: 'a' }]));
    assert.equal(await errorOf(openZip(source, AbortSignal.abort(reason))), reason);
    assert.deepEqual(source.reads, []);
    const archive = await openZip(source, unhurried());
    const open = async () =>
      archive.open(archive.entries[0]!, AbortSignal.abort(reason))[Symbol.asyncIterator]().next();
    assert.equal(await errorOf(open()), reason);
  });

  it('closes the source when nobody wants the rest', async () => {
    let ended = 0;
    const content = randomBytes(1_000_000);
    const bytes = rawZip([
      { name: 'a', content },
      { name: 'b', content, method: 0 },
    ]);
    const archive = await openZip(
      {
        size: bytes.length,
        async *read(start, end) {
          try {
            for (let at = start; at < end; at += 1000) yield bytes.subarray(at, Math.min(end, at + 1000));
          } finally {
            ended++;
          }
        },
      },
      unhurried(),
    );
    ended = 0;
    for (const entry of archive.entries) {
      const pieces = archive.open(entry, unhurried())[Symbol.asyncIterator]();
      await pieces.next();
      await pieces.return?.();
    }
    assert.equal(ended, 2);
  });

  it('passes through what the source throws', async () => {
    const error = new Error('the network is gone');
    const bytes = rawZip([{ name: 'a', content: randomBytes(1_000_000) }]);
    let isGone = false;
    const source: RandomAccess = {
      size: bytes.length,
      async *read(start, end) {
        yield bytes.subarray(start, isGone ? start + 1000 : end);
        if (isGone) throw error;
      },
    };
    const archive = await openZip(source, unhurried());
    isGone = true;
    assert.equal(await errorOf(contentOf(archive, 'a')), error);
    assert.equal(await errorOf(openZip(source, unhurried())), error);
  });

  it('reports an incomplete source', async () => {
    const bytes = rawZip([{ name: 'a', content: randomBytes(100_000) }]);
    let missing = 0;
    const source: RandomAccess = {
      size: bytes.length,
      async *read(start, end) {
        yield bytes.subarray(start, end - missing);
      },
    };
    const archive = await openZip(source, unhurried());
    missing = 50_000;
    for (const reading of [contentOf(archive, 'a'), openZip(source, unhurried())]) {
      const error = await errorOf(reading);
      assert.ok(error instanceof ArchiveError && error.kind === 'truncated', String(error));
    }
  });

  it('opens only its own entries', async () => {
    const archive = await opened(rawZip([{ name: 'a' }]));
    const open = async () => archive.open({ path: 'b', kind: 'file', size: 1 }, unhurried());
    const error = await errorOf(open());
    assert.ok(error instanceof ArchiveError);
    assert.equal(error.kind, 'missing');
  });

  it('stops inflating at the declared size', async () => {
    const data = deflateRawSync(Buffer.alloc(50_000_000));
    for (const size of [1000, 2_000_000]) {
      const archive = await opened(rawZip([{ name: 'bomb', data, size }]));
      let bytes = 0;
      const drain = async () => {
        for await (const piece of archive.open(archive.entries[0]!, unhurried())) bytes += piece.length;
      };
      const error = await errorOf(drain());
      assert.ok(error instanceof ArchiveError && error.kind === 'damaged', String(error));
      assert.ok(bytes <= size);
    }
  });

  /** What openZip says to a directory that is as long as its end claims, having read the end alone. */
  const refusalOf = async (count: number, size: number): Promise<ArchiveError> => {
    const end = rawZip([], { zip64: { count, size, start: 0, place: size } });
    const reads: Read[] = [];
    const source: RandomAccess = {
      size: size + end.length,
      async *read(start, until) {
        reads.push([start, until]);
        yield Buffer.concat([Buffer.alloc(until - start - end.length), end]);
      },
    };
    const error = await errorOf(openZip(source, unhurried()));
    assert.ok(error instanceof ArchiveError, String(error));
    assert.equal(reads.length, 1);
    return error;
  };

  it('refuses a directory of more than 64 MB, or with too many entries, before reading it', async () => {
    const long = await refusalOf(1000, 70_000_000);
    assert.deepEqual([long.kind, long.detail.count, long.detail.limit], ['listTooBig', 70_000_000, 67_108_864]);
    const many = await refusalOf(1_000_000, 60_000_000);
    assert.deepEqual([many.kind, many.detail.count, many.detail.limit], ['tooManyEntries', 1_000_000, 300_000]);
  });
});

describe('fileAccess', () => {
  it('reads parts of a file', async () => {
    const disk = new Disk();
    try {
      const content = randomBytes(1_000_000);
      writeFileSync(disk.at('file'), content);
      const file = await fileAccess(disk.at('file'));
      const pieces: Uint8Array[] = [];
      for await (const piece of file.read(10, 700_000)) pieces.push(piece);
      await file.close();
      assert.ok(Buffer.concat(pieces).equals(content.subarray(10, 700_000)));
      assert.equal(file.size, content.length);
    } finally {
      disk.remove();
    }
  });
});
