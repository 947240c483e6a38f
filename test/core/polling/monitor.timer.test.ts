import assert from 'node:assert/strict';
import { GitLabError, type FailureKind } from '../../../src/core/model/errors';
import { loadedAt, targetAt, Watched } from '../monitorPort';
import { buildWith, settled } from '../support';

const second = 1000;
const minute = 60 * second;

function failing(kind: FailureKind, retryAt?: number): GitLabError {
  return new GitLabError({ kind, host: 'gitlab.com', retryAt });
}

describe('Monitor: its timer', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  const waits = () => watched.clock.waits;
  const attendAs = (visible: boolean, focused: boolean) => {
    watched.attention = () => ({ visible, focused });
    watched.monitor.onVisibilityChange();
  };
  const hide = () => attendAs(false, false);
  const look = () => attendAs(true, false);
  /** Lets everything settle that may have changed a moment ago. */
  const rest = async (status = 'success') => {
    await watched.refresh(loadedAt('a', status));
    await watched.clock.pass(5 * minute);
    for (let rounds = 0; rounds < 1000 && watched.underWay > 0; rounds++) {
      watched.lastLoad.answer(loadedAt('a', status));
      await settled();
      await watched.clock.pass(5 * minute);
    }
  };

  it('refreshes soon while a build runs, ahead of other repositories', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    assert.equal(await watched.untilLoad(), 5 * second);
    assert.equal(watched.lastLoad.urgency, 'active');
  });

  it('refreshes rarely while builds only wait, after other repositories', async () => {
    await watched.refresh(loadedAt('a', 'manual'));
    assert.equal(await watched.untilLoad(), minute);
    assert.equal(watched.lastLoad.urgency, 'idle');
  });

  it('stops when every build has ended and nothing has changed for two minutes', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    await watched.refresh(loadedAt('a', 'success'));
    for (let times = 0; times < 2; times += 1) {
      assert.equal(await watched.untilLoad(), minute);
      watched.lastLoad.answer(loadedAt('a', 'success'));
      await settled();
    }
    assert.equal(await watched.untilLoad(), undefined);
    assert.deepEqual(waits(), []);
  });

  it('counts from the start of a refresh, and leaves GitLab alone for at least as long as that refresh took', async () => {
    const after = async (took: number): Promise<number | undefined> => {
      void watched.monitor.refresh();
      await watched.clock.pass(took);
      watched.lastLoad.answer(loadedAt('a', 'running'));
      await settled();
      const waited = await watched.untilLoad();
      watched.lastLoad.answer(loadedAt('a', 'running'));
      await settled();
      return waited;
    };
    assert.deepEqual([await after(500), await after(4 * second), await after(9 * second)], [4500, 4000, 5000]);
  });

  it('is short for half a minute after an action, if a listing takes few requests', async () => {
    watched.intervals = () => ({ activeSeconds: 5, idleSeconds: 60, soonSeconds: 2 });
    const intervals = async (requests: number | undefined): Promise<readonly number[]> => {
      void watched.monitor.acted();
      await settled();
      const began = watched.clock.now();
      const all: number[] = [];
      for (let round = 0; round < 100 && watched.clock.now() - began < 40 * second; round++) {
        watched.lastLoad.answer({ ...loadedAt('a', 'running'), requests });
        await settled();
        all.push((await watched.untilLoad()) ?? 0);
      }
      watched.lastLoad.answer({ ...loadedAt('a', 'running'), requests });
      await settled();
      return all.map((ms) => ms / second);
    };
    assert.deepEqual(await intervals(3), [...Array<number>(15).fill(2), 5, 5]);
    assert.deepEqual(await intervals(4), Array<number>(8).fill(5));
    assert.deepEqual(await intervals(undefined), Array<number>(8).fill(5));
  });

  it('is short after a push', async () => {
    watched.intervals = () => ({ activeSeconds: 5, idleSeconds: 60, soonSeconds: 2 });
    const at = (pushed: boolean) => targetAt('a', { head: { sha: 'a', shallow: false, pushed, ancestors: [] } });
    watched.turnTo(at(false));
    await watched.refresh({ ...loadedAt('a', 'running'), requests: 1 });
    assert.equal(await watched.untilLoad(), 5 * second);
    watched.lastLoad.answer({ ...loadedAt('a', 'running'), requests: 1 });
    await settled();
    watched.turnTo(at(true));
    await watched.refresh({ ...loadedAt('a', 'running'), requests: 1 });
    assert.equal(await watched.untilLoad(), 2 * second);
  });

  it('starts no refresh while one is running, however long it takes', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    void watched.monitor.refresh();
    await settled();
    for (const turn of [() => {}, look]) {
      turn();
      await watched.clock.pass(10 * minute);
      assert.deepEqual([watched.loads.length, watched.lastLoad.signal.aborted], [2, false]);
    }
  });

  it('keeps polling slowly for running builds while the window has no attention', async () => {
    hide();
    await watched.refresh(loadedAt('a', 'running'));
    assert.equal(await watched.untilLoad(), minute);
  });

  it('stops for waiting builds while the window has no attention', async () => {
    hide();
    await rest('manual');
    assert.deepEqual(waits(), []);
  });

  it('slows down when the window loses attention, and speeds up when it regains it', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    await watched.clock.pass(second);
    hide();
    look();
    assert.equal(await watched.untilLoad(), 4 * second);
  });

  it('fires immediately on return if the shown builds are older than the short interval', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    hide();
    await watched.clock.pass(10 * second);
    look();
    assert.equal(await watched.untilLoad(), 0);
  });

  it('fires immediately on return after it stopped, if the shown builds are older than the long interval', async () => {
    await rest();
    hide();
    look();
    assert.equal(await watched.untilLoad(), 0);
    watched.lastLoad.answer();
    await settled();
    attendAs(false, true);
    assert.equal(await watched.untilLoad(), undefined);
  });

  it('does not fire when the window loses focus', async () => {
    attendAs(true, true);
    await rest();
    look();
    assert.equal(await watched.untilLoad(), undefined);
    hide();
    assert.equal(await watched.untilLoad(), undefined);
  });

  it('has nothing to do before the first refresh', () => {
    look();
    assert.deepEqual(waits(), []);
  });

  it('restarts when an action changes a build', async () => {
    await rest();
    const commit = { sha: 'a', title: '', author: '' };
    watched.monitor.update(buildWith({ id: 2, status: 'pending', commit }));
    assert.equal(await watched.untilLoad(), 0);
  });

  it('polls fast for a pushed commit, then slowly, and gives up after half an hour', async () => {
    const nothing = { ...loadedAt('a'), builds: [], watching: true };
    await watched.refresh(nothing);
    const began = watched.clock.now();
    const waited: number[] = [];
    for (let ms = await watched.untilLoad(); ms !== undefined; ms = await watched.untilLoad()) {
      waited.push(ms);
      watched.lastLoad.answer(nothing);
      await settled();
    }
    assert.deepEqual(waited.slice(0, 24), Array<number>(24).fill(5 * second));
    assert.deepEqual(waited.slice(24), Array<number>(28).fill(minute));
    const { current } = watched.monitor;
    assert.equal(current?.kind === 'ready' && current.watchingSince, began);
    assert.equal(watched.shown.length, 2);
  });

  it('survives the clock being set back, and fires early rather than late', async () => {
    await watched.refresh(loadedAt('a', 'manual'));
    await watched.clock.pass(10 * second);
    watched.clock.jump(-24 * 60 * minute);
    look();
    const [began] = [watched.clock.now()];
    await watched.untilLoad();
    assert.ok(watched.clock.now() - began <= minute);
  });

  it('fires soon after the computer wakes up', async () => {
    await watched.refresh(loadedAt('a', 'manual'));
    await watched.clock.pass(10 * second);
    watched.clock.jump(8 * 60 * minute);
    assert.ok((await watched.untilLoad())! <= 20 * second);
  });
});

describe('Monitor: its timer after a failure', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  /** Milliseconds until each next try, while it goes on failing. */
  const delays = async (times: number, kind: FailureKind): Promise<readonly number[]> => {
    await watched.refresh(failing(kind));
    const seen: number[] = [];
    for (let time = 0; time < times; time++) {
      seen.push((await watched.untilLoad())!);
      watched.lastLoad.fail(failing(kind));
      await settled();
    }
    return seen;
  };

  for (const kind of ['unauthorized', 'expired', 'revoked', 'insufficientScope'] as const) {
    it(`stops at ${kind}, even if there are builds and even when the window gets focus`, async () => {
      await watched.refresh();
      await watched.refresh(failing(kind));
      await watched.clock.pass(60 * minute);
      watched.monitor.onVisibilityChange();
      assert.deepEqual(watched.clock.waits, []);
      assert.equal(watched.loads.length, 2);
    });
  }

  it('waits longer after each failure, up to a limit', async () => {
    const seconds = [10, 20, 40, 80, 160, 300, 300, 300];
    assert.deepEqual(
      await delays(8, 'forbidden'),
      seconds.map((one) => one * second),
    );
  });

  for (const kind of ['offline', 'tls', 'server', 'git', 'keyring'] as const)
    it(`waits no longer than eight seconds while the window has attention, after ${kind}`, async () =>
      assert.deepEqual(await delays(4, kind), Array<number>(4).fill(8 * second)));

  it('does not give a new target the long wait of an earlier one that kept failing', async () => {
    await delays(5, 'forbidden');
    watched.turnTo(targetAt('b'));
    await watched.refresh(failing('forbidden'));
    assert.equal(await watched.untilLoad(), 10 * second);
  });

  for (const kind of ['offline', 'server', 'forbidden', 'tls', 'unexpected'] as const)
    it(`retries immediately when the window gets focus again, after ${kind}`, async () => {
      await delays(4, kind);
      await watched.clock.pass(6 * second);
      watched.attention = () => ({ visible: false, focused: false });
      watched.monitor.onVisibilityChange();
      watched.attention = () => ({ visible: true, focused: true });
      watched.monitor.onVisibilityChange();
      assert.equal(await watched.untilLoad(), 0);
    });

  it('waits until the rate limit ends, however often the window gets focus', async () => {
    await watched.refresh(failing('rateLimited', watched.clock.now() + 90 * second));
    for (let passed = 10; passed < 90; passed += 10) {
      await watched.clock.pass(10 * second);
      watched.attention = () => ({ visible: passed % 20 === 0, focused: false });
      watched.monitor.onVisibilityChange();
      assert.equal(watched.loads.length, 1);
    }
    watched.attention = () => ({ visible: true, focused: false });
    watched.monitor.onVisibilityChange();
    assert.equal(await watched.untilLoad(), 10 * second);
  });
});

describe('Monitor: once disposed', () => {
  it('leaves no timer', async () => {
    const watched = new Watched();
    await watched.refresh();
    watched.monitor.dispose();
    assert.deepEqual(watched.clock.waits, []);
    watched.clock.jump(60 * minute);
    watched.monitor.onVisibilityChange();
    assert.deepEqual(watched.clock.waits, []);
  });

  it('aborts the current load, shows nothing further, and leaves no timer', async () => {
    const watched = new Watched();
    const refreshing = watched.monitor.refresh();
    await settled();
    void watched.monitor.refresh();
    watched.monitor.dispose();
    assert.ok(watched.lastLoad.signal.aborted);
    await refreshing;
    assert.deepEqual([watched.kinds, watched.clock.waits, watched.failures], [['loading'], [], []]);
    assert.equal(watched.loads.length, 1);
  });

  it('does not load again', async () => {
    const watched = new Watched();
    watched.monitor.dispose();
    await Promise.all([watched.monitor.refresh(), watched.monitor.retarget()]);
    assert.deepEqual([watched.resolutions, watched.shown], [0, []]);
  });
});
