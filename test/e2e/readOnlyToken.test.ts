import assert from 'node:assert/strict';
import { branchMergeRequestAndChild } from '../gitlab/scenarios';
import { quickInput, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually, expandAll, message, offeredIn, pointAt, unfold } from './view';

describe('a read-only token', () => {
  const token = 'glpat-that-may-only-read';
  const workbench = useWorkbench({
    branch: 'feature',
    gitlab: { profile: '18.9' },
    seed: (world, commit) => {
      const scene = branchMergeRequestAndChild(world, commit);
      world.addToken({ token, user: scene.username, scopes: ['read_api'] });
      return { ...scene, token };
    },
    settings: { 'gitlabBuilds.groupBy': 'none' },
  });

  it('shows all builds, and says that it is read-only', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^Branch /).waitFor();
    await expandAll(page);
    await unfold(treeRow(page, /^packages, /));
    await treeRow(page, /^production, manual/).waitFor();
    await picture('read-only');
    const words = /^feature · [0-9a-f]{8} · read-only token$/;
    await eventually(async () => assert.match(await message(page).innerText(), words));
  });

  it('has no buttons and no menu entries that would change something', async () => {
    const { page, picture } = workbench();
    const web = ['Open in Browser', 'Copy URL'];
    const log = ['Open Log', 'Save Log As…', 'Compare Log with Last Success'];
    const ofBuild = [...web, 'Copy Build Name', 'Open Pipeline in Browser', 'Go to Job in .gitlab-ci.yml'];
    assert.deepEqual(await offeredIn(page, treeRow(page, /^production, manual/)), ofBuild);
    const mergeRequest = treeRow(page, /^Merge request !1 /);
    assert.deepEqual(await offeredIn(page, mergeRequest), ['Show Timeline', ...web, 'Open Merge Request']);
    assert.deepEqual(await offeredIn(page, treeRow(page, /^install, running/)), [...log, ...ofBuild]);
    const failure = [
      ...['Copy Failure as Markdown', 'Fix with Chat', 'Since When?', 'Show Log Errors in Problems'],
      'Show Tests of This Commit',
    ];
    assert.deepEqual(await offeredIn(page, treeRow(page, /^lint, failed/)), [...log, ...failure, ...ofBuild]);
    const compile = treeRow(page, /^compile, passed.*has artifacts/);
    const archive = ['Download Artifacts', 'Download and Extract Artifacts', 'Show Coverage of Build'];
    assert.deepEqual(await offeredIn(page, compile), [...archive, ...log, ...ofBuild]);
    await pointAt(page, compile);
    await picture('read-only-row');
    const buttons = compile.locator('.monaco-action-bar').getByRole('button');
    assert.deepEqual(await Promise.all((await buttons.all()).map((button) => button.getAttribute('aria-label'))), [
      'Download Artifacts',
      'Open Log',
    ]);
  });

  it('has no such commands in the Command Palette', async () => {
    const { page, picture } = workbench();
    await page.keyboard.press('F1');
    const { input, option } = await quickInput(page);
    await input.fill('>GitLab Builds: Open Log');
    await option('GitLab Builds: Open Log…').waitFor();
    await input.fill('>GitLab Builds: Retry');
    await option('GitLab Builds: Open Log…').waitFor({ state: 'hidden' });
    await picture('read-only-palette');
    for (const title of ['Retry Build', 'Retry Failed Builds'])
      assert.equal(await option(`GitLab Builds: ${title}`).count(), 0, title);
    await page.keyboard.press('Escape');
    await input.waitFor({ state: 'hidden' });
  });
});
