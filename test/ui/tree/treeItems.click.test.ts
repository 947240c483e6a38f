import assert from 'node:assert/strict';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { type FakeTreeView, LiveTree, rowsOf } from '../fake/views';
import { aBuild, alone, ready } from '../samples';

describe('A click on a row', () => {
  const apps = appsInTests();
  let app: App;
  beforeEach(async () => (app = await apps.ready()));

  const commands = async () => (await app.rows()).flatMap(({ item: { command } }) => command ?? []);

  it('opens the log of a build that has failed, or of such an attempt; any other only selects', async () => {
    const { odd, firstRspec } = app.small.builds;
    const repository = app.repository.rootUri.toString();
    assert.deepEqual(
      (await commands()).map(({ command, arguments: args }) => [command, args]),
      [odd, firstRspec].map(({ id }) => ['gitlabBuilds.openLog', [{ build: id, repository }]]),
    );
  });

  it('shows that log', async () => {
    const [command] = await commands();
    await app.run('openLog', ...((command?.arguments ?? []) as readonly unknown[]));
    const shown = editor().texts.editors.map(({ document }) => document.uri.path);
    assert.match(shown.join(), new RegExp(`#${app.small.builds.odd.id}\\.log$`));
    assert.deepEqual(editor().picks, []);
  });
});

describe('The row of what failed again', () => {
  it('is drawn anew: a click on it opens the log of the new run', async () => {
    const tree = new BuildTree(() => 'none');
    const failed = { name: 'a', status: 'failed', startedAt: '2016-03-01T12:00:00.000Z' };
    const live = new LiveTree(tree.view as unknown as FakeTreeView<unknown>);
    tree.show(alone(ready([aBuild({ ...failed, id: 7 })])));
    live.rows();
    tree.show(alone(ready([aBuild({ ...failed, id: 8 })])));
    const [row] = live.rows();
    assert.deepEqual((row?.item.command?.arguments?.[0] as { build: number }).build, 8);
    assert.equal((await rowsOf(tree.view as unknown as FakeTreeView<unknown>)).length, 1);
    tree.dispose();
  });
});
