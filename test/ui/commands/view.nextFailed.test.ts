import assert from 'node:assert/strict';
import type { Row } from '../../../src/ui/tree/treeRows';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('Go to Next Failed Build', () => {
  const apps = appsInTests();
  const view = () => editor().views[0] ?? assert.fail('no view');
  const revealed = (): readonly (number | undefined)[] =>
    view().revealed.map((row) => {
      const { node } = row as Row;
      return node.kind === 'build' ? node.build.id : undefined;
    });
  const failing = (app: App) => [app.small.builds.odd.id, app.small.builds.lint.id];

  it('goes from one failed build to the next, and from the last to the first', async () => {
    const app = await apps.ready({
      prepare: ({ gitlab: { world }, small: { builds } }) => {
        world.setStatus(builds.lint, 'failed');
      },
    });
    for (let times = 0; times < 3; times += 1) await app.run('nextFailed');
    const [first, second] = failing(app);
    assert.deepEqual(revealed(), [first, second, first]);
  });

  it('goes to the build in its argument', async () => {
    const app = await apps.ready();
    await app.run('nextFailed', { build: app.small.builds.compile.id });
    assert.deepEqual(revealed(), [app.small.builds.compile.id]);
  });

  it('clears a filter that hides the build', async () => {
    const app = await apps.ready();
    const running = app.run('filter');
    (await until('the quick pick', () => editor().picks.find(({ open }) => open))).choose('passed');
    await running;
    await app.run('nextFailed');
    assert.deepEqual(revealed(), [app.small.builds.odd.id]);
  });

  it('says if nothing has failed', async () => {
    const app = await apps.ready({
      prepare: ({ gitlab: { world }, small: { builds } }) => world.setStatus(builds.odd, 'success'),
    });
    await app.run('nextFailed');
    assert.deepEqual(
      editor().messages.map(({ text }) => text),
      ['No failed builds.'],
    );
  });
});
