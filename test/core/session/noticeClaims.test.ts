import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoticeClaims } from '../../../src/core/session/noticeClaims';
import { temporaryFolder } from '../../vscode/temporaryFolder';

describe('Claims of notices', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let now: number;
  const window = () => new NoticeClaims(path, { now: () => now });
  const names = () => readdirSync(path);
  beforeEach(() => {
    folder = temporaryFolder('claims-');
    path = join(folder.path, 'notices');
    now = Date.now();
  });
  afterEach(() => folder.remove());

  it('grant an event to one of many windows that claim it at once, and to none afterwards', async () => {
    const windows = Array.from({ length: 20 }, window);
    const won = await Promise.all(windows.map((one) => one.claim('https://git.example.com failed 7')));
    assert.equal(won.filter(Boolean).length, 1);
    assert.equal(await window().claim('https://git.example.com failed 7'), false);
    assert.equal(await window().claim('https://git.example.com failed 8'), true);
    assert.equal(await window().claim('https://other.example.com failed 7'), true);
  });

  it("don't reveal their subject, and have no content", async () => {
    await window().claim('https://git.example.com failed 7');
    assert.match(names().join(), /^[0-9a-f]{32}$/);
  });

  it('are limited to the newest 200', async () => {
    for (let id = 0; id < 205; id += 1) await window().claim(`failed ${id}`);
    assert.equal(names().length, 200);
    assert.equal(await window().claim('failed 204'), false);
  });

  it('are removed after a day, and no other file with them', async () => {
    await window().claim('failed 1');
    const [old = ''] = names();
    writeFileSync(join(path, 'other'), '');
    const before = new Date(now - 25 * 3600_000);
    for (const name of names()) utimesSync(join(path, name), before, before);
    await window().claim('failed 2');
    assert.equal(existsSync(join(path, old)), false);
    assert.equal(names().length, 2);
    assert.ok(names().includes('other'));
  });

  it('are granted to every window if the folder can’t be used', async () => {
    writeFileSync(path, 'a file in its place');
    assert.deepEqual([await window().claim('failed 1'), await window().claim('failed 1')], [true, true]);
  });
});
