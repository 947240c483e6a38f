import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { branchMergeRequestAndChild } from '../gitlab/scenarios';
import { contextMenu, quickInput, setTheme, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import {
  choice,
  eventually,
  expandAll,
  offeredIn,
  pointAt,
  pressInRow,
  shown,
  tooltip,
  unfold,
  widenSideBar,
} from './view';

const merge = ['!1 Let people sign in', '1 failed · 1 passed · merged result · #1003'];
const branch = ['Branch', '1 running · 1 manual · 1 scheduled · 1 allowed to fail · 3 passed · #1001'];
const external = ['External', '1 passed'];

/** What leads to the failure is open, the rest is not. */
const atFirst = [...merge, 'build', '1 passed', 'test', '1 failed', 'rspec 1/2', '5:00', ...branch];

/** Below the merge request's pipeline, once all is opened. */
const inMerge = ['build', '1 passed', 'compile', '2:00', 'test', '1 failed', 'rspec 1/2', '5:00'];

/** Below the branch's; a bridge and what it has started are one row. */
const inBranch = [
  ...['build', '1 passed', 'compile', '2:00 · artifacts 257 B'],
  ...['test', '1 running · 1 allowed to fail · 1 passed', 'packages', '1 running · 1 passed · #1002'],
  ...['build', '1 passed', 'package', '2:00', 'test', '1 running', 'install', '…'],
  ...['lint', '1:00', 'rspec 1/2', '4:00 · passed on retry'],
  ...['deploy', '1 manual · 1 scheduled', 'production', 'staging', '…'],
];
/** The closed row at the end. */
const earlier = 'Earlier pipelines of feature';
const inExternal = ['jenkins/acceptance', '6:00'];

/** With the pipeline that a bridge has started. */
async function openAll(page: Page): Promise<void> {
  await unfold(treeRow(page, /^Branch /));
  await treeRow(page, /^Stage deploy, /).waitFor();
  await expandAll(page);
  await unfold(treeRow(page, /^packages, /));
  await treeRow(page, /^Stage test, 1 running$/).waitFor();
  await expandAll(page);
  await treeRow(page, /^install, running/).waitFor();
}

describe('the pipelines of a commit', () => {
  const workbench = useWorkbench({
    seed: branchMergeRequestAndChild,
    branch: 'feature',
    gitlab: { profile: '18.9' },
  });

  it('are shown newest first, and expanded down to the failures', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^Branch .*#1001/).waitFor();
    await picture('pipelines');
    await eventually(async () => assert.deepEqual(await shown(page), [...atFirst, earlier]));
  });

  it("open, with the child pipeline in its bridge's row, and external statuses in a group of their own", async () => {
    const { page, picture } = workbench();
    await openAll(page);
    await treeRow(page, /^staging, scheduled/).waitFor();
    await picture('pipelines-open');
    const expected = [...merge, ...inMerge, ...branch, ...inBranch, ...external, ...inExternal, earlier];
    await eventually(async () => assert.deepEqual((await shown(page)).map(withoutTime), expected));
    await setTheme(page, 'light');
    await picture('pipelines-light');
    await setTheme(page, 'dark');
  });

  it('show on hover what a narrow side bar cuts off', async () => {
    const { page, picture } = workbench();
    await widenSideBar(page, 170);
    await pointAt(page, treeRow(page, /^Merge request !1 Let people sign in, /));
    const more = tooltip(page).filter({ hasText: '!1 Let people sign in' });
    await more.waitFor();
    await picture('pipelines-narrow');
    assert.match(await more.innerText(), /^!1 Let people sign in #1003 failed\s/);
    assert.match(await more.innerText(), /1 failed · 1 passed/);
    await page.mouse.move(800, 300);
    await more.waitFor({ state: 'hidden' });
    await widenSideBar(page, 600);
    await picture('pipelines-wide');
    await widenSideBar(page, 300);
  });

  it('have context menu entries that fit their rows', async () => {
    const { page, picture } = workbench();
    const web = ['Open in Browser', 'Copy URL'];
    const ofBuild = [...web, 'Copy Build Name', 'Open Pipeline in Browser', 'Go to Job in .gitlab-ci.yml'];
    assert.deepEqual(await offeredIn(page, treeRow(page, /^jenkins\/acceptance/)), ofBuild);
    const reported = treeRow(page, /^Reported by other systems/);
    assert.deepEqual(await offeredIn(page, reported), [...web, 'Open Pipeline in Browser']);
    assert.deepEqual(await offeredIn(page, treeRow(page, /^packages, running/)), ['Cancel Active Builds', ...ofBuild]);
    const ofMergeRequest = ['Retry Pipeline', 'Show Timeline', ...web, 'Open Merge Request'];
    const mergeRequest = treeRow(page, /^Merge request !1 Let people sign in, /);
    assert.deepEqual(await offeredIn(page, mergeRequest), ofMergeRequest);
    const manual = ['Play Build', 'Play Build with Variables…', 'Cancel Build', 'Watch Until Done', ...ofBuild];
    assert.deepEqual(await offeredIn(page, treeRow(page, /^production, manual/)), manual);
    assert.deepEqual(await offeredIn(page, treeRow(page, /^staging, scheduled/)), manual);
    await picture('pipelines-menus');
  });

  it('have builds that are played with variables, where an invalid name is rejected and stepping back loses nothing', async () => {
    const { page, gitlab, project, picture } = workbench();
    const heading = page.locator('.quick-input-widget .quick-input-title');
    /** Types into the box of this title. */
    const answer = async (title: string, text: string): Promise<void> => {
      await heading.getByText(title).waitFor();
      const { input } = await quickInput(page);
      await input.fill(text);
      await input.press('Enter');
    };
    const openVariables = () => contextMenu(page, treeRow(page, /^production, manual/), 'Play Build with Variables…');
    await openVariables();
    await choice(page, 'Add Variable…').click();
    await answer('Add Variable (1/2)', '1 is no name');
    await page.locator('.quick-input-widget').getByText("The first character can't be a digit.").waitFor();
    await picture('variables-1-no-name');
    await answer('Add Variable (1/2)', 'DEPLOY_TO');
    await answer('Add Variable (2/2)', 'staging');
    await choice(page, 'Add Variable…').click();
    await answer('Add Variable (1/2)', 'TRACE');
    await eventually(async () => assert.match(await heading.innerText(), /2\/2/));
    await page.keyboard.press('Escape');
    await eventually(async () => assert.match(await heading.innerText(), /1\/2/));
    assert.equal(await (await quickInput(page)).input.inputValue(), 'TRACE');
    await answer('Add Variable (1/2)', 'TRACE');
    await answer('Add Variable (2/2)', '');
    const trace = choice(page, /TRACE.*\(empty\)/);
    await trace.hover();
    await picture('variables-2-two');
    await page.keyboard.press('Escape');
    await choice(page, 'Add Variable…').waitFor({ state: 'hidden' });
    await openVariables();
    await pressInRow(page, trace, 'Remove Variable');
    await trace.waitFor({ state: 'hidden' });
    await choice(page, 'Play production with 1 variable').click();
    await treeRow(page, /^production, pending/).waitFor();
    assert.deepEqual(gitlab.world.build(project.builds.production.id).variables, { DEPLOY_TO: 'staging' });
  });
});

/** Without how long something has been running, or when it starts. */
function withoutTime(text: string): string {
  return /^\d+ min$|starts at/.test(text) ? '…' : text;
}
