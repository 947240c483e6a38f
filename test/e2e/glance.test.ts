import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eightStatuses, fortyChildren, redBelowGreen } from '../gitlab/glance';
import { branchMergeRequestAndChild, manyBuilds, smallProject } from '../gitlab/scenarios';
import { notification, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, pointAt, tooltip, unfold, widenSideBar } from './view';

const widths = [200, 300, 400];

/** Clicks on what it is given. */
type Click = (what: Locator) => Promise<void>;

/** What somebody wants to know or do about a failed build, and what that takes. */
interface Figure {
  readonly task: string;
  readonly clicks: number;
  readonly seconds: string;
  /** Rows in sight then. */
  readonly rows: number;
}

/** The table of docs/figures.md; printed at the end. */
const figures: Figure[] = [];

async function measured(page: Page, task: string, work: (click: Click) => Promise<void>): Promise<number> {
  let clicks = 0;
  const start = performance.now();
  await work(async (what) => {
    clicks += 1;
    await what.click();
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  figures.push({ task, clicks, seconds, rows: await treeRow(page, '').count() });
  return clicks;
}

function line(page: Page, text: string): Locator {
  return page.locator('.editor-instance .view-line').filter({ hasText: text.replaceAll(' ', '\u00a0') });
}

describe('a failing branch of forty builds below a green tag', () => {
  const stage = useStage({ gitlab: { profile: '18.9' }, furnish: redBelowGreen });

  after(() => console.table(figures));

  const failed = () => treeRow(stage().page, new RegExp(`^${stage().project.failed}, failed`));

  it('shows without a click what failed, and why', async () => {
    const { page, picture } = stage();
    const seen = await measured(page, 'see what failed', () => failed().waitFor());
    assert.match((await statusBarItem(page, /^GitLab Builds/).innerText()).trim(), /^CI failed: test 0$/);
    const read = await measured(page, 'read why', async () => {
      await pointAt(page, failed());
      await tooltip(page)
        .filter({ hasText: /Its script failed with exit code 1\./ })
        .waitFor();
    });
    await picture('glance-why');
    assert.deepEqual([seen, read], [0, 0]);
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-below-green-${width}`);
    }
  });

  it('shows its error line with one click', async () => {
    const { page, picture, project } = stage();
    const clicks = await measured(page, 'open its log at the error', async (click) => {
      await click(failed());
      await line(page, project.errorLine).waitFor();
    });
    assert.equal(clicks, 1);
    await picture('glance-log');
  });

  it('shows its failed test with one click, which leads to its report', async () => {
    const { page, picture } = stage();
    const clicks = await measured(page, 'find its failed test', async (click) => {
      await click(failed().locator('.monaco-tl-twistie'));
      await treeRow(page, /^bakes a whole tray, failed/).waitFor();
    });
    assert.equal(clicks, 1);
    await picture('glance-failed-test');
  });

  it('gives its artifacts with one click', async () => {
    const { page } = stage();
    const clicks = await measured(page, 'download its artifacts', async (click) => {
      await pointAt(page, failed());
      await click(failed().getByRole('button', { name: 'Download Artifacts', exact: true }));
      await notification(page, /Saved /).waitFor();
    });
    assert.equal(clicks, 1);
  });

  it('is retried with one click', async () => {
    const { page, gitlab, project } = stage();
    const clicks = await measured(page, 'retry it', async (click) => {
      await pointAt(page, failed());
      await click(failed().getByRole('button', { name: 'Retry Build', exact: true }));
      await eventually(() =>
        assert.ok(
          gitlab.world.inPipeline(project.branch).some(({ name, retried }) => name === project.failed && retried),
        ),
      );
    });
    assert.equal(clicks, 1);
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
