import assert from 'node:assert/strict';
import { longName, manyBuilds, oddName, smallProject } from '../gitlab/scenarios';
import { runCommand, setTheme, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, shown, unfold, widenSideBar } from './view';

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
    await treeRow(page, /^Stage test, passed · 1/).waitFor();
    await unfold(treeRow(page, /^Stage test/));
    await unfold(treeRow(page, /^passed/));
    await eventually(async () =>
      assert.deepEqual(await shown(page), ['test', 'passed · 1', 'passed', '1', 'alone', '0:00']),
    );
    await picture('size-1');
  });

  it('shows forty', async () => {
    const { page, picture } = stage();
    await turnTo('group/forty');
    await treeRow(page, /^Stage stage-9/).waitFor();
    await picture('size-40');
  });

  it('shows a thousand, of which ten pages are read', async () => {
    const { page, gitlab, picture } = stage();
    const before = gitlab.requests.length;
    await turnTo('group/thousand');
    await treeRow(page, /^Stage stage-0, failed · 1 of 100: build 53/).waitFor();
    await picture('size-1000');
    const pages = gitlab.requests.slice(before).filter(({ path }) => /\/commits\/\w+\/builds/.test(path));
    assert.equal(new Set(pages.map(({ path }) => path)).size, 10);
    await runCommand(page, 'GitLab Builds: Focus on Builds View');
    await page.keyboard.press('End');
    await treeRow(page, /^Stage stage-9/).waitFor();
    await unfold(treeRow(page, /^Stage stage-9/));
    await page.keyboard.press('End');
    await picture('size-1000-end');
    assert.match((await statusBarItem(page, /^GitLab Builds/).innerText()).trim(), /^failed: build \d+ \+\d+$/);
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
    await treeRow(page, /^Branch, .* of 1000: build 53.*#1001$/).waitFor();
    for (const width of [170, 300, 700]) {
      await widenSideBar(page, width);
      await picture(`thousand-${width}`);
    }
    const [label = '', description = ''] = await shown(page);
    assert.equal(label, 'Merge request !1');
    // As it is, but for what VS Code would draw as a link.
    assert.ok(description.endsWith(` · ${title} · #1002`), description);
  });

  it('open, down to the last', async () => {
    const { page, picture } = stage();
    await unfold(treeRow(page, /^Branch, /));
    await treeRow(page, /^Stage stage-0, failed · 1 of 100: build 53/).waitFor();
    await page.keyboard.press('End');
    await unfold(treeRow(page, /^Stage stage-9/));
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
