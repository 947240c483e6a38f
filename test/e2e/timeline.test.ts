import assert from 'node:assert/strict';
import { branchMergeRequestAndChild, type BranchMergeRequestAndChild } from '../gitlab/scenarios';
import { type SeedOptions, shaOf } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { contextMenu, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually } from './view';

/** The failed build of the merge request failed on the commit before, too, and passed on the one before that. */
function seedHistory(world: World, commit: SeedOptions): BranchMergeRequestAndChild {
  const scene = branchMergeRequestAndChild(world, commit);
  const { project, merge, builds } = scene;
  const { ref } = merge;
  const [green, red] = [shaOf('passed'), shaOf('failed first')];
  world.addCommit(project, { sha: green, title: 'Let people sign out', authorName: 'Ada' });
  world.addCommit(project, { sha: red, title: 'Sign people in by name', authorName: 'Bob' });
  world.addBuild(project, { sha: green, ref, name: builds.mergeTest.name, status: 'success' });
  world.addBuild(project, { sha: red, ref, name: builds.mergeTest.name, status: 'failed' });
  world.setStatus(world.retry(builds.mergeTest), 'failed');
  return scene;
}

describe('what makes a pipeline slow, and since when a build fails', () => {
  const workbench = useWorkbench({ seed: seedHistory, branch: 'feature', gitlab: { profile: '18.9' } });

  it('a pipeline has a timeline as a document, with its critical path', async () => {
    const { page, picture } = workbench();
    await contextMenu(page, treeRow(page, /^Branch /), 'Show Timeline');
    const lines = page.locator('.part.editor .monaco-editor .view-line');
    await eventually(async () => {
      const text = (await lines.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
      assert.match(text, /Timeline of Branch|Timeline of feature/);
      assert.match(text, /Critical path: .* → .* of /);
      assert.match(text, /^\* .* compile .*█/m);
    });
    // A number such as #1001 is no color, of which VS Code would show a square.
    assert.equal(await page.locator('.part.editor .colorpicker-color-decoration').count(), 0);
    await picture('timeline');
  });

  it('a failed build shows since when it fails, in rows below it that lead to logs', async () => {
    const { page, picture } = workbench();
    await contextMenu(page, treeRow(page, /^rspec 1\/2, failed/), 'Since When?');
    await treeRow(page, /^Failing for 2 commits, since [0-9a-f]{8}, /).waitFor();
    const first = treeRow(page, /^Sign people in by name, first failed, [0-9a-f]{8}, Bob/);
    await first.waitFor();
    await treeRow(page, /^Let people sign out, last passed, [0-9a-f]{8}, Ada/).waitFor();
    await picture('since-when');
    const tab = page.locator('.part.editor .tab.active').filter({ hasText: /rspec 1\/2 #\d+ · failed/ });
    await first.click();
    await tab.waitFor();
    await contextMenu(page, first, 'Open Log');
    await tab.waitFor();
  });
});
