import assert from 'node:assert/strict';
import { GitLabError, type FailureKind } from '../../src/core/errors';
import { loadedAt, targetAt, Watched } from './monitorPort';
import { settled } from './support';

const second = 1000;

function failing(kind: FailureKind, retryAt?: number): GitLabError {
  return new GitLabError({ kind, host: 'gitlab.com', retryAt });
}

describe('Monitor: a refresh', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  it('shows that it loads, then the builds', async () => {
    await watched.refresh();
    assert.deepEqual(watched.shown, [
      { kind: 'loading', target: targetAt('a') },
      { kind: 'ready', target: targetAt('a'), ...loadedAt('a') },
    ]);
    assert.equal(watched.monitor.current, watched.shown.at(-1));
  });

  it('keeps the builds in view while they are loaded again', async () => {
    await watched.refresh();
    await watched.refresh(loadedAt('a', 'running'));
    assert.deepEqual(watched.kinds, ['loading', 'ready', 'ready']);
  });

  it('publishes nothing when nothing has changed', async () => {
    await watched.refresh();
    await watched.refresh(loadedAt('a'));
    assert.equal(watched.shown.length, 2);
  });

  it('publishes a new branch name of the same commit before its builds are there', async () => {
    await watched.refresh();
    watched.turnTo(targetAt('a', { ref: 'topic' }));
    const refreshing = watched.monitor.refresh();
    await settled();
    assert.deepEqual(watched.shown.at(-1), {
      kind: 'ready',
      target: targetAt('a', { ref: 'topic' }),
      ...loadedAt('a'),
    });
    watched.lastLoad.answer();
    await refreshing;
  });

  it('shows why there is nothing to load, and loads nothing', async () => {
    watched.turnTo({ kind: 'noProject', reason: 'noRemote' });
    await watched.monitor.refresh();
    assert.deepEqual(watched.shown, [{ kind: 'noProject', reason: 'noRemote' }]);
    assert.equal(watched.loads.length, 0);
  });

  it('asked for during another shares its promise and makes exactly one more round', async () => {
    const first = watched.monitor.refresh();
    const further = [watched.monitor.refresh(), watched.monitor.refresh(), watched.monitor.refresh()];
    assert.ok(further.every((promise) => promise === first));
    await settled();
    watched.lastLoad.answer();
    await settled();
    assert.equal(watched.loads.length, 2);
    watched.lastLoad.answer();
    await first;
    assert.deepEqual([watched.loads.length, watched.mostUnderWay], [2, 1]);
  });

  it('asked for in the very moment that another ends is not lost', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const one = new Watched();
      const refreshing = one.monitor.refresh();
      await settled();
      one.lastLoad.answer();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      void one.monitor.refresh();
      await settled();
      one.lastLoad.answer();
      await refreshing;
      assert.equal(one.loads.length, 2, `after ${turns} turns`);
      one.monitor.dispose();
    }
  });
});

describe('Monitor: a new target', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  it('ends what is being loaded, and shows its own builds', async () => {
    const refreshing = watched.monitor.refresh();
    await settled();
    watched.turnTo(targetAt('b'));
    void watched.monitor.retarget();
    assert.ok(watched.loads[0]?.signal.aborted);
    await settled();
    watched.lastLoad.answer();
    await refreshing;
    assert.deepEqual(
      watched.shown.map((snapshot) => [snapshot.kind, 'target' in snapshot && snapshot.target?.sha]),
      [
        ['loading', 'a'],
        ['loading', 'b'],
        ['ready', 'b'],
      ],
    );
    assert.deepEqual(watched.failures, []);
  });

  it("never shows the old target's builds, though their answer comes nevertheless", async () => {
    const load = watched.load;
    let answerLate: (() => void) | undefined;
    watched.load = (target, signal, urgency) => {
      if (target.sha === 'b') return load(target, signal, urgency);
      return new Promise((resolve) => (answerLate = () => resolve(loadedAt('a'))));
    };
    const refreshing = watched.monitor.refresh();
    await settled();
    watched.turnTo(targetAt('b'));
    void watched.monitor.retarget();
    answerLate?.();
    await settled();
    watched.lastLoad.answer();
    await refreshing;
    assert.deepEqual(watched.kinds, ['loading', 'loading', 'ready']);
    assert.deepEqual(watched.monitor.current, { kind: 'ready', target: targetAt('b'), ...loadedAt('b') });
  });

  it('is not begun with what was resolved before it', async () => {
    let resolveLate: (() => void) | undefined;
    watched.resolution = () =>
      new Promise((resolve) => (resolveLate = () => resolve({ kind: 'target', target: targetAt('a') })));
    const refreshing = watched.monitor.refresh();
    watched.turnTo(targetAt('b'));
    void watched.monitor.retarget();
    resolveLate?.();
    await settled();
    assert.deepEqual(
      watched.loads.map(({ target }) => target.sha),
      ['b'],
    );
    watched.lastLoad.answer();
    await refreshing;
  });

  it('does not keep the builds of another commit, project or instance', async () => {
    const instance = { url: 'https://git.example.com', hosts: [], apiVersion: 'auto' } as const;
    for (const next of [targetAt('b'), targetAt('b', { project: 'x/y' }), targetAt('b', { instance })]) {
      watched.turnTo(next);
      const refreshing = watched.monitor.refresh();
      await settled();
      assert.deepEqual(watched.monitor.current, { kind: 'loading', target: next });
      watched.lastLoad.answer();
      await refreshing;
    }
  });
});

describe('Monitor: a failure', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  it('keeps the builds, and says why they are stale', async () => {
    await watched.refresh();
    await watched.refresh(failing('offline'));
    const { failure } = failing('offline');
    assert.deepEqual(watched.monitor.current, {
      kind: 'ready',
      target: targetAt('a'),
      ...loadedAt('a'),
      stale: { asOf: watched.clock.now(), failure },
    });
  });

  it('is forgotten with the next success', async () => {
    await watched.refresh();
    await watched.refresh(failing('offline'));
    await watched.refresh();
    assert.deepEqual(watched.monitor.current, { kind: 'ready', target: targetAt('a'), ...loadedAt('a') });
    await watched.refresh(failing('offline'));
    assert.equal(await watched.untilLoad(), 10 * second);
  });

  it('without builds is all there is to show', async () => {
    await watched.refresh(failing('notFound'));
    const { failure } = failing('notFound');
    assert.deepEqual(watched.monitor.current, { kind: 'failed', target: targetAt('a'), failure });
  });

  it("of a new target does not keep the old one's builds", async () => {
    await watched.refresh();
    watched.turnTo(targetAt('b'));
    await watched.refresh(failing('notFound'));
    assert.deepEqual(watched.kinds, ['loading', 'ready', 'loading', 'failed']);
  });

  it('of our own is shown too, and told once', async () => {
    await watched.refresh(new TypeError('x is not a function'));
    assert.deepEqual(watched.failures, [{ kind: 'unexpected', reason: 'x is not a function' }]);
    assert.equal(watched.monitor.current?.kind, 'failed');
  });

  it('to resolve is shown, and does not reject', async () => {
    watched.resolution = async () => Promise.reject(new Error('git is gone'));
    await watched.monitor.refresh();
    const failure = { kind: 'unexpected', reason: 'git is gone' };
    assert.deepEqual(watched.monitor.current, { kind: 'failed', target: undefined, failure });
  });

  it('to resolve does not keep builds that may be of another target', async () => {
    await watched.refresh();
    watched.resolution = async () => Promise.reject(new Error('git is gone'));
    await watched.monitor.refresh();
    assert.equal(watched.monitor.current?.kind, 'failed');
  });

  it('does not flicker while it is tried again', async () => {
    await watched.refresh(failing('offline'));
    await watched.refresh(failing('offline'));
    assert.deepEqual(watched.kinds, ['loading', 'failed']);
  });
});
