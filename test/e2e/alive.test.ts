import assert from 'node:assert/strict';
import { rateLimited } from '../gitlab/faults';
import { manyBuilds, smallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import type { World } from '../gitlab/world';
import { contextMenu, notification, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, message, placeInTree, redrawnWithin, scroll, titleButton, titleMenu, unfold } from './view';

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

const quick = { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 2 };

describe('what runs', () => {
  const stage = useStage({ furnish: withSlowBuild, settings: quick });

  const slow = () => treeRow(stage().page, /^slow, running/).locator('.label-description');

  it('says since when, and how long it usually takes', async () => {
    const { picture } = stage();
    await eventually(async () => assert.equal(await slow().innerText(), 'under 1 min of about 1 min'));
    await picture('running');
  });

  it('is drawn anew when its minute is over, and nothing else, whatever the refreshes between', async () => {
    const { page, gitlab, project } = stage();
    const now = gitlab.world.now();
    gitlab.world.update(project.slow, { startedAtMs: now - 105_000 });
    gitlab.world.update(project.builds.long, { startedAtMs: now - 90_000 });
    await eventually(async () => assert.equal(await slow().innerText(), '1 min of about 1 min'));
    const before = gitlab.requests.length;
    const redrawn = await redrawnWithin(page, 15_000);
    assert.ok(gitlab.requests.length - before >= 2);
    assert.deepEqual([...new Set(redrawn)], ['slow']);
    assert.equal(await slow().innerText(), '2 min, usually 1 min');
  });

  it('keeps what is selected and open through a refresh in which it ends', async () => {
    const { page, gitlab, project } = stage();
    await unfold(treeRow(page, /^rspec, passed/));
    await unfold(treeRow(page, /^Stage build/));
    await treeRow(page, /^slow/).click();
    gitlab.world.setStatus(project.slow, 'success');
    await treeRow(page, /^slow, passed/).waitFor();
    assert.equal(await treeRow(page, /^slow, passed/).getAttribute('aria-selected'), 'true');
    assert.equal(await treeRow(page, /^rspec, passed/).getAttribute('aria-expanded'), 'true');
    assert.equal(await treeRow(page, /^Stage build/).getAttribute('aria-expanded'), 'true');
    assert.equal(await treeRow(page, /^Stage deploy/).getAttribute('aria-expanded'), 'false');
  });

  it('keeps closed what was open by itself, when its builds fail anew', async () => {
    const { page, gitlab, project } = stage();
    const failing = treeRow(page, /^Stage test, 1 failed/);
    await failing.locator('.monaco-tl-twistie').click();
    gitlab.world.setStatus(project.slow, 'failed');
    await treeRow(page, /^Stage test, 2 failed/).waitFor();
    assert.equal(await treeRow(page, /^Stage test/).getAttribute('aria-expanded'), 'false');
  });
});

describe('a server that comes and goes', () => {
  const stage = useStage({ furnish: withSlowBuild, settings: quick });
  let successor: FakeGitLab | undefined;
  after(() => successor?.close());
  /** Of all icons in sight. */
  const colours = async () => {
    const icons = await stage().page.locator('.part.sidebar .custom-view-tree-node-item-icon').all();
    return new Set(await Promise.all(icons.map((icon) => icon.getAttribute('style'))));
  };

  it('is left in peace while it limits the rate, and the view says until when', async () => {
    const { page, gitlab, picture } = stage();
    await treeRow(page, /^slow, running/).waitFor();
    const fresh = await colours();
    assert.ok(fresh.size > 2, [...fresh].join(' '));
    gitlab.faults = [rateLimited({ retryAfter: 8 })];
    await message(page)
      .getByText(/rate limited until \d+:\d\d.*, as of \d+:\d\d/)
      .waitFor();
    await picture('alive-rate-limited');
    const before = gitlab.requests.length;
    gitlab.faults = [];
    await titleButton(page, 'Refresh').click();
    await message(page)
      .getByText(/rate limited/)
      .waitFor({ state: 'hidden' });
    assert.ok(gitlab.requests.length > before);
  });

  it('leaves its rows behind, dimmed and at rest, with their age', async () => {
    const { page, gitlab, picture } = stage();
    await gitlab.close();
    await message(page)
      .getByText(/out of date, as of \d+:\d\d.*: Can't reach /)
      .waitFor();
    await picture('alive-offline');
    // The rows are drawn anew a moment after the message.
    await eventually(async () => assert.equal((await colours()).size, 1));
    assert.equal(await page.locator('.part.sidebar .codicon-modifier-spin').count(), 0);
    assert.deepEqual(await redrawnWithin(page, 2500), [], 'its time stands still');
    await statusBarItem(page, /^GitLab Builds, .*out of date/).waitFor();
  });

  it('and all is well again within seconds of its return', async () => {
    const { page, gitlab, project, picture } = stage();
    successor = await startGitLab({ port: Number(new URL(gitlab.url).port) });
    const again = withSlowBuild(successor.world, { sha: project.sha, ref: 'main' });
    successor.world.setStatus(again.builds.odd, 'success');
    await treeRow(page, /^Stage test, 2 running · 1 canceled · 2 passed/).waitFor();
    await picture('alive-back');
    assert.match(await message(page).innerText(), /^main · [0-9a-f]{8}$/);
    assert.ok((await colours()).size > 2);
  });
});

describe('a tree of a thousand builds', () => {
  const stage = useStage({
    furnish: (world, commit) => manyBuilds(world, 1000, commit),
    settings: { ...quick, 'gitlabBuilds.refresh.activeSeconds': 600 },
  });

  it('does not jump when one build changes', async () => {
    const { page, gitlab, project, picture } = stage();
    await treeRow(page, /^Stage stage-0/).waitFor();
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

  it('nor when hundreds do, and the selection is where it was', async () => {
    const { page, gitlab, project } = stage();
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

  it('nor when a build above is retried', async () => {
    const { page, gitlab, picture } = stage();
    const before = await scroll(page, 40);
    assert.ok(before.scrolled > 1500);
    const row = treeRow(page, /^build 9[5-7], canceled/).first();
    const name = await row.locator('.label-name').innerText();
    await contextMenu(page, row, 'Retry Build');
    await treeRow(page, new RegExp(`^${name}, pending`)).waitFor();
    await picture('thousand-3-retried');
    assert.deepEqual(await placeInTree(page), before);
    assert.equal(gitlab.requests.filter(({ method }) => method === 'POST').length, 1);
  });
});

describe('a menu', () => {
  const stage = useStage({ furnish: smallProject, settings: { 'gitlabBuilds.groupBy': 'stage' } });
  const posts = () =>
    stage()
      .gitlab.requests.filter(({ method }) => method === 'POST')
      .map(({ path }) => path.replace(/.*\/builds\/(\d+)\/(\w+)$/, '$2 $1'));

  it('of the title acts on the whole commit, whatever row has the focus', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Stage build, 2 passed/).click();
    await titleMenu(page, 'Retry Failed Builds', () => picture('title-menu'));
    await treeRow(page, /^spinach.*, pending/).waitFor();
    assert.deepEqual(posts(), ['retry 7']);
  });

  it('of a row that is gone by the time one chooses does nothing, and says so', async () => {
    const { page, git, picture } = stage();
    await unfold(treeRow(page, /^Stage deploy/));
    await treeRow(page, /^production, pending/).click({ button: 'right' });
    const entry = page.getByRole('menuitem', { name: 'Cancel Build', exact: true });
    await entry.waitFor();
    // The builds of a commit before it would stay in view.
    await git('checkout', '--quiet', '--orphan', 'meanwhile');
    await git('commit', '--quiet', '--allow-empty', '--message=Meanwhile');
    await treeRow(page, /^production, pending/).waitFor({ state: 'detached' });
    await entry.hover();
    await page.keyboard.press('Enter');
    await notification(page, 'The rows just changed. Select again.').waitFor();
    await picture('menu-of-a-row-that-is-gone');
    assert.deepEqual(posts(), ['retry 7']);
  });
});
