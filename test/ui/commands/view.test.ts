import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

const pick = () => until('the quick pick', () => editor().picks.find(({ open }) => open));

describe('Group By', () => {
  const apps = appsInTests();

  it('offers the four groupings and marks the current one', async () => {
    const app = await apps.ready();
    const running = app.run('groupBy');
    const offered = await pick();
    assert.deepEqual(
      offered.items.map((item) => (typeof item === 'string' ? item : [item.label, item.description])),
      [
        ['Stage, then status', 'current'],
        ['Stage', ''],
        ['Status', ''],
        ['None (one list)', ''],
      ],
    );
    offered.escape();
    await running;
    assert.deepEqual(editor().configuration.updates, []);
  });

  it('takes effect immediately', async () => {
    const app = await apps.ready();
    const running = app.run('groupBy');
    (await pick()).choose('None (one list)');
    await running;
    assert.ok((await app.rows()).every(({ item }) => /^(build|attempt|artifacts)/.test(item.contextValue ?? '')));
  });

  it('requests nothing from GitLab that a new grouping does not need', async () => {
    const app = await apps.ready();
    const asked = app.gitlab.requests.length;
    const running = app.run('groupBy');
    (await pick()).choose('Status');
    await running;
    assert.equal((await app.drawn())[0], '▾ failed  1');
    await app.api.refresh(); // Had the grouping asked for a refresh, this one would come on top of it.
    assert.equal(app.gitlab.requests.length, asked + 1);
  });

  const levels = [
    ["the user's settings if there are no others", undefined, 1],
    ["the workspace's settings if it has its own", 'workspace', 2],
    ["the folder's settings if it has its own", 'folder', 3],
  ] as const;
  for (const [where, level, target] of levels)
    it(`is written into ${where}`, async () => {
      const app = await apps.ready();
      const { configuration } = editor();
      const values = level === 'folder' ? (configuration.folders[app.folder.path] = {}) : configuration.workspace;
      if (level !== undefined) configuration.set(values, 'gitlabBuilds.groupBy', 'stage');
      const running = app.run('groupBy');
      (await pick()).choose('Status');
      await running;
      assert.deepEqual(configuration.updates, [{ key: 'gitlabBuilds.groupBy', value: 'status', target }]);
      assert.equal((await app.drawn())[0], '▾ failed  1');
    });
});

describe('Filter by Status', () => {
  const apps = appsInTests();

  it('offers the existing statuses, worst first, with their counts', async () => {
    const app = await apps.ready();
    const running = app.run('filter');
    const offered = await pick();
    assert.deepEqual(
      offered.items.map((item) => (typeof item === 'string' ? item : [item.label, item.description, item.picked])),
      [
        ['$(error) failed', '1', false],
        ['$(sync~spin) running', '1', false],
        ['$(watch) pending', '1', false],
        ['$(circle-slash) canceled', '1', false],
        ['$(pass) passed', '3', false],
      ],
    );
    offered.escape();
    await running;
  });

  it('shows only the chosen ones, and says so', async () => {
    const app = await apps.ready();
    const running = app.run('filter');
    (await pick()).choose('running', 'pending');
    await running;
    const labels = (await app.rows()).map(({ item }) => item.contextValue?.split(' ')[0]);
    assert.equal(labels.filter((kind) => kind === 'build').length, 2);
    assert.match(editor().views[0]?.message ?? '', / · only running, pending$/);
    assert.equal(editor().contextKeys.get('gitlabBuilds.filtered'), true);
  });

  it('is unchanged when the user dismisses the list', async () => {
    const app = await apps.ready();
    const first = app.run('filter');
    (await pick()).choose('running');
    await first;
    const second = app.run('filter');
    (await pick()).escape();
    await second;
    assert.match(editor().views[0]?.message ?? '', /only running$/);
  });

  it('has the chosen statuses checked, even if none of them is left', async () => {
    const app = await apps.ready();
    const first = app.run('filter');
    (await pick()).choose('running');
    await first;
    app.gitlab.world.setStatus(app.small.builds.long, 'success');
    await app.api.refresh();
    const second = app.run('filter');
    const offered = await pick();
    const ticked = offered.items.flatMap((item) => (typeof item === 'object' && item.picked === true ? [item] : []));
    assert.deepEqual(
      ticked.map(({ label, description }) => [label, description]),
      [['$(sync~spin) running', '0']],
    );
    offered.choose();
    await second;
    assert.equal(editor().contextKeys.get('gitlabBuilds.filtered'), false);
  });

  it('draws no icon for a status that GitLab added later', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.deploy, '$(flame)');
    await app.api.refresh();
    const running = app.run('filter');
    const offered = await pick();
    assert.equal(offered.labels[0], '$(question) $\u2060(flame)');
    offered.escape();
    await running;
  });
});

describe('Refresh', () => {
  const apps = appsInTests();

  it('reloads the builds, with progress in the view', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.deploy, 'running');
    const before = editor().progress.length;
    app.asked();
    await app.run('refresh');
    assert.deepEqual(app.asked(), ['GET commit']);
    assert.ok((await app.drawn()).some((row) => row.startsWith('▸ deploy  1 running')));
    assert.equal(editor().progress.length, before + 1);
  });

  it('finds remotes that were added since, a second later', async () => {
    const app = await apps.ready();
    await app.folder.setRemotes({ origin: 'https://github.com/a/b.git' });
    await app.run('refresh');
    await until('the new remote', () => editor().contextKeys.get('gitlabBuilds.state') === 'notGitLab');
  });
});

describe('Show Extension Log', () => {
  const apps = appsInTests();

  it('brings the log to the front', async () => {
    const app = await apps.start();
    await app.run('showOutput');
    assert.equal(editor().logShown, 1);
  });
});

describe('Show Failed Builds Only and Clear Filter', () => {
  const apps = appsInTests();

  it('show only the failed builds, and all again', async () => {
    const app = await apps.ready();
    const count = async () =>
      (await app.rows()).filter(({ item }) => item.contextValue?.startsWith('build') === true).length;
    const all = await count();
    await app.run('showFailedOnly');
    assert.equal(await count(), 1);
    assert.equal(editor().contextKeys.get('gitlabBuilds.filtered'), true);
    await app.run('clearFilter');
    assert.equal(await count(), all);
    assert.equal(editor().contextKeys.get('gitlabBuilds.filtered'), false);
  });
});

describe('Copy Build Name', () => {
  const apps = appsInTests();

  it('copies the names of all selected builds, as GitLab has them', async () => {
    const app = await apps.ready();
    const rows = [await app.row('compile'), await app.row('rspec')];
    await app.run('copyName', rows[0], rows);
    assert.equal(editor().clipboard, 'compile\nrspec');
    assert.deepEqual(editor().statusMessages, ['2 names copied']);
  });
});

describe('Whether a token is stored', () => {
  const apps = appsInTests();
  const signedIn = () => editor().contextKeys.get('gitlabBuilds.signedIn');

  it('is a context key', async () => {
    const app = await apps.ready();
    await until('the key', () => signedIn() === true);
    await app.run('signOut');
    await until('the key', () => signedIn() === false);
  });
});
