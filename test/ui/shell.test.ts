import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { badGateway } from '../gitlab/faults';
import { appsInTests } from './eachApp';
import { editor } from './fake/editor';
import { quiet, until } from './fake/until';

describe('The extension', () => {
  const apps = appsInTests();

  it('registers its commands immediately, and waits only for itself to run them', async () => {
    const app = await apps.start();
    await app.run('copyDiagnostics');
    assert.match(editor().clipboard, /^GitLab Builds: \d/);
  });

  it('leaves nothing behind when it is deactivated', async () => {
    const app = await apps.ready();
    await app.stop();
    const { commands, views, statusBarItems } = editor();
    assert.deepEqual([[...commands.keys()], views[0]?.disposed, statusBarItems[0]?.disposed], [[], true, true]);
    assert.equal(app.repository.listenerCount, 0);
  });

  it('shows no results of pending work after it is deactivated', async () => {
    const app = await apps.ready();
    app.gitlab.faults = [{ stall: 'beforeHeaders' }];
    app.asked();
    const running = app.api.refresh();
    await until('the request', () => app.asked().length > 0);
    const before = await app.drawn();
    await app.stop();
    await running;
    assert.deepEqual([await app.drawn(), editor().messages], [before, []]);
  });

  it('reports failures in the background without a message', async () => {
    const app = await apps.ready();
    await app.gitlab.close();
    await app.api.refresh();
    assert.deepEqual(editor().messages, []);
    assert.match(editor().statusBarItems[0]?.text ?? '', / \$\(history\)$/);
    assert.match(editor().views[0]?.message ?? '', /· out of date, as of .*: Can't reach /);
    assert.match(
      editor().log.find(({ level }) => level === 'warn')?.text ?? '',
      /^Refresh failed: offline 127\.0\.0\.1/,
    );
  });

  it('survives a proxy that fails now and then', async () => {
    const app = await apps.ready();
    app.gitlab.faults = [{ ...badGateway(), times: 1 }];
    await app.api.refresh();
    assert.equal(app.api.repositories[0]?.stale, undefined);
  });

  it('removes at startup what a killed extraction left behind', async () => {
    const app = await apps.ready();
    // A process of another computer, long ago.
    const left = join(
      app.folder.path,
      '.gitlab-builds',
      'rspec-1',
      '.gitlab-builds-00000000-00000000-1-00000000.unpacking',
    );
    mkdirSync(left, { recursive: true });
    const realNow = Date.now;
    try {
      Date.now = () => realNow() + 25 * 3600_000;
      await app.restart();
      await until('the end of the folder', () => !existsSync(left));
    } finally {
      Date.now = realNow;
    }
  });

  it('logs its requests, without the secrets in them', async () => {
    const app = await apps.ready();
    const asked = editor().log.filter(({ level }) => level === 'debug');
    const lines = asked.map(({ text }) => text.replace(/\d+ ms$/, ''));
    // What goes out side by side may be answered in any order.
    assert.deepEqual(
      [...lines.slice(0, 2).sort(), ...lines.slice(2, 4).sort(), ...lines.slice(4, 6).sort(), ...lines.slice(6)],
      [
        'GET /api/v4/projects/group%2Fsub.project 404 ',
        'GET /api/v4/version 404 ',
        'GET /api/v3/projects/group%2Fsub.project 200 ',
        'GET /api/v3/version 404 ',
        `GET /api/v3/projects/1/repository/commits/${app.small.sha}/builds 200 `,
        `GET /api/v3/projects/1/repository/commits/${app.small.sha}/statuses 200 `,
        // How long the running ones took before.
        'GET /api/v3/projects/1/builds 200 ',
      ],
    );
  });
});

describe('The end of builds', () => {
  const apps = appsInTests();
  const badge = () => editor().views[0]?.badge;

  it("counts failures in the view's badge", async () => {
    const app = await apps.ready();
    assert.deepEqual(badge(), { value: 1, tooltip: '1 build has failed' });
    app.repository.moveHead({ name: 'release', commit: app.small.olderSha });
    await app.shows('ready', ({ commit }) => commit?.sha === app.small.olderSha);
    assert.equal(badge(), undefined);
  });

  it('is announced while nobody looks, and its button retries failed builds', async () => {
    const app = await apps.ready();
    // A window without focus would let another one tell it first.
    editor().views[0]?.turn(false);
    app.gitlab.world.setStatus(app.small.builds.long, 'success');
    app.gitlab.world.setStatus(app.small.builds.deploy, 'failed');
    await app.api.refresh();
    const message = await until('the message', () => editor().messages[0]);
    assert.match(message.text, /: 2 of 7 builds failed: .*production$/);
    app.asked();
    message.press('Retry Failed');
    await until('the retries', () => editor().statusMessages.length === 2);
    assert.equal(app.asked().filter((request) => request.startsWith('POST')).length, 2);
  });
});

describe("The user's attention", () => {
  const apps = appsInTests();
  const realNow = Date.now;
  let skewMs: number;
  beforeEach(() => {
    skewMs = 0;
    Date.now = () => realNow() + skewMs;
  });
  afterEach(() => (Date.now = realNow));

  for (const [how, turn] of [
    ['to the window', () => editor().focus(true)],
    ['to the view', () => editor().views[0]?.turn(true)],
  ] as const)
    it(`turning ${how} updates outdated data`, async () => {
      const app = await apps.ready();
      editor().focus(false);
      editor().views[0]?.turn(false);
      skewMs = 10_000;
      app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
      turn();
      await app.shows('ready', ({ builds }) => builds.at(-1)?.status === 'success');
    });

  it('turning away causes no request', async () => {
    const app = await apps.ready();
    app.asked();
    skewMs = 10_000;
    editor().views[0]?.turn(false);
    editor().focus(false);
    await quiet();
    assert.deepEqual(app.asked(), []);
  });
});
