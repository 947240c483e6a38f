import assert from 'node:assert/strict';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row as TreeRow } from '../../../src/ui/tree/treeRows';
import { FakeClock } from '../../core/support';
import { type FakeTreeView, type Row, rowsOf } from '../fake/views';
import { aBuild, alone, ready } from '../samples';

const stages = ['prepare', 'build', 'test', 'deploy'];

describe('A row that would expand on its own', () => {
  let tree: BuildTree;
  let clock: FakeClock;
  const view = () => tree.view as unknown as FakeTreeView<unknown>;

  beforeEach(() => {
    clock = new FakeClock();
    tree = new BuildTree(() => 'stage', clock);
    show();
  });
  afterEach(() => tree.dispose());

  /** Four stages of one build each; those of some have failed. */
  const show = (...failed: readonly string[]): void =>
    tree.show(
      alone(
        ready(
          stages.map((stage, at) =>
            aBuild({ id: at + 1, stage, name: `in ${stage}`, status: statusIn(stage, failed) }),
          ),
        ),
      ),
    );
  const statusIn = (stage: string, failed: readonly string[]) => (failed.includes(stage) ? 'failed' : 'success');
  const rows = (): Promise<readonly Row[]> => rowsOf(view());
  const row = async (label: string): Promise<Row> =>
    (await rows()).find(({ item }) => item.label === label) ?? assert.fail(`no row ${label}`);
  const open = async () => (await rows()).flatMap(({ item }) => (item.collapsibleState === 2 ? [item.label] : []));

  const pointAt = async (label: string): Promise<void> => {
    const { element, item } = await row(label);
    await tree.resolveTreeItem(item as never, element as TreeRow);
  };

  const uses: readonly (readonly [what: string, use: (used: Row) => unknown])[] = [
    ['selected', ({ element }) => view().select(element)],
    ['opened', ({ element }) => view().toggle(element, true)],
    ['closed', ({ element }) => view().toggle(element, false)],
    ['hovered', ({ element, item }) => tree.resolveTreeItem(item as never, element as TreeRow)],
  ];
  for (const [what, use] of uses)
    it(`waits while it is above one that was ${what}, until the view is shown again, and its counts show the failure`, async () => {
      use(await row('test'));
      const { id } = (await row('build')).item;
      show('build', 'deploy');
      assert.deepEqual(
        (await open()).filter((label) => label !== 'test'),
        ['deploy'],
      );
      assert.equal((await row('build')).item.id, id);
      assert.equal(tree.view.message, 'master · 01234567 · 2 failed, 0 running of 4');
      view().turn(false);
      assert.equal((await row('build')).item.id, id);
      view().turn(true);
      assert.ok((await open()).includes('build'));
      assert.equal(tree.view.message, 'master · 01234567');
    });

  it('expands immediately if the view was not used for a minute, or is hidden', async () => {
    await pointAt('test');
    clock.jump(60_000);
    show('build');
    assert.deepEqual(await open(), ['build']);
    await pointAt('test');
    view().turn(false);
    show('build', 'prepare');
    assert.deepEqual(await open(), ['prepare', 'build']);
  });

  it('expands immediately if the clock was set back by a year since the view was used', async () => {
    await pointAt('test');
    clock.jump(-365 * 24 * 3_600_000);
    show('build');
    assert.deepEqual(await open(), ['build']);
  });

  it('keeps waiting while the view is shown, and no longer once nothing in it fails', async () => {
    await pointAt('test');
    show('build');
    clock.jump(60_000);
    show('build');
    assert.deepEqual(await open(), []);
    show();
    assert.equal(tree.view.message, 'master · 01234567');
    show('build');
    assert.deepEqual(await open(), ['build']);
  });

  it('waits while it is selected, since VS Code would lose the selection', async () => {
    view().selection = [(await row('test')).element];
    show('test');
    assert.deepEqual(await open(), []);
    view().selection = [];
    view().turn(true);
    assert.deepEqual(await open(), ['test']);
  });
});
