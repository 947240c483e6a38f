import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { branchMergeRequestAndChild, smallProject } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { contextMenu, quickInput, runCommand, screenshot, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { git } from '../vscode/workspace';
import { startVSCodeWithExtension, useFixture } from './startWorkbench';
import { choice, eventually, message, offeredIn, shown, title, unfold } from './view';

/** A folder with two repositories: `bakery` on GitLab 8.5, signed in, and `kitchen` on GitLab 18.9. */
function useTwo() {
  return useFixture(async (onTeardown) => {
    const { path: folder, remove } = temporaryFolder('several-');
    onTeardown(remove);
    const [old, young] = [await startGitLab(), await startGitLab({ profile: '18.9' })];
    onTeardown(() => old.close());
    onTeardown(() => young.close());
    const bakery = smallProject(old.world, {
      sha: await repository(folder, 'bakery', 'main'),
      ref: 'main',
      path: 'group/bakery',
    });
    const sha = await repository(folder, 'kitchen', 'feature');
    const kitchen = branchMergeRequestAndChild(young.world, { sha, ref: 'feature', path: 'group/kitchen' });
    await git(join(folder, 'bakery'), 'remote', 'add', 'origin', `${old.url}/group/bakery.git`);
    await git(join(folder, 'kitchen'), 'remote', 'add', 'origin', `${young.url}/group/kitchen.git`);
    const env = { GITLAB_HOST: old.url, GITLAB_TOKEN: bakery.token };
    const instances = [{ url: young.url }];
    // Nothing is asked for but when a test wants it.
    const settings = { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 600 };
    const started = await startVSCodeWithExtension(
      { env, settings, machineSettings: { 'gitlabBuilds.instances': instances } },
      onTeardown,
    );
    const page = await started.openWindow(folder);
    return { page, folder, old, young, bakery, kitchen, picture: (name: string) => screenshot(page, `e2e-${name}`) };
  });
}

async function repository(parent: string, name: string, branch: string): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  await git(folder, 'init', '--quiet', `--initial-branch=${branch}`);
  await writeFile(join(folder, `${name}.md`), `# ${name}\n`);
  await git(folder, 'add', '.');
  await git(folder, '-c', 'user.name=Test', '-c', 'user.email=t@example.com', 'commit', '--quiet', `--message=${name}`);
  return git(folder, 'rev-parse', 'HEAD');
}

describe('several repositories', () => {
  const two = useTwo();
  const row = (name: string) => treeRow(two().page, new RegExp(`^Repository ${name}, `));
  const status = () => statusBarItem(two().page, /^GitLab Builds, /);

  it('have a row each with their state, and one without a token offers to sign in', async () => {
    const { page, old, young, picture } = two();
    await row('bakery').waitFor();
    await row('kitchen').waitFor();
    await treeRow(page, /^Stage deploy/).waitFor();
    await treeRow(page, /^Repository kitchen, .*not signed in$/).waitFor();
    await picture('several-1-signed-out');
    await eventually(async () => {
      const rows = await shown(page);
      assert.equal(rows[0], 'bakery');
      assert.match(rows[1] ?? '', /^1 of 7: spinach/);
      assert.deepEqual(rows.slice(-2), ['kitchen', `${new URL(young.url).host} · not signed in`]);
    });
    assert.deepEqual(young.requests, []);
    assert.ok(old.requests.length > 0);
    await eventually(async () => assert.equal((await message(page).allInnerTexts()).join('').trim(), ''));
    await eventually(async () => assert.match(await title(page).innerText(), /^GitLab Builds$/i));
    assert.equal((await offeredIn(page, row('kitchen')))[0], 'Sign In…');
  });

  it('can be signed in to from their row', async () => {
    const { page, kitchen, picture } = two();
    await contextMenu(page, row('kitchen'), 'Sign In…');
    const { input } = await quickInput(page);
    await page
      .locator('.quick-input-widget')
      .getByText(/token for/)
      .waitFor();
    await input.fill(kitchen.token);
    await input.press('Enter');
    await treeRow(page, /^Merge request !1 /).waitFor();
    await treeRow(page, /^Repository kitchen, feature · [0-9a-f]{8}, /).waitFor();
    await picture('several-2');
  });

  it('take turns in the status bar, which follows the editor', async () => {
    const { page, picture } = two();
    await eventually(async () => assert.match((await status().getAttribute('aria-label')) ?? '', /, bakery, main · /));
    await openFile(page, 'kitchen.md');
    await eventually(async () =>
      assert.match((await status().getAttribute('aria-label')) ?? '', /, kitchen, feature · /),
    );
    await picture('several-3-kitchen');
    await openFile(page, 'bakery.md');
    await eventually(async () => assert.match((await status().getAttribute('aria-label')) ?? '', /, bakery, main · /));
  });

  it('stay collapsed or expanded during refreshes', async () => {
    const { page, young, kitchen } = two();
    await row('bakery').locator('.monaco-tl-twistie').click();
    // A row that looks different shows that the refresh is over.
    young.world.setStatus(kitchen.builds.mergeTest, 'success');
    await runCommand(page, 'GitLab Builds: Refresh');
    await treeRow(page, /^Merge request !1 .*, 2 passed/).waitFor();
    assert.equal(await row('bakery').getAttribute('aria-expanded'), 'false');
    assert.equal(await row('kitchen').getAttribute('aria-expanded'), 'true');
  });

  it('are readable in any theme', async () => {
    const { page, picture } = two();
    await unfold(row('bakery'));
    await picture('several-dark');
    await setTheme(page, 'light');
    await picture('several-light');
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
    await page.locator('.monaco-workbench.hc-black').waitFor();
    await picture('several-high-contrast-dark');
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'light' });
    await page.locator('.monaco-workbench.hc-light').waitFor();
    await picture('several-high-contrast-light');
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
    await page.locator('.monaco-workbench.vs-dark').waitFor();
    assert.ok(await row('kitchen').isVisible());
  });

  it('disappear from the view when they are closed, and a single remaining one is shown without a row', async () => {
    const { page, picture } = two();
    await runCommand(page, 'Git: Close Repository');
    await choice(page, 'kitchen').click();
    await row('kitchen').waitFor({ state: 'detached' });
    await eventually(async () => assert.match(await message(page).innerText(), /^main · [0-9a-f]{8}$/));
    await picture('several-one-left');
    assert.equal(await row('bakery').count(), 0);
  });
});

async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+P');
  const { input } = await quickInput(page);
  await input.fill(name);
  await choice(page, name).first().click();
  await page.locator('.part.editor .tab.active').filter({ hasText: name }).waitFor();
}
