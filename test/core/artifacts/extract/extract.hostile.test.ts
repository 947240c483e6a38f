import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import { extract, type Extraction } from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { fileAccess, openZip } from '../../../../src/core/artifacts/archive/zip';
import { errorOf, unhurried } from '../../support';
import { filesOf } from '../archives';
import { Disk } from '../disk';
import { hostileZips, reducedZips, type HostileZip } from '../hostileZips';

describe('A hostile archive', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
  });
  afterEach(() => disk.remove());
  /** What happens to each kind. */
  const table = new Map<string, Set<string>>();
  const note = (kind: string, what: string) => table.set(kind, (table.get(kind) ?? new Set()).add(what));
  after(() => {
    for (const [kind, what] of table) console.log(`      ${kind.padEnd(20)} ${[...what].join(', ')}`);
  });

  const unpack = async ({ bytes, limits, select }: HostileZip): Promise<Extraction> => {
    writeFileSync(disk.at('archive.zip'), bytes);
    const file = await fileAccess(disk.at('archive.zip'));
    try {
      return await extract({
        archive: await openZip(file, unhurried()),
        target: disk.at('root', 'target'),
        limits: { ...defaultLimits, ...limits },
        select,
        progress: () => {},
        signal: unhurried(),
        holds: async () => false,
      });
    } finally {
      await file.close();
    }
  };

  for (const hostile of hostileZips) {
    it(`is refused and leaves nothing: ${hostile.kind}, ${hostile.what.slice(0, 60)}`, async () => {
      const error = await errorOf(unpack(hostile));
      assert.ok(error instanceof ArchiveError, String(error));
      assert.equal(error.kind, hostile.kind);
      assert.deepEqual(disk.list(), ['archive.zip', 'root/']);
      note(hostile.kind, 'archive refused');
    });
  }

  for (const reduced of reducedZips) {
    it(`is extracted except for what can't be written: ${reduced.kind}, ${reduced.what.slice(0, 60)}`, async () => {
      const { leftOut, files } = await unpack(reduced);
      const written = ['first.txt', 'folder/last.txt', ...reduced.written].sort();
      const found = Object.keys(filesOf(disk.at('root', 'target'))).filter((path) => !path.endsWith('/'));
      assert.deepEqual(found.sort(), written);
      assert.equal(files, written.length);
      assert.deepEqual(
        leftOut,
        reduced.leftOut.map((path) => ({ kind: reduced.kind, path })),
      );
      assert.deepEqual(readdirSync(disk.at('root')), ['target']);
      assert.ok(
        disk.list().every((path) => !path.includes('→')),
        'no link is made',
      );
      note(reduced.kind, leftOut.length > 0 ? 'entry left out' : 'written');
    });
  }

  it('leaves the existing folder unchanged', async () => {
    mkdirSync(disk.at('root', 'target'));
    writeFileSync(disk.at('root', 'target', 'first.txt'), 'old');
    for (const hostile of hostileZips) {
      await assert.rejects(unpack(hostile));
      assert.deepEqual(disk.list(), ['archive.zip', 'root/', 'root/target/', 'root/target/first.txt']);
      assert.equal(readFileSync(disk.at('root', 'target', 'first.txt'), 'utf8'), 'old');
    }
  });
});
