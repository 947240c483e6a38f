import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeFolder } from './wholeFolder';
import { until } from '../until';

describe('wholeFolder', () => {
  let cache = '';
  let target = '';
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'whole-folder-'));
    target = join(cache, 'deep', 'tool-1.0.0');
  });
  afterEach(() => rm(cache, { recursive: true }));

  const fill = (folder: string) => writeFile(join(folder, 'binary'), 'complete');

  it('fills a folder once and then finds it', async () => {
    assert.equal(await wholeFolder(target, fill), target);
    await wholeFolder(target, () => assert.fail('filled again'));
    assert.equal(await readFile(join(target, 'binary'), 'utf8'), 'complete');
    assert.deepEqual(await readdir(join(cache, 'deep')), ['tool-1.0.0']);
  });

  it('leaves nothing behind when filling fails, and starts over the next time', async () => {
    const broken = async (folder: string) => {
      await writeFile(join(folder, 'binary'), 'comp');
      throw new Error('connection lost');
    };
    await assert.rejects(wholeFolder(target, broken), /connection lost/);
    assert.deepEqual(await readdir(join(cache, 'deep')), []);
    await wholeFolder(target, fill);
    assert.equal(await readFile(join(target, 'binary'), 'utf8'), 'complete');
  });

  it("does not treat a killed process's leftovers as complete", async () => {
    let left = '';
    const killed = wholeFolder(target, async (folder) => {
      left = folder;
      await writeFile(join(folder, 'binary'), 'comp');
      await new Promise<never>(() => undefined); // as good as killed: nothing after this happens
    });
    void killed;
    await until('the folder', () => left !== '');
    await wholeFolder(target, fill);
    assert.equal(await readFile(join(target, 'binary'), 'utf8'), 'complete');
  });

  it('serves two callers that fill it at once', async () => {
    const folders = await Promise.all([wholeFolder(target, fill), wholeFolder(target, fill)]);
    assert.deepEqual(folders, [target, target]);
    assert.deepEqual(await readdir(join(cache, 'deep')), ['tool-1.0.0']);
  });

  it("says why if the folder can't be renamed", async () => {
    await mkdir(join(cache, 'deep'), { recursive: true });
    const removing = (folder: string) => rm(folder, { recursive: true });
    await assert.rejects(wholeFolder(target, removing), /ENOENT/);
  });
});
