import assert from 'node:assert/strict';
import { GitLabError, type FailureKind } from '../../src/core/errors';
import { loadedAt, Watched } from './monitorPort';
import { settled } from './support';

const second = 1000;

function failing(kind: FailureKind, retryAt?: number): GitLabError {
  return new GitLabError({ kind, host: 'gitlab.com', retryAt });
}

describe('Monitor: its timer', () => {
  let watched: Watched;
  beforeEach(() => (watched = new Watched()));
  afterEach(() => watched.monitor.dispose());

  const waits = () => watched.clock.waits;
  const hide = () => (watched.attention = () => ({ visible: false, focused: false }));
  const look = () => (watched.attention = () => ({ visible: true, focused: false }));

  it('refreshes soon while something runs, rarely while nothing does', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    assert.deepEqual(waits(), [5 * second]);
    await watched.refresh(loadedAt('a', 'success'));
    assert.deepEqual(waits(), [60 * second]);
  });

  it('loads when it fires', async () => {
    await watched.refresh();
    await watched.clock.pass(60 * second);
    assert.equal(watched.loads.length, 2);
  });

  it('is not armed while a refresh runs', async () => {
    await watched.refresh();
    void watched.monitor.refresh();
    assert.deepEqual(waits(), []);
    watched.monitor.attend();
    assert.deepEqual(waits(), []);
  });

  it('is not armed while nobody looks', async () => {
    hide();
    await watched.refresh(loadedAt('a', 'running'));
    assert.deepEqual(waits(), []);
  });

  it('stops when attention goes, and comes back with it', async () => {
    await watched.refresh(loadedAt('a', 'running'));
    hide();
    watched.monitor.attend();
    assert.deepEqual(waits(), []);
    look();
    watched.monitor.attend();
    assert.deepEqual(waits(), [5 * second]);
  });

  it('fires at once on attention, when what is in view is older than the short interval', async () => {
    await watched.refresh();
    hide();
    watched.monitor.attend();
    await watched.clock.pass(3600 * second);
    look();
    watched.monitor.attend();
    assert.deepEqual(waits(), [0]);
  });

  it('keeps what is left of the short interval on attention', async () => {
    await watched.refresh();
    await watched.clock.pass(3 * second);
    watched.monitor.attend();
    assert.deepEqual(waits(), [2 * second]);
  });

  it('has nothing to do before the first refresh', () => {
    watched.monitor.attend();
    assert.deepEqual(waits(), []);
  });

  for (const kind of ['unauthorized', 'forbidden', 'tls'] as const) {
    it(`stops at ${kind}, also when there are builds and when the window is turned to`, async () => {
      await watched.refresh();
      await watched.refresh(failing(kind));
      assert.deepEqual(waits(), []);
      await watched.clock.pass(3600 * second);
      watched.monitor.attend();
      assert.deepEqual(waits(), []);
    });
  }

  it('waits longer after each failure, but not for ever', async () => {
    const seen: number[] = [];
    for (let failures = 0; failures < 9; failures += 1) {
      await watched.refresh(failing('offline'));
      seen.push(...waits().map((ms) => ms / second));
    }
    assert.deepEqual(seen, [10, 20, 40, 80, 160, 300, 300, 300, 300]);
  });

  it('does not hurry after a failure because the window is turned to', async () => {
    await watched.refresh(failing('offline'));
    await watched.clock.pass(4 * second);
    watched.monitor.attend();
    assert.deepEqual(waits(), [6 * second]);
  });

  it('waits until the limit is lifted', async () => {
    await watched.refresh(failing('rateLimited', watched.clock.now() + 90 * second));
    assert.deepEqual(waits(), [90 * second]);
  });

  it('waits until the limit is lifted, however often the window is turned to', async () => {
    await watched.refresh(failing('rateLimited', watched.clock.now() + 90 * second));
    for (let passed = 10; passed < 90; passed += 10) {
      await watched.clock.pass(10 * second);
      watched.monitor.attend();
      assert.deepEqual(waits(), [(90 - passed) * second]);
    }
    assert.equal(watched.loads.length, 1);
  });
});

describe('Monitor: disposed', () => {
  it('leaves no timer', async () => {
    const watched = new Watched();
    await watched.refresh();
    watched.monitor.dispose();
    assert.deepEqual(watched.clock.waits, []);
    watched.monitor.attend();
    assert.deepEqual(watched.clock.waits, []);
  });

  it('ends what is being loaded, shows no more, and leaves no timer', async () => {
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
