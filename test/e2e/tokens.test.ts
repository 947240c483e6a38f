import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { branchMergeRequestAndChild, smallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { quickInput, runCommand, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import {
  choice,
  eventually,
  expandAll,
  message,
  offeredIn,
  pointAt,
  titleButton,
  tooltip,
  unfold,
  welcome,
} from './view';

const newest = { branch: 'feature', gitlab: { profile: '18.9' } } as const;

describe('a token that may only read', () => {
  const token = 'glpat-that-may-only-read';
  const stage = useStage({
    ...newest,
    furnish: (world, commit) => {
      const scene = branchMergeRequestAndChild(world, commit);
      world.addToken({ token, user: scene.username, scopes: ['read_api'] });
      return { ...scene, token };
    },
    settings: { 'gitlabBuilds.groupBy': 'none' },
  });

  it('shows all builds, and says that it may no more', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Branch /).waitFor();
    await expandAll(page);
    await unfold(treeRow(page, /^packages, /));
    await treeRow(page, /^production, manual/).waitFor();
    await picture('read-only');
    assert.match(await message(page).innerText(), /^feature · [0-9a-f]{8} · read-only token$/);
  });

  it('has no buttons and no entries that would change something', async () => {
    const { page, picture } = stage();
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

  it('has none in the palette that would', async () => {
    const { page, picture } = stage();
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

  it('has nothing above a log that would', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^lint, failed/).click();
    const lens = page.locator('.part.editor .codelens-decoration');
    await lens.filter({ hasText: 'Browser' }).waitFor();
    await picture('read-only-log');
    assert.doesNotMatch((await lens.allInnerTexts()).join(' '), /Retry|Cancel/);
  });
});

describe('a token that has come to its end', () => {
  const token = 'glpat-of-yesterday';
  const successor = 'glpat-of-today';
  const stage = useStage({
    ...newest,
    furnish: (world: World, commit: SeedOptions) => {
      const scene = branchMergeRequestAndChild(world, commit);
      world.addToken({ token, user: scene.username, revoked: true });
      return { ...scene, token };
    },
  });

  it('was revoked: the view says so and offers to sign in again', async () => {
    const { page, gitlab, project, picture } = stage();
    await welcome(page)
      .getByText(/was revoked/)
      .waitFor();
    await picture('token-revoked');
    await pointAtStatusBar(/was revoked\. Create a new one and sign in again/, 'token-revoked-status');
    gitlab.world.addToken({ token: successor, user: project.username });
    await welcome(page).getByRole('button', { name: 'Sign In Again' }).click();
    await choice(page, gitlab.url).click();
    await giveToken(page, successor);
    await treeRow(page, /^Branch /).waitFor();
  });

  it('expires while builds are in view: they stay, and the message says so', async () => {
    const { page, gitlab, project, picture } = stage();
    gitlab.world.addToken({ token: successor, user: project.username, expiresAt: Date.now() - 86_400_000 });
    await titleButton(page, 'Refresh').click();
    await message(page)
      .getByText(/has expired/)
      .waitFor();
    await picture('token-expired-stale');
    assert.ok(await treeRow(page, /^Branch /).isVisible());
  });

  it('has expired: the view says so and offers to sign in again', async () => {
    const { page, git, picture } = stage();
    await git('commit', '--quiet', '--allow-empty', '--message=Second');
    await runCommand(page, 'Git: Refresh');
    await welcome(page)
      .getByText(/has expired/)
      .waitFor();
    await picture('token-expired');
    await welcome(page).getByRole('button', { name: 'Sign In Again' }).waitFor();
  });

  async function pointAtStatusBar(text: RegExp, name: string): Promise<void> {
    const { page, picture } = stage();
    await statusBarItem(page, /^GitLab Builds/).hover();
    await tooltip(page).filter({ hasText: text }).waitFor();
    await picture(name);
    await page.mouse.move(800, 300);
  }
});

describe('an address without its relative root', () => {
  const stage = useStage({
    furnish: smallProject,
    gitlab: { profile: '18.9', root: '/gitlab' },
    address: (url) => new URL(url).origin,
  });

  it('is told from other trouble, and what is missing is named', async () => {
    const { page, gitlab, picture } = stage();
    await welcome(page)
      .getByText(/responds, but it isn't GitLab/)
      .waitFor();
    await picture('no-gitlab');
    const { host, origin } = new URL(gitlab.url);
    await statusBarItem(page, /^GitLab Builds/).hover();
    await tooltip(page)
      .filter({ hasText: `${host} responds, but it isn't GitLab\. Is the path missing from ${origin}?` })
      .waitFor();
    await picture('no-gitlab-status');
    await page.mouse.move(800, 300);
  });

  it('is mended by signing in to the right one', async () => {
    const { page, gitlab, project, picture } = stage();
    await welcome(page)
      .locator('a')
      .filter({ hasText: /^sign in$/ })
      .click();
    await choice(page, 'Another GitLab…').click();
    const { input } = await quickInput(page);
    await input.fill(gitlab.url);
    await input.press('Enter');
    await giveToken(page, project.token);
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('relative-root');
  });
});

async function giveToken(page: Page, token: string): Promise<void> {
  const { input } = await quickInput(page);
  await page
    .locator('.quick-input-widget')
    .getByText(/access token for/)
    .waitFor();
  await eventually(async () => assert.equal(await input.getAttribute('type'), 'password'));
  await input.fill(token);
  await input.press('Enter');
}
