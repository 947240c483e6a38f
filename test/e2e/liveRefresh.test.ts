import assert from 'node:assert/strict';
import { manyBuilds, smallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { openView, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import {
  eventually,
  focusedRow,
  message,
  placeInTree,
  pointAt,
  recordRedraws,
  scroll,
  titleButton,
  tooltip,
  unfold,
  widenSideBar,
} from './view';

/** Days ago `slow` took a minute, three times; now it has been running for twelve seconds. */
function withSlowBuild(world: World, commit: SeedOptions) {
  const few = smallProject(world, commit);
  const { project, olderSha, sha, ref } = few;
  const then = world.now() - 86_400_000;
  const slow = { name: 'slow', stage: 'test' } as const;
  for (let run = 0; run < 3; run++) {
    const times = { createdAt: then, startedAt: then, finishedAt: then + 60_000 };
    world.addBuild(project, { ...slow, ...times, sha: olderSha, ref, status: 'success' });
  }
  const startedAt = world.now() - 12_000;
  return {
    ...few,
    slow: world.addBuild(project, { ...slow, sha, ref, status: 'running', createdAt: startedAt, startedAt }),
  };
}

describe('running builds', () => {
  const workbench = useWorkbench({
    seed: withSlowBuild,
    settings: { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 2 },
  });
  const slow = () => treeRow(workbench().page, /^slow, running/).locator('.label-description');

  it('keep the open tooltip during refreshes', async () => {
    const { page, gitlab, picture } = workbench();
    const running = treeRow(page, /^integration.*, running/);
    await running.waitFor();
    await pointAt(page, running);
    const shown = tooltip(page).filter({ hasText: 'Duration' });
    await shown.waitFor();
    const before = gitlab.requests.length;
    await eventually(() => assert.ok(gitlab.requests.length - before >= 2));
    assert.ok(await shown.isVisible());
    await picture('running-tooltip');
    assert.match(await shown.innerText(), /running/);
    await page.mouse.move(800, 400);
  });

  it('are redrawn when their minute is over, and nothing else, despite refreshes in between', async () => {
    const { page, gitlab, project } = workbench();
    const now = gitlab.world.now();
    gitlab.world.update(project.slow, { startedAtMs: now - 107_000 });
    gitlab.world.update(project.builds.long, { startedAtMs: now - 90_000 });
    await eventually(async () => assert.equal(await slow().innerText(), '1 min of about 1 min'));
    const before = gitlab.requests.length;
    const redrawn = await recordRedraws(page);
    await eventually(async () => assert.equal(await slow().innerText(), '2 min, usually 1 min'));
    assert.ok(gitlab.requests.length - before >= 2);
    assert.deepEqual([...new Set(await redrawn())], ['slow']);
  });

  it('leave a stage collapsed that had expanded on its own, when its builds fail again', async () => {
    const { page, gitlab, project } = workbench();
    await treeRow(page, /^Stage test, 1 failed/)
      .locator('.monaco-tl-twistie')
      .click();
    gitlab.world.setStatus(project.slow, 'failed');
    await treeRow(page, /^Stage test, 2 failed/).waitFor();
    assert.equal(await treeRow(page, /^Stage test/).getAttribute('aria-expanded'), 'false');
    await unfold(treeRow(page, /^Stage test/));
  });

  it('are dimmed and static once GitLab is gone, with their age', async () => {
    const { page, gitlab, picture } = workbench();
    const colors = async () => {
      const icons = await page.locator('.part.sidebar .custom-view-tree-node-item-icon').all();
      return new Set(await Promise.all(icons.map((icon) => icon.getAttribute('style'))));
    };
    await treeRow(page, /^integration.*, running/).waitFor();
    await eventually(async () => assert.ok((await colors()).size > 2));
    await gitlab.close();
    await message(page)
      .getByText(/out of date, as of \d+:\d\d.*: Can't reach /)
      .waitFor();
    await picture('offline');
    // The rows are redrawn a moment after the message.
    await eventually(async () => assert.equal((await colors()).size, 1));
    assert.equal(await page.locator('.part.sidebar .codicon-modifier-spin').count(), 0);
    await statusBarItem(page, /^GitLab Builds, .*out of date/).waitFor();
  });
});

describe('a tree of a thousand builds, in high contrast', () => {
  const workbench = useWorkbench({
    seed: (world, commit) => manyBuilds(world, 1000, commit),
    settings: {
      'gitlabBuilds.groupBy': 'stage',
      'gitlabBuilds.refresh.activeSeconds': 600,
      'workbench.preferredDarkColorTheme': 'Default High Contrast',
      'workbench.preferredLightColorTheme': 'Default High Contrast Light',
    },
  });

  it('shows the failures, in both themes and at any width', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^Stage stage-0/).waitFor();
    await picture('thousand-high-contrast-dark');
    await setTheme(page, 'light');
    await page.locator('.monaco-workbench.hc-light').waitFor();
    await picture('thousand-high-contrast-light');
    await setTheme(page, 'dark');
    for (const width of [170, 700, 300]) {
      await widenSideBar(page, width);
      await picture(`thousand-${width}`);
    }
  });

  it('does not jump when one build changes', async () => {
    const { page, gitlab, project, picture } = workbench();
    await unfold(treeRow(page, /^Stage stage-0/));
    await treeRow(page, /^build 5, passed/).click();
    const before = await scroll(page, 40);
    assert.ok(before.scrolled > 1500, JSON.stringify(before));
    await picture('thousand-1-before');
    const changed = gitlab.world.buildIdsOfCommit(project.project, project.sha)?.[3] ?? 0;
    gitlab.world.setStatus({ id: changed }, 'failed');
    await titleButton(page, 'Refresh').click();
    await statusBarItem(page, /^GitLab Builds, CI failed: build 3 \+/).waitFor();
    await picture('thousand-2-after');
    assert.deepEqual(await placeInTree(page), before);
  });

  it('does not jump when hundreds change either, and the selection stays', async () => {
    const { page, gitlab, project } = workbench();
    const before = await placeInTree(page);
    const ids = gitlab.world.buildIdsOfCommit(project.project, project.sha) ?? [];
    for (const id of ids) if (gitlab.world.build(id).status === 'success') gitlab.world.setStatus({ id }, 'canceled');
    await titleButton(page, 'Refresh').click();
    await eventually(async () => assert.ok((await treeRow(page, /^build \d+, canceled/).count()) > 5));
    assert.deepEqual(await placeInTree(page), before);
    await scroll(page, -50);
    await eventually(async () =>
      assert.equal(await treeRow(page, /^build 5, canceled/).getAttribute('aria-selected'), 'true'),
    );
  });
});

/** A thousand builds in ten stages, of which none has failed yet. */
function noneFailed(world: World, commit: SeedOptions) {
  const seed = manyBuilds(world, 1000, commit);
  const ids = world.buildIdsOfCommit(seed.project, seed.sha) ?? [];
  for (const id of ids) if (world.build(id).status === 'failed') world.setStatus({ id }, 'success');
  return { ...seed, ids };
}

describe('a collapsed stage of a thousand builds that starts to fail', () => {
  const workbench = useWorkbench({
    seed: noneFailed,
    settings: { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 600 },
  });
  const fail = async (at: number, counts: string) => {
    const { page, gitlab, project } = workbench();
    gitlab.world.setStatus({ id: project.ids[at] ?? 0 }, 'failed');
    await titleButton(page, 'Refresh').click();
    await message(page).getByText(counts).waitFor();
  };

  it("expands when the view is shown again, if it is above the visible rows, which don't move, and the counts show the failure", async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^Stage stage-5/).waitFor();
    await unfold(treeRow(page, /^Stage stage-5/));
    const before = await scroll(page, 15);
    assert.ok(before.scrolled > 500, JSON.stringify(before));
    await fail(3, '1 failed, 11 running of 1000');
    await statusBarItem(page, /^GitLab Builds, CI failed: build 3/).waitFor();
    assert.deepEqual(await placeInTree(page), before);
    await picture('opening-waits');
    await scroll(page, -50);
    const failing = treeRow(page, /^Stage stage-0, 1 failed/);
    assert.equal(await failing.getAttribute('aria-expanded'), 'false');
    await page
      .locator('.part.activitybar')
      .getByRole('tab', { name: /^Explorer/ })
      .click();
    await failing.waitFor({ state: 'detached' });
    await openView(page, 'GitLab Builds');
    await eventually(async () => assert.equal(await failing.getAttribute('aria-expanded'), 'true'));
    await picture('opening-shown');
  });

  it('expands immediately below the visible rows, and takes neither selection nor focus', async () => {
    const { page, picture } = workbench();
    const closed = treeRow(page, /^Stage stage-0/);
    await closed.click();
    await eventually(async () => assert.equal(await closed.getAttribute('aria-expanded'), 'false'));
    await fail(103, '2 failed, 11 running of 1000');
    await treeRow(page, /^build 103, failed/).waitFor();
    assert.equal(await closed.getAttribute('aria-selected'), 'true');
    assert.match((await focusedRow(page).getAttribute('aria-label')) ?? '', /^Stage stage-0/);
    await picture('opening-below');
  });
});
