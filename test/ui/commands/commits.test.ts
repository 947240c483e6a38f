import assert from 'node:assert/strict';
import { verdictOf } from '../../../src/core/model/verdict';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import type { FakeQuickPick } from '../fake/boxes';
import { UIKind, Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { quiet, until } from '../fake/until';

describe('Show Another Commit', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => (app = await apps.ready()));

  const list = (): Promise<FakeQuickPick> =>
    until('the list', () => editor().quickPicks.find((one) => one.visible && !one.busy));
  const choose = async (label: string): Promise<void> => {
    const running = app.run('selectCommit');
    (await list()).choose(label);
    await running;
  };
  const shown = () => app.api.repositories[0]?.commit;

  it('lists the commits that have builds, newest first, with their status', async () => {
    const running = app.run('selectCommit');
    const pick = await list();
    assert.deepEqual(pick.labels, ['$(error) Test the CI integration.', '$(pass) Release 1.0']);
    const about = new RegExp(` · .+ · (\\d+ min|\\d+ h|1 day) ago · ${app.small.sha.slice(0, 8)}$`);
    assert.match(pick.items[0]?.description ?? '', about);
    assert.ok(pick.items[0]?.description?.startsWith(app.small.ref));
    pick.escape();
    await running;
  });

  it('counts the commit that is shown like the tree, whatever GitLab lists', async () => {
    const { project, sha } = app.small;
    app.gitlab.world.addBuild(project, { sha, name: 'lint', status: 'failed' });
    const { builds } = verdictOf({ builds: app.api.repositories[0]?.builds ?? [], pipelines: [] });
    const running = app.run('selectCommit');
    const pick = await list();
    const detail = pick.items[0]?.detail ?? '';
    assert.ok(detail.startsWith(`failed · 1 of ${builds.length}: `), `${detail} of ${builds.length}`);
    pick.escape();
    await running;
  });

  it('does not say that every build of a commit failed if only the failed ones are listed', async () => {
    const { project, olderSha } = app.small;
    app.gitlab.world.addBuild(project, { sha: olderSha, name: 'lint', status: 'failed' });
    const running = app.run('selectCommit');
    const pick = await list();
    pick.press('Only failed builds');
    await until('the list', () => !pick.busy);
    const [older] = pick.items.filter(({ label }) => label.endsWith('Release 1.0'));
    assert.equal(older?.detail, '1 failed · lint');
    pick.escape();
    await running;
  });

  it("labels GitLab's merge result of a branch with its merge request", async () => {
    const { project } = app.small;
    const ref = 'refs/merge-requests/7/merge';
    const sha = 'c'.repeat(40);
    app.gitlab.world.addCommit(project, { sha, title: `Merge ${'a'.repeat(40)} into ${'b'.repeat(40)}` });
    app.gitlab.world.addBuild(project, { sha, ref, name: 'rspec', status: 'success' });
    const running = app.run('selectCommit');
    const pick = await list();
    assert.equal(pick.labels[0], '$(pass) Merge request !7');
    assert.match(pick.items[0]?.description ?? '', /^!7 · /);
    pick.escape();
    await running;
  });

  it('shows the builds of the chosen commit', async () => {
    await choose('Release 1.0');
    assert.equal(shown()?.sha, app.small.olderSha);
    assert.equal((await app.rows()).length > 0, true);
    assert.equal(editor().contextKeys.get('gitlabBuilds.pinned'), true);
  });

  it('keeps showing the chosen commit when HEAD moves', async () => {
    await choose('Release 1.0');
    app.repository.moveHead({ name: 'other', commit: app.small.shaWithoutCi });
    await app.api.refresh();
    assert.equal(shown()?.sha, app.small.olderSha);
  });

  it('is undone by Follow HEAD Again', async () => {
    await choose('Release 1.0');
    await app.run('followHead');
    assert.equal(shown()?.sha, app.small.sha);
    assert.equal(editor().contextKeys.get('gitlabBuilds.pinned'), false);
  });

  it('offers to follow HEAD while it is not followed', async () => {
    await choose('Release 1.0');
    await choose('Follow HEAD');
    assert.equal(shown()?.sha, app.small.sha);
  });

  it('changes nothing when the user dismisses the list', async () => {
    app.asked();
    const running = app.run('selectCommit');
    (await list()).escape();
    await running;
    assert.deepEqual(app.asked(), ['GET builds']);
  });

  it('asks GitLab for the builds of one status when a button is pressed', async () => {
    const running = app.run('selectCommit');
    const pick = await list();
    pick.press('Only running builds');
    await until('the shorter list', () => !pick.busy && pick.items.length === 1);
    assert.match(app.gitlab.requests.at(-1)?.path ?? '', /\/builds\?scope=running&per_page=100&page=1$/);
    assert.equal(pick.title, 'Commits with builds: running');
    assert.match(pick.labels[0] ?? '', /^\$\(sync~spin\) /);
    pick.escape();
    await running;
  });

  it('shows all commits again when another button is pressed', async () => {
    const running = app.run('selectCommit');
    const pick = await list();
    pick.press('Only failed builds');
    pick.press('All builds');
    await until('the whole list', () => !pick.busy && pick.items.length === 2);
    assert.equal(pick.title, 'Commits with builds');
    pick.escape();
    await running;
  });

  it("drops the response to a button if the next button's response came first", async () => {
    app.gitlab.faults = [{ latencyMs: 60, when: ({ path }) => path.includes('scope=running') }];
    const running = app.run('selectCommit');
    const pick = await list();
    pick.press('Only running builds');
    pick.press('All builds');
    await until('both answers', () => app.gitlab.requests.slice(-2).every(({ bytes }) => bytes > 0));
    await until('the list', () => !pick.busy);
    assert.equal(pick.items.length, 2);
    pick.escape();
    await running;
  });

  it('is busy until the response to the last button arrives', async () => {
    const running = app.run('selectCommit');
    const pick = await list();
    app.gitlab.faults = [{ stall: 'beforeHeaders', when: ({ path }) => path.includes('scope=failed') }];
    pick.press('Only running builds');
    pick.press('Only failed builds');
    await until('the first answer', () =>
      app.gitlab.requests.some(({ bytes, path }) => bytes > 0 && path.includes('=running')),
    );
    await quiet();
    assert.equal(pick.busy, true);
    pick.escape();
    await running;
  });

  it('accepts a branch, tag or commit that is typed', async () => {
    app.repository.revisions.set('v1.0', app.small.olderSha);
    const running = app.run('selectCommit');
    const pick = await list();
    pick.type('v1.0');
    pick.choose('Show the builds of "v1.0"');
    await running;
    assert.deepEqual(shown(), { sha: app.small.olderSha, ref: 'v1.0' });
  });

  it("accepts a full commit ID that git doesn't have", async () => {
    const running = app.run('selectCommit');
    const pick = await list();
    pick.type(app.small.olderSha.toUpperCase());
    pick.choose('Show the builds of');
    await running;
    assert.deepEqual(shown(), { sha: app.small.olderSha });
  });

  it('shows the commit in an argument without asking', async () => {
    app.repository.revisions.set('v1.0', app.small.olderSha);
    await app.run('selectCommit', { commit: 'v1.0', repository: app.repository.rootUri.toString() });
    assert.deepEqual(shown(), { sha: app.small.olderSha, ref: 'v1.0' });
    await app.run('followHead');
    await app.run('selectCommit', app.small.olderSha);
    assert.deepEqual(shown(), { sha: app.small.olderSha });
    assert.deepEqual([editor().quickPicks.length, editor().messages], [0, []]);
  });

  it("asks GitLab for an abbreviated ID that git doesn't have", async () => {
    await app.run('selectCommit', { commit: app.small.olderSha.slice(0, 9).toUpperCase() });
    assert.deepEqual(shown(), { sha: app.small.olderSha });
    await app.run('selectCommit', { commit: '0000000' });
    assert.match(editor().messages.at(-1)?.text ?? '', /^No commit, branch or tag "0000000"/);
    assert.deepEqual(shown(), { sha: app.small.olderSha });
  });

  for (const commit of [5, '', ' '])
    it(`refuses ${JSON.stringify({ commit })} as argument`, async () => {
      await app.run('selectCommit', { commit });
      assert.match(editor().messages.at(-1)?.text ?? '', /^The argument must be/);
    });

  it('suggests the commit in the clipboard and the selected one', async () => {
    const known = app.small.shaWithoutCi.slice(0, 8);
    app.repository.revisions.set(known, app.small.shaWithoutCi);
    editor().clipboard = `${app.small.olderSha}\n`;
    editor().selected = known;
    editor().turnTo(Uri.file(`${app.folder.path}/README`));
    const running = app.run('selectCommit');
    const pick = await list();
    await until('the proposals', () => pick.items.length === 4);
    assert.deepEqual(
      pick.items.slice(0, 2).map(({ label, description }) => [label, description]),
      [
        [`$(selection) Show the builds of "${known}"`, 'selected in the editor'],
        [`$(clippy) Show the builds of "${app.small.olderSha}"`, 'in the clipboard'],
      ],
    );
    pick.choose('$(clippy)');
    await running;
    assert.deepEqual(shown(), { sha: app.small.olderSha });
  });

  it('suggests neither other text nor IDs of no commit', async () => {
    editor().clipboard = 'a secret';
    editor().selected = '1234567';
    editor().turnTo(Uri.file(`${app.folder.path}/README`));
    const running = app.run('selectCommit');
    const pick = await list();
    assert.equal(pick.items.length, 2);
    pick.escape();
    await running;
  });

  it('does not read the clipboard in a browser, which would ask for permission', async () => {
    editor().uiKind = UIKind.Web;
    editor().clipboard = app.small.olderSha;
    const running = app.run('selectCommit');
    const pick = await list();
    await until('the commits', () => pick.items.length === 2);
    assert.ok(pick.items.every(({ label }) => !label.startsWith('$(clippy)')));
    pick.escape();
    await running;
  });

  it('says that there is no such revision, and keeps the current one', async () => {
    const running = app.run('selectCommit');
    const pick = await list();
    pick.type('nowhere');
    pick.choose('nowhere');
    await running;
    assert.deepEqual(
      editor().messages.map(({ text }) => text),
      ['No commit, branch or tag "nowhere" in this repository. Fetch it first.'],
    );
    assert.equal(shown()?.sha, app.small.sha);
  });

  it('reports a GitLab failure in the list, and still accepts what is typed', async () => {
    app.gitlab.faults = [{ ...serverError(), when: ({ path }) => path.includes('/builds?') }];
    app.repository.revisions.set('v1.0', app.small.olderSha);
    const running = app.run('selectCommit');
    const pick = await list();
    assert.match(pick.labels[0] ?? '', /^\$\(warning\) .* reported a server error \(500\)/);
    app.gitlab.faults = [];
    pick.type('v1.0');
    pick.choose('"v1.0"');
    await running;
    assert.equal(shown()?.sha, app.small.olderSha);
    assert.deepEqual(editor().messages, []);
  });

  it('draws no icon except its own', async () => {
    const { project, sha } = app.small;
    app.gitlab.world.addBuild(project, { sha, name: '$(flame)', ref: '$(flame)', status: 'failed' });
    const running = app.run('selectCommit');
    const pick = await list();
    for (const { label, description, detail } of pick.items)
      assert.equal(`${label}${description}${detail}`.match(/\$\(/g)?.length, 1);
    pick.escape();
    await running;
  });

  it('says that a chosen commit has no builds', async () => {
    app.repository.revisions.set('readme', app.small.shaWithoutCi);
    const running = app.run('selectCommit');
    const pick = await list();
    pick.type('readme');
    pick.choose('readme');
    await running;
    assert.equal(editor().contextKeys.get('gitlabBuilds.state'), 'noBuilds');
  });
});
