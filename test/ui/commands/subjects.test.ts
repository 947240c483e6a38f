import assert from 'node:assert/strict';
import { shortName } from '../../../src/ui/text/buildText';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

/** The four ways to say which builds a command is to act on, shown by `cancel`, whose effect tells. */
describe('A command on builds', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => {
    app = await apps.ready();
    app.asked();
  });

  const canceled = (): readonly number[] => {
    const all = [app.small.builds.long, app.small.builds.deploy, app.small.builds.rspec];
    return all
      .map(({ id }) => app.gitlab.world.build(id))
      .flatMap(({ id, status }) => (status === 'canceled' ? [id] : []));
  };
  const posts = (): readonly string[] => app.asked().filter((request) => request.startsWith('POST'));

  it('acts on the row of its menu', async () => {
    await app.run('cancel', await app.row('production'));
    assert.deepEqual(canceled(), [app.small.builds.deploy.id]);
  });

  it('acts on all selected rows if its row is one of them', async () => {
    const rows = [await app.row('production'), await app.row(shortName(app.small.builds.long.name))];
    await app.run('cancel', rows[0], rows);
    assert.deepEqual(canceled(), [app.small.builds.long.id, app.small.builds.deploy.id]);
  });

  it('acts on the builds in the selected stages that it can act on', async () => {
    const rows = [await app.row('test'), await app.row('deploy')];
    await app.run('cancel', rows[0], rows);
    assert.deepEqual(canceled(), [app.small.builds.long.id, app.small.builds.deploy.id]);
  });

  it('acts once on a build that is selected together with its stage', async () => {
    const rows = [await app.row('deploy'), await app.row('production')];
    await app.run('cancel', rows[0], rows);
    assert.equal(posts().length, 1);
  });

  it("acts on the row's current state, not the one when the menu was opened", async () => {
    const row = await app.row('production');
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    await app.api.refresh();
    app.asked();
    await app.run('cancel', row);
    assert.deepEqual(app.asked(), []);
    const { id } = app.small.builds.deploy;
    assert.equal(editor().messages.at(-1)?.text, `production #${id} is passed and can't be canceled.`);
  });

  it('says that there is nothing to do for rows that it cannot act on', async () => {
    await app.run('cancel', await app.row('build'));
    assert.deepEqual(
      editor().messages.map(({ severity, text }) => [severity, text]),
      [['warning', 'No build can be canceled: all have finished.']],
    );
  });

  it('asks in the Command Palette, and offers the builds it can act on', async () => {
    const running = app.run('cancel');
    const pick = await until('the quick pick', () => editor().picks[0]);
    assert.equal(pick.options.placeHolder, 'Select builds to cancel');
    assert.equal(pick.labels.length, 2);
    pick.choose('production #');
    await running;
    assert.deepEqual(canceled(), [app.small.builds.deploy.id]);
  });

  it('accepts several builds in the Command Palette', async () => {
    const running = app.run('cancel');
    const pick = await until('the quick pick', () => editor().picks[0]);
    pick.choose('production', 'integration');
    await running;
    assert.equal(canceled().length, 2);
  });

  it('explains what to do when nothing was checked in the Command Palette', async () => {
    const running = app.run('cancel');
    (await until('the quick pick', () => editor().picks[0])).choose();
    await running;
    assert.deepEqual(app.asked(), []);
    assert.match(editor().messages[0]?.text ?? '', /^No builds selected\./);
  });

  it('does nothing when the user dismisses the Command Palette', async () => {
    const running = app.run('cancel');
    (await until('the quick pick', () => editor().picks[0])).escape();
    await running;
    assert.deepEqual([app.asked(), editor().messages], [[], []]);
  });

  it('says in the Command Palette if there is nothing to act on', async () => {
    for (const { id } of [app.small.builds.long, app.small.builds.deploy]) app.gitlab.world.cancel({ id });
    await app.api.refresh();
    await app.run('cancel');
    assert.deepEqual([editor().picks.length, editor().messages.length], [0, 1]);
  });

  it('acts on the build in its argument', async () => {
    await app.run('cancel', { build: app.small.builds.deploy.id });
    assert.deepEqual(canceled(), [app.small.builds.deploy.id]);
  });

  it('acts on the build in its argument in the repository that it names', async () => {
    const repository = app.repository.rootUri.toString();
    for (const name of [repository, `${repository}/`])
      await app.run('cancel', { build: app.small.builds.deploy.id, repository: name });
    assert.deepEqual(canceled(), [app.small.builds.deploy.id]);
  });

  it('acts on a build in a project that is not shown', async () => {
    const build = app.gitlab.world.addBuild(app.small.project, { sha: app.small.olderSha, name: 'x' });
    await app.run('cancel', { build: build.id });
    assert.equal(app.gitlab.world.build(build.id).status, 'canceled');
  });

  it('sends nothing for a build in another repository, and names that repository', async () => {
    await app.run('cancel', { build: app.small.builds.deploy.id, repository: 'file:///else/where' });
    assert.deepEqual(app.asked(), []);
    assert.match(editor().messages[0]?.text ?? '', /file:\/\/\/else\/where isn't open/);
  });

  for (const build of ['11', -1, 0, 1.5, NaN, null, {}, 2 ** 60])
    it(`says what its argument must be when the build is ${JSON.stringify(build)}`, async () => {
      await app.run('cancel', { build });
      assert.equal(editor().messages[0]?.text, 'The argument must be { "build": number, "repository"?: string }.');
      assert.deepEqual(app.asked(), []);
    });

  it('says that GitLab has no such build', async () => {
    await app.run('cancel', { build: 4711 });
    assert.equal(editor().messages.length, 1);
    assert.match(editor().messages[0]?.text ?? '', /couldn't find it, or your token has no access/);
  });

  it("says why a build in its argument can't be acted on, and does not try", async () => {
    await app.run('cancel', { build: app.small.builds.rspec.id });
    assert.equal(editor().messages[0]?.text, `rspec #${app.small.builds.rspec.id} is passed and can't be canceled.`);
    assert.deepEqual(posts(), []);
  });

  it('draws no icon and no second line for a name in the Command Palette', async () => {
    const { project, sha } = app.small;
    app.gitlab.world.addBuild(project, { sha, name: '$(flame)\nx', stage: '$(flame)', ref: '$(flame)' });
    await app.api.refresh();
    const running = app.run('cancel');
    const pick = await until('the quick pick', () => editor().picks[0]);
    const item = pick.items.find((one) => typeof one !== 'string' && one.label.includes('flame'));
    assert.ok(typeof item === 'object');
    pick.escape();
    await running;
    const { label, description, detail } = item;
    assert.doesNotMatch(`${label.replace('$(watch) ', '')} ${description} ${detail}`, /\$\(|\n/);
  });
});

describe('A command without a commit', () => {
  const apps = appsInTests();

  for (const command of ['retry', 'cancel', 'erase', 'downloadArtifacts', 'openInBrowser', 'copyUrl', 'selectCommit'])
    it(`${command} says what is missing`, async () => {
      const app = await apps.start({ token: null });
      await app.shows('signedOut');
      await app.run(command);
      assert.match(editor().messages[0]?.text ?? '', /^No GitLab project is shown\./);
      assert.deepEqual(app.gitlab.requests, []);
    });
});
