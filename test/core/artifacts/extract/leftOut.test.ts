import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform } from 'node:process';
import type { Archive, ArchiveEntry } from '../../../../src/core/artifacts/archive/archive';
import { fileAccess, openZip } from '../../../../src/core/artifacts/archive/zip';
import { ArchiveError } from '../../../../src/core/artifacts/archiveErrors';
import { extract, type Extraction, type ExtractOptions } from '../../../../src/core/artifacts/extract/extract';
import { defaultLimits } from '../../../../src/core/artifacts/extract/extractLimits';
import { errorOf, unhurried } from '../../support';
import { filesOf, text, zipped } from '../archives';
import { Disk } from '../disk';
import type { RawEntry } from '../rawZip';

const link = (name: string, target: string): RawEntry => ({ name, mode: 0o120777, content: target });

describe('extract leaves out', () => {
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
  const left = async (archive: Archive, changes: Partial<ExtractOptions> = {}) =>
    (await unpack(archive, changes)).leftOut.map(({ kind, path }) => `${kind} ${path}`);

  it('no link that leads to a regular file in the archive, which becomes a copy of it', async () => {
    const archive = await zipped(
      link('node_modules/.bin/eslint', '../eslint/bin/eslint.js'),
      text('node_modules/eslint/bin/eslint.js'),
      link('lib.so', './lib.so.1'),
      text('lib.so.1'),
      link('node_modules/eslint/./top', '../../lib.so.1'),
    );
    const { files, leftOut } = await unpack(archive);
    assert.deepEqual([files, leftOut], [5, []]);
    const found = filesOf(target);
    assert.equal(found['node_modules/.bin/eslint'], 'content of node_modules/eslint/bin/eslint.js');
    assert.equal(found['lib.so'], 'content of lib.so.1');
    assert.equal(found['node_modules/eslint/top'], 'content of lib.so.1');
    assert.ok(disk.list().every((path) => !path.includes('→')));
  });

  it('links to anything else', async () => {
    const targets = {
      folder: 'a',
      slash: 'a/b/',
      chain: 'folder',
      above: '../../root/target/f',
      'a/absolute': '/f',
      dangling: 'g',
      through: 'missing/../f',
      'a/file': '../f/../f',
      empty: '',
      backslash: 'a\\b',
      device: 'pipe',
      git: '.git/config',
      long: `${'./'.repeat(2047)}fff`,
      own: 'own',
    };
    const others = [text('f'), text('a/b'), text('.git/config'), { name: 'pipe', mode: 0o010644 }];
    const links = Object.entries(targets).map(([name, content]) => link(name, content));
    const found = await left(await zipped(...others, ...links));
    const expected = Object.keys(targets).map((path) => `symlink ${path}`);
    assert.deepEqual(found, ['gitFolder .git', 'special pipe', ...expected]);
    assert.deepEqual(Object.keys(filesOf(target)), ['a/', 'a/b', 'f']);
  });

  it('links with an unknown target', async () => {
    const archive = { ...(await zipped(text('f'), link('to f', 'f'))), link: async () => undefined };
    assert.deepEqual(await left(archive), ['symlink to f']);
  });

  it('the same in a folder, whose links may lead to files beside it', async () => {
    const archive = await zipped(
      text('f'),
      link('bin/f', '../f'),
      link('bin/up', '..'),
      text('bin/.git/x'),
      text('.git/y'),
    );
    assert.deepEqual(await left(archive, { strip: 'bin' }), ['symlink bin/up', 'gitFolder bin/.git']);
    assert.deepEqual(filesOf(target), { f: 'content of f' });
  });

  it('nothing if the copies are too large, since then everything is refused', async () => {
    const links = Array.from({ length: 10 }, (_, index) => link(`${index}`, 'f'));
    const archive = { ...(await zipped(text('f', 'x'.repeat(1000)), ...links)), open: () => assert.fail('opened') };
    const error = await errorOf(unpack(archive, { limits: { ...defaultLimits, maxBytes: 10_999 } }));
    assert.ok(error instanceof ArchiveError && error.kind === 'tooBig', String(error));
    assert.deepEqual(disk.list(), ['root/']);
  });

  it("nothing if a link's own bytes are damaged", async () => {
    const error = await errorOf(unpack(await zipped(text('f'), { ...link('l', 'f'), crc: 1, local: { crc: 1 } })));
    assert.ok(error instanceof ArchiveError && error.kind === 'damaged', String(error));
  });

  it('a .git folder once, however much is in it, and without counting its size', async () => {
    const archive = await zipped(text('.git/HEAD', 'x'.repeat(2000)), text('.git/config'), text('a/.git'), text('f'));
    const limits = { ...defaultLimits, maxBytes: 1000 };
    assert.deepEqual(await left(archive, { limits }), ['gitFolder .git', 'gitFolder a/.git']);
    assert.deepEqual(Object.keys(filesOf(target)), ['a/', 'f'].slice(1));
  });

  it("colliding names only if the disk can't hold both", async () => {
    const names = ['Evil.txt', 'evil.TXT', 'Dir/a', 'dir/b', 'dir/B', 'caf\u00e9', 'cafe\u0301'];
    const holdsCase = !existsSync(disk.at('ROOT'));
    writeFileSync(disk.at('caf\u00e9'), '');
    const holdsForms = !existsSync(disk.at('cafe\u0301'));
    const found = await left(await zipped(...names.map((name) => text(name))));
    assert.deepEqual(found, [
      ...(holdsCase ? [] : ['collision evil.TXT', 'collision dir']),
      ...(holdsForms ? [] : ['collision cafe\u0301']),
    ]);
    assert.deepEqual(
      disk.list().filter((path) => path.includes('.gitlab-builds')),
      [],
    );
    assert.equal(readFileSync(disk.at('root', 'target', 'Evil.txt'), 'utf8'), 'content of Evil.txt');
  });

  it('all but the first of colliding names, and all in their folders', async () => {
    const asked: string[] = [];
    const holds = async (key: string, first: string, name: string) => {
      asked.push(`${key}: ${first}, ${name}`);
      return name === 'X';
    };
    const names = ['Dir/a', 'dir/b', 'dir/c/d', 'DIR/', 'x', 'X', 'a/x', 'Dir/A'];
    const found = await left(await zipped(...names.map((name) => text(name))), { holds });
    assert.deepEqual(found, ['collision dir', 'collision DIR', 'collision Dir/A']);
    assert.deepEqual(asked, ['/DIR: Dir, dir', '/DIR: Dir, DIR', '/X: x, X', 'Dir/A: a, A']);
    assert.deepEqual(Object.keys(filesOf(target)), ['Dir/', 'Dir/a', 'X', 'a/', 'a/x', 'x']);
  });

  it('names that the disk treats as the same although nobody foresaw it', async () => {
    const archive = await zipped(text('Evil'), text('evil'));
    assert.deepEqual(await left(archive, { holds: async () => true }), []);
  });

  if (platform === 'linux') {
    it('paths that are too long for their destination', async () => {
      const deep = Array.from({ length: 14 }, () => 'd'.repeat(250));
      mkdirSync(disk.at(...deep), { recursive: true });
      target = disk.at(...deep, 'target');
      const [long, name] = ['e'.repeat(250), 'f'.repeat(250)];
      const found = await left(await zipped(text('f'), text(`${long}/${long}/g/h`), text(`${long}/${name}/${name}`)));
      assert.deepEqual(found, [`longName ${long}/${long}`, `longName ${long}/${name}`]);
      assert.deepEqual(filesOf(target), { f: 'content of f', [`${long}/`]: undefined });
    });
  }

  it('no entry of a real archive with links, as the zip program creates it', async function () {
    if (platform === 'win32') this.skip();
    mkdirSync(disk.at('in', 'node_modules', '.bin'), { recursive: true });
    mkdirSync(disk.at('in', 'node_modules', 'tool'));
    writeFileSync(disk.at('in', 'node_modules', 'tool', 'cli.js'), 'run()');
    symlinkSync('../tool/cli.js', disk.at('in', 'node_modules', '.bin', 'tool'));
    symlinkSync('tool', disk.at('in', 'node_modules', 'alias'));
    try {
      execFileSync('zip', ['-qry', disk.at('real.zip'), 'node_modules'], { cwd: disk.at('in') });
    } catch {
      this.skip();
    }
    const file = await fileAccess(disk.at('real.zip'));
    try {
      assert.deepEqual(await left(await openZip(file, unhurried())), ['symlink node_modules/alias']);
    } finally {
      await file.close();
    }
    assert.equal(filesOf(target)['node_modules/.bin/tool'], 'run()');
  });

  it('no link among many, some of which are read at once', async () => {
    let [reading, most] = [0, 0];
    const file: ArchiveEntry = { path: 'f', kind: 'file', size: 1 };
    const links = Array.from({ length: 1000 }, (_, index): ArchiveEntry => {
      return { path: `l/${index}`, kind: 'file', size: 4, flaw: 'symlink' };
    });
    const archive: Archive = {
      entries: [file, ...links],
      async *open() {
        yield Buffer.from('x');
      },
      async link() {
        most = Math.max(most, ++reading);
        await Promise.resolve();
        reading--;
        return '../f';
      },
    };
    assert.equal((await unpack(archive)).files, 1001);
    assert.ok(most > 1 && most <= 6, `${most}`);
  });
});
