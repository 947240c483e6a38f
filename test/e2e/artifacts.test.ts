import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Locator } from 'playwright-core';
import { overlapBytes } from '../../src/core/artifacts/download/partialFile';
import { smallProject } from '../gitlab/scenarios';
import { contextMenu, modalDialog, notification, openView, runCommand, treeRow } from '../vscode/workbench';
import { artifactProject, extensionHostOf } from './artifactScene';
import { useStage } from './stage';
import { eventually, pressInRow, titleButton, unfold } from './view';

const megabyte = 1_000_000;

describe('downloading artifacts', () => {
  const stage = useStage({ furnish: smallProject });

  const saved = (...path: readonly string[]) => join(stage().folder, '.gitlab-builds', ...path);
  const compiled = () => saved('compile-4', 'artifacts.zip');
  const isDownload = ({ path }: { readonly path: string }) => path.endsWith('/artifacts');
  const downloads = () => stage().gitlab.requests.filter(isDownload).length;
  const compile = () => treeRow(stage().page, /^compile, passed/);
  const spinach = () => treeRow(stage().page, /^spinach.*, failed/);
  const progress = () => notification(stage().page, /Artifacts of compile #4/);

  /** What GitLab has of a build. */
  async function original(build = 4): Promise<Buffer> {
    const { artifacts } = stage().gitlab.world.build(build);
    assert.ok(artifacts);
    return buffer(artifacts.read(0, artifacts.size));
  }

  it('shows progress, saves the file byte for byte, and reveals it in the Explorer', async () => {
    const { page, gitlab, git, picture } = stage();
    await unfold(treeRow(page, /^Stage build/));
    gitlab.faults = [{ when: isDownload, times: 1, latencyMs: 1500 }];
    await pressInRow(page, compile(), 'Download Artifacts');
    await progress().waitFor();
    await picture('artifacts-1-progress');
    const message = notification(page, /Saved/);
    await message.waitFor();
    await picture('artifacts-2-saved');
    assert.match(await message.innerText(), /Saved \.gitlab-builds\/compile-4\/artifacts\.zip\./);
    await message.getByRole('button', { name: 'Reveal' }).click();
    await treeRow(page, 'artifacts.zip').waitFor();
    await picture('artifacts-3-revealed');
    assert.deepEqual(await readFile(compiled()), await original());
    assert.equal(await git('status', '--porcelain'), '');
  });

  it('asks before it replaces a file, and leaves it alone when that is refused', async () => {
    const { page, picture } = stage();
    const before = downloads();
    await openView(page, 'GitLab Builds');
    await contextMenu(page, compile(), 'Download Artifacts');
    await modalDialog(page).waitFor();
    await picture('artifacts-4-replace');
    assert.match(await modalDialog(page).innerText(), /Replace \.gitlab-builds\/compile-4\/artifacts\.zip\?/);
    await modalDialog(page).getByRole('button', { name: 'Cancel' }).click();
    await progress().waitFor({ state: 'hidden' });
    assert.equal(downloads(), before);
  });

  it('replaces it when that is wanted', async () => {
    const { page, gitlab, project } = stage();
    const content = Buffer.alloc(3 * megabyte, 'other bytes ');
    gitlab.world.update(project.builds.compile, { artifacts: { filename: 'artifacts.zip', content } });
    await titleButton(page, 'Refresh').click();
    await treeRow(page, /^compile.*, 3\.0 MB/).waitFor();
    await contextMenu(page, compile(), 'Download Artifacts');
    await modalDialog(page).getByRole('button', { name: 'Replace' }).click();
    await eventually(async () => assert.ok((await readFile(compiled())).equals(content)));
  });

  it('leaves nothing behind when it is canceled half way', async () => {
    const { page, gitlab, project, picture } = stage();
    const content = Buffer.alloc(3 * megabyte, 'bytes that never come whole ');
    gitlab.world.update(project.builds.odd, { artifacts: { filename: 'reports.zip', content } });
    await titleButton(page, 'Refresh').click();
    await treeRow(page, /^spinach.*, 3\.0 MB/).waitFor();
    gitlab.faults = [{ when: isDownload, times: 1, stall: 'midBody' }];
    await contextMenu(page, spinach(), 'Download Artifacts');
    const half = notification(page, /Artifacts of spinach.* 1\.\d MB \/ 3\.0 MB/);
    await half.waitFor();
    await picture('artifacts-5-half');
    await half.getByRole('button', { name: 'Cancel', exact: true }).click();
    await half.waitFor({ state: 'hidden' });
    await eventually(async () => assert.deepEqual(await folders(), ['.gitignore', 'compile-4']));
  });

  it('goes on by itself where the connection broke', async () => {
    const { page, gitlab, project } = stage();
    const { length } = gitlab.requests;
    gitlab.faults = [{ when: isDownload, times: 1, truncate: megabyte }];
    await contextMenu(page, spinach(), 'Download Artifacts');
    const message = notification(page, /Saved .*spinach/);
    await message.waitFor();
    const since = gitlab.requests.slice(length).filter(isDownload);
    assert.deepEqual(
      since.map(({ headers }) => headers.range),
      [undefined, `bytes=${megabyte}-`],
    );
    assert.ok((await readFile(saved(await ofSpinach(), 'reports.zip'))).equals(await original(project.builds.odd.id)));
    await rm(saved(await ofSpinach()), { recursive: true });
    await runCommand(page, 'Notifications: Clear All Notifications');
  });

  it('says so when the server stays away, and goes on the next time', async () => {
    const { page, gitlab, project, picture } = stage();
    gitlab.faults = [
      { when: isDownload, times: 1, truncate: megabyte },
      { when: isDownload, reset: 'beforeHeaders' },
    ];
    await contextMenu(page, spinach(), 'Download Artifacts');
    const broken = notification(page, /1\.0 MB of 3\.0 MB were kept\. The next download continues from there\./);
    await broken.waitFor();
    await picture('artifacts-6-broken');
    const folder = await ofSpinach();
    const hidden = /^\.gitlab-builds-[\da-f-]+\.(part|json)$/;
    assert.deepEqual(
      (await readdir(saved(folder))).map((name) => hidden.test(name)),
      [true, true],
    );
    gitlab.faults = [];
    const { length } = gitlab.requests;
    await contextMenu(page, spinach(), 'Download Artifacts');
    await notification(page, /Saved .*spinach/).waitFor();
    const [asked] = gitlab.requests.slice(length).filter(isDownload);
    // The end of what is there comes again, to be compared.
    assert.equal(asked?.headers.range, `bytes=${megabyte - overlapBytes}-`);
    assert.deepEqual(await readdir(saved(folder)), ['reports.zip']);
    assert.ok((await readFile(saved(folder, 'reports.zip'))).equals(await original(project.builds.odd.id)));
  });

  /** The name of its folder, which its own would not all be. */
  async function ofSpinach(): Promise<string> {
    return (await folders()).find((name) => name.startsWith('spinach')) ?? assert.fail('not downloaded');
  }

  async function folders(): Promise<readonly string[]> {
    return (await readdir(saved())).sort();
  }
});

describe('a download whose extension host is killed', () => {
  const stage = useStage({ gitlab: { profile: '18.9', artifacts: 'redirect' }, furnish: artifactProject });

  async function site(): Promise<Locator> {
    const { page } = stage();
    await unfold(treeRow(page, /^Stage build/));
    return treeRow(page, /^site, passed.*6\.0 MB/);
  }

  it('goes on where it was in the extension host that comes after it', async () => {
    const { page, vscode, gitlab, project, folder, picture } = stage();
    const content = randomBytes(6 * megabyte);
    gitlab.world.update(project.site, { artifacts: { filename: 'site.zip', content } });
    await titleButton(page, 'Refresh').click();
    const row = await site();
    await row.waitFor();
    gitlab.storage.faults = [{ stall: 'midBody', times: 1 }];
    await contextMenu(page, row, 'Download Artifacts');
    const saved = join(folder, '.gitlab-builds', `site-${project.site.id}`);
    const part = async () =>
      (await readdir(saved)).find((name) => name.endsWith('.part')) ?? assert.fail('nothing has come');
    await eventually(async () => assert.ok((await stat(join(saved, await part()))).size > 2 * megabyte));
    const host = await extensionHostOf(vscode.dataDir);
    process.kill(host, 'SIGKILL');
    await eventually(() => assert.throws(() => process.kill(host, 0)));
    await picture('artifacts-7-killed');
    const left = await readdir(saved);
    assert.ok(left.includes(await part()) && !left.includes('site.zip'), left.join());
    await page.reload();
    const { length } = gitlab.storage.requests;
    await contextMenu(page, await site(), 'Download Artifacts');
    await notification(page, /Saved .*site\.zip/).waitFor();
    await picture('artifacts-8-whole');
    const [asked] = gitlab.storage.requests.slice(length);
    const from = Number(/^bytes=(\d+)-$/.exec(asked?.headers.range ?? '')?.[1]);
    assert.ok(from > 1.9 * megabyte, `it goes on at ${from}`);
    assert.deepEqual(await readdir(saved), ['site.zip']);
    assert.ok((await readFile(join(saved, 'site.zip'))).equals(content));
  });
});
