import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import { extract } from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { fileAccess, openZip } from '../../../../src/core/artifacts/archive/zip';
import { errorOf, unhurried } from '../../support';
import { Disk } from '../disk';
import { hostileZips, type HostileZip } from '../hostileZips';

describe('A hostile archive', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
  });
  afterEach(() => disk.remove());

  const unpack = async ({ bytes, limits, select }: HostileZip): Promise<unknown> => {
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
    });
  }

  it('leaves the folder that is there as it was', async () => {
    mkdirSync(disk.at('root', 'target'));
    writeFileSync(disk.at('root', 'target', 'first.txt'), 'old');
    for (const hostile of hostileZips) {
      await assert.rejects(unpack(hostile));
      assert.deepEqual(disk.list(), ['archive.zip', 'root/', 'root/target/', 'root/target/first.txt']);
      assert.equal(readFileSync(disk.at('root', 'target', 'first.txt'), 'utf8'), 'old');
    }
  });
});
