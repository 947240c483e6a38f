import assert from 'node:assert/strict';
import { reporterToken } from '../gitlab/seed';
import { serverError } from '../gitlab/faults';
import { appsInTests } from './eachApp';
import { editor } from './fake/editor';

/** Messages on screen, with what they offer. */
function told(): readonly (readonly [string, string, readonly string[]])[] {
  return editor().messages.map(({ severity, text, buttons }) => [severity, text, buttons]);
}

describe('Retry', () => {
  const apps = appsInTests();

  it('looks at the build, retries it, looks at the new one and loads all', async () => {
    const app = await apps.ready();
    const { odd, deploy } = app.small.builds;
    app.asked();
    await app.run('retry', { build: odd.id });
    const made = deploy.id + 1;
    assert.deepEqual(app.asked(), [
      `GET builds/${odd.id}`,
      `POST builds/${odd.id}/retry`,
      `GET builds/${made}`,
      'GET commit',
    ]);
  });

  it('shows the new build in the place of the old, which becomes an attempt', async () => {
    const app = await apps.ready();
    const { odd } = app.small.builds;
    const label = 'spinach:other <b>&amp; "quoted" 50% ünïcödé 🦊 [link] (command:x) $(flame)';
    const before = (await app.rows()).find(({ item }) => item.label === label);
    await app.run('retry', before?.element);
    const rows = await app.rows();
    const after = rows.findIndex(({ item }) => item.label === label);
    assert.equal(rows[after]?.item.id, before?.item.id);
    assert.equal(rows[after]?.item.description, 'attempt 2');
    assert.equal(rows[after + 1]?.item.label, `#${odd.id}`);
  });

  it('says so in the status bar, without a message', async () => {
    const app = await apps.ready();
    const { rspec, deploy } = app.small.builds;
    await app.run('retry', await app.row('rspec'));
    assert.deepEqual(editor().statusMessages, [`rspec #${rspec.id} runs again as #${deploy.id + 1}`]);
    assert.deepEqual(told(), []);
  });

  it('shows progress in the view until the result is there', async () => {
    const app = await apps.ready();
    const before = editor().progress.length;
    await app.run('retry', await app.row('rspec'));
    const shown = editor()
      .progress.slice(before)
      .map(({ options, done }) => [options.location, done]);
    assert.deepEqual(shown, [[{ viewId: 'gitlabBuilds.builds' }, true]]);
  });

  it('tells of a refusal in one message with its reason', async () => {
    const app = await apps.ready();
    app.gitlab.world.update(app.small.builds.rspec, { commands: false });
    await app.run('retry', await app.row('rspec'));
    const host = new URL(app.gitlab.url).host;
    const sentence = `${host} does not allow this: 403 Forbidden - Build is not retryable`;
    assert.deepEqual(told(), [['error', sentence, ['Show Log']]]);
  });

  it('shows the fresh state after a refusal too', async () => {
    const app = await apps.ready();
    app.gitlab.world.update(app.small.builds.rspec, { commands: false });
    app.gitlab.world.setStatus(app.small.builds.deploy, 'running');
    await app.run('retry', await app.row('rspec'));
    assert.ok((await app.drawn()).some((row) => row.startsWith('▾ deploy  running')));
  });

  it('is refused to a Reporter with GitLab’s words', async () => {
    const app = await apps.ready({ token: reporterToken });
    await app.run('retry', await app.row('rspec'));
    assert.match(told()[0]?.[1] ?? '', /does not allow this: 403 Forbidden$/);
    assert.equal(told().length, 1);
  });

  it('does not try what has become impossible since, and says why', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.rspec, 'running');
    app.asked();
    await app.run('retry', await app.row('rspec'));
    const { id } = app.small.builds.rspec;
    assert.deepEqual(app.asked(), [`GET builds/${id}`, 'GET commit']);
    assert.deepEqual(told(), [['warning', `rspec #${id} is running and cannot be retried.`, []]]);
  });

  it('is not sent twice when GitLab fails at it', async () => {
    const app = await apps.ready();
    app.gitlab.faults = [{ ...serverError(), when: ({ method }) => method === 'POST' }];
    await app.run('retry', await app.row('rspec'));
    assert.equal(app.asked().filter((request) => request.startsWith('POST')).length, 1);
    assert.match(told()[0]?.[1] ?? '', /has a problem of its own \(500\)/);
  });
});

describe('Cancel', () => {
  const apps = appsInTests();

  it('shows what became of the build before the others are loaded', async () => {
    const app = await apps.ready();
    app.gitlab.faults = [{ stall: 'beforeHeaders', when: ({ path }) => path.includes('/commits/') }];
    void app.run('cancel', await app.row('production'));
    await app.shows('ready', ({ builds }) => builds.at(-1)?.status === 'canceled');
  });

  it('shows what the build had become before it was acted on', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    app.gitlab.faults = [{ stall: 'beforeHeaders', when: ({ path }) => path.includes('/commits/') }];
    void app.run('cancel', await app.row('production'));
    await app.shows('ready', ({ builds }) => builds.at(-1)?.status === 'success');
  });

  it('looks at the build, cancels it, looks again and loads all', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.deploy;
    app.asked();
    await app.run('cancel', await app.row('production'));
    assert.deepEqual(app.asked(), [`GET builds/${id}`, `POST builds/${id}/cancel`, `GET builds/${id}`, 'GET commit']);
    assert.deepEqual(editor().statusMessages, [`production #${id} is canceled`]);
  });
});
