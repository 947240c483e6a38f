import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eightStatuses, fortyChildren, redBelowGreen } from '../gitlab/glance';
import { branchMergeRequestAndChild, manyBuilds, smallProject } from '../gitlab/scenarios';
import { setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, pointAt, pressInRow, tooltip, unfold, widenSideBar } from './view';

const widths = [200, 300, 400];

/** Clicks on what it is given and counts. */
function clicker(): { readonly click: (what: Locator) => Promise<void>; readonly count: () => number } {
  let count = 0;
  return {
    click: async (what) => {
      count += 1;
      await what.click();
    },
    count: () => count,
  };
}

function line(page: Page, text: string): Locator {
  return page.locator('.editor-instance .view-line').filter({ hasText: text.replaceAll(' ', '\u00a0') });
}

describe('a failing branch of forty builds below a green tag', () => {
  const stage = useStage({ gitlab: { profile: '18.9' }, furnish: redBelowGreen });

  it('shows without a click what failed, and its error line with one', async () => {
    const { page, picture, project } = stage();
    const mouse = clicker();
    const failed = treeRow(page, new RegExp(`^${project.failed}, failed`));
    await failed.waitFor();
    assert.ok(await failed.isVisible());
    assert.match((await statusBarItem(page, /^GitLab Builds/).innerText()).trim(), /^CI failed: test 0$/);
    assert.equal(mouse.count(), 0);
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-below-green-${width}`);
    }
    await mouse.click(failed);
    await line(page, project.errorLine).waitFor();
    assert.equal(mouse.count(), 1);
    await picture('glance-log');
  });

  it('shows its failed test with one click more, which leads to its report', async () => {
    const { page, picture, project } = stage();
    const mouse = clicker();
    await mouse.click(treeRow(page, new RegExp(`^${project.failed}, failed`)).locator('.monaco-tl-twistie'));
    const test = treeRow(page, /^bakes a whole tray, failed/);
    await test.waitFor();
    assert.equal(mouse.count(), 1);
    await picture('glance-failed-test');
  });

  it('is retried with one click', async () => {
    const { page, gitlab, project } = stage();
    await pressInRow(page, treeRow(page, new RegExp(`^${project.failed}, failed`)), 'Retry Build');
    await eventually(() =>
      assert.ok(
        gitlab.world.inPipeline(project.branch).some(({ name, retried }) => name === project.failed && retried),
      ),
    );
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`reads well in the ${colorScheme} theme`, async () => {
      const { page, picture } = stage();
      await setTheme(page, colorScheme);
      await picture(`glance-${colorScheme}`);
    });
});

describe('a row that runs', () => {
  const stage = useStage({
    gitlab: { profile: '18.9' },
    furnish: smallProject,
    settings: { 'gitlabBuilds.refresh.activeSeconds': 2 },
  });

  it('keeps its tooltip while one points at it for five seconds', async () => {
    const { page, gitlab, picture } = stage();
    const running = treeRow(page, /^integration .*, running/);
    await running.waitFor();
    await pointAt(page, running);
    const shown = tooltip(page).filter({ hasText: 'Duration' });
    await shown.waitFor();
    const before = gitlab.requests.length;
    await page.waitForTimeout(5000);
    assert.ok(gitlab.requests.length - before >= 2);
    assert.ok(await shown.isVisible());
    await picture('glance-running-tooltip');
    assert.match(await shown.innerText(), /running/);
  });
});

describe('fourteen builds of a stage in eight statuses', () => {
  const stage = useStage({ gitlab: { profile: '18.9' }, furnish: eightStatuses });

  it('have headings for two or more of a status', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^passed, 4 builds$/).waitFor();
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-eight-${width}`);
    }
  });
});

describe('the same on GitLab 8.5', () => {
  const stage = useStage({ furnish: smallProject });

  it('shows what failed', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^spinach/).waitFor();
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-8.5-${width}`);
    }
  });
});

describe('a failing child', () => {
  const stage = useStage({
    gitlab: { profile: '18.9' },
    branch: 'feature',
    furnish: (world, commit) => {
      const scene = branchMergeRequestAndChild(world, commit);
      world.setStatus(scene.builds.childTest, 'failed');
      world.setStatus(scene.builds.bridge, 'failed');
      return scene;
    },
  });

  it('is in sight', async () => {
    const { page, picture } = stage();
    await treeRow(page, /, failed, stage test/)
      .first()
      .waitFor();
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-child-${width}`);
    }
  });
});

describe('two thousand builds in forty children', () => {
  const stage = useStage({ gitlab: { profile: '18.9' }, furnish: fortyChildren });

  it('are open only on the way to failures', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^rspec-ee system pg16 praefect, /)
      .first()
      .waitFor();
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-children-${width}`);
    }
    await unfold(treeRow(page, /^rspec-ee system pg16 praefect, /).first());
    await picture('glance-children-open');
  });
});

describe('a thousand builds in high contrast', () => {
  const stage = useStage({
    gitlab: { profile: '18.9' },
    furnish: (world, commit) => manyBuilds(world, 1000, commit),
    settings: {
      'workbench.preferredDarkColorTheme': 'Default High Contrast',
      'workbench.preferredLightColorTheme': 'Default High Contrast Light',
    },
  });

  it('show what failed', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^build \d+, failed/)
      .first()
      .waitFor();
    await picture('glance-high-contrast-dark');
    await setTheme(page, 'light');
    await page.locator('.monaco-workbench.hc-light').waitFor();
    await picture('glance-high-contrast-light');
  });
});
