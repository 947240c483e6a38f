import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ArchiveEntry } from '../../../../src/core/artifacts/archive/archive';
import { toFolders, type ArchiveFolder, type ArchiveNode } from '../../../../src/core/artifacts/archive/archiveTree';

function file(path: string, size = 1): ArchiveEntry {
  return { path, kind: 'file', size };
}

function folder(path: string): ArchiveEntry {
  return { path, kind: 'folder', size: 0 };
}

/** `name/ size` of a folder, `name size` of a file, `!` where it cannot be opened. */
function outline(node: ArchiveFolder, depth = 0): readonly string[] {
  return node.children.flatMap((child) => [
    `${'  '.repeat(depth)}${child.isOpenable ? '' : '! '}${child.name}${child.kind === 'folder' ? '/' : ''} ${child.size}`,
    ...(child.kind === 'folder' ? outline(child, depth + 1) : []),
  ]);
}

async function outlineOf(...entries: readonly ArchiveEntry[]): Promise<readonly string[]> {
  return outline((await toFolders(entries)).root);
}

describe('The folders of an archive', () => {
  it('are created if the archive does not list them, with the sizes of their contents', async () =>
    assert.deepEqual(await outlineOf(file('a/b/c.txt', 3), file('a/d.txt', 4), file('e.txt', 5)), [
      'a/ 7',
      '  b/ 3',
      '    c.txt 3',
      '  d.txt 4',
      'e.txt 5',
    ]));

  it('appear once, whether listed or not, and even if they are empty', async () =>
    assert.deepEqual(await outlineOf(folder('a'), file('a/x'), folder('a/b'), folder('a')), [
      'a/ 1',
      '  b/ 0',
      '  x 1',
    ]));

  it('come first, and everything is sorted by name in natural order', async () =>
    assert.deepEqual(await outlineOf(file('b10'), file('b9'), file('z/x'), file('B1'), file('a')), [
      'z/ 1',
      '  x 1',
      'a 1',
      'B1 1',
      'b9 1',
      'b10 1',
    ]));

  it('contain the number of files below them', async () =>
    assert.equal((await toFolders([file('a/b/c'), file('a/d'), file('e')])).root.files, 3));

  it('are empty for an empty archive', async () => {
    assert.deepEqual(await outlineOf(), []);
    assert.equal((await toFolders([])).byPath.get('')?.kind, 'folder');
  });

  it('can be found by path', async () => {
    const { byPath, root } = await toFolders([file('a/b/c.txt')]);
    assert.deepEqual([...byPath.keys()].sort(), ['', 'a', 'a/b', 'a/b/c.txt']);
    assert.equal(byPath.get(''), root);
  });

  it('accept the names of Object properties as names', async () =>
    assert.deepEqual(await outlineOf(file('constructor/__proto__'), file('toString')), [
      'constructor/ 1',
      '  __proto__ 1',
      'toString 1',
    ]));
});

describe('An oddly named entry', () => {
  for (const path of [
    '../x',
    'a/../x',
    '/etc/passwd',
    'a//b',
    './x',
    'a\\..\\b',
    'C:\\x',
    'a\u0000b',
    'a\nb',
    '\ud800x',
  ])
    it(`is at the top with its whole name, and can't be opened: ${JSON.stringify(path)}`, async () => {
      const { root, byPath } = await toFolders([file(path), file('good')]);
      assert.deepEqual(
        root.children.map(({ name, isOpenable }) => [name, isOpenable]).sort(),
        [
          [path, false],
          ['good', true],
        ].sort(),
      );
      assert.deepEqual([...byPath.keys()].sort(), ['', 'good']);
    });

  it('is not a folder', async () => assert.deepEqual(await outlineOf(folder('..'), folder('/'), folder('')), []));

  it('with thousands of parts creates no folders', async () => {
    const path = Array.from({ length: 30_000 }, () => 'a').join('/');
    assert.deepEqual(await outlineOf(file(path)), [`! ${path} 1`]);
  });

  it('may have the same name as another, of which the first can be opened', async () =>
    assert.deepEqual(await outlineOf(file('a', 1), file('a', 2)), ['a 1', '! a 2']));

  it('may be a file with the name of a folder', async () =>
    assert.deepEqual(await outlineOf(file('a', 1), file('a/b', 2)), ['a/ 2', '  b 2', '! a 1']));

  it("doesn't create endless folders", async () => {
    const entries = Array.from({ length: 4000 }, (_, index) => file(`${index}/${'x/'.repeat(40)}f`));
    const { byPath, root } = await toFolders(entries);
    assert.ok(byPath.size <= 110_000);
    assert.equal(root.files, 4000);
  });
});

describe('Any archive', () => {
  const part = fc.oneof(fc.constantFrom('a', 'b', '..', '.', '', 'c.txt', '\\', '\u0000'), fc.string());
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const entry = fc.record({ path, kind: fc.constantFrom('file' as const, 'folder' as const), size: fc.nat() });

  it('has every file in its tree once, and everything is found where its path says', async () =>
    fc.assert(
      fc.asyncProperty(fc.array(entry), async (entries) => {
        const { root, byPath } = await toFolders(entries);
        const all = flatten(root);
        const files = all.flatMap((node) => (node.kind === 'file' ? [node.entry] : []));
        const wanted = entries.filter(({ kind }) => kind === 'file');
        assert.deepEqual(new Set(files), new Set(wanted));
        assert.equal(files.length, wanted.length);
        assert.equal(
          root.size,
          wanted.reduce((sum, { size }) => sum + size, 0),
        );
        for (const node of all) if (node.isOpenable) assert.equal(byPath.get(node.path), node);
        for (const one of byPath.keys()) if (one !== '') assert.doesNotMatch(one, /(^|\/)\.{0,2}(\/|$)|\\|\0/);
      }),
    ));
});

function flatten(node: ArchiveFolder): readonly ArchiveNode[] {
  return node.children.flatMap((child) => [child, ...(child.kind === 'folder' ? flatten(child) : [])]);
}
