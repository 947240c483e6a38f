import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { FakeMemento } from '../fake/memento';
import { FakeSecrets } from '../fake/secrets';
import { until } from '../fake/until';
import { waitingOn } from '../waiting';
import type { App, AppOptions } from '../app';

/** Starts from what version 0.1.0 left in a profile; its keys and shapes are repeated here as that version wrote them. */
describe('A profile written by 0.1.0', () => {
  const apps = appsInTests();

  const start = async (more: Partial<AppOptions> = {}): Promise<App> => {
    const [secrets, memento, globalState] = [new FakeSecrets(), new FakeMemento(), new FakeMemento()];
    const waiting = waitingOn('18.9', more);
    return apps.start({
      ...waiting.options,
      token: null,
      secrets,
      memento,
      globalState,
      prepare: (prepared) => {
        waiting.options.prepare?.(prepared);
        const {
          gitlab: { url },
          small: { project, token, sha },
        } = prepared;
        secrets.values.set('instances', JSON.stringify([url]));
        secrets.values.set(`token ${url}`, token);
        const variables = { DEPLOY_TO: 'production', empty: '' };
        secrets.values.set(`variables ${url} ${project.path} release`, JSON.stringify(variables));
        void globalState.update('instances', [
          {
            url,
            server: { api: 'v4', version: '18.9.0' },
            at: Date.now(),
            projects: [{ path: project.path, id: project.id, url: `${url}/${project.path}`, at: Date.now() }],
          },
        ]);
        void memento.update('builds', [
          { instance: url, project: project.path, sha, apiVersion: 'v4', readOnly: false, builds: [], pipelines: [] },
        ]);
      },
    });
  };

  it('is signed in with its token', async () => {
    const app = await start();
    const { builds, instance } = await app.shows('ready');
    assert.ok(builds.length > 0);
    assert.equal(instance, app.gitlab.url);
    await app.run('signOut');
    assert.deepEqual(editor().statusMessages, [`Signed out of ${app.gitlab.url}`]);
  });

  it('offers the variables that a build was played with', async () => {
    const app = await start();
    await app.shows('ready');
    const running = app.run('playWithVariables', await app.row('release'));
    const list = await until('the list', () => editor().quickPicks.findLast(({ visible }) => visible));
    assert.deepEqual(
      list.items.slice(1, 3).map(({ label, description }) => `${label}=${description ?? ''}`),
      ['DEPLOY_TO=production', 'empty=(empty)'],
    );
    list.hide();
    await running;
  });

  it('keeps its settings', async () => {
    const app = await start({
      settings: (url) => ({
        'gitlabBuilds.instances': [{ url, hosts: ['ssh.example.com'], apiVersion: 'v4' }],
        'gitlabBuilds.groupBy': 'none',
        'gitlabBuilds.notifications': 'never',
        'gitlabBuilds.refresh.activeSeconds': 7,
        'gitlabBuilds.refresh.idleSeconds': 70,
      }),
      remote: () => 'git@ssh.example.com:group/another.git',
      workspaceSettings: () => ({
        'gitlabBuilds.project': '1',
        'gitlabBuilds.remote': 'origin',
      }),
    });
    const { apiVersion } = await app.shows('ready');
    assert.equal(apiVersion, 'v4');
    const groups = (await app.rows()).filter(({ item }) => /^(stage|status) /.test(`${item.contextValue ?? ''} `));
    assert.deepEqual(
      groups.map(({ item }) => item.label),
      ['External'],
      'only reports of other systems stay in a group of their own',
    );
    await app.run('copyDiagnostics');
    assert.match(editor().clipboard, /^Refresh: 7 s active, 70 s idle$/m);
  });

  it('is tolerated if it is damaged', async () => {
    const memento = new FakeMemento();
    const globalState = new FakeMemento();
    for (const key of ['builds', 'knownProjects', 'remoteChoices']) await memento.update(key, [{ sha: 1 }, null, 'x']);
    await globalState.update('instances', [{ url: 5 }, null]);
    const app = await apps.start({ memento, globalState });
    assert.ok((await app.shows('ready')).builds.length > 0);
  });
});
