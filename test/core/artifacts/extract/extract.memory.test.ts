import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { RandomAccess } from '../../../../src/core/artifacts/archive/archive';
import { extract } from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { openZip } from '../../../../src/core/artifacts/archive/zip';
import { unhurried } from '../../support';
import { archiveOf } from '../archives';
import { Disk } from '../disk';
import { rawZip, type RawEntry } from '../rawZip';

const megabyte = 1024 * 1024;

describe('extract with large files', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
  });
  afterEach(() => disk.remove());

  /** How many bytes were read ahead of what was written, at most. */
  const unpack = async (entry: RawEntry): Promise<number> => {
    const bytes = rawZip([entry]);
    let [read, written, most] = [0, 0, 0];
    const source: RandomAccess = {
      size: bytes.length,
      async *read(start, end) {
        for (let at = start; at < end; at += 64 * 1024) {
          const piece = bytes.subarray(at, Math.min(end, at + 64 * 1024));
          read += piece.length;
          most = Math.max(most, read - written);
          yield piece;
        }
      },
    };
    const archive = await openZip(source, unhurried());
    [read, most] = [0, 0];
    const progress = (done: { readonly bytes: number }) => void (written = done.bytes);
    const target = disk.at('root', 'target');
    await extract({ archive, target, limits: defaultLimits, progress, signal: unhurried() });
    return most;
  };
  const hashOf = async (path: string): Promise<string> => {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
    return hash.digest('hex');
  };
  /** Noise, so that what is packed is as long as what is unpacked. */
  let content: Buffer;
  let sum: string;
  before(() => {
    content = randomBytes(64 * megabyte);
    sum = createHash('sha256').update(content).digest('hex');
  });

  it('reads no further than it writes, stored', async () => {
    assert.ok((await unpack({ name: 'big', content, method: 0 })) < 2 * megabyte);
    assert.equal(await hashOf(disk.at('root', 'target', 'big')), sum);
  });

  it('reads no further than it writes, deflated', async () => {
    assert.ok((await unpack({ name: 'big', content, data: deflateRawSync(content, { level: 1 }) })) < 2 * megabyte);
    assert.equal(await hashOf(disk.at('root', 'target', 'big')), sum);
  });

  it('holds one small piece at a time of an entry that becomes large', async () => {
    const archive = await archiveOf(rawZip([{ name: 'zeros', content: Buffer.alloc(50 * megabyte) }]));
    let [bytes, longest] = [0, 0];
    for await (const piece of archive.open(archive.entries[0]!, unhurried())) {
      bytes += piece.length;
      longest = Math.max(longest, piece.length);
    }
    assert.equal(bytes, 50 * megabyte);
    assert.ok(longest <= 64 * 1024, `${longest}`);
  });
});
