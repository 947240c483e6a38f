import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { makeBuildFolder, unmake } from '../../../../src/core/artifacts/download/buildFolder';
import { DiskError } from '../../../../src/core/model/errors';
import { Disk } from '../disk';

const rspec = { name: 'rspec', id: 7 };

describe('makeBuildFolder', () => {
  let disk: Disk;
  let root: string;
  const make = (directory: string, build = rspec) => makeBuildFolder(root, directory, build);
  /** It is refused so, and nothing has been made anywhere. */
  const assertRefused = async (directory: string, kind: DiskError['kind']): Promise<void> => {
    const before = disk.list();
    await assert.rejects(make(directory), (error) => error instanceof DiskError && error.kind === kind);
    assert.deepEqual(disk.list(), before);
  };

  beforeEach(() => {
    disk = new Disk();
    root = disk.at('root');
    mkdirSync(root);
    mkdirSync(disk.at('outside'));
  });
  afterEach(() => disk.remove());

  it('creates a folder for the build, and keeps it out of git', async () => {
    const { path } = await make('.gitlab-builds');
    assert.equal(path, disk.at('root', '.gitlab-builds', 'rspec-7'));
    assert.deepEqual(disk.list(), [
      'outside/',
      'root/',
      'root/.gitlab-builds/',
      'root/.gitlab-builds/.gitignore',
      'root/.gitlab-builds/rspec-7/',
    ]);
    assert.equal(readFileSync(disk.at('root', '.gitlab-builds', '.gitignore'), 'utf8'), '*\n');
  });

  it('leaves an existing .gitignore unchanged', async () => {
    mkdirSync(disk.at('root', 'out'));
    writeFileSync(disk.at('root', 'out', '.gitignore'), '*.zip\n');
    await make('out');
    assert.equal(readFileSync(disk.at('root', 'out', '.gitignore'), 'utf8'), '*.zip\n');
  });

  it('uses existing folders', async () => {
    await make('out');
    assert.deepEqual((await make('out')).made, []);
    assert.deepEqual((await make('out', { name: 'rspec', id: 8 })).made, [disk.at('root', 'out', 'rspec-8')]);
  });

  const below: Readonly<Record<string, string>> = {
    'a/b/c': 'a/b/c',
    './a//b/./': 'a/b',
    'a\\b': 'a/b',
    '~': '~',
    '~/x': '~/x',
    '...': '...',
    '.gitlab': '.gitlab',
    git: 'git',
    'with space/ünï': 'with space/ünï',
  };
  for (const [directory, folder] of Object.entries(below)) {
    it(`accepts ${JSON.stringify(directory)} below the workspace`, async () => {
      assert.equal(relative(root, (await make(directory)).path), join(folder, 'rspec-7'));
    });
  }

  const outside = [
    ...[
      '',
      '.',
      './',
      '/',
      '//',
      '\\',
      '..',
      '../x',
      'a/..',
      'a/../..',
      'a/../../x',
      './../x',
      '..\\x',
      'a\\..\\..\\x',
    ],
    ...['/tmp/x', '/etc', 'C:', 'C:\\x', 'c:/x', 'C:x', '\\\\server\\share', '.git', '.git/hooks', 'a/.git/x', '.GIT'],
    ...['a\0b', '\0'],
  ];
  for (const directory of outside) {
    it(`refuses ${JSON.stringify(directory)}`, () => assertRefused(directory, 'outsideWorkspace'));
  }

  it('refuses a link in the repository that leads outside, and creates nothing behind it', async () => {
    symlinkSync('../outside', disk.at('root', 'link'));
    symlinkSync(disk.at('outside'), disk.at('root', 'absolute'));
    symlinkSync('..', disk.at('root', 'up'));
    symlinkSync('.', disk.at('root', 'self'));
    for (const directory of ['link', 'link/x', 'absolute', 'absolute/x/y', 'up', 'up/outside', 'self']) {
      await assertRefused(directory, 'outsideWorkspace');
    }
  });

  it('refuses a link into the .git folder', async () => {
    mkdirSync(disk.at('root', '.git', 'hooks'), { recursive: true });
    symlinkSync('.git/hooks', disk.at('root', 'link'));
    await assertRefused('link', 'outsideWorkspace');
    assert.equal(existsSync(disk.at('root', '.git', 'hooks', '.gitignore')), false);
  });

  it("refuses a link in place of the build's own folder", async () => {
    await make('out', { name: 'other', id: 1 });
    symlinkSync('../../outside', disk.at('root', 'out', 'rspec-7'));
    await assertRefused('out', 'outsideWorkspace');
    mkdirSync(disk.at('root', 'src'));
    symlinkSync('../src', disk.at('root', 'out', 'rspec-8'));
    await assert.rejects(make('out', { name: 'rspec', id: 8 }), { kind: 'outsideWorkspace' });
  });

  it('follows a link to another folder of the workspace', async () => {
    mkdirSync(disk.at('root', 'real'));
    symlinkSync('real', disk.at('root', 'link'));
    assert.equal((await make('link/x')).path, disk.at('root', 'real', 'x', 'rspec-7'));
  });

  it('creates nothing if a link leads nowhere', async () => {
    symlinkSync('../outside/nowhere', disk.at('root', 'link'));
    const before = disk.list();
    await assert.rejects(make('link'), { code: 'ENOENT' });
    assert.deepEqual(disk.list(), before);
  });

  it('leaves no partial path if a name is too long', async () => {
    const before = disk.list();
    await assert.rejects(make(`a/b/${'x'.repeat(300)}`), { code: 'ENAMETOOLONG' });
    assert.deepEqual(disk.list(), before);
  });

  it('returns the path below the workspace as it was opened, even if that is a link', async () => {
    symlinkSync('root', disk.at('opened'));
    root = disk.at('opened');
    assert.equal((await make('out')).path, disk.at('opened', 'out', 'rspec-7'));
  });

  it('refuses if a file is in the way', async () => {
    writeFileSync(disk.at('root', 'file'), '');
    symlinkSync('file', disk.at('root', 'link'));
    mkdirSync(disk.at('root', 'out'));
    writeFileSync(disk.at('root', 'out', 'rspec-7'), '');
    for (const directory of ['file', 'file/x', 'link', 'out']) await assertRefused(directory, 'exists');
  });

  const hostile = [
    '../../x',
    '..\\..\\x',
    '/etc/passwd',
    '..',
    '.git',
    'CON',
    'a\0b',
    'a\nb',
    '\u202Ex',
    'x'.repeat(400),
  ];
  for (const name of [...hostile, '🦊'.repeat(200), 'dots...', '.gitignore']) {
    it(`keeps a build called ${JSON.stringify(name.slice(0, 12))} in a folder of its own`, async () => {
      const { path } = await make('out', { name, id: 7 });
      assert.match(relative(disk.at('root', 'out'), path), /^[^/\\]*-7$/);
      assert.ok(existsSync(path));
    });
  }

  it('leaves nothing outside of the workspace, whatever the directory says', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      'a',
      '~',
      '.git',
      'C:',
      ' ',
      '\0',
      'outside',
      'up',
      '$HOME',
      '%',
    );
    symlinkSync('..', disk.at('root', 'up'));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const made = await make(pieces.join('')).catch((error: unknown) => error);
        assert.deepEqual(
          disk.list().filter((path) => !path.startsWith('root/')),
          ['outside/'],
        );
        if (made instanceof Error) return;
        const { path } = made as { path: string };
        assert.ok(path.startsWith(join(root, '/')) && !relative(root, path).split('/').includes('.git'));
      }),
      { numRuns: 200 },
    );
  });
});

describe('Removing the created folders', () => {
  let disk: Disk;
  beforeEach(() => (disk = new Disk()));
  afterEach(() => disk.remove());

  it('removes what was created, and no more', async () => {
    mkdirSync(disk.at('a'));
    const before = disk.list();
    const { made } = await makeBuildFolder(disk.folder, 'a/b/c', rspec);
    await unmake(made);
    assert.deepEqual(disk.list(), before);
  });

  it('leaves a folder that contains something else by now, and keeps that out of git', async () => {
    const { path, made } = await makeBuildFolder(disk.folder, 'out', rspec);
    await makeBuildFolder(disk.folder, 'out', { name: 'other', id: 8 });
    await unmake(made);
    assert.deepEqual(disk.list(), ['out/', 'out/.gitignore', 'out/other-8/']);
    const again = await makeBuildFolder(disk.folder, 'out', rspec);
    writeFileSync(join(path, 'file'), '');
    await unmake(again.made);
    assert.deepEqual(disk.list(), ['out/', 'out/.gitignore', 'out/other-8/', 'out/rspec-7/', 'out/rspec-7/file']);
  });
});
