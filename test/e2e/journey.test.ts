import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { smallProject } from '../gitlab/scenarios';
import { seedProject } from '../gitlab/seed';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { notification, openView, runCommand, statusBarItem, treeRow } from '../vscode/workbench';
import { git as gitIn } from '../vscode/workspace';
import { type Stage, useStage } from './stage';
import { eventually, message, titleButton, unfold, welcome } from './view';

const quick = { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 2 };
const short = (sha: string) => sha.slice(0, 8);

/** What is fetched is GitLab's; what is pushed goes next door, and the remote's branches move as with a real one. */
function usePushes(stage: () => Stage<{ readonly sha: string }>): void {
  const { path, remove } = temporaryFolder('bare-');
  before(async () => {
    await gitIn(path, 'init', '--quiet', '--bare');
    await stage().git('config', 'remote.origin.pushurl', path);
    await stage().git('push', '--quiet', '--set-upstream', 'origin', 'main');
  });
  after(remove);
}

describe('a commit that is not pushed', () => {
  const stage = useStage({ furnish: smallProject, settings: quick });
  usePushes(stage);
  let sha = '';

  it('shows the builds of the one before it, and says whose they are', async () => {
    const { page, project, git, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await git('commit', '--quiet', '--allow-empty', '--message=On the way');
    sha = await git('rev-parse', 'HEAD');
    const words = `main · ${short(sha)} · not pushed, showing ${short(project.sha)}, 1 commit back`;
    await eventually(async () => assert.equal(await message(page).innerText(), words));
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('not-pushed');
    assert.match(await statusBarItem(page, /^GitLab Builds/).innerText(), /1 back/);
  });

  it('is pushed by a button, and then its builds are waited for', async () => {
    const { page, project, picture } = stage();
    await titleButton(page, 'Push').click();
    await message(page)
      .getByText(/waiting for builds since \d+:\d\d.*, showing /)
      .waitFor();
    await picture('watching-ancestor');
    assert.ok((await message(page).innerText()).includes(`showing ${short(project.sha)}, 1 commit back`));
    assert.equal(await titleButton(page, 'Push').count(), 0);
  });

  it('has its own as soon as there are some', async () => {
    const { page, gitlab, project, picture } = stage();
    gitlab.world.addCommit(project.project, { sha });
    gitlab.world.addBuild(project.project, { sha, ref: 'main', name: 'own', status: 'running' });
    await unfold(treeRow(page, /^Stage test, 1 running$/));
    await treeRow(page, /^own, running/).waitFor();
    await picture('own-builds');
    assert.equal(await message(page).innerText(), `main · ${short(sha)}`);
  });
});

describe('a commit without builds before it', () => {
  const stage = useStage({ furnish: seedProject, settings: quick });
  usePushes(stage);
  let sha = '';

  it('that is not pushed offers to push it', async () => {
    const { page, git, picture } = stage();
    await git('commit', '--quiet', '--allow-empty', '--message=On the way');
    sha = await git('rev-parse', 'HEAD');
    // Not "either it is not pushed yet or it has no CI", which may stand there for a moment before.
    await welcome(page)
      .getByText(/This commit hasn't been pushed/)
      .waitFor();
    await picture('not-pushed-welcome');
    assert.equal((await statusBarItem(page, /^GitLab Builds/).innerText()).trim(), 'CI: not pushed');
  });

  it('that is pushed is watched, and the title says since when', async () => {
    const { page, picture } = stage();
    await welcome(page).getByRole('button', { name: 'Push' }).click();
    await welcome(page)
      .getByText(/There are no builds for this commit yet/)
      .waitFor();
    await picture('watching');
    const heading = await page.locator('.part.sidebar .composite.title h2').innerText();
    assert.match(heading, new RegExp(`${short(sha)} · since \\d+:\\d\\d`, 'i'));
    assert.equal((await statusBarItem(page, /^GitLab Builds/).innerText()).trim(), 'CI: waiting for builds');
  });

  it('shows them as soon as there are some', async () => {
    const { page, gitlab, project } = stage();
    gitlab.world.addCommit(project.project, { sha });
    gitlab.world.addBuild(project.project, { sha, ref: 'main', name: 'own', status: 'running' });
    await unfold(treeRow(page, /^Stage test, 1 running$/));
    await treeRow(page, /^own, running/).waitFor();
  });
});

describe('builds that end while one looks elsewhere', () => {
  const stage = useStage({ furnish: smallProject, settings: quick });
  const badge = (page: Page) => page.locator('.part.activitybar').getByRole('tab', { name: /^GitLab Builds/ });
  const toasts = (page: Page) => page.locator('.notifications-toasts .notification-list-item');
  const posts = () =>
    stage()
      .gitlab.requests.filter(({ method }) => method === 'POST')
      .map(({ path }) => path.replace(/.*\/builds\/(\d+)\/(\w+)$/, '$2 $1'));

  it('are counted in a badge if they have failed', async () => {
    const { page } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds - 1 build has failed');
    const numbers = await page.locator('.part.activitybar .badge-content').allInnerTexts();
    assert.deepEqual(
      numbers.filter((text) => text.trim() !== ''),
      ['1'],
    );
  });

  it('are told of in one message, with what one would do then', async () => {
    const { page, gitlab, project, picture } = stage();
    await openView(page, 'Explorer');
    gitlab.world.setStatus(project.builds.long, 'success');
    gitlab.world.setStatus(project.builds.deploy, 'failed');
    const toast = notification(page, /2 of 7 builds failed: /);
    await toast.waitFor();
    await picture('notification');
    const text = await toast.locator('.notification-list-item-message').innerText();
    assert.equal(
      text,
      `main · Test the CI integration.: 2 of 7 builds failed: spinach:other <b>&amp; "quoted" 50% ünï…, production`,
    );
    const names = await toast.getByRole('button').allInnerTexts();
    assert.deepEqual(
      names.filter((name) => name.trim() !== ''),
      ['Show Log', 'Retry Failed', "Don't show again"],
    );
    await eventually(async () =>
      assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds - 2 builds have failed'),
    );
  });

  it('run again by its button', async () => {
    const { page, project } = stage();
    await notification(page, /2 of 7 builds failed/)
      .getByRole('button', { name: 'Retry Failed' })
      .click();
    await eventually(() =>
      assert.deepEqual([...posts()].sort(), [`retry ${project.builds.deploy.id}`, `retry ${project.builds.odd.id}`]),
    );
    await eventually(async () => assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds'));
  });

  it('are told of no more by the other button', async () => {
    const { page, gitlab, picture } = stage();
    endAll('failed');
    const toast = notification(page, /2 of 7 builds failed/);
    await toast.waitFor();
    await toast.getByRole('button', { name: "Don't show again" }).click();
    await toast.waitFor({ state: 'detached' });
    for (const id of latest()) if (gitlab.world.build(id).status === 'failed') gitlab.world.retry({ id });
    // All had ended, so nobody looks by itself any more soon.
    await runCommand(page, 'GitLab Builds: Refresh');
    await eventually(async () => assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds'));
    endAll('failed');
    await eventually(async () =>
      assert.equal(await badge(page).getAttribute('aria-label'), 'GitLab Builds - 2 builds have failed'),
    );
    // A message would come three seconds after the end.
    await page.waitForTimeout(4000);
    assert.equal(await toasts(page).count(), 0);
    await openView(page, 'GitLab Builds');
    await unfold(treeRow(page, /^Stage deploy/));
    await picture('badge');
  });

  function latest(): readonly number[] {
    const { gitlab, project } = stage();
    const ids = gitlab.world.buildIdsOfCommit(project.project, project.sha) ?? [];
    return ids.filter((id) => !gitlab.world.build(id).retried);
  }

  function endAll(status: string): void {
    const { gitlab } = stage();
    for (const id of latest()) if (gitlab.world.build(id).status === 'pending') gitlab.world.setStatus({ id }, status);
  }
});
