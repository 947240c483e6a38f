import assert from 'node:assert/strict';
import { GitLabError, type FailureKind } from '../../../src/core/model/errors';
import type { Loaded } from '../../../src/core/polling/monitor';
import type { Ready } from '../../../src/core/model/snapshot';
import { loadedAt, targetAt, Watched } from '../monitorPort';
import { buildWith, settled } from '../support';

const second = 1000;

function failing(kind: FailureKind): GitLabError {
  return new GitLabError({ kind, host: 'gitlab.com' });
}

describe('Monitor: the cached snapshot', () => {
  const asOf = Date.UTC(2016, 0, 1);
  const old: Ready = {
    kind: 'ready',
    target: targetAt('a'),
    ...loadedAt('a', 'running'),
    readOnly: false,
    stale: { asOf },
  };
  let watched: Watched;
  beforeEach(() => {
    watched = new Watched();
    watched.memory.set('a', old);
  });
  afterEach(() => watched.monitor.dispose());

  it('is shown immediately, marked as old, until the first response', async () => {
    await watched.refresh();
    assert.deepEqual(watched.shown, [old, { kind: 'ready', target: targetAt('a'), ...loadedAt('a') }]);
  });

  it('gets the current target', async () => {
    watched.turnTo(targetAt('a', { ref: 'topic' }));
    await watched.refresh();
    assert.deepEqual(watched.shown[0], { ...old, target: targetAt('a', { ref: 'topic' }) });
  });

  it("stays, with its age, when GitLab can't be reached", async () => {
    await watched.refresh(failing('offline'));
    const stale = { asOf, failure: failing('offline').failure };
    assert.deepEqual(watched.monitor.current, { ...old, stale });
  });

  it('is not shown for another commit, whatever the cache contains', async () => {
    watched.memory.set('b', old);
    watched.turnTo(targetAt('b'));
    await watched.refresh(loadedAt('b'));
    assert.deepEqual(watched.kinds, ['loading', 'ready']);
  });

  it("is GitLab's last response with its time, saved only if it changed", async () => {
    await watched.refresh(loadedAt('a', 'running'));
    assert.deepEqual(watched.kept, []);
    await watched.clock.pass(1000);
    await watched.refresh(loadedAt('a', 'success'));
    await watched.refresh(loadedAt('a', 'success'));
    await watched.refresh(failing('offline'));
    await watched.refresh(loadedAt('a', 'success'));
    const stale = { asOf: Date.UTC(2016, 1, 22, 0, 0, 1) };
    assert.deepEqual(watched.kept, [{ kind: 'ready', target: targetAt('a'), ...loadedAt('a'), stale }]);
  });
});

describe('Monitor: a pushed commit without builds', () => {
  const nothing = { ...loadedAt('a'), builds: [], watching: true };
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());
  const since = () => (watched.monitor.current?.kind === 'ready' ? watched.monitor.current.watchingSince : undefined);

  it('is watched from when it was first seen, even through failures', async () => {
    const began = watched.clock.now();
    await watched.refresh(nothing);
    watched.clock.jump(1000);
    await watched.refresh(failing('offline'));
    await watched.refresh(nothing);
    assert.equal(since(), began);
    assert.deepEqual(watched.kinds, ['loading', 'ready', 'stale', 'ready']);
  });

  it('is no longer watched once it has builds, and is watched anew for another commit', async () => {
    await watched.refresh(nothing);
    await watched.refresh();
    assert.equal(since(), undefined);
    watched.clock.jump(1000);
    watched.turnTo(targetAt('b'));
    await watched.refresh(nothing);
    assert.equal(since(), watched.clock.now());
  });

  it('is not watched from a time in the future', async () => {
    await watched.refresh(nothing);
    watched.clock.jump(-3600 * second);
    await watched.refresh(nothing);
    assert.equal(since(), watched.clock.now());
  });
});

describe('Monitor: unchanged data', () => {
  const commit = { sha: 'a', title: '', author: '' };
  const many = (status: string): Loaded => ({
    ...loadedAt('a'),
    builds: [1, 2, 3].map((id) => buildWith({ id, commit, status: id === 2 ? status : 'success' })),
    pipelines: [{ id: 7, ref: 'master', sha: 'a', status: 'running' }],
  });
  const shownIn = ({ monitor }: Watched) => {
    assert.equal(monitor.current?.kind, 'ready');
    return monitor.current;
  };

  it('is the same object as before', async () => {
    const watched = new Watched();
    await watched.refresh(many('running'));
    const before = shownIn(watched);
    await watched.refresh(many('success'));
    const after = shownIn(watched);
    assert.deepEqual(
      after.builds.map((build, at) => build === before.builds[at]),
      [true, false, true],
    );
    assert.equal(after.pipelines, before.pipelines);
    await watched.refresh(many('success'));
    assert.equal(watched.monitor.current, after);
    watched.monitor.dispose();
  });

  it('keeps its objects when the only change is that a failure is over', async () => {
    const watched = new Watched();
    await watched.refresh(many('running'));
    const { builds } = shownIn(watched);
    await watched.refresh(failing('offline'));
    await watched.refresh(many('running'));
    assert.equal(shownIn(watched).builds, builds);
    assert.deepEqual(watched.kinds, ['loading', 'ready', 'stale', 'ready']);
    watched.monitor.dispose();
  });
});

describe('Monitor: the urgency of a load', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  it('is the one that was requested', async () => {
    const refreshing = watched.monitor.retarget('idle');
    await settled();
    assert.equal(watched.lastLoad.urgency, 'idle');
    watched.lastLoad.answer();
    await refreshing;
    await watched.refresh();
    assert.equal(watched.lastLoad.urgency, 'asked');
  });

  it("lets a user's refresh replace one that is still queued", async () => {
    const refreshing = watched.monitor.refresh('idle');
    await settled();
    void watched.monitor.refresh();
    assert.ok(watched.loads[0]?.signal.aborted);
    await settled();
    assert.equal(watched.lastLoad.urgency, 'asked');
    watched.lastLoad.answer();
    await refreshing;
    assert.equal(watched.loads.length, 2);
  });

  it('is that of the most urgent request waiting for the next round', async () => {
    const refreshing = watched.monitor.refresh('active');
    await settled();
    for (const urgency of ['idle', 'active', 'idle'] as const) void watched.monitor.refresh(urgency);
    watched.lastLoad.answer();
    await settled();
    assert.equal(watched.lastLoad.urgency, 'active');
    watched.lastLoad.answer();
    await refreshing;
    assert.equal(watched.loads.length, 2);
  });
});
