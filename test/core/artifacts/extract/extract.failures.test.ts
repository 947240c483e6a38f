import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { platform } from 'node:process';
import type { Archive } from '../../../../src/core/artifacts/archive/archive';
import { extract, type Extracted, type ExtractOptions } from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { stagingFolder } from '../../../../src/core/artifacts/download/stagingFolder';
import { DiskError } from '../../../../src/core/model/errors';
import type { Clock } from '../../../../src/core/util/timer';
import { errorOf, unhurried } from '../../support';
import { filesOf, text, zipped } from '../archives';
import { Disk } from '../disk';
import { until } from '../../../until';

/** Waits for nothing; `laterMs` than it is. */
const hurried = (laterMs = 0): Clock => ({
  now: () => Date.now() + laterMs,
  setTimeout: (action) => setTimeout(action, 0),
  clearTimeout: (timeout) => clearTimeout(timeout),
});
const day = 24 * 60 * 60_000;

describe('extract, when it fails or others did before,', () => {
  let disk: Disk;
  let target: string;
  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
    target = disk.at('root', 'target');
  });
  afterEach(() => disk.remove());

  const unpack = (archive: Archive, changes: Partial<ExtractOptions> = {}): Promise<Extracted> =>
    extract({ archive, target, limits: defaultLimits, progress: () => {}, signal: unhurried(), ...changes });
  const oldOne = () => {
    mkdirSync(target);
    writeFileSync(disk.at('root', 'target', 'old'), 'old');
  };

  describe('leaves nothing, and keeps the old folder unchanged,', () => {
    beforeEach(oldOne);
    const same = () => assert.deepEqual(disk.list(), ['root/', 'root/target/', 'root/target/old']);

    it('when it is aborted before it starts and in the middle', async () => {
      const reason = new Error('canceled');
      const archive = await zipped(text('a'), text('b'), text('c', 'x'.repeat(3_000_000)));
      assert.equal(await errorOf(unpack(archive, { signal: AbortSignal.abort(reason) })), reason);
      same();
      const amid = new AbortController();
      const progress = ({ bytes }: Extracted) => bytes > 1_000_000 && amid.abort(reason);
      assert.equal(await errorOf(unpack(archive, { signal: amid.signal, progress })), reason);
      same();
      const last = new AbortController();
      const atEnd = ({ files }: Extracted) => files === 3 && last.abort(reason);
      assert.equal(await errorOf(unpack(archive, { signal: last.signal, progress: atEnd })), reason);
      same();
    });

    it('when the source breaks, and aborts the other files', async () => {
      const error = new Error('the network is gone');
      const signals: AbortSignal[] = [];
      const archive: Archive = {
        entries: ['a', 'b', 'c', 'd'].map((path) => ({ path, kind: 'file', size: 9 })),
        async *open({ path }, signal) {
          signals.push(signal);
          yield Buffer.from('some text');
          if (path === 'c') throw error;
          await until('the abort', () => signal.aborted);
          throw new Error('called off');
        },
      };
      assert.equal(await errorOf(unpack(archive)), error);
      assert.ok(signals.every(({ aborted }) => aborted));
      same();
    });

    // Only Linux has a disk that is always full.
    if (platform === 'linux') {
      it('when the disk is full', async () => {
        const archive: Archive = {
          entries: [{ path: 'a', kind: 'file', size: 9 }],
          async *open() {
            yield Buffer.from('some');
            await writeFile('/dev/full', 'thing');
          },
        };
        const error = await errorOf(unpack(archive));
        assert.ok(error instanceof DiskError && error.kind === 'noSpace', String(error));
        same();
      });
    }

    for (const code of ['EBUSY', 'EPERM', 'EACCES']) {
      const refuse = (from: string, to: string) =>
        Promise.reject(Object.assign(new Error(code), { code, syscall: 'rename', path: from, dest: to }));

      it(`when it is in use (${code})`, async () => {
        let moves = 0;
        const move = (from: string, to: string) => (moves++, refuse(from, to));
        const error = await errorOf(unpack(await zipped(text('a')), { move, clock: hurried() }));
        assert.ok(error instanceof DiskError, String(error));
        assert.deepEqual([error.kind, error.detail], ['inUse', target]);
        assert.ok(moves > 1);
        same();
      });

      it(`when the new folder can't be renamed (${code})`, async () => {
        const move = (from: string, to: string) => (from.endsWith('.unpacking') ? refuse(from, to) : rename(from, to));
        const error = await errorOf(unpack(await zipped(text('a')), { move, clock: hurried() }));
        assert.ok(error instanceof DiskError, String(error));
        assert.deepEqual([error.kind, error.detail], ['inUse', target]);
        same();
      });
    }
  });

  it('says if the parent folder is gone', async () => {
    target = disk.at('nowhere', 'target');
    const error = await errorOf(unpack(await zipped(text('a'))));
    assert.ok(error instanceof DiskError);
    assert.equal(error.kind, 'disk');
    assert.deepEqual(disk.list(), ['root/']);
  });

  describe('with what other runs left behind', () => {
    it('leaves alone what another run is working on, until a day has passed', async () => {
      const parallel = stagingFolder(target, 'unpacking');
      const elsewhere = disk.at('root', '.gitlab-builds-01234567-89abcdef-4194305-01234567.unpacking');
      mkdirSync(parallel);
      mkdirSync(elsewhere);
      await unpack(await zipped(text('a')));
      assert.ok(statSync(parallel).isDirectory() && statSync(elsewhere).isDirectory());
      await unpack(await zipped(text('a')), { clock: hurried(day + 60_000) });
      assert.deepEqual(disk.list(), ['root/', 'root/target/', 'root/target/a']);
    });

    it('restores only what was set aside for its own folder', async () => {
      mkdirSync(stagingFolder(disk.at('root', 'other'), 'replaced'));
      mkdirSync(stagingFolder(target, 'replaced'));
      const broken = await zipped({ ...text('a'), crc: 1, local: { crc: 1 } });
      await assert.rejects(unpack(broken, { clock: hurried(day + 60_000) }));
      assert.equal(readdirSync(disk.at('root')).length, 2);
      assert.deepEqual(filesOf(target), {});
      await unpack(await zipped(text('a')), { target: disk.at('root', 'other'), clock: hurried(day + 60_000) });
      assert.deepEqual(readdirSync(disk.at('root')).sort(), ['other', 'target']);
    });

    it('leaves alone what only looks like it', async () => {
      const names = ['.gitlab-builds', '.gitlab-builds-x.unpacking', 'x.unpacking', '.gitlab-builds-01234567.replaced'];
      for (const name of names) mkdirSync(disk.at('root', name));
      await unpack(await zipped(text('a')), { clock: hurried(100 * day) });
      for (const name of names) assert.ok(statSync(disk.at('root', name)).isDirectory());
    });
  });
});
