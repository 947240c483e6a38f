import assert from 'node:assert/strict';
import { lenses } from '../lenses';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { UIKind } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import type { FakeTextEditor } from '../fake/texts';
import type { Row as TreeRow } from '../../../src/ui/tree/treeRows';
import { box, enter } from '../signInBox';
import type { FakeBuild } from '../../gitlab/model';
import { developerToken } from '../../gitlab/seed';

describe('Open Build or Pipeline by URL', () => {
  const apps = appsInTests();
  const start = (options: AppOptions = {}): Promise<App> => apps.ready({ gitlab: { profile: '18.9' }, ...options });
  const page = (app: App, rest: string): string => `${app.gitlab.url}/group/sub.project/-/${rest}`;
  const shownLog = (): FakeTextEditor | undefined => editor().texts.editors.at(-1);
  const shownCommit = (app: App) => app.api.repositories[0]?.commit?.sha;
  const selected = (): number | undefined => {
    const { node } = (editor().views[0]?.revealed.at(-1) ?? {}) as Partial<TreeRow>;
    return node?.kind === 'build' ? node.build.id : undefined;
  };

  it('opens the log of a build, and selects its row', async () => {
    const app = await start();
    const { id } = app.small.builds.compile;
    await app.run('openByUrl', page(app, `jobs/${id}`));
    assert.equal(shownLog()?.document.uri.path, `/compile #${id}.log`);
    assert.equal(selected(), id);
    assert.equal(editor().contextKeys.get('gitlabBuilds.pinned'), false);
    assert.deepEqual(messageTexts(), []);
  });

  it('shows the commit of a build if it is a different one', async () => {
    const app = await start();
    const older = olderBuild(app).id;
    await app.run('openByUrl', { url: page(app, `jobs/${older}`) });
    assert.equal(shownCommit(app), app.small.olderSha);
    assert.equal(editor().contextKeys.get('gitlabBuilds.pinned'), true);
    assert.equal(selected(), older);
  });

  it('shows the commit of a pipeline', async () => {
    const app = await start();
    const id = olderBuild(app).pipelineId;
    await app.run('openByUrl', page(app, `pipelines/${id}/builds`));
    assert.equal(shownCommit(app), app.small.olderSha);
    assert.equal(shownLog(), undefined);
  });

  it("shows a commit, even for an abbreviated ID that git doesn't know", async () => {
    const app = await start();
    await app.run('openByUrl', page(app, `commit/${app.small.olderSha.slice(0, 10)}`));
    assert.equal(shownCommit(app), app.small.olderSha);
  });

  it('accepts the pages of old versions, below a relative URL root', async () => {
    const app = await apps.ready({ gitlab: { profile: '8.5', root: '/gitlab' } });
    const { id } = app.small.builds.compile;
    await app.run('openByUrl', `${app.gitlab.url}/group/sub.project/builds/${id}`);
    assert.equal(shownLog()?.document.uri.path, `/compile #${id}.log`);
  });

  it('shows the row despite a filter', async () => {
    const app = await start();
    await app.run('showFailedOnly');
    await app.run('openByUrl', page(app, `jobs/${app.small.builds.compile.id}`));
    assert.equal(selected(), app.small.builds.compile.id);
  });

  it('recognizes the project if the settings name it by its ID', async () => {
    const app = await start({ workspaceSettings: () => ({ 'gitlabBuilds.project': '1' }) });
    const target = app.api.repositories[0]?.project;
    assert.equal(target, String(app.small.project.id));
    await app.run('openByUrl', page(app, `commit/${app.small.olderSha}`));
    assert.equal(shownCommit(app), app.small.olderSha);
  });

  it('opens the log in a project without an open repository, and says what the view needs', async () => {
    const app = await start();
    const { world } = app.gitlab;
    const other = world.addProject({ path: 'group/other', members: { dana: 'developer' } });
    const sha = 'd'.repeat(40);
    world.addCommit(other, { sha, title: 'Other' });
    const build = world.addBuild(other, { sha, name: 'far', status: 'failed', trace: 'app.rb:3: far away\n' });
    await app.run('openByUrl', `${app.gitlab.url}/group/other/-/jobs/${build.id}`);
    assert.equal(shownLog()?.document.getText(), 'app.rb:3: far away');
    assert.equal(shownCommit(app), app.small.sha);
    assert.deepEqual(messageTexts(), [
      `Showing the log of far #${build.id}. To see the other builds of its commit, open a repository of group/other.`,
    ]);
    // What acts on a build needs a repository.
    const commands = lenses(shownLog() ?? assert.fail('no log')).map(({ command }) => command?.command);
    assert.deepEqual(commands, ['']);
    await app.run('copyFailure', shownLog()?.document.uri);
    assert.match(editor().clipboard, /far away/);
  });

  for (const rest of [`pipelines/1`, `commit/${'d'.repeat(40)}`])
    it(`says that a repository is needed: ${rest}`, async () => {
      const app = await start();
      const running = app.run('openByUrl', `${app.gitlab.url}/group/other/-/${rest}`);
      const message = await until('the message', () => editor().messages[0]);
      assert.equal(message.text, 'Open a repository of group/other to see these builds here.');
      message.press('Open in Browser');
      await running;
      assert.deepEqual(editor().opened, [`${app.gitlab.url}/group/other/-/${rest}`]);
    });

  it("shows GitLab's refusal for a build that doesn't exist", async () => {
    const app = await start();
    await app.run('openByUrl', page(app, 'jobs/987654'));
    assert.equal(messageTexts().length, 1);
    assert.equal(shownLog(), undefined);
  });

  it('asks first if the user is not signed in, and sends nothing there', async () => {
    const app = await start();
    app.asked();
    const url = 'https://git.example.org/group/project/-/jobs/1';
    const running = app.run('openByUrl', { url });
    const message = await until('the question', () => editor().messages[0]);
    assert.equal(message.modal, true);
    // The host is not a link.
    assert.match(message.text, /^You aren't signed in to .*git.*example.*org/);
    message.close();
    await running;
    assert.deepEqual([app.asked(), editor().opened, editor().inputBoxes], [[], [], []]);
  });

  it('shows the page once the user has signed in', async () => {
    const app = await apps.start({
      gitlab: { profile: '18.9' },
      token: null,
      settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }),
    });
    await app.shows('signedOut');
    const running = app.run('openByUrl', page(app, `jobs/${app.small.builds.compile.id}`));
    (await until('the question', () => editor().messages[0])).press('Sign In');
    await enter(await box(true), developerToken);
    await running;
    assert.equal(shownLog()?.document.uri.path, `/compile #${app.small.builds.compile.id}.log`);
  });

  it('asks for the URL in the Command Palette, and suggests one from the clipboard', async () => {
    const app = await start();
    const url = page(app, `jobs/${app.small.builds.compile.id}`);
    editor().clipboard = ` ${url}\n`;
    const running = app.run('openByUrl');
    const input = await until('the box', () => editor().inputBoxes.at(-1));
    assert.equal(input.value, url);
    input.type(`${app.gitlab.url}/group/sub.project/-/issues/1`);
    input.accept();
    await until('the objection', () => input.validationMessage);
    input.type('main');
    input.accept();
    await until('the other objection', () => input.validationMessage?.includes('web address'));
    input.type(url);
    input.accept();
    await running;
    assert.equal(shownLog()?.document.uri.path, `/compile #${app.small.builds.compile.id}.log`);
  });

  it('does not read the clipboard in a browser, which would ask for permission', async () => {
    const app = await start();
    editor().uiKind = UIKind.Web;
    editor().clipboard = page(app, `jobs/${app.small.builds.compile.id}`);
    const running = app.run('openByUrl');
    const input = await until('the box', () => editor().inputBoxes.at(-1));
    assert.equal(input.value, '');
    input.escape();
    await running;
  });

  it('suggests nothing else that is in the clipboard', async () => {
    const app = await start();
    editor().clipboard = 'a secret';
    const running = app.run('openByUrl');
    const input = await until('the box', () => editor().inputBoxes.at(-1));
    assert.equal(input.value, '');
    input.escape();
    await running;
  });

  for (const [argument, sentence] of [
    [{ url: 'command:workbench.action.quit' }, /isn't a web address/],
    [{ url: '' }, /isn't a web address/],
    [{ url: 5 }, /The argument must be/],
    [7, /The argument must be/],
  ] as const)
    it(`refuses ${JSON.stringify(argument)}`, async () => {
      const app = await start();
      await app.run('openByUrl', argument);
      assert.match(messageTexts()[0] ?? '', sentence);
    });
});

/** The older commit's build with the highest id. */
function olderBuild({ gitlab, small }: App): FakeBuild {
  const { world } = gitlab;
  for (let id = 1; id < 1000; id++) {
    const build = world.build(id);
    if (build.sha === small.olderSha) return build;
  }
  return assert.fail('no build');
}
