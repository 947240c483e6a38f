import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import type { Listing } from '../../../src/core/model/pipeline';
import { failedBuilds, verdictOf } from '../../../src/core/model/verdict';
import { buildWith, pipelineWith } from '../support';

const build = (id: number, status: string, changes: Partial<Build> = {}): Build =>
  buildWith({ id, name: `build ${id}`, pipeline: 1, status, ...changes });

/** Pipeline 1 with a bridge of that status, and its child 2 with these builds. */
function withChild(bridge: Partial<Build>, ...children: readonly Build[]): Listing {
  const starts = build(10, 'success', { kind: 'bridge', downstream: 2, ...bridge });
  const pipelines = [pipelineWith({ id: 2, source: 'parent_pipeline' }), pipelineWith({ id: 1 })];
  return { builds: [build(1, 'success'), starts, ...children], pipelines };
}

const inChild = (id: number, status: string, changes: Partial<Build> = {}) =>
  build(id, status, { pipeline: 2, ...changes });
const ids = (builds: readonly Build[]) => builds.map(({ id }) => id);

describe('verdictOf', () => {
  const of = (...builds: readonly Build[]) => verdictOf({ builds, pipelines: [] });

  it('counts failures except for allowed ones', () => {
    const { failed, status } = of(build(1, 'failed', { allowFailure: true }), build(2, 'failed'), build(3, 'running'));
    assert.deepEqual([ids(failed), status], [[2], 'failed']);
    assert.equal(of(build(1, 'failed', { allowFailure: true })).status, 'success');
  });

  it('lists failures in the order of the stages, then by first attempt', () => {
    const retried = build(9, 'failed', { stage: 'a', attempts: [build(1, 'failed', { stage: 'a' })] });
    const listing = {
      builds: [build(5, 'failed', { stage: 'b' }), build(2, 'failed', { stage: 'a' }), retried],
      pipelines: [],
    };
    assert.deepEqual(ids(failedBuilds(listing)), [9, 2, 5]);
  });

  it('counts finished builds among those that wait for no one', () => {
    const { ended, total, manual, scheduled, isOpen } = of(
      build(1, 'success'),
      build(2, 'running'),
      build(3, 'created'),
      build(4, 'manual'),
      build(5, 'scheduled'),
    );
    assert.deepEqual([ended, total, manual, scheduled, isOpen], [1, 3, 1, 1, true]);
  });

  it('is that of the finished builds if the rest wait for a person', () => {
    assert.equal(of(build(1, 'success'), build(2, 'manual')).status, 'success');
    assert.equal(of(build(1, 'canceled'), build(2, 'manual')).status, 'canceled');
    assert.equal(of(build(2, 'manual'), build(3, 'skipped')).status, 'manual');
  });

  it("is the pipeline's if there are no builds, and undefined if there is nothing", () => {
    assert.equal(verdictOf({ builds: [], pipelines: [pipelineWith({ id: 1, status: 'failed' })] }).status, 'failed');
    assert.equal(verdictOf({ builds: [], pipelines: [] }).status, undefined);
  });

  it('counts a failed child pipeline once: its builds instead of the bridge', () => {
    const { failed, childFailed, status, total } = verdictOf(
      withChild({ status: 'failed' }, inChild(20, 'failed'), inChild(21, 'success')),
    );
    assert.deepEqual([ids(failed), childFailed, status, total], [[20], [], 'failed', 3]);
  });

  it('counts the bridge if no build of its child failed, or none is known', () => {
    assert.deepEqual(ids(failedBuilds(withChild({ status: 'failed' }, inChild(20, 'success')))), [10]);
    assert.deepEqual(ids(failedBuilds(withChild({ status: 'failed' }))), [10]);
  });

  it("keeps GitLab's status if the bridge passed, and says that a child failed", () => {
    const { failed, childFailed, bridgesOfFailed, status } = verdictOf(
      withChild({ status: 'success' }, inChild(20, 'failed')),
    );
    assert.deepEqual([ids(failed), ids(childFailed), status], [[20], [20], 'success']);
    assert.deepEqual(ids([...bridgesOfFailed]), [10]);
    for (const build of [inChild(20, 'success'), { ...inChild(20, 'failed'), allowFailure: true }])
      assert.equal(verdictOf(withChild({ status: 'success' }, build)).bridgesOfFailed.size, 0);
  });

  it('includes a failing child pipeline while its bridge still runs', () => {
    const { failed, childFailed, status } = verdictOf(withChild({ status: 'running' }, inChild(20, 'failed')));
    assert.deepEqual([ids(failed), childFailed, status], [[20], [], 'failed']);
  });

  it('allows a child pipeline to fail if its bridge is allowed to', () => {
    const bridge = { status: 'failed', allowFailure: true };
    const { failed, status } = verdictOf(withChild(bridge, inChild(20, 'failed')));
    assert.deepEqual([failed, status], [[], 'success']);
  });

  it('counts nothing from an earlier pipeline of the ref', () => {
    const builds = [build(1, 'failed', { pipeline: 1 }), build(2, 'success', { pipeline: 2 })];
    const { failed, total } = verdictOf({ builds, pipelines: [pipelineWith({ id: 2 }), pipelineWith({ id: 1 })] });
    assert.deepEqual([failed, total], [[], 1]);
  });
});
