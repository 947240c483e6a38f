import assert from 'node:assert/strict';
import { GitLabError } from '../../../src/core/model/errors';
import type { Build } from '../../../src/core/model/build';
import type { ListedPipeline, Listing, Pipeline } from '../../../src/core/model/pipeline';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import { OpenedPipelines } from '../../../src/core/session/openedPipelines';
import { toPipelineRoot } from '../../../src/core/session/pipelineRoot';
import { FakeClock } from '../../core/support';
import { aBuild, aTarget, ready } from '../samples';

const root = 'file:///work/project';
const [second, minute] = [1000, 60_000];
const intervals = { activeSeconds: 5, idleSeconds: 60 };

/** A GitLab with two earlier pipelines of the branch, and what was asked of it. */
class Scene {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  statuses: Readonly<Record<number, string>> = { 1: 'success', 2: 'success' };
  failure: GitLabError | undefined;
  private snapshot = ready([aBuild()]);

  private readonly client = {
    listsBranchPipelines: true,
    admit: () => Promise.resolve(),
    pipelines: {
      get: (_project: string, id: number) => Promise.resolve(this.pipeline(id, this.statuses[id] ?? '')),
      ofBranch: () => this.answer('list', this.listed),
      listing: (_project: string, { id }: Pipeline) => this.answer(`pipeline ${id}`, this.listing(id)),
    },
  } as unknown as GitLabClient;

  readonly opened = new OpenedPipelines(
    { snapshotOf: () => this.snapshot, clientOf: () => this.client, intervals: () => intervals },
    this.clock,
  );

  private answer<T>(question: string, value: T): Promise<T> {
    this.asked.push(question);
    return this.failure === undefined ? Promise.resolve(value) : Promise.reject(this.failure);
  }

  private get listed(): readonly ListedPipeline[] {
    return Object.entries(this.statuses).map(([id, status]) => this.pipeline(Number(id), status));
  }

  private pipeline(id: number, status: string): ListedPipeline {
    return { id, status, ref: 'master', sha: String(id).repeat(40), title: `Commit ${id}` };
  }

  private listing(id: number): Listing {
    const status = this.statuses[id] ?? '';
    return { pipelines: [this.pipeline(id, status)], builds: [aBuild({ id: 100 + id, pipeline: id, status })] };
  }

  rootOf(id: number): string {
    return toPipelineRoot(root, { id, project: 'group/project' });
  }

  builds(id: number): readonly Build[] {
    const snapshot = this.opened.snapshotOf(this.rootOf(id));
    return snapshot?.kind === 'ready' ? snapshot.builds : [];
  }

  showCommit(sha: string): void {
    this.snapshot = { ...ready([aBuild()]), target: aTarget({ sha }) };
  }

  /** Questions since the last call. */
  news(): readonly string[] {
    return this.asked.splice(0);
  }

  async pass(ms: number): Promise<readonly string[]> {
    await this.clock.pass(ms);
    return this.news();
  }
}

describe("Opened pipelines other than the commit's", () => {
  let scene: Scene;
  beforeEach(() => (scene = new Scene()));
  afterEach(() => {
    scene.opened.dispose();
    assert.deepEqual(scene.clock.waits, []);
  });

  it('are requested when they are opened, once', async () => {
    const { opened } = scene;
    assert.deepEqual(opened.branchOf(root)?.pipelines, undefined);
    assert.deepEqual(scene.news(), []);
    await opened.openBranch(root);
    assert.deepEqual(
      opened.branchOf(root)?.pipelines?.map(({ id }) => id),
      [1, 2],
    );
    await opened.open(scene.rootOf(1));
    assert.deepEqual(scene.news(), ['list', 'pipeline 1']);
    assert.deepEqual([opened.openBranch(root), opened.open(scene.rootOf(1))], [undefined, undefined]);
    assert.deepEqual(
      scene.builds(1).map(({ id }) => id),
      [101],
    );
  });

  it('are not requested again while nothing runs in them', async () => {
    await scene.opened.openBranch(root);
    await scene.opened.open(scene.rootOf(1));
    scene.opened.watch(new Set([root, scene.rootOf(1)]));
    scene.news();
    assert.deepEqual(await scene.pass(10 * minute), []);
  });

  it('are followed while a build runs and its row is visible, until it has ended', async () => {
    scene.statuses = { 1: 'success', 2: 'running' };
    await scene.opened.openBranch(root);
    await scene.opened.open(scene.rootOf(2));
    scene.news();
    assert.deepEqual(await scene.pass(minute), [], 'not while its row is closed');
    scene.opened.watch(new Set([scene.rootOf(2)]));
    assert.deepEqual(await scene.pass(0), ['pipeline 2'], 'at once, since it is old');
    assert.deepEqual(await scene.pass(5 * second), ['pipeline 2']);
    scene.statuses = { 1: 'success', 2: 'success' };
    assert.deepEqual(await scene.pass(5 * second), ['pipeline 2']);
    assert.deepEqual(
      scene.builds(2).map(({ status }) => status),
      ['success'],
    );
    assert.deepEqual(await scene.pass(10 * minute), []);
  });

  it('are followed as a list, too, until it is closed', async () => {
    scene.statuses = { 1: 'running' };
    await scene.opened.openBranch(root);
    scene.opened.watch(new Set([root]));
    scene.news();
    assert.deepEqual(await scene.pass(5 * second), ['list']);
    scene.opened.watch(new Set());
    assert.deepEqual(await scene.pass(10 * minute), []);
  });

  it("stay as they were, with the failure, if they can't be reloaded, which is tried less often", async () => {
    scene.statuses = { 2: 'running' };
    await scene.opened.open(scene.rootOf(2));
    scene.opened.watch(new Set([scene.rootOf(2)]));
    scene.news();
    scene.failure = new GitLabError({ kind: 'server' });
    assert.deepEqual(await scene.pass(5 * second), ['pipeline 2']);
    const snapshot = scene.opened.snapshotOf(scene.rootOf(2));
    assert.equal(snapshot?.kind === 'ready' ? snapshot.stale?.failure?.kind : undefined, 'server');
    assert.deepEqual(
      scene.builds(2).map(({ id }) => id),
      [102],
    );
    assert.equal(scene.opened.failureOf(scene.rootOf(2)), undefined);
    assert.deepEqual(await scene.pass(59 * second), []);
    scene.failure = undefined;
    assert.deepEqual(await scene.pass(second), ['pipeline 2']);
    scene.opened.watch(new Set());
  });

  it('say why they could not be loaded at all, and are reloaded only on request', async () => {
    scene.failure = new GitLabError({ kind: 'notFound' });
    await scene.opened.open(scene.rootOf(1));
    scene.opened.watch(new Set([scene.rootOf(1)]));
    assert.equal(scene.opened.failureOf(scene.rootOf(1))?.kind, 'notFound');
    scene.news();
    assert.equal(scene.opened.open(scene.rootOf(1)), undefined);
    assert.deepEqual(await scene.pass(10 * minute), []);
    scene.failure = undefined;
    await scene.opened.retry(scene.rootOf(1));
    assert.deepEqual(
      scene.builds(1).map(({ id }) => id),
      [101],
    );
  });

  it('are refreshed immediately if they are visible, and when they are opened again elsewhere', async () => {
    await scene.opened.openBranch(root);
    await scene.opened.open(scene.rootOf(1));
    await scene.opened.open(scene.rootOf(2));
    scene.opened.watch(new Set([root, scene.rootOf(1)]));
    scene.news();
    await scene.opened.refresh(root);
    assert.deepEqual(scene.news().toSorted(), ['list', 'pipeline 1']);
    await scene.opened.open(scene.rootOf(2));
    assert.deepEqual(scene.news(), ['pipeline 2']);
  });

  it('show the new state of a build after an action', async () => {
    await scene.opened.open(scene.rootOf(1));
    const [build] = scene.builds(1);
    assert.ok(build !== undefined);
    let changes = 0;
    scene.opened.onDidChange(() => (changes += 1));
    scene.opened.update(scene.rootOf(1), { ...build, status: 'pending' });
    assert.deepEqual([scene.builds(1)[0]?.status, changes], ['pending', 1]);
  });

  it('are reloaded for another commit, and removed with the token', async () => {
    await scene.opened.openBranch(root);
    scene.showCommit('f'.repeat(40));
    assert.equal(scene.opened.branchOf(root)?.pipelines, undefined);
    await scene.opened.openBranch(root);
    assert.notEqual(scene.opened.branchOf(root)?.pipelines, undefined);
    scene.opened.forget();
    assert.equal(scene.opened.branchOf(root)?.pipelines, undefined);
  });
});
