import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { serverError } from '../gitlab/faults';
import type { RepositoryBuilds } from '../../src/ui/api';
import type { App } from './app';
import { appsInTests } from './eachApp';
import { editor } from './fake/editor';
import { until } from './fake/until';

/** Types of what is there: `{ id: 'number', … }`. */
function shapeOf(value: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]: [string, unknown]) => [key, Array.isArray(part) ? 'array' : typeof part]),
  );
}

const common = { rootUri: 'string', state: 'string', builds: 'array', pipelines: 'array' };
const withTarget = { ...common, instance: 'string', project: 'string', commit: 'object' };

describe('The API for other extensions', () => {
  const apps = appsInTests();

  it('has version 1 and no other', async () => {
    const { exports } = await apps.start();
    for (const version of [0, 2, NaN, undefined, '1'])
      assert.throws(() => exports.getAPI(version as 1), /has no API version .*, only 1/);
  });

  it("has no repositories before VS Code's git has looked for them", async () => {
    const app = await apps.start({ git: false });
    assert.deepEqual(app.api.repositories, []);
  });

  it('contains only the instance while the user is signed out of a known one', async () => {
    const app = await apps.start({ token: null, settings: (url) => ({ 'gitlabBuilds.instances': [{ url }] }) });
    const shown = await app.shows('signedOut');
    assert.deepEqual(shapeOf(shown), { ...common, instance: 'string' });
    assert.equal(shown.instance, app.gitlab.url);
  });

  it('contains no instance for a host without one', async () => {
    const app = await apps.start({ token: null });
    assert.deepEqual(shapeOf(await app.shows('signedOut')), common);
  });

  it('says that there is no project', async () => {
    const app = await apps.start({ remote: () => 'https://github.com/a/b.git' });
    assert.deepEqual(shapeOf(await app.shows('noProject')), common);
  });

  it('says what it is loading', async () => {
    const app = await apps.start({ prepare: ({ gitlab }) => (gitlab.faults = [{ latencyMs: 100 }]) });
    assert.deepEqual(shapeOf(await app.shows('loading')), withTarget);
  });

  it('says which commit the builds belong to', async () => {
    const app = await apps.ready();
    const shown = await app.shows('ready');
    assert.deepEqual(shapeOf(shown), { ...withTarget, apiVersion: 'string' });
    const { rootUri, instance, project, apiVersion, commit } = shown;
    assert.deepEqual(
      { rootUri, instance, project, apiVersion, commit },
      {
        rootUri: app.repository.rootUri.toString(),
        instance: app.gitlab.url,
        project: app.small.project.path,
        apiVersion: 'v3',
        commit: { sha: app.small.sha, ref: app.small.ref },
      },
    );
  });

  it('contains no branch if HEAD is detached', async () => {
    const app = await apps.ready();
    app.repository.moveHead({ commit: app.small.olderSha });
    const { commit } = await app.shows('ready', (one) => one.commit?.sha === app.small.olderSha);
    assert.deepEqual(commit, { sha: app.small.olderSha });
  });

  it('says why it failed', async () => {
    const app = await apps.start({ prepare: ({ gitlab }) => (gitlab.faults = [serverError()]) });
    const shown = await app.shows('failed');
    assert.deepEqual(shapeOf(shown), { ...withTarget, error: 'string' });
    assert.match(shown.error ?? '', /reported a server error \(500\)/);
  });

  it('keeps the builds and says why they are outdated', async () => {
    const app = await apps.ready();
    app.gitlab.faults = [serverError()];
    await app.api.refresh();
    const [shown] = app.api.repositories;
    assert.match(shown?.stale ?? '', /reported a server error \(500\)/);
    assert.equal(shown?.builds.length, 7);
  });

  it('says that the token is no longer accepted', async () => {
    const app = await apps.ready();
    app.gitlab.world.setUserState(app.small.username, 'blocked');
    await app.api.refresh();
    assert.match(app.api.repositories[0]?.stale ?? '', /rejected your token/);
  });
});

describe('A build in the API', () => {
  const apps = appsInTests();
  let app: App;
  let shown: RepositoryBuilds;
  beforeEach(async () => {
    app = await apps.ready();
    shown = await app.shows('ready');
  });

  it("has GitLab's data", () => {
    const { compile, rspec } = app.small.builds;
    const build = shown.builds.find(({ id }) => id === compile.id);
    assert.deepEqual(shapeOf(build ?? {}), {
      ...{ id: 'number', name: 'string', stage: 'string', status: 'string', ref: 'string', tag: 'boolean' },
      ...{ allowFailure: 'boolean', createdAt: 'string', startedAt: 'string', finishedAt: 'string' },
      ...{
        artifacts: 'object',
        user: 'string',
        runner: 'string',
        webUrl: 'string',
        commit: 'object',
        attempts: 'array',
        denied: 'array',
      },
    });
    assert.equal(shown.builds.find(({ id }) => id === rspec.id)?.coverage, 98.29);
  });

  it('is sorted by stage and ID, with its attempts below it', () => {
    const { compile, assets, firstRspec, odd, long, lint, rspec, deploy } = app.small.builds;
    assert.deepEqual(
      shown.builds.map(({ id }) => id),
      [compile, assets, odd, long, lint, rspec, deploy].map(({ id }) => id),
    );
    const attempts = shown.builds.find(({ id }) => id === rspec.id)?.attempts ?? [];
    assert.deepEqual(
      attempts.map(({ id }) => id),
      [firstRspec.id],
    );
  });

  it('is a copy: changing it does not affect what is shown', async () => {
    const before = await app.drawn();
    for (const build of shown.builds) Object.assign(build, { name: 'mine', status: 'failed' });
    Object.assign(shown, { state: 'failed' });
    await app.api.refresh();
    assert.deepEqual([await app.drawn(), app.api.repositories[0]?.state], [before, 'ready']);
  });

  it('can be serialized as JSON', () => assert.deepEqual(JSON.parse(JSON.stringify(shown)), shown));
});

describe('Refreshing through the API', () => {
  const apps = appsInTests();

  it('resolves when the result is shown', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.deploy, 'failed');
    await app.api.refresh();
    assert.match(editor().statusBarItems[0]?.text ?? '', /^\$\(error\) CI failed: .*\+1$/);
    assert.ok((await app.drawn()).some((row) => row.startsWith('▾ deploy  1 failed')));
    assert.equal(app.api.repositories[0]?.builds.at(-1)?.status, 'failed');
  });

  it('resolves without a repository', async () => {
    const app = await apps.start({ git: false });
    await app.api.refresh();
    assert.deepEqual(app.api.repositories, []);
  });

  it('waits after activation until git has looked and every repository shows its result', async () => {
    const app = await apps.ready();
    await app.open();
    app.git.state = 'uninitialized';
    await app.restart();
    const states = app.api.refresh().then(() => app.api.repositories.map(({ state }) => state));
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    app.git.initialize();
    assert.deepEqual(await states, ['ready', 'ready']);
  });

  it("does not wait for git if it can't be started", async () => {
    const app = await apps.ready();
    app.git.activate = () => Promise.reject(new Error('no git'));
    await app.restart();
    await app.api.refresh();
    assert.deepEqual(app.api.repositories, []);
  });

  it('does not wait for git if it is still starting when the window closes', async () => {
    const app = await apps.ready();
    app.git.state = 'uninitialized';
    await app.restart();
    const refreshed = app.api.refresh();
    await app.stop();
    await refreshed;
  });

  it('does not reject when GitLab fails', async () => {
    const app = await apps.ready();
    await app.gitlab.close();
    await app.api.refresh();
    assert.match(app.api.repositories[0]?.stale ?? '', /Can't reach/);
  });

  it('fires an event once the result is shown', async () => {
    const app = await apps.ready();
    const seen: (string | undefined)[] = [];
    app.api.onDidChange(() => seen.push(app.api.repositories[0]?.builds.at(-1)?.status));
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    await app.api.refresh();
    assert.deepEqual(seen, ['success']);
  });

  it('fires no event if nothing has changed', async () => {
    const app = await apps.ready();
    let told = 0;
    app.api.onDidChange(() => (told += 1));
    await app.api.refresh();
    assert.equal(told, 0);
  });

  it('fires an event when HEAD moves', async () => {
    const app = await apps.ready();
    const states: (string | undefined)[] = [];
    app.api.onDidChange(() => states.push(app.api.repositories[0]?.state));
    app.repository.moveHead({ name: 'release', commit: app.small.olderSha });
    await until('both states', () => states.length === 2);
    assert.deepEqual(states, ['loading', 'ready']);
  });
});
