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

describe('Revealing a row', () => {
  eachWithATree();
  const view = () => tree.view as unknown as FakeTreeView<TreeRow>;
  const reveal = async (): Promise<boolean> => {
    await shown(ready(builds));
    return tree.revealBuild('file:///work/project', 4);
  };

  it('is tried again if VS Code has not drawn the row yet', async () => {
    view().rejections = 2;
    assert.equal(await reveal(), true);
    assert.equal(view().revealed.length, 1);
  });

  it('is given up without an error if VS Code never draws the row', async () => {
    view().rejections = 100;
    assert.equal(await reveal(), false);
    assert.ok(view().rejections > 90, 'after a few tries');
  });

  it('keeps the filter unless that hides the row', async () => {
    tree.showOnly(['failed']);
    await shown(ready(builds));
    view().rejections = 100;
    await tree.showBuild('file:///work/project', 6);
    assert.ok(!(await rows()).some(({ item }) => item.label === 'spinach'), 'kept');
    view().rejections = 0;
    await tree.showBuild('file:///work/project', 4);
    assert.ok(
      (await rows()).some(({ item }) => item.label === 'spinach'),
      'cleared',
    );
  });
});

describe('The rows of the tree', () => {
  eachWithATree();
  it('are stages, builds in the order of their statuses, and their attempts', async () => {
    assert.deepEqual(await shown(ready(builds)), [
      '▸ build  1 passed',
      '  · compile',
      '▾ test  1 failed · 1 running · 1 passed',
      '  ▸ rspec  attempt 2',
      '    · #3',
      '  · spinach',
      '  · lint',
      '▸ deploy  1 created',
      '  · production',
    ]);
  });

  it('are stages and builds, failed ones first', async () => {
    grouping = 'stage';
    assert.deepEqual(await shown(ready(builds)), [
      '▸ build  1 passed',
      '  · compile',
      '▾ test  1 failed · 1 running · 1 passed',
      '  ▸ rspec  attempt 2',
      '    · #3',
      '  · lint',
      '  · spinach',
      '▸ deploy  1 created',
      '  · production',
    ]);
  });

  it('are statuses, worst first, and builds, which name their stage', async () => {
    grouping = 'status';
    assert.deepEqual(await shown(ready(builds)), [
      '▾ failed  1',
      '  ▸ rspec  test · attempt 2',
      '    · #3',
      '▸ running  1',
      '  · spinach  test',
      '▸ created  1',
      '  · production  deploy',
      '▸ passed  2',
      '  · compile  build',
      '  · lint  test',
    ]);
  });

  it('are only builds, failed ones first, which name their stage', async () => {
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

  it('change with the Group By setting', async () => {
    await shown(ready(builds));
    grouping = 'none';
    tree.redraw();
    assert.equal((await rows()).length, 6);
  });

  it('are only those with the chosen statuses', async () => {
    grouping = 'none';
    tree.show(alone(ready(builds)));
    tree.showOnly(['running', 'created']);
    assert.deepEqual(drawn(await rows()), ['· spinach  test', '· production  deploy']);
  });

  it('are all rows again when no status is chosen', async () => {
    tree.show(alone(ready(builds)));
    tree.showOnly(['running']);
    tree.showOnly([]);
    assert.equal((await rows()).length, 9);
  });

  it("name a build's ref if the commit is shown for another ref", async () => {
    grouping = 'none';
    assert.deepEqual(await shown(ready([aBuild({ ref: 'v1.0' })])), ['· rspec  test · v1.0']);
  });

  it('are one row for parallel builds with the same name, which expands to what distinguishes them', async () => {
    grouping = 'none';
    const parallel = ['failed', 'success', 'failed', 'running', 'success'].map((status, at) => ({
      ...{ name: `rspec ${at + 1}/5`, status, stage: 'test' },
    }));
    assert.deepEqual(await shown(ready(arrange(someBuilds(...parallel)))), [
      '▾ rspec  test · 2 of 5 failed',
      ...['1/5', '2/5', '3/5', '4/5', '5/5'].map((label) => `  · ${label}`),
    ]);
    const [group, first] = await rows();
    assert.equal(group?.item.contextValue, 'group retryable cancelable erasable hasFailed hasActive');
    assert.equal(group.item.accessibilityInformation?.label, 'rspec, 5 builds, stage test, 2 of 5 failed');
    assert.equal(first?.item.accessibilityInformation?.label, 'rspec 1/5, failed, stage test');
  });

  it('leave out the middle of a long name, which is read out in full', async () => {
    grouping = 'none';
    const name = `${'a'.repeat(40)} ${'🦊'.repeat(10)} the telling end`;
    await shown(ready([aBuild({ name })]));
    const [row] = await rows();
    assert.equal(row?.item.label, `${'a'.repeat(12)}…the telling end`);
    assert.match(row.item.accessibilityInformation?.label ?? '', new RegExp(`^${name},`));
  });

  it('keep a name of 48 characters, and as much of a longer one as fits a side bar of 300 px with both ends', async () => {
    grouping = 'none';
    const [whole, long] = ['b'.repeat(48), `${'c'.repeat(20)} ${'d'.repeat(28)}`];
    await shown(ready([aBuild({ name: whole }), aBuild({ id: 2, name: long })]));
    const labels = (await rows()).map(({ item }) => item.label);
    assert.deepEqual(labels, [whole, `${'c'.repeat(12)}…${'d'.repeat(15)}`]);
  });

  it('show what differs of names with one long beginning, in every grouping, and are spoken and pointed at whole', async () => {
    const family = (end: string) => ({ name: `unit tests of the component ${end}` });
    const [first, second, share] = someBuilds({ ...family('1'), status: 'failed' }, family('2'), family('x 1/2'));
    assert.ok(first && second && share);
    const other = { ...share, id: 9, ...family('x 2/2') };
    const wanted = ['unit…1', 'unit…2', 'unit…x'];
    const builds = arrange([first, second, share, other]);
    for (const each of ['none', 'status', 'stage'] as const) {
      grouping = each;
      await shown(ready(builds));
      const all = await rows();
      const found = wanted.map((label) => all.find(({ item }) => item.label === label));
      const spoken = found.map((row) => row?.item.accessibilityInformation?.label ?? '');
      for (const [at, label] of spoken.entries())
        assert.ok(label.startsWith(`unit tests of the component ${['1', '2', 'x'][at] ?? ''},`), label);
      const group = found[2];
      const { tooltip } = tree.resolveTreeItem(group?.item as never, group?.element as TreeRow) as unknown as TreeItem;
      assert.match(typeof tooltip === 'string' ? tooltip : '', /^unit tests of the component x, 2 builds, /);
    }
  });

  it('are redrawn when a build comes that shares the beginning of their names', async () => {
    grouping = 'none';
    const [first, second] = someBuilds(
      { name: 'unit tests of the component 1' },
      { name: 'unit tests of the component 2' },
    );
    assert.ok(first && second);
    const labels = async () => (await rows()).map(({ item }) => item.label);
    await shown(ready([first]));
    assert.deepEqual(await labels(), ['unit tests of the component 1']);
    await shown(ready([first, second]));
    assert.deepEqual(await labels(), ['unit…1', 'unit…2']);
  });

  it('show how many of all builds are visible while a filter is on', async () => {
    const builds = someBuilds({ status: 'failed' }, {}, {}, { stage: 'deploy', status: 'failed' }, { name: 'k 1/2' });
    const more = [...builds, aBuild({ id: 9, name: 'k 2/2', status: 'failed' })];
    tree.showOnly(['failed']);
    assert.deepEqual(await shown(ready(more)), [
      '▾ test  2 of 5 shown',
      '  · build-1',
      '  · k 2/2',
      '▾ deploy  1 failed',
      '  · build-4',
    ]);
  });

  it('are a thousand rows for a thousand builds', async () => {
    const many = someBuilds(...Array.from({ length: 1000 }, (_, index) => ({ stage: `stage ${index % 10}` })));
    assert.equal((await shown(ready(arrange(many)))).length, 1000 + 10);
  });
});

describe('The text above the rows', () => {
  eachWithATree();
  it('contains the counts if there are more than two hundred builds', () => {
    const many = (count: number) =>
      ready(
        someBuilds(
          ...[{ status: 'failed' }, { status: 'failed', allowFailure: true }, { status: 'running' }],
          ...Array.from({ length: count - 3 }, () => ({})),
        ),
      );
    tree.show(alone(many(200)));
    assert.equal(tree.view.message, 'master · 01234567');
    tree.show(alone(many(201)));
    assert.equal(tree.view.message, 'master · 01234567 · 1 failed, 1 running of 201');
  });
});

describe('The ID of a row', () => {
  eachWithATree();
  const idsOf = async (): Promise<ReadonlyMap<string, string | undefined>> =>
    new Map((await rows()).map(({ item }) => [item.label, item.id]));

  for (const each of ['stageAndStatus', 'stage', 'status', 'none'] as const)
    it(`stays the same when its build is retried, grouped by ${each}`, async () => {
      grouping = each;
      tree.show(alone(ready(builds)));
      const before = (await idsOf()).get('rspec');
      tree.show(alone(ready(arrange([...flatten(builds), aBuild({ id: 7, name: 'rspec', status: 'pending' })]))));
      assert.equal((await idsOf()).get('rspec'), before);
    });

  it('differs between commits, so that a row that was collapsed when it passed is open when it fails', async () => {
    tree.show(alone(ready(builds)));
    const before = (await idsOf()).get('test');
    tree.show(alone({ ...ready(builds), target: aTarget({ sha: 'b'.repeat(40) }) }));
    assert.notEqual((await idsOf()).get('test'), before);
  });

  it('stays the same for a group when its contents change', async () => {
    tree.show(alone(ready(builds)));
    const before = await idsOf();
    tree.show(alone(ready(builds.map((build): Build => ({ ...build, id: build.id + 100 })))));
    for (const label of ['build', 'test', 'deploy']) assert.equal((await idsOf()).get(label), before.get(label));
  });

  it('is never shared, not even by a stage and a build with the same name', async () => {
    const confusing = someBuilds(
      { stage: 'a', name: 'b/c' },
      { stage: 'a/b', name: 'c' },
      { stage: 'stage:a', name: 'a' },
      { stage: 'a/status:failed', name: 'a', status: 'failed' },
      { stage: 'a', name: 'a', status: 'failed' },
      { stage: 'status:failed', name: 'x' },
    );
    assert.equal((await shown(ready(confusing))).filter((row) => row.startsWith('  ')).length, 6);
  });
});

describe('A row', () => {
  eachWithATree();
  it('has a label for screen readers, whatever its type', async () => {
    tree.show(alone(ready(builds)));
    const spoken = (await rows()).map(({ item }) => item.accessibilityInformation?.label);
    assert.deepEqual(spoken.slice(2, 5), [
      'Stage test, 1 failed · 1 running · 1 passed',
      'rspec, failed, stage test, attempt 2',
      'rspec, failed, stage test',
    ]);
    assert.ok(spoken.every((label) => label !== undefined && label !== ''));
  });

  it('has an icon and a type', async () => {
    tree.show(alone(ready(builds)));
    for (const { item } of await rows()) {
      assert.ok(item.iconPath?.id);
      assert.match(item.contextValue ?? '', /^(stage|status|build|attempt)\b/);
    }
  });

  it('with a status has its number of builds', async () => {
    grouping = 'status';
    tree.show(alone(ready(builds)));
    assert.deepEqual(
      (await rows()).flatMap(({ depth, item }) => (depth === 0 ? [item.accessibilityInformation?.label] : [])),
      ['failed, 1 build', 'running, 1 build', 'created, 1 build', 'passed, 2 builds'],
    );
  });

  it('has no tooltip until the pointer is over it', async () => {
    tree.show(alone(ready(builds)));
    assert.ok((await rows()).every(({ item }) => item.tooltip === undefined));
  });

  it('with a build has a tooltip once the pointer is over it', async () => {
    tree.show(alone(ready(builds)));
    const row = (await rows()).find(({ item }) => item.label === 'rspec');
    const item = tree.resolveTreeItem(row?.item as never, row?.element as TreeRow) as unknown as TreeItem;
    assert.ok(item.tooltip instanceof MarkdownString);
    assert.match(item.tooltip.value, /^\*\*rspec\*\* \\#6 failed\n/);
  });

  it('with a group shows in full what a narrow side bar cuts off', () => {
    tree.show(alone(ready(builds)));
    const [stage] = tree.getChildren();
    assert.ok(stage);
    const { tooltip } = tree.resolveTreeItem(tree.getTreeItem(stage), stage) as never as TreeItem;
    assert.ok(tooltip instanceof MarkdownString);
    assert.match(tooltip.value, /^\*\*build\*\* passed\n[^]*\| Builds \| 1 passed \|/);
  });

  for (const text of hostileTexts)
    it(`is one line of plain text for ${JSON.stringify(text)}`, async () => {
      grouping = 'stage';
      tree.show(alone(ready([aBuild({ name: text, stage: text, ref: text })])));
      for (const { item } of await rows())
        for (const part of [item.label, item.description, item.accessibilityInformation?.label])
          assert.doesNotMatch(part ?? '', /[\n\r\u2028\u0000]|\]\(/);
    });
});

describe('The path to a failure', () => {
  eachWithATree();
  const [passed, failed] = [aBuild(), aBuild({ status: 'failed' })];
  const view = () => tree.view as unknown as FakeTreeView<unknown>;
  const openRows = async () => drawn((await rows()).filter(({ item }) => item.collapsibleState === 2));
  const stage = async () => (await rows())[0] ?? assert.fail('no row');

  it('is expanded from the start, and nothing else is', async () => {
    grouping = 'stage';
    const open: string[] = [];
    for (const status of allStatuses) {
      tree.show(alone(ready([aBuild({ status, stage: status })])));
      if ((await openRows()).length > 0) open.push(status);
    }
    assert.deepEqual(open, ['failed']);
    tree.show(alone(ready([aBuild({ status: 'failed', allowFailure: true, stage: 'other' })])));
    assert.deepEqual(await openRows(), []);
  });

  it('is expanded when something fails, because the row gets another ID', async () => {
    tree.show(alone(ready([passed])));
    const { id } = (await stage()).item;
    tree.show(alone(ready([failed])));
    assert.equal((await stage()).item.collapsibleState, 2);
    assert.notEqual((await stage()).item.id, id);
  });

  it('stays as the user left it if they expanded or collapsed it before', async () => {
    for (const isOpen of [true, false]) {
      const target = aTarget({ sha: String(isOpen) });
      tree.show(alone({ ...ready([passed]), target }));
      const { item, element } = await stage();
      view().toggle(element, isOpen);
      tree.show(alone({ ...ready([failed]), target }));
      assert.deepEqual([(await stage()).item.id, (await stage()).item.collapsibleState], [item.id, isOpen ? 2 : 1]);
    }
  });

  it('stays as the user left it once it was expanded, so that a retried build remains visible', async () => {
    tree.show(alone(ready([failed])));
    const { id } = (await stage()).item;
    for (const next of [aBuild({ status: 'running' }), passed, failed]) {
      tree.show(alone(ready([next])));
      assert.deepEqual([(await stage()).item.id, (await stage()).item.collapsibleState], [id, 2]);
    }
  });

  it('keeps the rows below a newly expanded row as the user left them', async () => {
    grouping = 'stage';
    const branch = { id: 1, ref: 'master', sha: ready([]).target.sha, status: 'running', source: 'push' };
    const other = { ...branch, id: 2, ref: 'v1.0' };
    const those = (status: string) => ({
      ...ready([
        aBuild({ id: 1, stage: 'build', pipeline: 1 }),
        aBuild({ id: 2, stage: 'test', pipeline: 1, status }),
        aBuild({ id: 3, pipeline: 2 }),
      ]),
      pipelines: [branch, other],
    });
    tree.show(alone(those('running')));
    const [master] = await rows();
    const build = (await rows()).find(({ item }) => item.label === 'build');
    for (const row of [master, build]) view().toggle(row?.element, true);
    tree.show(alone(those('failed')));
    assert.deepEqual(
      (await openRows()).map((line) => line.trim().split('  ')[0]),
      ['▾ master', '▾ build', '▾ test'],
    );
    view().toggle(build?.element, false);
    assert.equal((await openRows()).length, 2);
  });

  it('does not lead into a pipeline that was run again', async () => {
    const own = { ref: 'master', sha: ready([]).target.sha, status: 'failed', source: 'push' };
    const builds = [aBuild({ id: 1, pipeline: 1, status: 'failed' }), aBuild({ id: 2, pipeline: 2 })];
    tree.show(
      alone({
        ...ready(builds),
        pipelines: [
          { ...own, id: 2 },
          { ...own, id: 1 },
        ],
      }),
    );
    const open = (await rows()).map(({ depth, item }) => [depth, item.collapsibleState]);
    assert.deepEqual(open[0], [0, 1]);
    assert.ok(open.some(([depth, state]) => depth === 0 && state === 1));
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

  it('is shown once, however many repositories are loading', () => {
    tree.show(several(aRepository('a', loading), aRepository('b', undefined)));
    tree.show(several(aRepository('a', loading), aRepository('b', loading)));
    tree.show(several(aRepository('a', ready(builds)), aRepository('b', loading)));
    assert.deepEqual(shownProgress(), [[{ viewId: 'gitlabBuilds.builds' }, false]]);
  });

  it('ends when the last repository has loaded', async () => {
    tree.show(several(aRepository('a', loading), aRepository('b', loading)));
    tree.show(several(aRepository('a', ready(builds)), aRepository('b', ready([]))));
    await Promise.resolve();
    assert.deepEqual(
      shownProgress().map(([, done]) => done),
      [true],
    );
  });
});
