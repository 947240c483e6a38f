import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { SeedOptions } from '../gitlab/seed';
import { branchMergeRequestAndChild, smallProject } from '../gitlab/scenarios';
import type { World } from '../gitlab/world';
import { contextMenu, notification, quickInput, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { choice, eventually, expandAll, offeredIn, pointAt, pressInRow, shown, titleButton, unfold } from './view';

/** With a second manual build. */
function withReview(world: World, commit: SeedOptions) {
  const scene = branchMergeRequestAndChild(world, commit);
  const { project, sha, branch: pipeline } = scene;
  const manual = { stage: 'deploy', status: 'manual', when: 'manual', allowFailure: true } as const;
  return { ...scene, review: world.addBuild(project, { sha, pipeline, name: 'review app', ...manual }) };
}

describe('builds that wait for a person', () => {
  const stage = useStage({
    furnish: withReview,
    branch: 'feature',
    gitlab: { profile: '18.9' },
    settings: { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 2 },
  });
  const variables = () => stage().gitlab.world.build(stage().project.review.id).variables;
  const title = (page: Page) => page.locator('.quick-input-widget .quick-input-title');

  it('are played with the button in the row, which moves on where it stands', async () => {
    const { page, gitlab, project, picture } = stage();
    await unfold(treeRow(page, /^Branch Branch, /));
    await expandAll(page);
    const row = treeRow(page, /^production, manual/);
    await pointAt(page, row);
    await picture('play-1-button');
    const names = await shown(page);
    await pressInRow(page, row, 'Play Build');
    await treeRow(page, /^production, pending/).waitFor();
    await picture('play-2-pending');
    gitlab.world.start(project.builds.production, 'docker-01');
    await treeRow(page, /^production, running/).waitFor();
    await picture('play-3-running');
    assert.equal((await shown(page)).indexOf('production'), names.indexOf('production'));
    assert.deepEqual(gitlab.world.build(project.builds.production.id).variables, {});
  });

  it('are played with variables, which are added first', async () => {
    const { page, picture } = stage();
    await openVariables();
    await choice(page, 'Play review app without variables').waitFor();
    await picture('variables-1-none');
    await choice(page, 'Add Variable…').click();
    await answer('Add Variable (1/2)', '1 is no name');
    await page.locator('.quick-input-widget').getByText("The first character can't be a digit.").waitFor();
    await picture('variables-2-no-name');
    await answer('Add Variable (1/2)', 'DEPLOY_TO');
    await page.locator('.quick-input-widget').getByText('Value of DEPLOY_TO').waitFor();
    await picture('variables-3-value');
    await answer('Add Variable (2/2)', 'production');
    await choice(page, 'Play review app with 1 variable').waitFor();
    await picture('variables-4-ready');
    assert.equal(await title(page).innerText(), `Play review app #${stage().project.review.id}`);
    await choice(page, 'Play review app with 1 variable').click();
    await treeRow(page, /^review app, pending/).waitFor();
    assert.deepEqual(variables(), { DEPLOY_TO: 'production' });
  });

  it('have the variables of the last time; leaving the list loses no change', async () => {
    const { page, gitlab, project, picture } = stage();
    gitlab.world.setStatus(project.review, 'manual');
    await treeRow(page, /^review app, manual/).waitFor();
    await openVariables();
    await choice(page, /DEPLOY_TO.*production/).click();
    await answer('Change Variable', 'staging');
    await choice(page, 'Add Variable…').click();
    await answer('Add Variable (1/2)', 'TRACE');
    await answer('Add Variable (2/2)', '');
    await choice(page, /TRACE.*\(empty\)/).hover();
    await picture('variables-5-remembered');
    await page.keyboard.press('Escape');
    await choice(page, 'Add Variable…').waitFor({ state: 'hidden' });
    await openVariables();
    await choice(page, /DEPLOY_TO.*staging/).waitFor();
    await choice(page, /TRACE.*\(empty\)/).waitFor();
  });

  it('stepping back from the value leads to the name, and from there to the list', async () => {
    const { page } = stage();
    await choice(page, 'Add Variable…').click();
    await answer('Add Variable (1/2)', 'HALF');
    await eventually(async () => assert.match(await title(page).innerText(), /2\/2/));
    await page.keyboard.press('Escape');
    await eventually(async () => assert.match(await title(page).innerText(), /1\/2/));
    assert.equal(await (await quickInput(page)).input.inputValue(), 'HALF');
    await page.keyboard.press('Escape');
    await choice(page, /DEPLOY_TO.*staging/).waitFor();
    assert.equal(await choice(page, 'HALF').count(), 0);
  });

  it('are played without a variable that was taken away', async () => {
    const { page } = stage();
    const row = choice(page, /TRACE/);
    await pressInRow(page, row, 'Remove Variable');
    await row.waitFor({ state: 'hidden' });
    await choice(page, 'Play review app with 1 variable').click();
    await treeRow(page, /^review app, pending/).waitFor();
    assert.deepEqual(variables(), { DEPLOY_TO: 'staging' });
  });

  it('that are delayed are played at once', async () => {
    const { page, gitlab, project } = stage();
    await contextMenu(page, treeRow(page, /^staging, scheduled/), 'Play Build');
    await treeRow(page, /^staging, pending/).waitFor();
    assert.equal(gitlab.world.build(project.builds.staging.id).status, 'pending');
  });

  async function openVariables(): Promise<void> {
    const { page } = stage();
    await contextMenu(page, treeRow(page, /^review app, manual/), 'Play Build with Variables…');
    await choice(page, 'Add Variable…').waitFor();
  }

  /** Types into the box of this title. */
  async function answer(of: string, text: string): Promise<void> {
    const { page } = stage();
    await title(page).getByText(of).waitFor();
    const { input } = await quickInput(page);
    await input.fill(text);
    await input.press('Enter');
  }
});

describe('builds that wait for a person, on GitLab 8.13', () => {
  const stage = useStage({
    furnish: (world, commit) => {
      const scene = smallProject(world, commit);
      const { project, sha, ref } = scene;
      const skipped = { sha, ref, stage: 'deploy', status: 'skipped' } as const;
      const release = world.addBuild(project, { ...skipped, name: 'release', when: 'manual' });
      return {
        ...scene,
        release,
        cleanup: world.addBuild(project, { ...skipped, name: 'cleanup', when: 'on_failure' }),
      };
    },
    gitlab: { profile: '8.13' },
    settings: { 'gitlabBuilds.groupBy': 'stage' },
  });

  it('are called skipped, and can be played', async () => {
    const { page, picture } = stage();
    const row = treeRow(page, /^release, skipped/);
    await unfold(treeRow(page, /^Stage deploy/));
    await row.waitFor();
    assert.deepEqual(await offeredIn(page, row), [
      'Play Build',
      'Open in Browser',
      'Copy URL',
      'Copy Build Name',
      'Open Pipeline in Browser',
      'Go to Job in .gitlab-ci.yml',
    ]);
    await pointAt(page, row);
    await picture('play-8.13-skipped');
    await pressInRow(page, row, 'Play Build');
    await treeRow(page, /^release, pending/).waitFor();
    await picture('play-8.13-pending');
  });

  it("that wait for nothing are offered too, and GitLab's reason is told", async () => {
    const { page, picture } = stage();
    await contextMenu(page, treeRow(page, /^cleanup, skipped/), 'Play Build');
    await notification(page, /cleanup #13 can't be played/).waitFor();
    await picture('play-8.13-refused');
    await treeRow(page, /^cleanup, skipped/).waitFor();
    await titleButton(page, 'Refresh').click();
  });
});
