import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { branchMergeRequestAndChild } from '../gitlab/scenarios';
import { contextMenu, runCommand, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import {
  choice,
  eventually,
  expandAll,
  focusedRow,
  goTo,
  menuByKeys,
  message,
  offeredIn,
  pointAt,
  pressThen,
  shown,
  titleButton,
  tooltip,
  unfold,
  widenSideBar,
} from './view';

const scene = { furnish: branchMergeRequestAndChild, branch: 'feature' } as const;

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

for (const profile of ['18.9', '13.4'] as const) {
  describe(`several pipelines of one commit, on GitLab ${profile}`, () => {
    const stage = useStage({ ...scene, gitlab: { profile } });

    it('are shown the newest first, and opened down to what has failed', async () => {
      const { page, project, picture } = stage();
      await treeRow(page, /^Branch .*#1001/).waitFor();
      await picture(`pipelines-${profile}`);
      assert.deepEqual(await shown(page), [
        ...(profile === '18.9' ? atFirst : [...asToldBy13(atFirst), ...external]),
        earlier,
      ]);
      assert.equal(await message(page).innerText(), `feature · ${project.sha.slice(0, 8)}`);
    });

    it('open, with the child in the row of its bridge, and the external in a group of their own', async () => {
      const { page, picture } = stage();
      await openAll(page);
      await treeRow(page, /^staging, scheduled/).waitFor();
      await picture(`pipelines-${profile}-open`);
      const all = [...merge, ...inMerge, ...branch, ...inBranch, ...external, ...inExternal, earlier];
      const expected = profile === '18.9' ? all : asToldBy13(all);
      await eventually(async () => assert.deepEqual((await shown(page)).map(withoutTime), expected));
    });
  });
}

describe('the pipelines of a commit', () => {
  const stage = useStage({ ...scene, gitlab: { profile: '18.9' } });

  it('read well in any theme', async () => {
    const { page, picture } = stage();
    await openAll(page);
    await setTheme(page, 'light');
    await picture('pipelines-light');
    await setTheme(page, 'dark');
    assert.ok(await treeRow(page, /^packages, running, .*child pipeline 1 running · 1 passed$/).isVisible());
  });

  it('tell in the status bar how the commit stands, and in its tooltip each pipeline', async () => {
    const { page, picture } = stage();
    const entry = statusBarItem(page, /^GitLab Builds/);
    assert.equal((await entry.innerText()).trim(), 'CI failed: rspec 1/2');
    await entry.hover();
    const table = tooltip(page).filter({ hasText: '!1 Let people sign in' });
    await table.waitFor();
    await picture('pipelines-status-bar');
    const rows = await table.locator('tr').allInnerTexts();
    assert.deepEqual(rows.map((row) => row.split(/\s+/).join(' ').trim()).filter(Boolean), [
      '!1 Let people sign in merged result · #1003',
      ...['build passed · 1', 'test failed · 1 of 1: rspec 1/2'],
      'Branch #1001',
      ...['build passed · 1', 'test running · 3', 'deploy manual · 2', 'External passed · 1'],
    ]);
    await page.mouse.move(800, 300);
    await table.waitFor({ state: 'hidden' });
  });

  it('tell what a narrow side bar cuts off when they are pointed at', async () => {
    const { page, picture } = stage();
    await widenSideBar(page, 170);
    await pointAt(page, treeRow(page, /^Merge request !1 Let people sign in, /));
    const more = tooltip(page).filter({ hasText: '!1 Let people sign in' });
    await more.waitFor();
    await picture('pipelines-narrow');
    assert.match(await more.innerText(), /^!1 Let people sign in #1003 failed\s/);
    assert.match(await more.innerText(), /1 failed, 1 passed/);
    await page.mouse.move(800, 300);
    await more.waitFor({ state: 'hidden' });
    await widenSideBar(page, 600);
    await picture('pipelines-wide');
    await widenSideBar(page, 300);
  });

  it('have entries in their context menus that fit what the row is', async () => {
    const { page, picture } = stage();
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

  it('have pages of their own: an external one leads to its system, a bridge to what it has started', async () => {
    const { page, gitlab, project } = stage();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const web = `${gitlab.url}/${project.project.path}/-`;
    const pages = [
      [/^jenkins\/acceptance/, 'https://jenkins.example.com/job/acceptance/7/'],
      [/^packages, running/, `${web}/pipelines/${project.child.id}`],
      [/^Merge request !1 Let people sign in, /, `${web}/pipelines/${project.merge.id}`],
      [/^production, manual/, `${web}/jobs/${project.builds.production.id}`],
    ] as const;
    for (const [name, address] of pages) {
      await contextMenu(page, treeRow(page, name), 'Copy URL');
      await eventually(async () => assert.equal(await page.evaluate('navigator.clipboard.readText()'), address));
    }
  });

  it('tell of a delayed build when it starts by itself, and of an external one what it is', async () => {
    const { page, picture } = stage();
    await pointAt(page, treeRow(page, /^staging, scheduled/));
    await tooltip(page)
      .filter({ hasText: /Starts/ })
      .waitFor();
    await picture('pipelines-delayed');
    await pointAt(page, treeRow(page, /^jenkins\/acceptance/));
    const external = tooltip(page).filter({ hasText: 'jenkins/acceptance' });
    await external.waitFor();
    await picture('pipelines-external');
    assert.match(await external.innerText(), /^jenkins\/acceptance #8 passed/);
    await page.mouse.move(800, 300);
    await external.waitFor({ state: 'hidden' });
  });

  const groupings: readonly (readonly [grouping: string, top: readonly string[], bottom: readonly string[]])[] = [
    ['Stage', inMerge, ['deploy', '1 manual · 1 scheduled', 'staging', '…', 'production']],
    [
      'Status',
      ['failed', '1', 'rspec 1/2', 'test · 5:00', 'passed', '1'],
      ['running', '1', 'manual', '1', 'scheduled', '1', 'failed (allowed)', '1', 'passed', '2'],
    ],
    [
      'None (one list)',
      ['rspec 1/2', 'test · 5:00', 'compile', 'build · 2:00'],
      ['staging', '…', 'production', 'deploy'],
    ],
    ['Stage, then status', inMerge, inBranch.slice(-9)],
  ];
  for (const [grouping, top, bottom] of groupings) {
    it(`are above the grouping by ${grouping.toLowerCase()}`, async () => {
      const { page, picture } = stage();
      await titleButton(page, 'Group Builds By…').click();
      await choice(page, new RegExp(`^${grouping.replace(/[()]/g, '\\$&')}(current)?$`)).click();
      if (grouping === 'Stage, then status') {
        await treeRow(page, /^Stage deploy/).waitFor();
        await openAll(page);
      }
      const expected = [...merge, ...top, ...branch];
      await eventually(async () => assert.deepEqual((await shown(page)).slice(0, expected.length), expected));
      await picture(`pipelines-by-${grouping.replace(/\W+/g, '-').toLowerCase()}`);
      await eventually(async () => {
        const rows = (await shown(page)).map(withoutTime);
        const last = rows.slice(0, rows.indexOf('External'));
        assert.deepEqual(last.slice(-bottom.length), bottom);
      });
    });
  }
});

describe('the pipelines of a commit without a mouse', () => {
  const stage = useStage({
    ...scene,
    gitlab: { profile: '18.9' },
    settings: {
      'workbench.preferredDarkColorTheme': 'Default High Contrast',
      'workbench.preferredLightColorTheme': 'Default High Contrast Light',
    },
  });

  it('the arrows lead from a pipeline to its child and to a build in that', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Branch /).waitFor();
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await goTo(page, /^Branch /);
    await pressThen(page, 'ArrowRight', treeRow(page, /^Stage test, 1 running · /));
    await goTo(page, /^Stage test, 1 running · /);
    await pressThen(page, 'ArrowRight', treeRow(page, /^packages, running/));
    await goTo(page, /^packages, running/);
    const inChild = treeRow(page, /^Stage test, 1 running$/);
    await pressThen(page, 'ArrowRight', inChild);
    await goTo(page, /^Stage test, 1 running$/);
    await pressThen(page, 'ArrowRight', treeRow(page, /^install, running/));
    await page.keyboard.press('ArrowLeft');
    await treeRow(page, /^install, running/).waitFor({ state: 'hidden' });
    await page.keyboard.press('ArrowLeft');
    await eventually(async () =>
      assert.match((await focusedRow(page).getAttribute('aria-label')) ?? '', /^packages, running, stage test/),
    );
    await pressThen(page, 'ArrowDown', treeRow(page, /^Stage build, 1 passed$/).and(page.locator('.focused')));
    await pressThen(page, 'ArrowDown', inChild.and(page.locator('.focused')));
    await pressThen(page, 'ArrowRight', treeRow(page, /^install, running/));
    await goTo(page, /^install, running/);
    await page.locator('.monaco-workbench.hc-black').waitFor();
    await picture('pipelines-high-contrast-dark');
    await setTheme(page, 'light');
    await picture('pipelines-high-contrast-light');
    await setTheme(page, 'dark');
  });

  it('Shift+F10 opens the menu that cancels that build, and no other', async () => {
    const { page, gitlab, project } = stage();
    await menuByKeys(page, 'Cancel Build');
    await treeRow(page, /^packages, .*child pipeline 1 canceled/).waitFor();
    assert.equal(gitlab.world.build(project.builds.childTest.id).status, 'canceled');
    const posts = gitlab.requests.filter(({ method, path }) => method === 'POST' && !path.endsWith('/graphql'));
    assert.deepEqual(
      posts.map(({ path }) => path.replace(/.*\/projects\/[^/]+/, '')),
      [`/jobs/${project.builds.childTest.id}/cancel`],
    );
  });
});

/** Only later versions tell the name of a pipeline, to which one an external status belongs, and when a build starts. */
function asToldBy13(rows: readonly string[]): readonly string[] {
  const told = rows.filter((_, index) => rows[index - 1] !== 'staging');
  return told.map((row) => row.replace(/^Branch$/, 'feature').replace('3 passed · #1001', '2 passed · #1001'));
}

/** Without how long something has been running, or when it starts. */
function withoutTime(text: string): string {
  return /^\d+ min$|starts at/.test(text) ? '…' : text;
}
