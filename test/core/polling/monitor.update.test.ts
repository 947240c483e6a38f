import assert from 'node:assert/strict';
import { GitLabError } from '../../../src/core/model/errors';
import { loadedAt, targetAt, Watched } from '../monitorPort';
import { buildWith, pipelineWith } from '../support';

describe('Monitor: the new state of one build', () => {
  const commit = { sha: 'a', title: '', author: '' };
  let watched: Watched;
  beforeEach(async () => {
    watched = new Watched();
    await watched.refresh();
  });
  afterEach(() => watched.monitor.dispose());

  const builds = () => (watched.monitor.current?.kind === 'ready' ? watched.monitor.current.builds : []);

  it('replaces the old one', () => {
    const running = buildWith({ status: 'running', commit });
    watched.monitor.update(running);
    assert.deepEqual(builds(), [running]);
    assert.equal(watched.loads.length, 1);
  });

  it("of a retry becomes the newest of the build's attempts", () => {
    watched.monitor.update(buildWith({ id: 2, status: 'pending', commit }));
    assert.deepEqual(
      builds().map(({ id, attempts }) => [id, attempts.map((attempt) => attempt.id)]),
      [[2, [1]]],
    );
  });

  it('of another commit, or without a commit, changes nothing', () => {
    watched.monitor.update(buildWith({ id: 2, status: 'running', commit: { ...commit, sha: 'b' } }));
    watched.monitor.update(buildWith({ id: 2, status: 'running', commit: undefined }));
    assert.deepEqual(builds(), loadedAt('a').builds);
  });

  it('keeps what only the list contains: denied actions, and the pipeline that a bridge started', async () => {
    const told = { denied: ['retry', 'erase'], downstream: 7, scheduledAt: '2016-02-22T01:00:00.000Z' } as const;
    const row = buildWith({ status: 'manual', commit, kind: 'bridge', ...told });
    await watched.refresh({ ...loadedAt('a'), builds: [row] });
    const played = buildWith({ status: 'running', commit, denied: ['play'] });
    watched.monitor.update(played);
    assert.deepEqual(builds(), [{ ...played, kind: 'bridge', ...told }]);
  });

  it('of a known pipeline replaces the old one even if it belongs to another commit, such as a merge result', async () => {
    const merge = pipelineWith({ id: 7, sha: 'merge' });
    const row = buildWith({ pipeline: 7, commit: { ...commit, sha: 'merge' } });
    await watched.refresh({ ...loadedAt('a'), builds: [row], pipelines: [merge] });
    const running = { ...row, status: 'running' };
    watched.monitor.update(running);
    assert.deepEqual(builds(), [running]);
    watched.monitor.update({ ...running, id: 2, status: 'pending' });
    assert.deepEqual(
      builds().map(({ id, attempts }) => [id, attempts.map((attempt) => attempt.id)]),
      [[2, [1]]],
    );
  });

  it("of a pipeline that isn't shown changes nothing if its commit is a different one", async () => {
    const loaded = { ...loadedAt('a'), pipelines: [pipelineWith({ id: 7 })] };
    await watched.refresh(loaded);
    watched.monitor.update(buildWith({ id: 2, pipeline: 8, commit: { ...commit, sha: 'merge' } }));
    watched.monitor.update(buildWith({ id: 3, pipeline: undefined, commit: undefined }));
    assert.deepEqual(builds(), loaded.builds);
  });

  it('is placed by the stages of its pipeline', async () => {
    const pipeline = pipelineWith({ id: 7, sha: 'a', stages: ['deploy', 'test'] });
    const row = buildWith({ id: 1, pipeline: 7, commit });
    await watched.refresh({ ...loadedAt('a'), builds: [row], pipelines: [pipeline] });
    watched.monitor.update(buildWith({ id: 2, name: 'ship', stage: 'deploy', pipeline: 7, commit }));
    assert.deepEqual(
      builds().map(({ stage }) => stage),
      ['deploy', 'test'],
    );
  });

  it("of an earlier commit is used only if that commit's builds are shown", async () => {
    watched.turnTo(targetAt('b'));
    await watched.refresh({ ...loadedAt('a'), ancestor: { sha: 'a', back: 1 } });
    const running = buildWith({ status: 'running', commit });
    watched.monitor.update(buildWith({ status: 'running', commit: { ...commit, sha: 'b' } }));
    assert.deepEqual(builds(), loadedAt('a').builds);
    watched.monitor.update(running);
    assert.deepEqual(builds(), [running]);
  });

  it('is not shown after the monitor is disposed', () => {
    watched.monitor.dispose();
    watched.monitor.update(buildWith({ status: 'running', commit }));
    assert.deepEqual(watched.kinds, ['loading', 'ready']);
  });

  it('changes nothing while no builds are shown', async () => {
    const other = new Watched();
    other.monitor.update(buildWith({ commit }));
    await other.refresh(new GitLabError({ kind: 'offline' }));
    other.monitor.update(buildWith({ commit }));
    assert.deepEqual(other.kinds, ['loading', 'failed']);
    other.monitor.dispose();
  });
});
