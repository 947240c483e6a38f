import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform } from 'node:process';
import type { Archive, ArchiveEntry } from '../../../../src/core/artifacts/archive/archive';
import { toSafePath } from '../../../../src/core/artifacts/archive/entryPath';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import {
  extract,
  type Extracted,
  type Extraction,
  type ExtractOptions,
} from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { planOf } from '../../../../src/core/artifacts/extract/plan';
import { DiskError } from '../../../../src/core/model/errors';
import { errorOf, unhurried } from '../../support';
import { filesOf, text, zipped } from '../archives';
import { Disk } from '../disk';
import { rawZip } from '../rawZip';

describe('extract', () => {
  let disk: Disk;
  let target: string;
  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
    target = disk.at('root', 'target');
  });
  afterEach(() => disk.remove());

  const unpack = (archive: Archive, changes: Partial<ExtractOptions> = {}): Promise<Extraction> =>
    extract({ archive, target, limits: defaultLimits, progress: () => {}, signal: unhurried(), ...changes });
  const oldOne = () => {
    mkdirSync(target);
    writeFileSync(disk.at('root', 'target', 'old'), 'old');
  };

  it('extracts files and folders, and says how many', async () => {
    const entries = [text('a.txt'), text('b/c/d.txt'), { name: 'empty/' }, text('b/ü ✓.txt'), text('none', '')];
    const progress: Extracted[] = [];
    const done = await unpack(await zipped(...entries), { progress: (so) => progress.push(so) });
    assert.deepEqual(filesOf(target), {
      'a.txt': 'content of a.txt',
      'b/': undefined,
      'b/c/': undefined,
      'b/c/d.txt': 'content of b/c/d.txt',
      'b/ü ✓.txt': 'content of b/ü ✓.txt',
      'empty/': undefined,
      none: '',
    });
    assert.deepEqual(done, { files: 4, bytes: progress.at(-1)?.bytes, leftOut: [] });
    assert.ok(progress.every(({ bytes }, index) => bytes >= (progress[index - 1]?.bytes ?? 0)));
    assert.equal(progress.at(-1)?.files, 4);
    assert.ok(disk.list().every((path) => path === 'root/' || path.startsWith('root/target')));
  });

  it('extracts an archive without entries to a folder without files', async () => {
    assert.deepEqual(await unpack(await zipped()), { files: 0, bytes: 0, leftOut: [] });
    assert.deepEqual(disk.list(), ['root/', 'root/target/']);
  });

  it('keeps a nested archive as an archive, and an unusual name as it is', async () => {
    const inner = rawZip([text('../evil')]);
    const names = ['.gitignore', '.github/x', 'a.git/x', 'console.log', 'com10', '~', '-rf', '$HOME', 'x..y', ' lead'];
    await unpack(await zipped({ name: 'inner.zip', content: inner }, ...names.map((name) => text(name))));
    assert.ok(readFileSync(disk.at('root', 'target', 'inner.zip')).equals(inner));
    for (const name of names) assert.equal(filesOf(target)[name], `content of ${name}`);
  });

  if (platform !== 'win32') {
    it('drops executable permission and ownership', async () => {
      const modes = [0o100755, 0o104755, 0o106777, 0o101777, 0o100000];
      await unpack(
        await zipped({ name: 'dir/', mode: 0o040777 }, ...modes.map((mode) => ({ ...text(`${mode}`), mode }))),
      );
      mkdirSync(disk.at('usual'), 0o755);
      writeFileSync(disk.at('usual', 'file'), '', { mode: 0o644 });
      for (const mode of modes)
        assert.equal(statSync(`${target}/${mode}`).mode, statSync(disk.at('usual', 'file')).mode);
      assert.equal(statSync(`${target}/dir`).mode, statSync(disk.at('usual')).mode);
    });
  }

  it('extracts only what is wanted, and a folder without its parent path', async () => {
    const archive = await zipped(text('a/b/c.txt'), text('a/b/d/e.txt'), text('a/bc.txt'), text('f.txt'), {
      name: 'a/b/',
    });
    await unpack(archive, { strip: 'a/b' });
    assert.deepEqual(Object.keys(filesOf(target)), ['c.txt', 'd/', 'd/e.txt']);
    await unpack(archive, { select: ({ path }) => path.endsWith('bc.txt') });
    assert.deepEqual(Object.keys(filesOf(target)), ['a/', 'a/bc.txt']);
    await unpack(archive, { strip: 'a', select: ({ path }) => path.endsWith('e.txt') });
    assert.deepEqual(Object.keys(filesOf(target)), ['b/', 'b/d/', 'b/d/e.txt']);
  });

  it('ignores hostile entries that are not wanted', async () => {
    const archive = await zipped(text('../evil'), { name: 'link', mode: 0o120777 }, text('good/a'));
    await unpack(archive, { strip: 'good' });
    assert.deepEqual(filesOf(target), { a: 'content of good/a' });
  });

  it('replaces the existing folder with everything new', async () => {
    oldOne();
    await unpack(await zipped(text('new')));
    assert.deepEqual(filesOf(target), { new: 'content of new' });
    assert.deepEqual(disk.list(), ['root/', 'root/target/', 'root/target/new']);
  });

  it('replaces no file and no link, and opens nothing for it', async () => {
    const archive = { ...(await zipped(text('new'))), open: () => assert.fail('opened') };
    writeFileSync(target, 'a file');
    const kinds = [await errorOf(unpack(archive))];
    target = disk.at('root', 'link');
    symlinkSync(disk.folder, target, 'junction');
    kinds.push(await errorOf(unpack(archive)));
    assert.ok(kinds.every((error) => error instanceof DiskError && error.kind === 'exists'));
    assert.deepEqual(disk.list(), ['root/', `root/link → ${disk.folder}`, 'root/target'].sort());
  });

  it('opens nothing if the directory says that it is too big', async () => {
    const archive = { ...(await zipped(text('a', 'x'.repeat(1000)))), open: () => assert.fail('opened') };
    const error = await errorOf(unpack(archive, { limits: { ...defaultLimits, maxBytes: 999 } }));
    assert.ok(error instanceof ArchiveError && error.kind === 'tooBig', String(error));
  });

  it('counts the bytes that arrive, and does not rely on declared sizes', async () => {
    const entry: ArchiveEntry = { path: 'liar', kind: 'file', size: 1 };
    let given = 0;
    const archive: Archive = {
      entries: [entry],
      async *open() {
        for (;;) {
          given += 1000;
          yield Buffer.alloc(1000);
        }
      },
    };
    const error = await errorOf(unpack(archive, { limits: { ...defaultLimits, maxBytes: 10_000 } }));
    assert.ok(error instanceof ArchiveError);
    assert.deepEqual([error.kind, error.detail.limit, given], ['tooBig', 10_000, 11_000]);
    assert.deepEqual(disk.list(), ['root/']);
  });

  it('extracts ten thousand files, several at once', async () => {
    let [open, most] = [0, 0];
    const entries = Array.from({ length: 10_000 }, (_, index): ArchiveEntry => ({
      path: `${index % 100}/${index}`,
      kind: 'file',
      size: 5,
    }));
    const archive: Archive = {
      entries,
      async *open({ path }) {
        most = Math.max(most, ++open);
        yield Buffer.from(path);
        open--;
      },
    };
    assert.equal((await unpack(archive)).files, 10_000);
    assert.equal(readFileSync(disk.at('root', 'target', '42', '4242'), 'utf8'), '42/4242');
    assert.equal(Object.keys(filesOf(target)).length, 10_100);
    assert.ok(most > 1 && most <= 6, `${most}`);
  });

  it('handles many long paths in linear time', async () => {
    const folder = 'a/'.repeat(500);
    const entries = Array.from({ length: 10_000 }, (_, index): ArchiveEntry => ({
      path: `${folder}${index}`,
      kind: 'file',
      size: 0,
    }));
    const plan = await planOf(entries, {}, defaultLimits, unhurried());
    assert.deepEqual([plan.files.length, plan.folders.length, plan.folders[0]], [10_000, 500, 'a']);
    const reason = new Error('canceled');
    assert.equal(await errorOf(planOf(entries, {}, defaultLimits, AbortSignal.abort(reason))), reason);
  });
});

describe('toSafePath', () => {
  it("refuses on Windows what Windows doesn't allow", () => {
    const streams = ['evil.txt:stream', 'evil::$DATA', '12:30.log'];
    for (const name of ['a?', 'a*b', '<a>', 'a|b', '"', ...streams]) {
      const kind = streams.includes(name) ? 'colon' : 'forbiddenCharacter';
      assert.deepEqual(toSafePath(name, 'linux'), [name]);
      assert.throws(
        () => toSafePath(name, 'win32'),
        (error) => error instanceof ArchiveError && error.kind === kind,
      );
    }
  });
});
