import assert from 'node:assert/strict';
import type { RepositoryBuilds } from '../../../src/ui/api';
import type { App, Opened } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { FakeRepository } from '../fake/git';
import { quiet, until } from '../fake/until';

const bar = (): string => editor().statusBarItems[0]?.text ?? '';

/** Waits for a state of one repository. */
async function shows(
  app: App,
  one: Pick<Opened, 'repository'>,
  isIt: (shown: RepositoryBuilds) => boolean,
): Promise<RepositoryBuilds> {
  return until('the state of the repository', () => {
    const shown = app.of(one);
    return shown !== undefined && isIt(shown) ? shown : undefined;
  });
}

const isReady = ({ state }: RepositoryBuilds): boolean => state === 'ready';

function turnTo({ folder }: Opened): void {
  editor().turnTo(Uri.file(`${folder.path}/a.ts`));
}

describe('Two repositories on servers of different versions', () => {
  const apps = appsInTests();
  let app: App;
  let second: Opened;
  beforeEach(async () => {
    app = await apps.ready();
    second = await app.open({ gitlab: { profile: '18.9' } });
    await shows(app, second, isReady);
  });

  it('are both shown, each with its own project, version and builds', () => {
    assert.deepEqual(
      app.api.repositories.map(({ rootUri, instance, apiVersion, builds }) => [
        rootUri,
        instance,
        apiVersion,
        builds.length,
      ]),
      [
        [app.repository.rootUri.toString(), app.gitlab.url, 'v3', 7],
        [second.repository.rootUri.toString(), second.gitlab.url, 'v4', 7],
      ],
    );
  });

  it('have a row each, named after their folders', async () => {
    const rows = await app.rows();
    const names = [app, second].map(({ folder }) => folder.path.split('/').at(-1));
    const labels = rows.filter(({ depth }) => depth === 0).map(({ item }) => item.label);
    assert.deepEqual(new Set(labels), new Set(names));
  });

  it('receive their own tokens, and nothing from each other', () => {
    for (const [own, other] of [
      [app, second],
      [second, app],
    ] as const)
      for (const { headers, path } of own.gitlab.requests) {
        assert.ok(!path.includes(other.folder.path));
        assert.ok(headers.host === new URL(own.gitlab.url).host);
      }
  });

  it('follow their HEADs independently', async () => {
    app.asked();
    second.repository.moveHead({ name: 'release', commit: second.small.olderSha });
    await shows(app, second, ({ state, commit }) => state === 'ready' && commit?.sha === second.small.olderSha);
    assert.deepEqual(app.asked(), []);
    assert.equal(app.of(app)?.commit?.sha, app.small.sha);
  });

  it('are both refreshed by Refresh, and individually from their rows', async () => {
    app.asked();
    const before = second.gitlab.requests.length;
    await app.run('refresh');
    assert.ok(app.asked().length > 0 && second.gitlab.requests.length > before);
    const after = second.gitlab.requests.length;
    await app.run('refresh', (await app.rows()).find(({ element }) => isRowOf(element, app))?.element);
    assert.ok(app.asked().length > 0);
    assert.equal(second.gitlab.requests.length, after);
  });

  it("are in the status bar, which shows the active editor's", async () => {
    assert.match(bar(), /^\$\(error\) CI failed: spinach/);
    second.repository.moveHead({ name: 'release', commit: second.small.olderSha });
    await shows(app, second, ({ state, commit }) => state === 'ready' && commit?.sha === second.small.olderSha);
    assert.match(bar(), /^\$\(error\)/);
    turnTo(second);
    assert.equal(bar(), '$(pass) CI passed');
    turnTo(app);
    assert.match(bar(), /^\$\(error\)/);
    editor().turnTo(undefined);
    assert.match(bar(), /^\$\(error\)/);
  });

  it('keep the commit that was selected in each', async () => {
    const running = app.run('selectCommit');
    const list = await until('the list', () => editor().quickPicks.find(({ busy }) => !busy));
    assert.match(list.placeholder ?? '', new RegExp(`\\(${app.folder.path.split('/').at(-1)}\\)$`));
    list.choose('Release 1.0');
    await running;
    assert.deepEqual([app.of(app)?.commit?.sha, app.of(second)?.commit?.sha], [app.small.olderSha, second.small.sha]);
    assert.equal(editor().contextKeys.get('gitlabBuilds.pinned'), true);
    turnTo(second);
    await until('the other', () => editor().contextKeys.get('gitlabBuilds.pinned') === false);
    await app.run('followHead');
    assert.equal(app.of(app)?.commit?.sha, app.small.olderSha);
    turnTo(app);
    await app.run('followHead');
    await shows(app, app, ({ state, commit }) => state === 'ready' && commit?.sha === app.small.sha);
  });

  it('are signed out separately', async () => {
    const running = app.run('signOut');
    (await until('the list', () => editor().picks[0])).choose(second.gitlab.url);
    await running;
    await shows(app, second, ({ state }) => state === 'signedOut');
    await app.api.refresh();
    assert.deepEqual([app.of(app)?.state, app.of(app)?.stale], ['ready', undefined]);
    const before = second.gitlab.requests.length;
    await app.run('refresh');
    assert.equal(second.gitlab.requests.length, before);
  });

  it('fail separately', async () => {
    await second.gitlab.close();
    await app.api.refresh();
    assert.match(app.of(second)?.stale ?? '', /Can't reach/);
    assert.equal(app.of(app)?.stale, undefined);
    assert.doesNotMatch(bar(), /history/);
  });

  it('fire one event for each change', async () => {
    await app.knowsAll(second);
    const seen: (string | undefined)[] = [];
    app.api.onDidChange(() => seen.push(app.of(second)?.builds.at(-1)?.status));
    second.gitlab.world.setStatus(second.small.builds.deploy, 'success');
    await app.api.refresh();
    assert.deepEqual(seen, ['success']);
    turnTo(second);
    assert.deepEqual(seen, ['success', 'success']);
  });

  it('have a part each in the diagnostics', async () => {
    await app.run('copyDiagnostics');
    const lines = editor().clipboard.split('\n');
    assert.equal(lines.filter((line) => line === 'State: ready').length, 2);
    assert.ok(lines.includes(`Repository: ${app.folder.path.split('/').at(-1) ?? ''} (active)`));
    assert.ok(lines.includes('API: v4 and GraphQL, GitLab 18.9.0-ee'));
  });
});

function isRowOf(element: unknown, { repository }: Pick<Opened, 'repository'>): boolean {
  return (element as { readonly root: string }).root === repository.rootUri.toString();
}

describe('A closed repository', () => {
  const apps = appsInTests();

  it('is no longer shown or requested', async () => {
    const app = await apps.ready();
    const second = await app.open({ gitlab: { profile: '18.9' } });
    await shows(app, second, isReady);
    await app.knowsAll(second);
    app.git.close(second.repository);
    assert.deepEqual(
      app.api.repositories.map(({ rootUri }) => rootUri),
      [app.repository.rootUri.toString()],
    );
    assert.ok((await app.drawn()).every((row) => !row.includes(second.folder.path.split('/').at(-1) ?? '')));
    const before = second.gitlab.requests.length;
    second.repository.moveHead({ name: 'x', commit: second.small.olderSha });
    await app.api.refresh();
    assert.deepEqual([second.gitlab.requests.length, second.repository.listenerCount], [before, 0]);
  });

  it('leaves nothing behind, even while its builds are loading', async () => {
    const app = await apps.ready();
    const second = await app.open({ prepare: ({ gitlab }) => (gitlab.faults = [{ stall: 'beforeHeaders' }]) });
    await shows(app, second, ({ state }) => state === 'loading');
    await until('a request', () => second.gitlab.requests.length > 0);
    const requests = second.gitlab.requests.length;
    app.git.close(second.repository);
    const states: (string | undefined)[] = [];
    app.api.onDidChange(() => states.push(app.of(second)?.state));
    await quiet();
    assert.deepEqual([states, app.of(second)], [[], undefined]);
    assert.equal(second.gitlab.requests.length, requests);
    assert.deepEqual(editor().messages, []);
  });

  it('is shown again when it is opened again', async () => {
    const app = await apps.ready();
    app.git.close(app.repository);
    assert.deepEqual(app.api.repositories, []);
    const again = new FakeRepository(app.folder.path, { name: 'release', commit: app.small.olderSha });
    app.git.open(again);
    await shows(
      app,
      { repository: again },
      ({ state, commit }) => state === 'ready' && commit?.sha === app.small.olderSha,
    );
  });

  it('takes the commands on its rows with it', async () => {
    const app = await apps.ready();
    const second = await app.open();
    await shows(app, second, isReady);
    const row = await app.row('rspec', second);
    app.git.close(second.repository);
    const before = second.gitlab.requests.length;
    await app.run('retry', row);
    assert.match(editor().messages[0]?.text ?? '', /^No GitLab project is shown\./);
    assert.equal(second.gitlab.requests.length, before);
  });
});
