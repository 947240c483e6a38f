import assert from 'node:assert/strict';
import { oddName, smallProject } from '../gitlab/scenarios';
import { openView, quickInput, runCommand, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { choice, eventually, message, title, titleButton, tooltip, unfold, welcome } from './view';

describe('the commit that is checked out', () => {
  const stage = useStage({ furnish: smallProject });
  const short = (sha: string) => sha.slice(0, 8);
  const status = () => statusBarItem(stage().page, /^GitLab Builds, /);

  /** Without a remote branch: nothing of it is on GitLab yet. */
  async function commit(title: string): Promise<string> {
    await stage().git('commit', '--quiet', '--allow-empty', `--message=${title}`);
    return stage().git('rev-parse', 'HEAD');
  }

  it('stands in the status bar: what has failed, and more when it is pointed at', async () => {
    const { page, project, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    assert.match(await status().innerText(), /^\s*CI failed: spinach:other <b>&amp; "quote…$/);
    await status().hover();
    const table = tooltip(page).filter({ hasText: 'deploy' });
    await table.waitFor();
    await picture('status-bar-tooltip');
    const text = await table.innerText();
    const parts = ['main', short(project.sha), 'passed · 2', 'failed · 1 of 4', oddName.slice(0, 40), 'pending · 1'];
    for (const part of parts) assert.ok(text.includes(part), `${part} in ${text}`);
    await page.mouse.move(800, 400);
    await table.waitFor({ state: 'hidden' });
  });

  it('brings its builds into view by a click on the status bar', async () => {
    const { page } = stage();
    await openView(page, 'Explorer');
    await status().click();
    await eventually(async () => assert.match(await title(page).innerText(), /^GitLab Builds/));
    await treeRow(page, /^Stage deploy/).waitFor();
  });

  it('counts in the status bar what has ended while builds are at work', async () => {
    const { page, gitlab, project } = stage();
    gitlab.world.retry(project.builds.odd);
    await titleButton(page, 'Refresh').click();
    await eventually(async () => assert.equal((await status().innerText()).trim(), 'CI 4/7'));
  });

  it('shows those of the one before it until GitLab has its own, which are looked for on demand', async () => {
    const { page, gitlab, project, picture } = stage();
    const sha = await commit('Not pushed yet');
    const words = `main · ${short(sha)} · not pushed, showing ${short(project.sha)}, 1 commit back`;
    await eventually(async () => assert.equal(await message(page).innerText(), words));
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('before-own-builds');
    assert.match(await status().innerText(), /^\s*CI 4\/7\s+1 back\s*$/);
    gitlab.world.addCommit(project.project, { sha, title: 'Pushed now' });
    gitlab.world.addBuild(project.project, { sha, ref: 'main', name: 'first', status: 'running' });
    await titleButton(page, 'Refresh').click();
    await unfold(treeRow(page, /^Stage test, 1 running$/));
    await treeRow(page, /^first, running/).waitFor();
    await picture('first-build');
    await eventually(async () => assert.equal(await message(page).innerText(), `main · ${short(sha)}`));
  });

  it('is another when one commits in the terminal', async () => {
    const { page, git, picture } = stage();
    const before = await git('rev-parse', 'HEAD');
    await runCommand(page, 'Terminal: Create New Terminal');
    await page.locator('.terminal-wrapper.active .xterm-cursor').waitFor();
    await page.keyboard.type('git commit --quiet --allow-empty --message=Terminal\n');
    const after = await eventually(async () => {
      const sha = await git('rev-parse', 'HEAD');
      assert.notEqual(sha, before);
      return sha;
    });
    const words = `main · ${short(after)} · not pushed, showing ${short(before)}, 1 commit back`;
    await eventually(async () => assert.equal(await message(page).innerText(), words));
    await picture('commit-in-terminal');
    await runCommand(page, 'Terminal: Kill All Terminals');
  });

  it('shows the builds of an earlier commit when that is checked out', async () => {
    const { page, project, git, picture } = stage();
    await git('checkout', '--quiet', project.sha);
    await lookAtGit();
    await treeRow(page, /^Stage deploy/).waitFor();
    await eventually(async () => assert.equal(await message(page).innerText(), `${short(project.sha)} · detached`));
    await picture('detached');
    await git('checkout', '--quiet', '-b', 'topic');
    await lookAtGit();
    await eventually(async () => assert.equal(await message(page).innerText(), `topic · ${short(project.sha)}`));
  });

  it('is none yet on a new branch without any', async () => {
    const { page, git, picture } = stage();
    await git('checkout', '--quiet', '--orphan', 'empty');
    await lookAtGit();
    await welcome(page)
      .getByText(/has no commits yet/)
      .waitFor();
    await picture('no-commit');
    assert.equal(await status().count(), 0);
  });

  /** VS Code looks by itself, but up to five seconds later. */
  async function lookAtGit(): Promise<void> {
    await runCommand(stage().page, 'Git: Refresh');
  }
});

describe('another commit', () => {
  const stage = useStage({ furnish: smallProject });

  it('is chosen from the recent builds of the project', async () => {
    const { page, project, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await runCommand(page, 'GitLab Builds: Show Another Commit…');
    await choice(page, 'Release 1.0').waitFor();
    await picture('commits');
    await choice(page, 'Release 1.0').click();
    await treeRow(page, /^Stage test, 2 passed/).waitFor();
    await picture('pinned');
    assert.equal(await message(page).innerText(), `v1.0 · ${project.olderSha.slice(0, 8)} · not HEAD`);
  });

  it('stays when HEAD moves, and goes when HEAD is followed again', async () => {
    const { page, project, git, picture } = stage();
    await git('commit', '--quiet', '--allow-empty', '--message=Meanwhile');
    await runCommand(page, 'Git: Refresh');
    const meanwhile = (await git('rev-parse', 'HEAD')).slice(0, 8);
    assert.equal(await message(page).innerText(), `v1.0 · ${project.olderSha.slice(0, 8)} · not HEAD`);
    await titleButton(page, 'Follow HEAD Again').click();
    const words = `main · ${meanwhile} · not pushed, showing ${project.sha.slice(0, 8)}, 1 commit back`;
    await eventually(async () => assert.equal(await message(page).innerText(), words));
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('following');
    await git('reset', '--quiet', '--hard', project.sha);
    await runCommand(page, 'Git: Refresh');
    await treeRow(page, /^Stage deploy/).waitFor();
  });

  it('is looked for among those with failed builds by a button', async () => {
    const { page, gitlab, picture } = stage();
    await runCommand(page, 'GitLab Builds: Show Another Commit…');
    await choice(page, 'Release 1.0').waitFor();
    await page.locator('.quick-input-widget').getByRole('button', { name: 'Only failed builds' }).click();
    await choice(page, 'Release 1.0').waitFor({ state: 'hidden' });
    await choice(page, 'Test the CI integration.').waitFor();
    await picture('commits-failed');
    assert.ok(gitlab.requests.some(({ path }) => /\/builds\?.*scope.*failed/.test(path)));
    await page.keyboard.press('Escape');
  });

  it('is typed: a branch, a commit or what git does not know; then HEAD is followed again', async () => {
    const { page, project, git, picture } = stage();
    const [sha, older] = [project.sha.slice(0, 8), project.olderSha.slice(0, 8)];
    await git('branch', 'topic');
    await show('topic');
    await eventually(async () => assert.equal(await message(page).innerText(), `topic · ${sha} · not HEAD`));
    await show('no-such-branch');
    await page
      .getByText(/No commit, branch or tag "no-such-branch" in this repository/)
      .first()
      .waitFor();
    await picture('unknown-revision');
    await show(project.olderSha);
    await eventually(async () => assert.equal(await message(page).innerText(), `${older} · not HEAD`));
    await runCommand(page, 'GitLab Builds: Follow HEAD Again');
    await eventually(async () => assert.equal(await message(page).innerText(), `main · ${sha}`));
  });

  it('has no builds until GitLab makes some, which are looked for on demand', async () => {
    const { page, gitlab, project, picture } = stage();
    const sha = project.shaWithoutCi;
    await show(sha);
    await welcome(page)
      .getByText(/There are no builds for this commit/)
      .waitFor();
    await picture('no-builds');
    assert.equal((await title(page).innerText()).toLowerCase(), `gitlab builds: ${sha.slice(0, 8)}`);
    const status = statusBarItem(page, /^GitLab Builds, /);
    assert.match(await status.innerText(), new RegExp(`^\\s*CI: no builds\\s+${sha.slice(0, 8)}\\s*$`));
    gitlab.world.addBuild(project.project, { sha, ref: 'main', name: 'first', status: 'running' });
    await welcome(page).getByRole('button', { name: 'Try Again' }).click();
    await unfold(treeRow(page, /^Stage test, 1 running$/));
    await treeRow(page, /^first, running/).waitFor();
  });

  async function show(revision: string): Promise<void> {
    const { page } = stage();
    await runCommand(page, 'GitLab Builds: Show Another Commit…');
    const { input } = await quickInput(page);
    await choice(page, 'Release 1.0').waitFor();
    await input.fill(revision);
    await choice(page, `Show the builds of "${revision}"`).click();
  }
});
