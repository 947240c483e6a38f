import assert from 'node:assert/strict';
import { indexOf } from '../log/support';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { LocalError } from '../../../src/core/model/errors';
import { maxTrackedFiles, readChangedFiles, readTrackedFiles, TrackedFiles } from '../../../src/core/git/trackedFiles';

const ending = (files: TrackedFiles, path: string, least?: number) =>
  [...files.endingLike(path, least)].map(({ file, names }) => `${names} ${file}`);

describe('The index of tracked files', () => {
  it('contains whole paths, and no parts of paths', async () => {
    const files = await indexOf(['a.ts', 'src/a.ts', 'src/b c/[id].ts', 'ä/ö.ts']);
    assert.equal(files.count, 4);
    for (const path of ['a.ts', 'src/a.ts', 'src/b c/[id].ts', 'ä/ö.ts']) assert.ok(files.has(path), path);
    for (const path of ['', 'a', '.ts', 'rc/a.ts', '/a.ts', 'x/src/a.ts', 'src', 'src/'])
      assert.ok(!files.has(path), path);
  });

  it('finds the files whose path ends like the given one, comparing whole names', async () => {
    const files = await indexOf(['a.ts', 'src/a.ts', 'web/src/a.ts', 'web/xsrc/a.ts', 'src/ba.ts']);
    assert.deepEqual(ending(files, 'src/a.ts'), ['1 a.ts', '2 src/a.ts', '2 web/src/a.ts', '1 web/xsrc/a.ts']);
    assert.deepEqual(ending(files, 'src/a.ts', 2), ['2 src/a.ts', '2 web/src/a.ts']);
    assert.deepEqual(ending(files, 'app/web/src/a.ts', 3), ['3 web/src/a.ts']);
    assert.deepEqual(ending(files, 'b/a.ts', 2), []);
  });

  it('never names a file that is not in it, and misses none', async () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a.c', 'ä');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 30 }), path, async (paths, asked) => {
        const files = await indexOf(paths);
        const names = (one: string) => {
          const [all, wanted] = [one.split('/').reverse(), asked.split('/').reverse()];
          const differs = wanted.findIndex((part, at) => part !== all[at]);
          return differs < 0 ? wanted.length : differs;
        };
        const expected = paths.filter((one) => names(one) > 0).map((one) => `${names(one)} ${one}`);
        assert.deepEqual(ending(files, asked), expected);
        assert.equal(files.has(asked), paths.includes(asked));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes few objects for 100,000 files: one text and three lists of numbers', async () => {
    const paths = Array.from(
      { length: 100_000 },
      (_, at) => `packages/package-${at % 500}/src/some/folder/file-${at}.ts`,
    );
    const files = await indexOf(paths);
    const lists = Object.values(files).filter((value) => ArrayBuffer.isView(value));
    const bytes = lists.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const texts = Object.values(files).filter((value) => typeof value === 'string');
    assert.equal(lists.length + texts.length, Object.values(files).length);
    assert.ok(bytes < 2_000_000, `${bytes}`);
    assert.ok((texts[0]?.length ?? Infinity) < 10_000_000);
    assert.deepEqual(ending(files, 'file-99999.ts'), ['1 packages/package-499/src/some/folder/file-99999.ts']);
  });

  it('is undefined if there are too many files', async () => {
    assert.equal(await TrackedFiles.of('a\0'.repeat(maxTrackedFiles + 1)), undefined);
    assert.equal((await TrackedFiles.of('a\0'.repeat(maxTrackedFiles)))?.count, maxTrackedFiles);
    assert.equal((await indexOf([])).has('a'), false);
  });
});

describe('A file listing by git', () => {
  let folder: string;
  const git = (cwd: string, ...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const write = (root: string, path: string, text = ''): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const commit = (root: string): string => {
    git(root, 'add', '.');
    git(root, 'commit', '-q', '-m', 'a');
    return git(root, 'rev-parse', 'HEAD');
  };
  const made = (name: string): string => {
    mkdirSync(join(folder, name));
    git(join(folder, name), 'init', '-q', '-b', 'main');
    return join(folder, name);
  };

  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-')))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('contains tracked files, including those of submodules, and no ignored files', async () => {
    const [root, other] = [made('root'), made('other')];
    write(other, 'lib/c.c');
    commit(other);
    write(root, '.gitignore', 'out\n');
    write(root, 'out/x.js');
    write(root, 'src/ä b.ts');
    git(root, 'submodule', '--quiet', 'add', other, 'deps/other');
    commit(root);
    write(root, 'untracked.ts');
    const files = await readTrackedFiles({ program: 'git' }, root);
    for (const path of ['.gitignore', 'src/ä b.ts', 'deps/other/lib/c.c']) assert.ok(files?.has(path), path);
    for (const path of ['out/x.js', 'untracked.ts', 'deps/other']) assert.ok(!files?.has(path), path);
  });

  it('gives the files that differ between two commits, and fails if git lacks one of them', async () => {
    const root = made('root');
    write(root, 'a.ts', 'a');
    write(root, 'b.ts', 'b');
    const first = commit(root);
    write(root, 'b.ts', 'c');
    write(root, 'c ä.ts', 'c');
    const second = commit(root);
    const changed = await readChangedFiles({ program: 'git' }, root, first, second);
    assert.deepEqual([...changed].sort(), ['b.ts', 'c ä.ts']);
    await assert.rejects(readChangedFiles({ program: 'git' }, root, 'f'.repeat(40), second), LocalError);
    await assert.rejects(readTrackedFiles({ program: 'git' }, folder), LocalError);
  });
});
