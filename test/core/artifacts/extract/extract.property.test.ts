import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { Archive, ArchiveEntry, RandomAccess } from '../../../../src/core/artifacts/archive/archive';
import { flawOfPath, namesOf } from '../../../../src/core/artifacts/archive/entryPath';
import { extract, type Extraction } from '../../../../src/core/artifacts/extract/extract';
import { openZip } from '../../../../src/core/artifacts/archive/zip';
import { memoryAccess } from '../archives';
import { Disk } from '../disk';
import { rawZip, type RawEnd, type RawEntry } from '../rawZip';

/** What may go wrong around the archive. */
interface Trouble {
  /** Reads of the source, pieces written, and moves, until one fails; none where it is more than there are. */
  readonly reads: number;
  readonly abortAfter: number;
  readonly moves: number;
}

const goodName = fc.oneof(
  fc.constantFrom('a', 'b', 'a/b', 'a/b/c.txt', 'README.md', 'ü/✓', 'dir/', 'a/dir/', './d', 'd//e'),
  fc.array(fc.constantFrom('x', 'y', 'Z.txt', 'deep'), { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
);
const hostileName = fc.oneof(
  fc.constantFrom('../evil', '/evil', '/tmp/evil', 'C:\\evil', '..\\evil', '\\\\a\\b', 'con', 'a/..', 'a/../../evil'),
  fc.constantFrom('', '.', 'A', 'A/B', 'nul.txt', 'a:b', 'dot.', '.git/config', 'a\0', 'x/../../../evil', '...', 'a/'),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.constantFrom('..', '.', '', 'a', '/', '\\', 'C:'), { maxLength: 6 }).map((names) => names.join('/')),
);
const content = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.nat(300_000).map((length) => Buffer.alloc(length, 'some text ')),
);
const link: fc.Arbitrary<RawEntry> = fc.record({
  name: goodName,
  mode: fc.constant(0o120777),
  content: fc.constantFrom('a', 'b', '../a', './README.md', '../../evil', '/etc/passwd', 'deep', '../x'),
});
const good: fc.Arbitrary<RawEntry> = fc.record({ name: goodName, content }, { requiredKeys: ['name'] });
const hostile: fc.Arbitrary<RawEntry> = fc.record(
  {
    name: fc.oneof(goodName, hostileName),
    content,
    method: fc.constantFrom(0, 8, 12, 99),
    mode: fc.constantFrom(0o100644, 0o120777, 0o040755, 0o020666, 0o010644),
    flags: fc.constantFrom(0, 0x800, 0x801, 0x808, 0x840),
    crc: fc.nat(),
    size: fc.oneof(fc.nat(100), fc.nat(), fc.constant(0xffffffff)),
    packed: fc.oneof(fc.nat(200), fc.constant(0xffffffff)),
    at: fc.nat(500),
    isShared: fc.boolean(),
    local: fc.record({ name: hostileName, crc: fc.nat(), size: fc.nat(100) }, { requiredKeys: [] }),
    extra: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    data: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  },
  { requiredKeys: ['name'] },
);
const end: fc.Arbitrary<RawEnd> = fc.record(
  { count: fc.nat(10), size: fc.nat(500), start: fc.nat(500), disk: fc.nat(1), comment: fc.string({ maxLength: 5 }) },
  { requiredKeys: [] },
);
const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { maxLength: 3 });
const archives = fc
  .record({
    entries: fc.oneof(
      fc.array(good, { maxLength: 8 }),
      fc.array(fc.oneof({ weight: 4, arbitrary: good }, link), { maxLength: 4 }),
      fc.array(fc.oneof({ weight: 4, arbitrary: good }, hostile, link), { maxLength: 8 }),
    ),
    end: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, end),
    flips: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, flips),
    cut: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(300)),
  })
  .map(({ entries, end: how, flips: bits, cut }) => damage(rawZip(unique(entries), how), bits, cut));
const troubles: fc.Arbitrary<Trouble> = fc.record({
  reads: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.nat(20)),
  abortAfter: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.nat(20)),
  moves: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.nat(2)),
});

/** Most mixtures have one name twice, and would all be refused for that. */
function unique(entries: readonly RawEntry[]): readonly RawEntry[] {
  return entries.map((entry, index) =>
    typeof entry.name === 'string' && index % 3 !== 0 && !entry.name.endsWith('/')
      ? { ...entry, name: `${entry.name}${index}` }
      : entry,
  );
}

function damage(zip: Buffer, bits: readonly (readonly [number, number])[], cut: number): Buffer {
  const bytes = Buffer.from(zip.subarray(0, Math.max(0, zip.length - cut)));
  for (const [place, bit] of bits) {
    if (bytes.length > 0) bytes[place % bytes.length]! ^= 1 << bit;
  }
  return bytes;
}

describe('extract, with any archive and any failure,', function () {
  this.timeout(120_000); // Hundreds of archives, on a machine that may be busy.
  let disk: Disk;
  beforeEach(() => (disk = new Disk()));
  afterEach(() => disk.remove());

  it('writes nothing outside of the target, and in it nothing or all that can be written', async () => {
    let [unpacked, reduced] = [0, 0];
    await fc.assert(
      fc.asyncProperty(archives, troubles, fc.boolean(), async (bytes, trouble, wasThere) => {
        prepare(disk, wasThere);
        const before = disk.list();
        const extraction = await unpack(disk.at('root', 'target'), bytes, trouble);
        if (extraction === undefined) {
          assert.deepEqual(disk.list(), before);
          return;
        }
        unpacked++;
        if (extraction.leftOut.length > 0) reduced++;
        const isOutside = (path: string) => !path.startsWith('root/target');
        assert.deepEqual(disk.list().filter(isOutside), before.filter(isOutside));
        await assertWhole(disk.at('root', 'target'), bytes, extraction);
      }),
      { numRuns: 800 },
    );
    assert.ok(unpacked > 150, `only ${unpacked} were good`);
    assert.ok(reduced > 20, `only ${reduced} had something left out`);
  });
});

function prepare(disk: Disk, wasThere: boolean): void {
  disk.remove();
  mkdirSync(disk.at('root'), { recursive: true });
  writeFileSync(disk.at('beside'), 'beside');
  if (!wasThere) return;
  mkdirSync(disk.at('root', 'target'));
  writeFileSync(disk.at('root', 'target', 'old'), 'old');
}

/** What was unpacked, or undefined where it has failed. */
async function unpack(target: string, bytes: Buffer, trouble: Trouble): Promise<Extraction | undefined> {
  const stop = new AbortController();
  let [pieces, moves] = [0, 0];
  try {
    const archive = await openZip(failingAfter(trouble.reads, memoryAccess(bytes, 1000)), stop.signal);
    return await extract({
      archive,
      target,
      limits: { maxEntries: 12, maxBytes: 800_000, maxRatio: 500, ratioFromBytes: 100_000 },
      progress: () => pieces++ >= trouble.abortAfter && stop.abort(),
      signal: stop.signal,
      clock: { now: Date.now, setTimeout: (action) => setTimeout(action, 0), clearTimeout },
      move: async (from, to) => {
        // Each try of one move fails alike; what brings the old one back does not.
        if (!from.endsWith('.replaced') && moves++ >= trouble.moves) {
          throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'rename', path: from, dest: to });
        }
        await rename(from, to);
      },
    });
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.ok(!['TypeError', 'RangeError', 'AssertionError'].includes(error.name), error.stack);
    return undefined;
  }
}

function failingAfter(reads: number, source: RandomAccess): RandomAccess {
  let left = reads;
  return {
    size: source.size,
    async *read(start, until) {
      for await (const piece of source.read(start, until)) {
        if (left-- <= 0) throw new Error('the network is gone');
        yield piece;
      }
    },
  };
}

/** Each file has the bytes that the archive has for it, and nothing is there besides; what is left out has a flaw. */
async function assertWhole(target: string, bytes: Buffer, { files, leftOut }: Extraction): Promise<void> {
  const archive: Archive = await openZip(memoryAccess(bytes), new AbortController().signal);
  const isLeftOut = (path: string) =>
    leftOut.some(
      ({ path: left }) => `${path}/`.startsWith(`${left}/`) || `${path}/`.startsWith(`${namesOf(left).join('/')}/`),
    );
  const sums = new Map<string, number | undefined>();
  for (const entry of archive.entries) {
    const path = namesOf(entry.path).join('/');
    if (isLeftOut(path) || isLeftOut(entry.path)) {
      assert.ok(entry.flaw !== undefined || flawOfPath(entry.path) !== undefined, path);
    } else if (entry.kind === 'file') {
      assert.ok(entry.flaw === undefined || entry.flaw === 'symlink', entry.flaw);
      sums.set(path, entry.flaw === undefined ? await sumOf(archive, entry) : undefined);
    }
  }
  const found = readdirSync(target, { recursive: true, withFileTypes: true }).filter((one) => !one.isDirectory());
  assert.ok(found.every((one) => one.isFile()));
  assert.deepEqual([found.length, files], [sums.size, sums.size]);
  for (const [path, sum] of sums) {
    const written = crc32(readFileSync(`${target}/${path}`));
    // In place of a link, a regular file of the archive.
    if (sum === undefined) assert.ok([...sums.values()].includes(written), path);
    else assert.equal(written, sum, path);
  }
}

async function sumOf(archive: Archive, entry: ArchiveEntry): Promise<number> {
  let sum = 0;
  for await (const piece of archive.open(entry, new AbortController().signal)) sum = crc32(piece, sum);
  return sum;
}
