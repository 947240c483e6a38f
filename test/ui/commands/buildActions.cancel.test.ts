import assert from 'node:assert/strict';
import type { FakeBuild } from '../../gitlab/model';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import type { Message } from '../fake/message';
import { until } from '../fake/until';

const names = ['one', 'two', 'plain'] as const;

describe('Canceling a build whose runner takes its time', () => {
  const apps = appsInTests();
  /** `one` and `two` run on a graceful runner, `plain` on another. */
  const start = async (
    more: AppOptions = {},
  ): Promise<{ app: App; builds: Record<(typeof names)[number], FakeBuild> }> => {
    const made = new Map<string, FakeBuild>();
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      ...more,
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        world.addRunner({ description: 'slow', graceful: true });
        for (const name of names) {
          const runner = name === 'plain' ? 'docker-01' : 'slow';
          made.set(name, world.addBuild(project, { sha, stage: 'slow', name, status: 'running', runner }));
        }
      },
    });
    app.asked();
    return { app, builds: { one: made.get('one')!, two: made.get('two')!, plain: made.get('plain')! } };
  };
  const question = (): Promise<Message> => until('the question', () => editor().messages.find(({ modal }) => modal));
  const statuses = (app: App, builds: Record<string, FakeBuild>): Record<string, string> =>
    Object.fromEntries(Object.entries(builds).map(([name, { id }]) => [name, app.gitlab.world.build(id).status]));
  const posts = (app: App): readonly string[] => app.asked().filter((request) => request.startsWith('POST jobs'));
  const makeMaintainer = (app: App): void => app.gitlab.world.setRole(app.small.project, app.small.username, 'master');
  const alreadyAsked = async (app: App, ...builds: readonly FakeBuild[]): Promise<void> => {
    for (const build of builds) app.gitlab.world.cancel(build);
    await app.api.refresh();
    app.asked();
  };

  it('says that the runner is finishing', async () => {
    const { app, builds } = await start();
    await app.run('cancel', await app.row('one'));
    const sentence = `one #${builds.one.id} is canceling: its runner is finishing`;
    assert.deepEqual([editor().statusMessages, editor().messages], [[sentence], []]);
    assert.equal(app.gitlab.world.build(builds.one.id).status, 'canceling');
  });

  it('is followed to the end without user action', async () => {
    const settings = () => ({ 'gitlabBuilds.refresh.activeSeconds': 2, 'gitlabBuilds.refresh.idleSeconds': 600 });
    const { app, builds } = await start({ settings });
    const { small, gitlab } = app;
    for (const build of [small.builds.long, small.builds.deploy, builds.two, builds.plain])
      gitlab.world.setStatus(build, 'success');
    await app.run('cancel', await app.row('one'));
    gitlab.world.setStatus(builds.one, 'canceled');
    await app.shows('ready', (shown) => shown.builds.find(({ id }) => id === builds.one.id)?.status === 'canceled');
  });

  it('asks in a modal dialog before it forces a build that is being canceled', async () => {
    const { app, builds } = await start();
    makeMaintainer(app);
    await alreadyAsked(app, builds.one);
    const running = app.run('cancel', await app.row('one'));
    const asked = await question();
    assert.deepEqual(
      [asked.severity, asked.text, asked.buttons],
      ['warning', `Force build one #${builds.one.id} to cancel?`, ['Force']],
    );
    assert.match(asked.detail, /The runner was already asked to cancel/);
    assert.match(asked.detail, /no time to clean up\. Only maintainers can do this\.$/);
    asked.press('Force');
    await running;
    assert.equal(app.gitlab.world.build(builds.one.id).status, 'canceled');
    assert.deepEqual(editor().statusMessages, [`one #${builds.one.id} is canceled`]);
  });

  it('sends nothing when the user lets the runner finish', async () => {
    const { app, builds } = await start();
    await alreadyAsked(app, builds.one);
    const running = app.run('cancel', await app.row('one'));
    (await question()).close();
    await running;
    assert.deepEqual(
      [app.asked(), statuses(app, builds)],
      [[], { one: 'canceling', two: 'running', plain: 'running' }],
    );
  });

  it('asks once for all builds that are being canceled, and cancels the others without asking', async () => {
    const { app, builds } = await start();
    makeMaintainer(app);
    await alreadyAsked(app, builds.one, builds.two);
    const running = app.run('cancel', await app.row('slow'));
    const asked = await question();
    assert.equal(asked.text, 'Force 2 builds to cancel?');
    asked.press('Force');
    await running;
    assert.deepEqual(statuses(app, builds), { one: 'canceled', two: 'canceled', plain: 'canceled' });
    assert.equal(editor().messages.length, 1);
  });

  it('cancels the others even if the user lets the runner finish', async () => {
    const { app, builds } = await start();
    await alreadyAsked(app, builds.one, builds.two);
    const running = app.run('cancel', await app.row('slow'));
    (await question()).close();
    await running;
    assert.deepEqual(statuses(app, builds), { one: 'canceling', two: 'canceling', plain: 'canceled' });
    assert.equal(posts(app).length, 1);
  });

  it("shows GitLab's message to a Developer who isn't allowed to force", async () => {
    const { app, builds } = await start();
    await alreadyAsked(app, builds.one);
    const running = app.run('cancel', await app.row('one'));
    (await question()).press('Force');
    await running;
    const sentence = `Only maintainers can force one #${builds.one.id} to cancel: 403 Forbidden`;
    assert.equal(editor().messages[1]?.text, sentence);
    assert.equal(app.gitlab.world.build(builds.one.id).status, 'canceling');
  });

  it('says that the runner is already finishing if the row did not show that yet', async () => {
    const { app, builds } = await start();
    app.gitlab.world.cancel(builds.one);
    await app.run('cancel', await app.row('one'));
    assert.equal(editor().messages[0]?.text, `one #${builds.one.id} is canceling: its runner is finishing.`);
    assert.deepEqual(posts(app), []);
  });

  it('says that there is nothing to force when the runner has ended meanwhile', async () => {
    const { app, builds } = await start();
    makeMaintainer(app);
    await alreadyAsked(app, builds.one);
    const running = app.run('cancel', await app.row('one'));
    app.gitlab.world.setStatus(builds.one, 'canceled');
    (await question()).press('Force');
    await running;
    assert.equal(editor().messages[1]?.text, `one #${builds.one.id} is canceled, so it can't be forced to cancel.`);
    assert.deepEqual(posts(app), []);
  });

  it('is not forced when all active builds are canceled, and says so', async () => {
    const { app, builds } = await start();
    const { small, gitlab } = app;
    for (const build of [small.builds.long, small.builds.deploy, builds.two, builds.plain])
      gitlab.world.setStatus(build, 'success');
    await alreadyAsked(app, builds.one);
    await app.run('cancelActive');
    assert.equal(editor().messages[0]?.text, `one #${builds.one.id} is canceling: its runner is finishing.`);
    assert.deepEqual(app.asked(), []);
  });

  it("is not forced if GitLab doesn't support that", async () => {
    const { app, builds } = await start({ gitlab: { profile: '15.9' } });
    app.gitlab.world.setStatus(builds.one, 'canceling');
    await app.run('cancel', { build: builds.one.id });
    assert.match(editor().messages[0]?.text ?? '', /is canceling: its runner is finishing\.$/);
    assert.deepEqual(posts(app), []);
  });
});
