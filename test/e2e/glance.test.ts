import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eightStatuses, fortyChildren, redBelowGreen } from '../gitlab/glance';
import { notification, runCommand, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually, message, pointAt, tooltip, unfold, widenSideBar } from './view';

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

describe('a failing branch with forty builds, below a passing tag', () => {
  const workbench = useWorkbench({ gitlab: { profile: '18.9' }, seed: redBelowGreen });

  after(() => console.table(figures));

  const failed = () => treeRow(workbench().page, new RegExp(`^${workbench().project.failed}, failed`));

  it('shows without a click what failed, and why', async () => {
    const { page, picture } = workbench();
    const seen = await measured(page, 'see what failed', () => failed().waitFor());
    const status = statusBarItem(page, /^GitLab Builds/);
    await eventually(async () => assert.match((await status.innerText()).trim(), /^CI failed: test 0$/));
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

  it('shows only the failures with one click, and everything again with another', async () => {
    const { page } = workbench();
    const button = (name: RegExp) => page.locator('.part.sidebar .composite.title').getByRole('button', { name });
    const passed = treeRow(page, /^Stage prepare/);
    await passed.waitFor();
    await button(/^Show Failed Builds Only/).click();
    await passed.waitFor({ state: 'hidden' });
    assert.match(await message(page).innerText(), /only failed/);
    await failed().waitFor();
    await button(/^Clear Filter/).click();
    await passed.waitFor();
  });

  it('shows its error line with one click', async () => {
    const { page, picture, project } = workbench();
    const clicks = await measured(page, 'open its log at the error', async (click) => {
      await click(failed());
      await line(page, project.errorLine).waitFor();
    });
    assert.equal(clicks, 1);
    await picture('glance-log');
  });

  it('shows its failed test with one click, which leads to its report', async () => {
    const { page, picture } = workbench();
    const clicks = await measured(page, 'find its failed test', async (click) => {
      await click(failed().locator('.monaco-tl-twistie'));
      await treeRow(page, /^bakes a whole tray, failed/).waitFor();
    });
    assert.equal(clicks, 1);
    await picture('glance-failed-test');
  });

  it('shows its artifacts with one click', async () => {
    const { page } = workbench();
    const clicks = await measured(page, 'download its artifacts', async (click) => {
      await pointAt(page, failed());
      await click(failed().getByRole('button', { name: 'Download Artifacts', exact: true }));
      await notification(page, /Saved /).waitFor();
    });
    assert.equal(clicks, 1);
  });

  it('is retried with one click', async () => {
    const { page, gitlab, project } = workbench();
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
    it(`is readable in the ${colorScheme} theme`, async () => {
      const { page, picture } = workbench();
      await setTheme(page, colorScheme);
      await picture(`glance-${colorScheme}`);
    });
});

describe('two thousand builds in forty child pipelines', () => {
  const workbench = useWorkbench({
    gitlab: { profile: '18.9' },
    seed: (world, commit) => {
      eightStatuses(world, commit);
      return fortyChildren(world, commit);
    },
  });

  it('are expanded only on the path to failures', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^rspec-ee system pg16 praefect, /)
      .first()
      .waitFor();
    assert.match(await message(page).innerText(), / · 148 failed, 50 running of 2000$/);
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-children-${width}`);
    }
    await unfold(treeRow(page, /^rspec-ee system pg16 praefect, /).first());
    await picture('glance-children-open');
  });

  it('are replaced by fourteen in eight statuses once the remote is another project', async () => {
    const { page, gitlab, git, picture } = workbench();
    await git('remote', 'set-url', 'origin', `${gitlab.url}/group/statuses.git`);
    await runCommand(page, 'Git: Refresh');
    await treeRow(page, /^passed, 4 builds$/).waitFor();
    for (const width of widths) {
      await widenSideBar(page, width);
      await picture(`glance-eight-${width}`);
    }
  });
});
