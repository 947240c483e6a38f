import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import type { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { Selection } from '../fake/texts';
import { until } from '../fake/until';
import { type FakeTreeView, LiveTree, rowsOf } from '../fake/views';
import { aBuild, alone, ready } from '../samples';

describe('A click on a row', () => {
  const apps = appsInTests();
  let app: App;
  const trace = 'Running\n$ make\nERROR: Job failed: exit code 1\nbye\n';
  beforeEach(async () => {
    app = await apps.ready({
      prepare: ({ gitlab: { world }, small }) => world.update(small.builds.firstRspec, { trace }),
    });
  });

  const uriOf = async (name: string): Promise<Uri> => {
    const row = (await app.rows()).find(({ item }) => item.label === name);
    return (row?.item.command?.arguments as readonly Uri[] | undefined)?.[0] ?? assert.fail('no click');
  };
  /** As VS Code does for its own command. */
  const open = async (uri: Uri) => editor().texts.show(await editor().texts.open(uri), { preview: true });

  it("opens the log with VS Code's own command, which distinguishes a single click from a double click", async () => {
    const { rspec } = app.small.builds;
    assert.match((await uriOf('rspec')).path, new RegExp(`^/rspec #${rspec.id}\\.log$`));
    const all = (await app.rows()).flatMap(({ item: { command } }) => command ?? []);
    assert.ok(all.every(({ command }) => command === 'vscode.open'));
  });

  it('names the tab of a finished build after its status', async () => {
    const argumentsOf = async (name: string) =>
      (await app.rows()).find(({ item }) => item.label === name)?.item.command?.arguments?.slice(1);
    const { rspec, long } = app.small.builds;
    assert.deepEqual(await argumentsOf('rspec'), [-1, `rspec #${rspec.id} · passed`]);
    const running = (await app.rows()).find(({ item }) => item.contextValue?.includes('cancelable') === true);
    assert.ok(String(running?.item.command?.arguments?.[0]).includes(String(long.id)));
    assert.equal(running?.item.command?.arguments?.length, 1);
  });

  it("puts the cursor on the first error of that log, and doesn't move it on later clicks", async () => {
    const failed = (await app.rows()).find(({ item }) => item.label === `#${app.small.builds.firstRspec.id}`);
    const [uri] = failed?.item.command?.arguments as readonly Uri[];
    assert.ok(uri);
    const shown = await open(uri);
    await until('the cursor at the error', () => shown.selection.start.line === 2);
    shown.selection = new Selection(0, 0, 0, 0);
    editor().texts.onDidChangeVisibleEditors.fire([shown]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(shown.selection.start.line, 0);
  });
});

describe('A click on a row opens', () => {
  const started = '2016-03-01T12:00:00.000Z';
  const kinds: readonly (readonly [string, Partial<Build>, string | undefined])[] = [
    ['the log of a passed build', { startedAt: started }, 'vscode.open'],
    ['the log of a waiting build, once there is one', { status: 'pending' }, 'vscode.open'],
    ['nothing for a build that never started', { status: 'skipped' }, undefined],
    [
      'the page of a build that another system reports',
      { kind: 'external', webUrl: 'https://ci' },
      'gitlabBuilds.openInBrowser',
    ],
    ['nothing if that has no page', { kind: 'external' }, undefined],
    ["the page of a bridge's downstream pipeline", { kind: 'bridge', downstream: 3 }, 'gitlabBuilds.openInBrowser'],
    ['nothing for a bridge that started no pipeline', { kind: 'bridge', status: 'created' }, undefined],
  ];
  for (const [what, changes, command] of kinds)
    it(what, async () => {
      const tree = new BuildTree(() => 'none');
      tree.show(alone(ready([aBuild(changes)])));
      const all = await rowsOf(tree.view as unknown as FakeTreeView<unknown>);
      assert.deepEqual(
        all.flatMap(({ item }) => (item.label === 'rspec' ? [item.command?.command] : [])),
        [command],
      );
      tree.dispose();
    });
});

describe('The row of a build that failed again', () => {
  it('is redrawn, and a click on it opens the log of the new run', async () => {
    const tree = new BuildTree(() => 'none');
    const failed = { name: 'a', status: 'failed', startedAt: '2016-03-01T12:00:00.000Z' };
    const live = new LiveTree(tree.view as unknown as FakeTreeView<unknown>);
    tree.show(alone(ready([aBuild({ ...failed, id: 7 })])));
    live.rows();
    tree.show(alone(ready([aBuild({ ...failed, id: 8 })])));
    const [row] = live.rows();
    assert.match((row?.item.command?.arguments?.[0] as Uri).path, /#8\.log$/);
    assert.equal((await rowsOf(tree.view as unknown as FakeTreeView<unknown>)).length, 1);
    tree.dispose();
  });
});
