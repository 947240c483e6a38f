import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { longName, manyBuilds, oddName, smallProject } from '../gitlab/scenarios';
import { runCommand, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, message, shown, unfold, widenSideBar } from './view';

describe('any number of builds', () => {
  const stage = useStage({
    furnish: (world, commit) => {
      const few = smallProject(world, commit);
      manyBuilds(world, 40, { ...commit, path: 'group/forty' });
      manyBuilds(world, 1000, { ...commit, path: 'group/thousand' });
      const one = world.addProject({ path: 'group/one', members: { dana: 'developer' } });
      world.addCommit(one, { sha: few.sha });
      world.addBuild(one, { sha: few.sha, ref: 'main', name: 'alone', status: 'success' });
      return few;
    },
  });

  /** The remote is another project now. */
  async function turnTo(path: string): Promise<void> {
    const { page, gitlab, git } = stage();
    await git('remote', 'set-url', 'origin', `${gitlab.url}/${path}.git`);
    await runCommand(page, 'Git: Refresh');
  }

  it('shows one', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await turnTo('group/one');
    await treeRow(page, /^Stage test, 1 passed$/).waitFor();
    await unfold(treeRow(page, /^Stage test/));
    await eventually(async () => assert.deepEqual(await shown(page), ['test', '1 passed', 'alone', '0:00']));
    await picture('size-1');
  });

  it('shows forty', async () => {
    const { page, picture } = stage();
    await turnTo('group/forty');
    await treeRow(page, /^Stage stage-9/).waitFor();
    await unfold(treeRow(page, /^Stage stage-9/));
    await treeRow(page, /^build 39, passed/).waitFor();
    await picture('size-40');
  });

  it('shows a thousand, of which ten pages are read', async () => {
    const { page, gitlab, picture } = stage();
    const before = gitlab.requests.length;
    await turnTo('group/thousand');
    await treeRow(page, /^Stage stage-0, 1 failed · 2 running · 3 canceled · 94 passed$/).waitFor();
    // More than six have headings above them, but where there is one of a kind.
    await treeRow(page, /^passed, 94 builds$/)
      .first()
      .waitFor();
    await treeRow(page, /^build 53, failed/).waitFor();
    await picture('size-1000');
    assert.deepEqual((await shown(page)).filter((text) => text !== '0:42').slice(0, 9), [
      ...['stage-0', '1 failed · 2 running · 3 canceled · 94 passed', 'build 53'],
      ...['running', '2', 'canceled', '3', 'passed', '94'],
    ]);
    assert.match(await message(page).innerText(), / · 18 failed, 11 running of 1000$/);
    const pages = gitlab.requests.slice(before).filter(({ path }) => /\/commits\/\w+\/builds/.test(path));
    assert.equal(new Set(pages.map(({ path }) => path)).size, 10);
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await toLastStage(page);
    await page.keyboard.press('End');
    await picture('size-1000-end');
    assert.match((await statusBarItem(page, /^GitLab Builds/).innerText()).trim(), /^CI failed: build \d+ \+17$/);
  });
});

describe('a thousand builds, odd names and a long title in two pipelines of GitLab 18.9', () => {
  const title = `Draft: ${'Resolve "Users <b>cannot</b> sign in" and '.repeat(6)}more`;
  const stage = useStage({
    gitlab: { profile: '18.9' },
    furnish: (world, commit) => {
      const scene = manyBuilds(world, 1000, { ...commit, path: 'group/thousand' });
      const { project, sha, ref } = scene;
      const mergeRequest = world.addMergeRequest(project, { sourceBranch: ref, sha, title });
      const mergeRef = `refs/merge-requests/${mergeRequest.iid}/head`;
      const made = { sha, ref: mergeRef, source: 'merge_request_event', mergeRequest };
      const pipeline = world.addPipeline(project, made);
      world.addBuild(project, { sha, pipeline, name: oddName, status: 'failed' });
      world.addBuild(project, { sha, pipeline, name: longName, status: 'running' });
      return scene;
    },
  });

  it('read well in a side bar of any width', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Branch main, 18 failed · 11 running · 32 canceled · 939 passed · #1001$/).waitFor();
    for (const width of [170, 300, 700]) {
      await widenSideBar(page, width);
      await picture(`thousand-${width}`);
    }
    const [label = '', description = ''] = await shown(page);
    // Both of its ends are shown; the whole is read out and in the tooltip.
    assert.equal(label, '!1 Draft: Re…gn in" and more');
    assert.equal(description, '1 failed · 1 running · #1002');
    const spoken = (await treeRow(page, /^Merge request !1 /).getAttribute('aria-label')) ?? '';
    assert.equal(spoken, `Merge request !1 ${title}, ${description}`);
  });

  it('open, down to the last', async () => {
    const { page, picture } = stage();
    await unfold(treeRow(page, /^Branch /));
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await treeRow(page, /^Stage stage-0, 1 failed · 2 running · 3 canceled · 94 passed$/).waitFor();
    await toLastStage(page);
    await page.keyboard.press('End');
    await picture('thousand-end');
    assert.ok(
      await treeRow(page, /^passed, \d+ builds/)
        .last()
        .isVisible(),
    );
  });
});

describe('every theme', () => {
  const stage = useStage({
    furnish: smallProject,
    settings: {
      'workbench.preferredDarkColorTheme': 'Default High Contrast',
      'workbench.preferredLightColorTheme': 'Default High Contrast Light',
    },
  });

  it('shows the rows: high contrast', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^spinach/).click();
    await page.locator('.monaco-workbench.hc-black').waitFor();
    await picture('theme-high-contrast-dark');
    await setTheme(page, 'light');
    await page.locator('.monaco-workbench.hc-light').waitFor();
    await picture('theme-high-contrast-light');
    assert.ok(await treeRow(page, /^spinach/).isVisible());
  });
});

/** Goes down to the last stage, as far as there are rows: what is below a stage that opens by itself comes a moment later. */
async function toLastStage(page: Page): Promise<void> {
  const last = treeRow(page, /^Stage stage-9, 2 failed · 1 running · 3 canceled · 94 passed$/);
  await eventually(async () => {
    await page.keyboard.press('End');
    await last.waitFor({ timeout: 1000 });
  });
}
