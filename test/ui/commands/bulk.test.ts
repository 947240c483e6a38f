import assert from 'node:assert/strict';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';

describe('An action on several builds', () => {
  const apps = appsInTests();
  const failing = (app: App): void => {
    app.gitlab.world.update(app.small.builds.rspec, { commands: false });
    app.gitlab.world.update(app.small.builds.lint, { commands: false });
  };

  it('reloads the list once, at the end', async () => {
    const app = await apps.ready();
    app.asked();
    await app.run('retry', await app.row('build'));
    const asked = app.asked();
    assert.deepEqual([asked.filter((request) => request === 'GET commit').length, asked.at(-1)], [1, 'GET commit']);
    assert.equal(asked.length, 2 * 3 + 1);
  });

  it('continues when some are refused, and reports those in one message', async () => {
    const app = await apps.ready();
    failing(app);
    await app.run('retry', await app.row('test'));
    assert.equal(editor().messages.length, 1);
    assert.match(
      editor().messages[0]?.text ?? '',
      /^2 of 3 builds were refused\. (rspec|lint) #\d+: .* doesn't allow this: 403 Forbidden - Build is not retryable$/,
    );
    assert.ok(editor().statusMessages.includes('1 of 3 done'));
  });

  it('logs each refusal', async () => {
    const app = await apps.ready();
    failing(app);
    await app.run('retry', await app.row('test'));
    const lines = editor().log.filter(({ level, text }) => level === 'warn' && text.startsWith('retry of '));
    assert.equal(lines.length, 2);
  });

  it('has at most four of them in progress', async () => {
    const app = await apps.ready({
      prepare: ({ gitlab, small }) => {
        for (let index = 0; index < 12; index++)
          gitlab.world.addBuild(small.project, { sha: small.sha, stage: 'many', name: `${index}`, status: 'failed' });
      },
    });
    app.gitlab.faults = [{ latencyMs: 5 }];
    await app.run('retry', await app.row('many'));
    assert.equal(Math.max(...app.gitlab.requests.map(({ inFlight }) => inFlight)), 4);
  });
});

describe('Retrying failed builds and canceling active ones', () => {
  const apps = appsInTests();
  const told = () => editor().messages.map(({ severity, text }) => [severity, text]);
  const titles = (): readonly (string | undefined)[] =>
    editor()
      .progress.map(({ options }) => options.title)
      .filter(Boolean);

  it('retries every failed build of the commit, and says how many', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.compile, 'failed');
    await app.api.refresh();
    app.asked();
    await app.run('retryFailed');
    const posts = app.asked().filter((request) => request.startsWith('POST'));
    const { compile, odd } = app.small.builds;
    assert.deepEqual([...posts].sort(), [`POST builds/${compile.id}/retry`, `POST builds/${odd.id}/retry`].sort());
    assert.deepEqual(titles(), ['Retrying 2 failed builds']);
  });

  it('is limited to the stage of its row', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.compile, 'failed');
    await app.api.refresh();
    app.asked();
    await app.run('retryFailed', await app.row('test'));
    assert.deepEqual(titles(), ['Retrying 1 failed build']);
    assert.ok(!app.asked().includes(`POST builds/${app.small.builds.compile.id}/retry`));
  });

  it('says that nothing has failed', async () => {
    const app = await apps.ready();
    await app.run('retryFailed', await app.row('build'));
    assert.deepEqual(told(), [['warning', 'No failed builds.']]);
  });

  it('cancels every active build of the commit, and says how many', async () => {
    const app = await apps.ready();
    await app.run('cancelActive');
    assert.deepEqual(titles(), ['Canceling 2 active builds']);
    for (const { id } of [app.small.builds.long, app.small.builds.deploy])
      assert.equal(app.gitlab.world.build(id).status, 'canceled');
  });

  it('cancels those of a stage, and says how many', async () => {
    const app = await apps.ready();
    await app.run('cancelActive', await app.row('deploy'));
    assert.deepEqual(titles(), ['Canceling 1 active build']);
    assert.equal(app.gitlab.world.build(app.small.builds.long.id).status, 'running');
  });

  it('says that nothing is active', async () => {
    const app = await apps.ready();
    await app.run('cancelActive', await app.row('build'));
    assert.deepEqual(told(), [['warning', 'No active builds.']]);
  });
});
