import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { smallProject } from '../gitlab/scenarios';
import { contextMenu, modalDialog, notification, openView, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, titleButton, unfold } from './view';

const megabyte = 1_000_000;

describe('downloading artifacts', () => {
  const stage = useStage({ furnish: smallProject });

  const saved = () => join(stage().folder, '.gitlab-builds', 'compile-4', 'artifacts.zip');
  const isDownload = ({ path }: { readonly path: string }) => path.endsWith('/artifacts');
  const downloads = () => stage().gitlab.requests.filter(isDownload).length;
  const compile = () => treeRow(stage().page, /^compile, passed/);
  const progress = () => notification(stage().page, /Artifacts of compile #4/);

  /** What GitLab has of build 4. */
  async function original(): Promise<Buffer> {
    const { artifacts } = stage().gitlab.world.build(4);
    assert.ok(artifacts);
    return buffer(artifacts.read(0, artifacts.size));
  }

  it('shows progress, saves the file byte for byte, and reveals it in the Explorer', async () => {
    const { page, gitlab, git, picture } = stage();
    await unfold(treeRow(page, /^Stage build/));
    await unfold(treeRow(page, /^passed, 2/));
    gitlab.faults = [{ when: isDownload, times: 1, latencyMs: 1500 }];
    await compile().hover();
    await compile().getByRole('button', { name: 'Download Artifacts' }).click();
    await progress().waitFor();
    await picture('artifacts-1-progress');
    const message = notification(page, /Saved/);
    await message.waitFor();
    await picture('artifacts-2-saved');
    assert.match(await message.innerText(), /Saved \.gitlab-builds\/compile-4\/artifacts\.zip\./);
    await message.getByRole('button', { name: 'Reveal' }).click();
    await treeRow(page, 'artifacts.zip').waitFor();
    await picture('artifacts-3-revealed');
    assert.deepEqual(await readFile(saved()), await original());
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
    await eventually(async () => assert.ok((await readFile(saved())).equals(content)));
  });

  it('leaves nothing behind when it is cancelled half way', async () => {
    const { page, gitlab, project, picture } = stage();
    const content = Buffer.alloc(3 * megabyte, 'bytes that never come whole ');
    gitlab.world.update(project.builds.odd, { artifacts: { filename: 'reports.zip', content } });
    await titleButton(page, 'Refresh').click();
    await treeRow(page, /^spinach.*, 3\.0 MB/).waitFor();
    gitlab.faults = [{ when: isDownload, times: 1, stall: 'midBody' }];
    await contextMenu(page, treeRow(page, /^spinach.*, failed/), 'Download Artifacts');
    const half = notification(page, /Artifacts of spinach/).filter({ hasText: /1\.\d MB/ });
    await half.waitFor();
    await picture('artifacts-5-half');
    await half.getByRole('button', { name: 'Cancel' }).click();
    await half.waitFor({ state: 'hidden' });
    await eventually(async () => assert.deepEqual(await folders(), ['.gitignore', 'compile-4']));
  });

  it('says so when the download breaks off, and leaves nothing behind', async () => {
    const { page, gitlab, picture } = stage();
    gitlab.faults = [{ when: isDownload, truncate: megabyte }];
    await contextMenu(page, treeRow(page, /^spinach.*, failed/), 'Download Artifacts');
    await notification(page, /broke off|cannot be reached/).waitFor();
    await picture('artifacts-6-broken');
    await eventually(async () => assert.deepEqual(await folders(), ['.gitignore', 'compile-4']));
  });

  async function folders(): Promise<readonly string[]> {
    return (await readdir(join(stage().folder, '.gitlab-builds'))).sort();
  }
});
