import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { saveEntry, type SaveEntryOptions } from '../../../../src/core/artifacts/download/save';
import { DiskError } from '../../../../src/core/model/errors';
import { buildWith, errorOf, unhurried } from '../../support';
import { Disk } from '../disk';
import { piecewise } from '../opening';

const bytes = Buffer.from('<html>');

describe('saveEntry', () => {
  let disk: Disk;
  const save = (path: readonly string[], changes: Partial<SaveEntryOptions> = {}): Promise<string | undefined> =>
    saveEntry({
      root: disk.at('root'),
      directory: '.gitlab-builds',
      build: buildWith({ id: 7, name: 'rspec' }),
      path,
      size: bytes.length,
      mayReplace: () => assert.fail('asked'),
      open: () => piecewise(bytes),
      progress: () => {},
      signal: unhurried(),
      ...changes,
    });

  beforeEach(() => {
    disk = new Disk();
    mkdirSync(disk.at('root'));
  });
  afterEach(() => disk.remove());

  it("saves one file under its path in the build's folder, and nothing else", async () => {
    const path = await save(['coverage', 'lcov', 'index.html']);
    assert.equal(path, disk.at('root', '.gitlab-builds', 'rspec-7', 'coverage', 'lcov', 'index.html'));
    assert.deepEqual(readFileSync(path), bytes);
    assert.deepEqual(disk.list(), [
      'root/',
      'root/.gitlab-builds/',
      'root/.gitlab-builds/.gitignore',
      'root/.gitlab-builds/rspec-7/',
      'root/.gitlab-builds/rspec-7/coverage/',
      'root/.gitlab-builds/rspec-7/coverage/lcov/',
      'root/.gitlab-builds/rspec-7/coverage/lcov/index.html',
    ]);
  });

  it('saves several into the same folders', async () => {
    await save(['a', 'b']);
    await save(['a', 'c']);
    await save(['d']);
    assert.deepEqual(disk.list().slice(-3), [
      'root/.gitlab-builds/rspec-7/a/b',
      'root/.gitlab-builds/rspec-7/a/c',
      'root/.gitlab-builds/rspec-7/d',
    ]);
  });

  it('accepts a name as long as file systems allow', async () => {
    const name = 'x'.repeat(255);
    assert.ok((await save([name]))?.endsWith(name));
  });

  it('saves a file of unknown size, and an empty one', async () => {
    const path = (await save(['a'], { size: undefined, open: async () => piecewise(Buffer.alloc(0)) })) ?? '';
    assert.equal(readFileSync(path).length, 0);
  });

  it('asks before it replaces a file, and keeps the existing one if it may not', async () => {
    const path = (await save(['a', 'b'])) ?? '';
    writeFileSync(path, 'mine');
    const asked: string[] = [];
    const mayReplace = async (file: string): Promise<boolean> => asked.push(file) > 1;
    assert.equal(await save(['a', 'b'], { mayReplace, open: () => assert.fail('opened') }), undefined);
    assert.equal(readFileSync(path, 'utf8'), 'mine');
    assert.equal(await save(['a', 'b'], { mayReplace }), path);
    assert.deepEqual([asked, readFileSync(path)], [[path, path], bytes]);
  });

  const failures: Readonly<Record<string, Partial<SaveEntryOptions>>> = {
    "its bytes can't be loaded": { open: () => piecewise(bytes, new Error('damaged')) },
    'fewer bytes arrive': { size: bytes.length + 1 },
    'more bytes arrive': { size: bytes.length - 1 },
    'it is aborted': { signal: AbortSignal.abort(new Error('canceled')) },
  };
  for (const [what, changes] of Object.entries(failures))
    it(`leaves nothing if ${what}`, async () => {
      await errorOf(save(['a', 'b'], changes));
      assert.deepEqual(disk.list(), ['root/']);
    });

  it("keeps the old file if the new one doesn't arrive complete", async () => {
    const path = (await save(['a', 'b'])) ?? '';
    writeFileSync(path, 'mine');
    const before = disk.list();
    const open = () => piecewise(bytes, new Error('damaged'));
    await errorOf(save(['a', 'b'], { mayReplace: async () => true, open }));
    assert.deepEqual([disk.list(), readFileSync(path, 'utf8')], [before, 'mine']);
  });

  const kindOf = async (saving: Promise<unknown>) => {
    const error = await errorOf(saving);
    assert.ok(error instanceof DiskError, String(error));
    return error.kind;
  };

  it('is refused by a file in place of a folder, and by a folder in place of the file', async () => {
    await save(['a', 'b']);
    const before = disk.list();
    assert.equal(await kindOf(save(['a', 'b', 'c'])), 'exists');
    assert.equal(await kindOf(save(['a'])), 'exists');
    assert.deepEqual(disk.list(), before);
  });

  it("never follows a link out of the build's folder", async () => {
    await save(['a']);
    mkdirSync(disk.at('outside'));
    symlinkSync(disk.at('outside'), disk.at('root', '.gitlab-builds', 'rspec-7', 'out'));
    symlinkSync(disk.at('root'), disk.at('root', '.gitlab-builds', 'rspec-7', 'up'));
    const before = disk.list();
    assert.equal(await kindOf(save(['out', 'evil'])), 'outsideWorkspace');
    assert.equal(await kindOf(save(['out', 'deep', 'evil'])), 'outsideWorkspace');
    assert.equal(await kindOf(save(['up', 'evil'])), 'outsideWorkspace');
    assert.deepEqual(disk.list(), before);
  });
});
