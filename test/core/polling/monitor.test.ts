import assert from 'node:assert/strict';
import { GitLabError, type FailureKind } from '../../../src/core/model/errors';
import type { ExtraFacts } from '../../../src/core/polling/monitor';
import type { Ready } from '../../../src/core/model/snapshot';
import { loadedAt, targetAt, Watched } from '../monitorPort';
import { settled } from '../support';

const second = 1000;

function failing(kind: FailureKind, retryAt?: number): GitLabError {
  return new GitLabError({ kind, host: 'gitlab.com', retryAt });
}

describe('Monitor: a refresh', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  it('shows a loading state, then the builds', async () => {
    await watched.refresh();
    assert.deepEqual(watched.shown, [
      { kind: 'loading', target: targetAt('a') },
      { kind: 'ready', target: targetAt('a'), ...loadedAt('a') },
    ]);
    assert.equal(watched.monitor.current, watched.shown.at(-1));
  });

  it('keeps showing the builds while they are reloaded', async () => {
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

  it('requested during another shares its promise and runs exactly one more round', async () => {
    const first = watched.monitor.refresh();
    const further = [watched.monitor.refresh(), watched.monitor.refresh(), watched.monitor.refresh()];
    assert.ok(further.every((promise) => promise === first));
    await settled();
    watched.lastLoad.answer();
    await settled();
    assert.equal(watched.loads.length, 2);
    watched.lastLoad.answer();
    await first;
    assert.deepEqual([watched.loads.length, watched.maxUnderWay], [2, 1]);
  });

  it('requested at the very moment another ends is not lost', async () => {
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

  it('aborts the current load, and shows its own builds', async () => {
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

  it("never shows the old target's builds, even if their response still arrives", async () => {
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

  it('does not start with the target that was resolved before it', async () => {
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

  it('is cleared by the next success', async () => {
    await watched.refresh();
    await watched.refresh(failing('offline'));
    await watched.refresh();
    assert.deepEqual(watched.monitor.current, { kind: 'ready', target: targetAt('a'), ...loadedAt('a') });
    await watched.refresh(failing('offline'));
    assert.equal(await watched.untilLoad(), 8 * second);
  });

  it('without builds is the only thing shown', async () => {
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

  it('caused by our own bug is shown too, and reported once', async () => {
    await watched.refresh(new TypeError('x is not a function'));
    assert.deepEqual(watched.failures, [{ kind: 'unexpected', reason: 'x is not a function' }]);
    assert.equal(watched.monitor.current?.kind, 'failed');
  });

  it("to resolve the target is shown, and doesn't reject", async () => {
    watched.resolution = async () => Promise.reject(new Error('git is gone'));
    await watched.monitor.refresh();
    const failure = { kind: 'unexpected', reason: 'git is gone' };
    assert.deepEqual(watched.monitor.current, { kind: 'failed', target: undefined, failure });
  });

  it('to resolve the target does not keep builds that may belong to another target', async () => {
    await watched.refresh();
    watched.resolution = async () => Promise.reject(new Error('git is gone'));
    await watched.monitor.refresh();
    assert.equal(watched.monitor.current?.kind, 'failed');
  });

  it('does not flicker during a retry', async () => {
    await watched.refresh(failing('offline'));
    await watched.refresh(failing('offline'));
    assert.deepEqual(watched.kinds, ['loading', 'failed']);
  });
});

describe('Monitor: optional details', () => {
  let watched: Watched;
  let further: {
    readonly signal: AbortSignal;
    readonly answer: (told: ExtraFacts) => void;
    readonly fail: () => void;
  }[];
  beforeEach(() => {
    watched = new Watched();
    further = [];
    watched.further = (_target, _listing, signal) =>
      new Promise((resolve, reject) => {
        further.push({ signal, answer: resolve, fail: () => reject(new Error('refused')) });
      });
  });
  afterEach(() => watched.monitor.dispose());

  it('are requested once the builds are shown, and shown when they arrive', async () => {
    await watched.refresh();
    assert.deepEqual([watched.kinds, further.length], [['loading', 'ready'], 1]);
    further[0]?.answer({ readOnly: true, expected: { rspec: 60 } });
    await settled();
    const { expected, readOnly } = watched.monitor.current as Ready;
    assert.deepEqual([expected, readOnly, watched.shown.length], [{ rspec: 60 }, true, 3]);
    assert.deepEqual(watched.kept.at(-1)?.expected, { rspec: 60 });
  });

  it("stay visible while the builds are reloaded, and aren't published again if they are the same", async () => {
    await watched.refresh();
    further[0]?.answer({ readOnly: true, expected: { rspec: 60 } });
    await settled();
    await watched.refresh({ ...loadedAt('a'), readOnly: undefined });
    further[1]?.answer({ readOnly: true, expected: { rspec: 60 } });
    await settled();
    assert.equal(watched.shown.length, 3);
  });

  it('delay no refresh, and are loaded one at a time', async () => {
    await watched.refresh();
    await watched.refresh(loadedAt('a', 'running'));
    assert.deepEqual([watched.loads.length, further.length], [2, 1]);
    further[0]?.fail();
    await settled();
    await watched.refresh();
    assert.deepEqual([further.length, watched.failures], [2, []]);
  });

  it('of another target are not shown, nor after the monitor is disposed', async () => {
    await watched.refresh();
    watched.turnTo(targetAt('b'));
    const retargeting = watched.monitor.retarget('moved');
    assert.ok(further[0]?.signal.aborted);
    further[0].answer({ expected: { rspec: 60 } });
    await settled();
    watched.lastLoad.answer(loadedAt('b'));
    await retargeting;
    assert.equal((watched.monitor.current as Ready).expected, undefined);
    watched.monitor.dispose();
    assert.ok(further[1]?.signal.aborted);
  });
});

describe('Monitor: waiting', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());
  const urgencies = () => watched.loads.map(({ urgency }) => urgency);

  it("does not make a user's refresh less urgent because the target changes", async () => {
    for (const urgency of ['idle', 'active', 'moved'] as const) {
      const one = new Watched();
      void one.monitor.refresh();
      await settled();
      void one.monitor.retarget(urgency);
      await settled();
      assert.deepEqual([one.loads.length, one.lastLoad.urgency], [2, 'asked'], urgency);
      one.monitor.dispose();
    }
  });

  it('aborts a queued round when HEAD moves', async () => {
    void watched.monitor.refresh('active');
    await settled();
    void watched.monitor.retarget('moved');
    await settled();
    assert.deepEqual([urgencies(), watched.loads[0]?.signal.aborted], [['active', 'moved'], true]);
  });

  it("aborts a round on a user's refresh if the round has exceeded the limit for response headers", async () => {
    void watched.monitor.refresh();
    await settled();
    await watched.clock.pass(10 * second);
    assert.equal(watched.lastLoad.signal.aborted, false);
    void watched.monitor.refresh();
    await settled();
    assert.deepEqual([watched.loads.length, watched.loads[0]?.signal.aborted], [2, true]);
    watched.lastLoad.answer(loadedAt('a', 'running'));
    await settled();
    assert.equal(watched.monitor.current?.kind, 'ready');
  });

  it('aborts a younger round once it reaches that age, so that a second Refresh always has an effect', async () => {
    void watched.monitor.refresh();
    await settled();
    await watched.clock.pass(4 * second);
    void watched.monitor.refresh();
    await watched.clock.pass(6 * second - 1);
    assert.equal(watched.loads.length, 1);
    await watched.clock.pass(1);
    assert.deepEqual([watched.loads.length, watched.loads[0]?.signal.aborted], [2, true]);
  });

  it('marks the shown builds as old while a round takes longer than half a minute, until the next one arrives', async () => {
    await watched.refresh();
    const asOf = watched.clock.now();
    const refreshing = watched.monitor.refresh();
    await watched.clock.pass(30 * second - 1);
    assert.deepEqual(watched.kinds, ['loading', 'ready']);
    await watched.clock.pass(1);
    assert.deepEqual(watched.kinds, ['loading', 'ready', 'stale']);
    assert.deepEqual((watched.monitor.current as Ready).stale, { asOf });
    watched.lastLoad.answer();
    await refreshing;
    assert.deepEqual(watched.kinds, ['loading', 'ready', 'stale', 'ready']);
  });
});
