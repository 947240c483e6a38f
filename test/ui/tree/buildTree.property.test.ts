import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrange } from '../../../src/core/model/arrange';
import type { Artifacts, Build, Report } from '../../../src/core/model/build';
import type { Pipeline } from '../../../src/core/model/pipeline';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { groupings, type Grouping } from '../../../src/core/model/tree';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import type { Row } from '../../../src/ui/tree/treeRows';
import type { ViewState } from '../../../src/core/session/repositoryView';
import { FakeClock } from '../../core/support';
import { type TreeItem, TreeItemCollapsibleState } from '../fake/basics';
import { type FakeTreeView, LiveTree, type Row as DrawnRow } from '../fake/views';
import { aBuild, aRepository, aTarget, ready, several, sha } from '../samples';

const start = new FakeClock().now();
const someTime = fc.integer({ min: -600, max: 0 }).map((seconds) => new Date(start + seconds * 1000).toISOString());

/** Around the moments at which something else is said of when they expire. */
const expireAt = fc
  .tuple(fc.constantFrom(0, 1, 2, 24, 48, 72), fc.integer({ min: -100, max: 100 }))
  .map(([hours, seconds]) => new Date(start + hours * 3600_000 + seconds * 1000).toISOString());

const artifacts: fc.Arbitrary<Artifacts> = fc.record({
  filename: fc.constant('artifacts.zip'),
  size: fc.constantFrom(1000, 2000),
  expireAt: fc.option(expireAt, { nil: undefined }),
});

const reports: fc.Arbitrary<readonly Report[] | undefined> = fc.constantFrom(
  undefined,
  [{ type: 'junit', filename: 'junit.xml.gz', size: 10 }],
  [{ type: 'sast', filename: 'gl-sast-report.json', size: 20 }],
);
/** Also where the clock here is slow. */
const artifactsExpiredAt = fc.option(expireAt, { nil: undefined });

const build: fc.Arbitrary<Build> = fc
  .record({
    id: fc.integer({ min: 1, max: 30 }),
    name: fc.constantFrom('lint', 'rspec', 'deploy', 'test', 'rspec 1/2', 'rspec 2/2'),
    stage: fc.constantFrom('test', 'deploy'),
    status: fc.constantFrom('created', 'pending', 'running', 'success', 'failed', 'manual', 'scheduled', 'levitating'),
    ref: fc.constantFrom('master', 'v1.0'),
    allowFailure: fc.boolean(),
    startedAt: fc.option(someTime, { nil: undefined }),
    finishedAt: fc.option(fc.constant(new Date(start).toISOString()), { nil: undefined }),
    scheduledAt: fc.option(someTime, { nil: undefined }),
    tags: fc.option(fc.constant(['docker']), { nil: undefined }),
    pipeline: fc.constantFrom(undefined, 1, 2),
    kind: fc.constantFrom(undefined, undefined, 'bridge' as const, 'external' as const),
    downstream: fc.constantFrom(undefined, undefined, 2),
    denied: fc.constantFrom(undefined, ['retry', 'cancel'] as const),
    ...{ artifacts: fc.option(artifacts, { nil: undefined }), reports, artifactsExpiredAt },
  })
  .map(aBuild);

const pipelines: fc.Arbitrary<readonly Pipeline[]> = fc.subarray([
  { id: 2, ref: 'master', sha, status: 'manual', source: 'parent_pipeline' },
  { id: 1, ref: 'master', sha, status: 'manual', source: 'push' },
]);

type Ready = Extract<Snapshot, { kind: 'ready' }>;

/** What is said beside the builds. */
const circumstances: fc.Arbitrary<Omit<Ready, 'kind' | 'builds' | 'apiVersion'>> = fc
  .record({
    pipelines,
    target: fc.record({
      sha: fc.constantFrom(sha, 'b'.repeat(40)),
      ref: fc.constantFrom('master', undefined),
      pinned: fc.boolean(),
    }),
    readOnly: fc.boolean(),
    expected: fc.constantFrom(undefined, { rspec: 60 }, { rspec: 90, lint: 5 }),
    asOf: fc.constantFrom(undefined, undefined, undefined, start, start + 5000),
    ancestor: fc.constantFrom(undefined, undefined, { sha: 'e'.repeat(40), back: 1 }),
  })
  .map(({ target, asOf, ...rest }) => ({
    ...rest,
    target: aTarget(target),
    stale: asOf === undefined ? undefined : { asOf },
  }));

/** One of them, as it may change while the builds stay. */
const oneCircumstance: fc.Arbitrary<Partial<Ready>> = fc
  .tuple(circumstances, fc.constantFrom('pipelines', 'target', 'readOnly', 'expected', 'stale', 'ancestor'))
  .map(([all, key]) => ({ [key]: all[key] }));

const withBuilds: fc.Arbitrary<Snapshot> = fc
  .tuple(fc.uniqueArray(build, { selector: ({ id }) => id, maxLength: 8 }), circumstances)
  .map(([rows, rest]) => ({ ...ready(arrange(rows, rest.pipelines)), ...rest }));

const snapshot: fc.Arbitrary<Snapshot | undefined> = fc.oneof(
  { weight: 8, arbitrary: withBuilds },
  fc.constantFrom<(Snapshot | undefined)[]>(
    undefined,
    { kind: 'loading', target: aTarget() },
    { kind: 'signedOut', url: 'https://git.example.com', known: true },
    { kind: 'noProject', reason: 'noRemote' },
    { kind: 'failed', target: aTarget(), failure: { kind: 'offline' } },
  ),
);

type Step =
  | { readonly kind: 'show'; readonly at: 'a' | 'b' | 'c'; readonly snapshot: Snapshot | undefined }
  | { readonly kind: 'change'; readonly at: 'a' | 'b' | 'c'; readonly to: Partial<Ready> }
  | { readonly kind: 'close'; readonly at: 'a' | 'b' | 'c' }
  | { readonly kind: 'same' }
  | { readonly kind: 'filter'; readonly statuses: readonly string[] }
  | { readonly kind: 'group'; readonly grouping: Grouping }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'turn'; readonly visible: boolean };

const at = fc.constantFrom('a' as const, 'b' as const, 'c' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('show' as const), at, snapshot }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), at, to: oneCircumstance }) },
  fc.record({ kind: fc.constant('close' as const), at }),
  fc.constant({ kind: 'same' as const }),
  fc.record({ kind: fc.constant('filter' as const), statuses: fc.subarray(['failed', 'running']) }),
  fc.record({ kind: fc.constant('group' as const), grouping: fc.constantFrom(...groupings) }),
  fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ kind: fc.constant('turn' as const), visible: fc.boolean() }),
);

/** A tree, and what VS Code has drawn of it so far. */
class World {
  readonly clock = new FakeClock();
  private grouping: Grouping = 'stage';
  /** Ids of rows that have led to a failure at some time since they are there. */
  private opened: ReadonlySet<string> = new Set();
  private readonly snapshots = new Map<string, Snapshot | undefined>();
  private readonly tree = new BuildTree(() => this.grouping, this.clock);
  private readonly live = new LiveTree(this.view);

  get view(): FakeTreeView<Row> {
    return this.tree.view as unknown as FakeTreeView<Row>;
  }

  async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'show':
        this.snapshots.set(one.at, one.snapshot);
        this.tree.show(this.state);
        break;
      case 'change':
        this.change(one.at, one.to);
        break;
      case 'close':
        this.snapshots.delete(one.at);
        this.tree.show(this.state);
        break;
      case 'same':
        this.refreshWithTheSame();
        break;
      case 'filter':
        this.tree.showOnly(one.statuses);
        break;
      case 'group':
        this.grouping = one.grouping;
        this.tree.redraw();
        break;
      case 'pass':
        await this.clock.pass(one.seconds * 1000);
        break;
      case 'turn':
        this.view.turn(one.visible);
        break;
      default:
        one satisfies never;
    }
  }

  /**
   * What VS Code shows is what it would show, had it been told of nothing before; but for rows that led to a failure,
   * which stay open as long as they are there.
   */
  check(): void {
    const shown = this.live.rows();
    const fresh = new BuildTree(() => this.grouping, this.clock);
    fresh.showOnly(this.tree.filtered);
    fresh.show(this.state);
    const expected = new LiveTree(fresh.view as unknown as FakeTreeView<Row>).rows();
    this.opened = new Set(
      expected.flatMap(({ item }) => (isOpen(item) || this.opened.has(bareId(item)) ? [bareId(item)] : [])),
    );
    const asKept = expected.map((row) => ({ ...row, item: this.asKept(row.item) }));
    // A hidden view is not drawn, and its times need not run on.
    if (this.view.visible) assert.deepEqual(shown.map(seen), asKept.map(seen));
    fresh.dispose();
  }

  private asKept(item: TreeItem): TreeItem {
    if (!this.opened.has(bareId(item))) return item;
    const { None, Expanded } = TreeItemCollapsibleState;
    const collapsibleState = item.collapsibleState === None ? None : Expanded;
    return Object.assign(Object.create(Object.getPrototypeOf(item) as object) as TreeItem, item, {
      ...{ id: `open ${bareId(item)}`, collapsibleState },
    });
  }

  end(): void {
    this.tree.dispose();
    assert.deepEqual(this.clock.waits, []);
  }

  /** The very same builds, and other circumstances. */
  private change(name: string, to: Partial<Ready>): void {
    const before = this.snapshots.get(name);
    if (before?.kind === 'ready') this.snapshots.set(name, { ...before, ...to });
    this.tree.show(this.state);
  }

  /** An equal answer, of which nothing is the same object. */
  private refreshWithTheSame(): void {
    const before = this.live.told.length;
    for (const [name, one] of this.snapshots) this.snapshots.set(name, structuredClone(one));
    this.tree.show(this.state);
    assert.equal(this.live.told.length, before);
  }

  private get state(): ViewState {
    return several(...[...this.snapshots].map(([name, one]) => aRepository(name, one)));
  }
}

function isOpen({ collapsibleState }: TreeItem): boolean {
  return collapsibleState === TreeItemCollapsibleState.Expanded;
}

function bareId({ id = '' }: TreeItem): string {
  return id.startsWith('open ') ? id.slice('open '.length) : id;
}

/** All that is drawn of a row, and what commands are given. */
function seen({ depth, element, item }: DrawnRow): unknown {
  const { root, node } = element as Row;
  return { depth, item, root, node };
}

describe('The tree, for any sequence of snapshots', () => {
  it('looks as if it had been drawn from scratch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const world = new World();
        for (const one of steps) {
          await world.take(one);
          world.check();
        }
        world.end();
      }),
      { numRuns: 400 },
    );
  }).timeout(120_000);

  it('is redrawn if a downstream pipeline no longer exists', async () => {
    const world = new World();
    const started = aBuild({ status: 'failed', downstream: 2 });
    const child: Pipeline = { id: 2, ref: 'master', sha, status: 'manual', source: 'parent_pipeline' };
    const steps: readonly Step[] = [
      { kind: 'show', at: 'b', snapshot: { ...ready([started]), pipelines: [child] } },
      // Then nothing of the child is below its bridge.
      { kind: 'filter', statuses: ['failed'] },
      { kind: 'change', at: 'b', to: { pipelines: [{ ...child, id: 1, source: 'push' }] } },
    ];
    for (const one of steps) {
      await world.take(one);
      world.check();
    }
    world.end();
  });
});
