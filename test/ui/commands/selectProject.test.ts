import assert from 'node:assert/strict';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

const pick = () => until('the quick pick', () => editor().picks.find(({ open }) => open));
const elsewhere = () => until('the offer', () => editor().contextKeys.get('gitlabBuilds.elsewhere') === true);

describe('The selected project', () => {
  const apps = appsInTests();
  let app: App;
  let fork: string;

  /** `origin` is a fork without builds; `upstream` is the project that has them. */
  beforeEach(async () => {
    app = await apps.ready();
    const { world, url } = app.gitlab;
    fork = world.addProject({ path: 'dana/fork', visibility: 'public' }).path;
    await app.folder.setRemotes({ origin: `${url}/${fork}.git`, upstream: `${url}/${app.small.project.path}.git` });
    await app.api.refresh();
    await app.shows('ready', ({ project }) => project === fork);
  });

  it('is that of another remote as soon as that one is selected, and stays so after a restart', async () => {
    const running = app.run('selectProject');
    const offered = await pick();
    assert.deepEqual(
      offered.items.map((item) => (typeof item === 'string' ? item : item.label)),
      [fork, app.small.project.path],
    );
    offered.choose(app.small.project.path);
    await running;
    const isSmall = ({ project }: { readonly project?: string }) => project === app.small.project.path;
    assert.ok((await app.shows('ready', isSmall)).builds.length > 0);
    await app.restart();
    await app.shows('ready', isSmall);
  });

  it('follows the settings and the upstream once the selection is cleared', async () => {
    await app.run('selectProject', { remote: 'upstream' });
    await app.shows('ready', ({ project }) => project === app.small.project.path);
    const running = app.run('selectProject');
    (await pick()).choose('Choose Automatically');
    await running;
    await app.shows('ready', ({ project }) => project === fork);
  });

  it('is suggested if it is the only one with builds for the commit', async () => {
    await elsewhere();
    await app.run('showOtherProject');
    await app.shows('ready', ({ project }) => project === app.small.project.path);
    assert.equal(editor().contextKeys.get('gitlabBuilds.elsewhere'), false);
  });

  it("is never that of a remote that doesn't exist or isn't signed in", async () => {
    for (const remote of ['gone', 7]) await app.run('selectProject', { remote });
    assert.deepEqual(
      editor().messages.map(({ text }) => text),
      [
        'The remote "gone" is not on a GitLab that you have signed in to.',
        'The argument must be { "remote": string, "repository"?: string }.',
      ],
    );
  });

  it('is not changed if no other one was found with builds', async () => {
    await app.run('selectProject', { remote: 'upstream' });
    await app.shows('ready', ({ project }) => project === app.small.project.path);
    await app.run('showOtherProject');
    assert.equal(editor().messages[0]?.text, 'No other remote has builds for this commit.');
  });
});
