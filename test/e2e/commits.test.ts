import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { smallProject } from '../gitlab/scenarios';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { notification, openView, runCommand, statusBarItem, treeRow } from '../vscode/workbench';
import { git as gitIn } from '../vscode/workspace';
import { useWorkbench } from './startWorkbench';
import { choice, eventually, message, title, titleButton, tooltip, unfold } from './view';

const short = (sha: string) => sha.slice(0, 8);
const badge = (page: Page) => page.locator('.part.activitybar').getByRole('tab', { name: /^GitLab Builds/ });

describe('the checked-out commit', () => {
  const workbench = useWorkbench({
    seed: smallProject,
    settings: { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 2 },
  });
  const status = () => statusBarItem(workbench().page, /^GitLab Builds, /);
  const { path: bare, remove } = temporaryFolder('bare-');
  let sha = '';

  // Fetches come from GitLab, pushes go to a folder, and the remote's branches move as with a real one.
  before(async () => {
    await gitIn(bare, 'init', '--quiet', '--bare');
    await workbench().git('config', 'remote.origin.pushurl', bare);
    await workbench().git('push', '--quiet', '--set-upstream', 'origin', 'main');
  });
  after(remove);

  it('is in the status bar, which names the failure and shows more on hover', async () => {
    const { page, project, picture } = workbench();
    await treeRow(page, /^Stage deploy/).waitFor();
    const words = /^\s*CI failed: spinach:other…mand:x\) \$\u2060?\(flame\)$/;
    await eventually(async () => assert.match(await status().innerText(), words));
    await status().hover();
    const table = tooltip(page).filter({ hasText: 'deploy' });
    await table.waitFor();
    await picture('status-bar-tooltip');
    const text = await table.innerText();
    const parts = ['main', short(project.sha), '2 passed', '1 failed', '1 pending'];
    for (const part of parts) assert.ok(text.includes(part), `${part} in ${text}`);
    await page.mouse.move(800, 400);
    await table.waitFor({ state: 'hidden' });
  });

  it('is announced in a message and in the badge when it fails while the user looks elsewhere', async () => {
    const { page, gitlab, project, picture } = workbench();
    await eventually(async () => {
      assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds - 1 build has failed');
      const numbers = await page.locator('.part.activitybar .badge-content').allInnerTexts();
      assert.deepEqual(
        numbers.filter((text) => text.trim() !== ''),
        ['1'],
      );
    });
    await openView(page, 'Explorer');
    gitlab.world.setStatus(project.builds.long, 'success');
    gitlab.world.setStatus(project.builds.deploy, 'failed');
    const toast = notification(page, /2 of 7 builds failed: /);
    await toast.waitFor();
    await picture('notification');
    const names = await toast.getByRole('button').allInnerTexts();
    assert.deepEqual(
      names.filter((name) => name.trim() !== ''),
      ['Show Log', 'Retry Failed', "Don't show again"],
    );
    await eventually(async () =>
      assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds - 2 builds have failed'),
    );
    await runCommand(page, 'Notifications: Clear All Notifications');
  });

  it('comes into view on a click in the status bar', async () => {
    const { page } = workbench();
    await status().click();
    await eventually(async () => assert.match(await title(page).innerText(), /^GitLab Builds/));
    await treeRow(page, /^Stage deploy/).waitFor();
  });

  it('is replaced by another one from the recent builds, until HEAD is followed again', async () => {
    const { page, project, picture } = workbench();
    await runCommand(page, 'GitLab Builds: Show Another Commit…');
    await choice(page, 'Release 1.0').waitFor();
    await picture('commits');
    await choice(page, 'Release 1.0').click();
    await treeRow(page, /^Stage test, 2 passed/).waitFor();
    await picture('pinned');
    const words = `v1.0 · ${short(project.olderSha)} · not HEAD`;
    await eventually(async () => assert.equal(await message(page).innerText(), words));
    await titleButton(page, 'Follow HEAD Again').click();
    await eventually(async () => assert.equal(await message(page).innerText(), `main · ${short(project.sha)}`));
  });

  it("changes on a commit in the terminal, with the previous commit's builds until it is pushed", async () => {
    const { page, git, project, picture } = workbench();
    await runCommand(page, 'Terminal: Create New Terminal');
    await page.locator('.terminal-wrapper.active .xterm-cursor').waitFor();
    await page.keyboard.type('git commit --quiet --allow-empty --message=Terminal\n');
    sha = await eventually(async () => {
      const after = await git('rev-parse', 'HEAD');
      assert.notEqual(after, project.sha);
      return after;
    });
    const words = `main · ${short(sha)} · not pushed, showing ${short(project.sha)}, 1 commit back`;
    await eventually(async () => assert.equal(await message(page).innerText(), words));
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('not-pushed');
    await eventually(async () => assert.match(await status().innerText(), /1 back/));
    await runCommand(page, 'Terminal: Kill All Terminals');
  });

  it('is pushed with a button, and has its own builds as soon as there are any', async () => {
    const { page, gitlab, project, picture } = workbench();
    await titleButton(page, 'Push').click();
    await message(page)
      .getByText(/waiting for builds since \d+:\d\d.*, showing /)
      .waitFor();
    await picture('waiting-for-builds');
    await titleButton(page, 'Push').waitFor({ state: 'detached' });
    gitlab.world.addCommit(project.project, { sha });
    gitlab.world.addBuild(project.project, { sha, ref: 'main', name: 'own', status: 'running' });
    await unfold(treeRow(page, /^Stage test, 1 running$/));
    await treeRow(page, /^own, running/).waitFor();
    await picture('own-builds');
    await eventually(async () => assert.equal(await message(page).innerText(), `main · ${short(sha)}`));
  });
});
