import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import type { Grouping } from '../../../src/core/model/tree';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row } from '../../../src/ui/tree/treeRows';
import { FakeClock } from '../../core/support';
import { drawn, type FakeTreeView, LiveTree } from '../fake/views';
import { aBuild, alone, aRepository, aTarget, ready, several, someBuilds } from '../samples';

type Ready = Extract<Snapshot, { kind: 'ready' }>;

let clock: FakeClock;
let tree: BuildTree;
let view: FakeTreeView<Row>;
let live: LiveTree<Row>;
let grouping: Grouping;

function eachWithALiveTree(): void {
  beforeEach(() => {
    grouping = 'stage';
    clock = new FakeClock();
    tree = new BuildTree(() => grouping, clock);
    view = tree.view as unknown as FakeTreeView<Row>;
    live = new LiveTree(view);
  });
  afterEach(() => tree.dispose());
}

/** A thousand builds in ten stages, and the first few otherwise. */
function aThousand(...changes: readonly Partial<Build>[]): Ready {
  const all = Array.from({ length: 1000 }, (_, index) => ({ stage: `stage ${index % 10}`, ...changes[index] }));
  return ready(someBuilds(...all));
}

/** How many rows VS Code asks for when this is shown. */
function cost(snapshot: Snapshot): number {
  live.rows();
  const before = live.drawn;
  tree.show(alone(snapshot));
  live.rows();
  return live.drawn - before;
}

function told(): readonly (readonly string[] | 'all')[] {
  const labels = ({ node }: Row) => ('build' in node ? node.build.name : node.id);
  return live.told.map((rows) => (rows === 'all' ? rows : rows.map(labels)));
}

/** As a second answer gives it: nothing of it is the same object. */
function again<T>(value: T): T {
  return structuredClone(value);
}

describe('A refresh', () => {
  eachWithALiveTree();

  it('draws all thousand builds the first time', () => assert.equal(cost(aThousand()), 1010));

  it('redraws nothing and fires no event if nothing has changed', () => {
    cost(aThousand());
    const before = live.told.length;
    assert.equal(cost(again(aThousand())), 0);
    assert.equal(live.told.length, before);
  });

  it('draws one row if one of a thousand builds has changed, unless the counts of its stage change', () => {
    const other = { stage: 'stage 0', status: 'running' };
    cost(aThousand({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, other));
    const [startedAt, finishedAt] = ['2016-03-01T12:00:00.000Z', '2016-03-01T12:00:07.000Z'];
    assert.equal(cost(aThousand({ startedAt, finishedAt }, {}, {}, {}, {}, {}, {}, {}, {}, {}, other)), 1);
    assert.deepEqual(told().at(-1), ['build-1']);
  });

  it('draws a stage with its builds if the stage looks different, and no other', () => {
    cost(aThousand({ status: 'running' }));
    assert.equal(cost(aThousand()), 101);
  });

  it('draws the whole tree at once if hundreds of rows have changed', () => {
    grouping = 'none';
    cost(aThousand());
    tree.show(alone(ready(aThousand().builds.map((build) => ({ ...build, tag: true, ref: 'v1.0' })))));
    assert.deepEqual(told().at(-1), 'all');
  });

  it('keeps the object of each row for as long as the row exists', () => {
    cost(aThousand({ status: 'running' }));
    const before = new Map(live.rows().map(({ item, element }) => [item.id, element]));
    cost(aThousand({ status: 'pending' }));
    for (const { item, element } of live.rows()) assert.equal(element, before.get(item.id));
  });

  it('passes the current build to commands, even for a row that was drawn before', () => {
    cost(ready([aBuild({ status: 'running' })]));
    const [row] = live
      .rows()
      .flatMap(({ element }) => ((element as Row).node.kind === 'build' ? [element as Row] : []));
    tree.show(alone(ready([aBuild({ status: 'failed' })])));
    assert.ok(row?.node.kind === 'build');
    assert.equal(row.node.build.status, 'failed');
  });

  it("redraws rows whose text changes although their builds don't", () => {
    grouping = 'none';
    const startedAt = new Date(clock.now()).toISOString();
    const one = ready(someBuilds({}, { status: 'running', startedAt }, { status: 'created', pipeline: 7 }));
    const words = () => live.rows().map(({ item }) => item.contextValue);
    const descriptions = () => live.rows().map(({ item }) => item.description);
    cost(one);
    assert.deepEqual(
      [words(), cost({ ...one, readOnly: true }), words()],
      [
        ['build retryable retryInputs erasable', 'build cancelable hasLog', 'build cancelable'],
        3,
        ['build', 'build hasLog', 'build'],
      ],
    );
    cost(one);
    assert.deepEqual(
      [cost({ ...one, expected: { 'build-2': 60 } }), descriptions()[1]],
      [1, 'test · under 1 min of about 1 min'],
    );
    cost(one);
    const builds = [...one.builds, aBuild({ id: 4, name: 'approve', status: 'manual', pipeline: 7 })];
    const pipelines = [{ id: 7, ref: 'master', sha: one.target.sha, status: 'running' }];
    cost({ ...one, builds, pipelines });
    assert.equal(descriptions()[0], 'test');
    assert.equal(
      cost({ ...one, builds, pipelines: [{ ...pipelines[0], status: 'manual' } as (typeof pipelines)[0]] }),
      1,
    );
    assert.equal(descriptions()[0], 'test · waiting for approve');
  });

  it('leaves the rows of the other repositories alone', () => {
    const other = aRepository('b', aThousand());
    tree.show(several(aRepository('a', ready([aBuild({ status: 'running' })])), other));
    live.rows();
    const before = live.drawn;
    tree.show(several(aRepository('a', ready([aBuild()])), other));
    live.rows();
    // The repository, its stage and its build.
    assert.equal(live.drawn - before, 3);
  });

  it('sets title and message only if they differ', () => {
    const set: string[] = [];
    const spied = new Proxy(view, {
      set: (target, key, value) => (set.push(String(key)), Reflect.set(target, key, value)),
    });
    Object.assign(tree, { view: spied });
    tree.show(alone(ready(someBuilds({}))));
    assert.deepEqual(set.sort(), ['description', 'message', 'title']);
    tree.show(alone(ready(someBuilds({ status: 'failed' }))));
    assert.equal(set.length, 3);
    tree.show(alone({ ...ready(someBuilds({})), target: aTarget({ ref: 'other' }) }));
    assert.deepEqual(set.slice(3).sort(), ['description', 'message']);
  });

  it('draws nothing for a row that is gone, even if VS Code still asks for it', () => {
    cost(aThousand());
    const [{ element } = assert.fail('no row')] = live.rows();
    tree.show(alone(undefined));
    assert.deepEqual(tree.getChildren(element as Row), []);
    assert.ok(tree.getTreeItem(element as Row).id);
  });
});

describe('A row that shows the time since a build started', () => {
  eachWithALiveTree();
  const startedAt = new Date(new FakeClock().now()).toISOString();
  const running = { status: 'running', startedAt } as const;
  const lines = () => drawn(live.rows()).map((line) => line.trim());

  it('is redrawn alone when its minute is over, and not before', async () => {
    cost(aThousand(running));
    const [before, toldBefore] = [live.drawn, live.told.length];
    await clock.pass(59_000);
    assert.deepEqual([live.drawn - before, live.told.length - toldBefore], [0, 0]);
    await clock.pass(121_000);
    assert.ok(lines().includes('· build-1  3 min'));
    assert.deepEqual([live.drawn - before, told().slice(-3)], [3, [['build-1'], ['build-1'], ['build-1']]]);
  });

  it('has a tooltip that says to the second how long it has been running, whenever it opens', async () => {
    cost(ready([aBuild(running)]));
    await clock.pass(7000);
    const row = live.rows().find(({ item }) => item.label === 'rspec');
    const { tooltip } = await tree.resolveTreeItem(row?.item as never, row?.element as Row);
    assert.match((tooltip as { value: string }).value, /\| Duration \| 0.{1,2}07 \|/);
  });

  it('says how long it usually takes', async () => {
    tree.show(alone({ ...ready([aBuild(running)]), expected: { rspec: 420 } }));
    await clock.pass(190_000);
    assert.ok(lines().includes('· rspec  3 min of about 7 min'));
  });

  it('is not updated while the view is hidden, and is right when it is shown', async () => {
    cost(ready([aBuild(running)]));
    view.turn(false);
    await clock.pass(60_000);
    assert.deepEqual([live.told.length, clock.waits], [1, []]);
    view.turn(true);
    assert.ok(lines().includes('· rspec  1 min'));
    await clock.pass(60_000);
    assert.ok(lines().includes('· rspec  2 min'));
  });

  it('is not updated if it is outdated, since nobody knows whether its build still runs', async () => {
    const asOf = clock.now() + 5000;
    tree.show(alone({ ...ready([aBuild(running)]), stale: { asOf } }));
    await clock.pass(60_000);
    assert.ok(lines().includes('· rspec  under 1 min'));
    assert.deepEqual(clock.waits, []);
  });

  it("doesn't exist for builds that are filtered out, bridges, and finished builds", () => {
    tree.show(alone(ready([aBuild(running)])));
    tree.showOnly(['failed']);
    assert.deepEqual(clock.waits, []);
    tree.showOnly([]);
    assert.equal(clock.waits.length, 1);
    for (const build of [
      aBuild({ ...running, kind: 'bridge' }),
      aBuild({ startedAt }),
      aBuild({ status: 'pending' }),
    ]) {
      tree.show(alone(ready([build])));
      assert.deepEqual(clock.waits, []);
    }
  });

  it('is redrawn with the whole tree if there are hundreds', async () => {
    cost(ready(someBuilds(...Array.from({ length: 301 }, () => running))));
    await clock.pass(60_000);
    assert.deepEqual(told().at(-1), 'all');
  });

  it('leaves no timer behind', () => {
    cost(ready([aBuild(running)]));
    tree.dispose();
    assert.deepEqual(clock.waits, []);
  });
});
