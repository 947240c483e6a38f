import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { smallProject } from '../gitlab/scenarios';
import { contextMenu, modalDialog, notification, quickInput, runCommand, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { choice, eventually, tick } from './view';

describe('the palette', () => {
  const stage = useStage({ furnish: smallProject });
  const sent = (path: string) => stage().gitlab.requests.some((request) => request.path.endsWith(path));

  before(() => stage().page.context().grantPermissions(['clipboard-read', 'clipboard-write']));

  /** Shows which builds it offers, by their names, and chooses one. */
  async function offered(command: string, build: string): Promise<readonly string[]> {
    const { page, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await runCommand(page, `GitLab Builds: ${command}`);
    await choice(page, build).waitFor();
    await picture(`palette-${command.replace(/\W+/g, '').toLowerCase()}`);
    const names = await choice(page, /#\d/).locator('.label-name').allInnerTexts();
    await tick(page, build);
    return names.flatMap((name) => /#\d+$/.exec(name) ?? []);
  }

  it('downloads artifacts of those that have some', async () => {
    assert.deepEqual(await offered('Download Artifacts…', 'compile'), ['#7', '#4']);
    await notification(stage().page, /Saved \.gitlab-builds\/compile-4\/artifacts\.zip/).waitFor();
  });

  it('retries one of the builds that have ended', async () => {
    assert.deepEqual(await offered('Retry Build…', 'spinach'), ['#7', '#4', '#5', '#9', '#10']);
    await treeRow(stage().page, /^spinach.*, pending/).waitFor();
    assert.ok(sent('/builds/7/retry'));
  });

  it('cancels one of the builds that have not', async () => {
    assert.deepEqual(await offered('Cancel Build…', 'integration'), ['#8', '#12', '#11']);
    await eventually(() => assert.ok(sent('/builds/8/cancel')));
  });

  it('erases after it has asked', async () => {
    await offered('Erase Build…', 'compile');
    await modalDialog(stage().page).getByRole('button', { name: 'Erase' }).click();
    await eventually(() => assert.ok(sent('/builds/4/erase')));
  });

  it('cancels what is active in the whole commit', async () => {
    const { page } = stage();
    await runCommand(page, 'GitLab Builds: Cancel Active Builds');
    await treeRow(page, /^Stage deploy, 1 canceled$/).waitFor();
    assert.ok(sent('/builds/11/cancel') && sent('/builds/12/cancel'));
  });

  it('offers to retry what has failed only while something has', async () => {
    const { page, gitlab, picture } = stage();
    const isListed = async (look?: () => Promise<unknown>) => {
      await page.keyboard.press('F1');
      const { input, option } = await quickInput(page);
      await input.fill('>GitLab Builds: Retry');
      await option('GitLab Builds: Retry Build…').waitFor({ timeout: 1500 });
      const count = await option('GitLab Builds: Retry Failed Builds').count();
      await look?.();
      await page.keyboard.press('Escape');
      await input.waitFor({ state: 'hidden' });
      return count === 1;
    };
    assert.equal(await isListed(() => picture('nothing-failed')), false);
    gitlab.world.setStatus(gitlab.world.build(12), 'failed');
    await runCommand(page, 'GitLab Builds: Refresh');
    await treeRow(page, /^spinach.*, failed/).waitFor();
    await eventually(async () => assert.equal(await isListed(), true));
    gitlab.world.setStatus(gitlab.world.build(12), 'canceled');
    await runCommand(page, 'GitLab Builds: Refresh');
    await treeRow(page, /^spinach.*, canceled/).waitFor();
    await eventually(async () => assert.equal(await isListed(), false));
  });

  it("copies the commit's address, and a row its build's", async () => {
    const { page, gitlab, project } = stage();
    const web = `${gitlab.url}/${project.project.path}`;
    await runCommand(page, 'GitLab Builds: Copy URL');
    await eventually(async () => assert.equal(await clipboard(page), `${web}/commit/${project.sha}`));
    await contextMenu(page, treeRow(page, /^spinach/), 'Copy URL');
    await eventually(async () => assert.equal(await clipboard(page), `${web}/builds/12`));
  });

  it('opens the page of the commit, once VS Code has asked', async () => {
    const { page, project, picture } = stage();
    await runCommand(page, 'GitLab Builds: Open in Browser');
    const popup = page.context().waitForEvent('page');
    const asked = modalDialog(page)
      .waitFor()
      .then(() => 'asked' as const);
    if ((await Promise.race([asked, popup])) === 'asked') {
      await picture('open-in-browser');
      await modalDialog(page).getByRole('button', { name: 'Open', exact: true }).click();
    }
    const opened = await popup;
    // In a browser, VS Code leads addresses of the server's own machine through its /proxy/PORT.
    assert.ok(opened.url().endsWith(`/${project.project.path}/commit/${project.sha}`), opened.url());
    await opened.close();
  });

  it('copies diagnostics that hold no secret', async () => {
    const { page, gitlab, project } = stage();
    await runCommand(page, 'GitLab Builds: Copy Diagnostics');
    const text = await eventually(async () => {
      const copied = await clipboard(page);
      assert.match(copied, /^GitLab Builds: \d/);
      return copied;
    });
    for (const part of [gitlab.url, project.sha, 'State: ready', 'API: v3', 'Builds: 7'])
      assert.ok(text.includes(part), text);
    assert.ok(!text.includes(project.token));
  });

  it('shows the log, which holds no secret', async () => {
    const { page, gitlab, project, picture } = stage();
    gitlab.faults = [{ answer: { status: 403, body: '{"message":"403 Forbidden"}' } }];
    await runCommand(page, 'GitLab Builds: Refresh');
    await runCommand(page, 'GitLab Builds: Show Extension Log');
    const lines = page.locator('.part.panel .view-lines');
    await lines.getByText('Refresh failed: forbidden').first().waitFor();
    await picture('log');
    assert.ok(!(await lines.innerText()).includes(project.token));
  });
});

function clipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}
