import assert from 'node:assert/strict';
import { arrange, flatten } from '../../../src/core/model/arrange';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import type { Grouping } from '../../../src/core/model/tree';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row as TreeRow } from '../../../src/ui/tree/treeRows';
import { MarkdownString, type TreeItem } from '../fake/basics';
import { editor } from '../fake/editor';
import { drawn, type FakeTreeView, type Row, rowsOf } from '../fake/views';
import { aBuild, allStatuses, alone, aRepository, aTarget, hostileTexts, ready, several, someBuilds } from '../samples';

const builds = arrange([
  ...someBuilds(
    { stage: 'build', name: 'compile' },
    { stage: 'test', name: 'lint' },
    { stage: 'test', name: 'rspec', status: 'failed' },
    { stage: 'test', name: 'spinach', status: 'running' },
    { stage: 'deploy', name: 'production', status: 'created' },
  ),
  aBuild({ id: 6, stage: 'test', name: 'rspec', status: 'failed' }),
]);

let tree: BuildTree;
let grouping: Grouping;

function eachWithATree(): void {
  beforeEach(() => {
    grouping = 'stageAndStatus';
    tree = new BuildTree(() => grouping);
  });
  afterEach(() => tree.dispose());
}

async function rows(): Promise<readonly Row[]> {
  return rowsOf(tree.view as unknown as FakeTreeView<unknown>);
}

async function shown(snapshot: Snapshot): Promise<readonly string[]> {
  tree.show(alone(snapshot));
  return drawn(await rows());
}

describe('The rows of the tree', () => {
  eachWithATree();
  it('are stages, statuses, builds and their attempts', async () => {
    assert.deepEqual(await shown(ready(builds)), [
      '▸ build  passed · 1',
      '  ▸ passed  1',
      '    · compile',
      '▾ test  failed · 1 of 3: rspec',
      '  ▾ failed  1',
      '    ▸ rspec  attempt 2',
      '      · #3',
      '  ▾ running  1',
      '    · spinach',
      '  ▸ passed  1',
      '    · lint',
      '▾ deploy  created · 1',
      '  ▾ created  1',
      '    · production',
    ]);
  });

  it('are stages and builds, the failed first', async () => {
    grouping = 'stage';
    assert.deepEqual(await shown(ready(builds)), [
      '▸ build  passed · 1',
      '  · compile',
      '▾ test  failed · 1 of 3: rspec',
      '  ▸ rspec  attempt 2',
      '    · #3',
      '  · lint',
      '  · spinach',
      '▾ deploy  created · 1',
      '  · production',
    ]);
  });

  it('are statuses, the worst first, and builds, which name their stage', async () => {
    grouping = 'status';
    assert.deepEqual(await shown(ready(builds)), [
      '▾ failed  1',
      '  ▸ rspec  test · attempt 2',
      '    · #3',
      '▾ running  1',
      '  · spinach  test',
      '▾ created  1',
      '  · production  deploy',
      '▸ passed  2',
      '  · compile  build',
      '  · lint  test',
    ]);
  });

  it('are builds alone, the failed first, which name their stage', async () => {
    grouping = 'none';
    assert.deepEqual(await shown(ready(builds)), [
      '▸ rspec  test · attempt 2',
      '  · #3',
      '· compile  build',
      '· lint  test',
      '· spinach  test',
      '· production  deploy',
    ]);
  });

  it('change with the grouping', async () => {
    await shown(ready(builds));
    grouping = 'none';
    tree.redraw();
    assert.equal((await rows()).length, 6);
  });

  it('are those of the chosen statuses only', async () => {
    grouping = 'none';
    tree.show(alone(ready(builds)));
    tree.showOnly(['running', 'created']);
    assert.deepEqual(drawn(await rows()), ['· spinach  test', '· production  deploy']);
  });

  it('are all again when no status is chosen', async () => {
    tree.show(alone(ready(builds)));
    tree.showOnly(['running']);
    tree.showOnly([]);
    assert.equal((await rows()).length, 14);
  });

  it('name the ref where a build has another than the commit is shown for', async () => {
    grouping = 'none';
    assert.deepEqual(await shown(ready([aBuild({ ref: 'v1.0' })])), ['· rspec  test · v1.0']);
  });

  it('are a thousand for a thousand builds', async () => {
    const many = someBuilds(...Array.from({ length: 1000 }, (_, index) => ({ stage: `stage ${index % 10}` })));
    assert.equal((await shown(ready(arrange(many)))).length, 1000 + 10 + 10);
  });
});

describe('The identity of a row', () => {
  eachWithATree();
  const idsOf = async (): Promise<ReadonlyMap<string, string | undefined>> =>
    new Map((await rows()).map(({ item }) => [item.label, item.id]));

  for (const each of ['stageAndStatus', 'stage', 'status', 'none'] as const)
    it(`stays when its build is retried, grouped by ${each}`, async () => {
      grouping = each;
      tree.show(alone(ready(builds)));
      const before = (await idsOf()).get('rspec');
      tree.show(alone(ready(arrange([...flatten(builds), aBuild({ id: 7, name: 'rspec', status: 'pending' })]))));
      assert.equal((await idsOf()).get('rspec'), before);
    });

  it('is another for another commit, so that what was folded where it passed is open where it fails', async () => {
    tree.show(alone(ready(builds)));
    const before = (await idsOf()).get('test');
    tree.show(alone({ ...ready(builds), target: aTarget({ sha: 'b'.repeat(40) }) }));
    assert.notEqual((await idsOf()).get('test'), before);
  });

  it('of a group stays when what is in it changes', async () => {
    tree.show(alone(ready(builds)));
    const before = await idsOf();
    tree.show(alone(ready(builds.map((build): Build => ({ ...build, id: build.id + 100 })))));
    for (const label of ['build', 'test', 'deploy', 'running'])
      assert.equal((await idsOf()).get(label), before.get(label));
  });

  it('is never shared, not even by a stage and a build of one name', async () => {
    const confusing = someBuilds(
      { stage: 'a', name: 'b/c' },
      { stage: 'a/b', name: 'c' },
      { stage: 'stage:a', name: 'a' },
      { stage: 'a/status:failed', name: 'a', status: 'failed' },
      { stage: 'a', name: 'a', status: 'failed' },
      { stage: 'status:failed', name: 'x' },
    );
    assert.equal((await shown(ready(confusing))).filter((row) => row.startsWith('    ')).length, 6);
  });
});

describe('A row', () => {
  eachWithATree();
  it('has a label for screen readers, whatever its kind', async () => {
    tree.show(alone(ready(builds)));
    const spoken = (await rows()).map(({ item }) => item.accessibilityInformation?.label);
    assert.deepEqual(spoken.slice(3, 7), [
      'Stage test, failed · 1 of 3: rspec',
      'failed, 1 build',
      'rspec, failed, stage test, attempt 2',
      'rspec, failed, stage test',
    ]);
    assert.ok(spoken.every((label) => label !== undefined && label !== ''));
  });

  it('has an icon and a kind', async () => {
    tree.show(alone(ready(builds)));
    for (const { item } of await rows()) {
      assert.ok(item.iconPath?.id);
      assert.match(item.contextValue ?? '', /^(stage|status|build|attempt)\b/);
    }
  });

  it('has no tooltip until it is pointed at', async () => {
    tree.show(alone(ready(builds)));
    assert.ok((await rows()).every(({ item }) => item.tooltip === undefined));
  });

  it('of a build has a tooltip once it is pointed at', async () => {
    tree.show(alone(ready(builds)));
    const row = (await rows()).find(({ item }) => item.label === 'rspec');
    const item = tree.resolveTreeItem(row?.item as never, row?.element as TreeRow) as unknown as TreeItem;
    assert.ok(item.tooltip instanceof MarkdownString);
    assert.match(item.tooltip.value, /^\*\*rspec\*\* \\#6 failed\n/);
  });

  it('of a group says whole what a narrow side bar cuts off', () => {
    tree.show(alone(ready(builds)));
    const [stage] = tree.getChildren();
    const [status] = tree.getChildren(stage) as TreeRow[];
    assert.ok(stage && status);
    const told = [stage, status].map((row) => tree.resolveTreeItem(tree.getTreeItem(row), row).tooltip);
    assert.ok(told[0] instanceof MarkdownString);
    assert.match(told[0].value, /^\*\*build\*\* passed\n[^]*\| Builds \| 1 passed \|/);
    assert.equal(told[1], 'passed, 1 build');
  });

  for (const text of hostileTexts)
    it(`is one line of plain text for ${JSON.stringify(text)}`, async () => {
      grouping = 'stage';
      tree.show(alone(ready([aBuild({ name: text, stage: text, ref: text })])));
      for (const { item } of await rows())
        for (const part of [item.label, item.description, item.accessibilityInformation?.label])
          assert.doesNotMatch(part ?? '', /[\n\r\u2028\u0000]|\]\(/);
    });

  it('that failed or may change is open from the start, any other is not', async () => {
    grouping = 'stage';
    const open = new Map<string, boolean>();
    for (const status of allStatuses) {
      tree.show(alone(ready([aBuild({ status })])));
      open.set(status, ((await rows())[0]?.item.collapsibleState ?? 0) === 2);
    }
    const closed = [...open].filter(([, isOpen]) => !isOpen).map(([status]) => status);
    assert.deepEqual(closed, ['success', 'canceled', 'skipped']);
  });
});

describe('Progress in the view', () => {
  eachWithATree();
  const { target } = ready([]);
  const loading = { kind: 'loading', target } as const;
  const shownProgress = () => editor().progress.map(({ options, done }) => [options.location, done]);

  it('is shown while builds are loading', () => {
    tree.show(alone(loading));
    assert.deepEqual(shownProgress(), [[{ viewId: 'gitlabBuilds.builds' }, false]]);
  });

  it('is one, however many repositories are loading', () => {
    tree.show(several(aRepository('a', loading), aRepository('b', undefined)));
    tree.show(several(aRepository('a', loading), aRepository('b', loading)));
    tree.show(several(aRepository('a', ready(builds)), aRepository('b', loading)));
    assert.deepEqual(shownProgress(), [[{ viewId: 'gitlabBuilds.builds' }, false]]);
  });

  it('ends with the loading of the last', async () => {
    tree.show(several(aRepository('a', loading), aRepository('b', loading)));
    tree.show(several(aRepository('a', ready(builds)), aRepository('b', ready([]))));
    await Promise.resolve();
    assert.deepEqual(
      shownProgress().map(([, done]) => done),
      [true],
    );
  });
});
