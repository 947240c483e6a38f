import assert from 'node:assert/strict';
import fc from 'fast-check';
import { knownStatuses } from '../../src/core/build';
import type { Failure, FailureKind } from '../../src/core/errors';
import { nextDelay, Timer, type Moment } from '../../src/core/schedule';
import type { Snapshot, Target } from '../../src/core/snapshot';
import { buildWith, FakeClock, sha } from './support';

const target: Target = {
  instance: { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' },
  project: 'group/project',
  sha,
  pinned: false,
};
const second = 1000;

function ready(...statuses: readonly string[]): Snapshot {
  const builds = statuses.map((status, at) => buildWith({ id: at + 1, name: `build ${at}`, status }));
  return { kind: 'ready', target, builds, apiVersion: 'v3', pipelines: [], readOnly: false };
}

function failed(failure: Failure): Snapshot {
  return { kind: 'failed', target, failure };
}

function delay(snapshot: Snapshot, changes: Partial<Moment> = {}): number | undefined {
  return nextDelay({
    snapshot,
    failures: 0,
    attention: { visible: true, focused: true },
    intervals: { activeSeconds: 5, idleSeconds: 60 },
    refreshedAt: 1_000_000,
    ...changes,
  });
}

describe('nextDelay', () => {
  it('is short while something runs, long while nothing does', () => {
    assert.equal(delay(ready('success', 'running')), 5 * second);
    assert.equal(delay(ready('success', 'levitating')), 5 * second);
    assert.equal(delay(ready('success', 'manual', 'created')), 60 * second);
    assert.equal(delay(ready()), 60 * second);
  });

  it('is none while nobody looks', () => {
    const nobody = { visible: false, focused: false };
    for (const snapshot of [ready('running'), ready(), failed({ kind: 'offline' })])
      assert.equal(delay(snapshot, { attention: nobody }), undefined);
  });

  it('is there while the view or the window has attention', () => {
    assert.equal(delay(ready('running'), { attention: { visible: true, focused: false } }), 5 * second);
    assert.equal(delay(ready('running'), { attention: { visible: false, focused: true } }), 5 * second);
  });

  it('is none where there is nothing to load', () => {
    assert.equal(delay({ kind: 'noProject', reason: 'noRemote' }), undefined);
    assert.equal(delay({ kind: 'signedOut', url: 'https://gitlab.com', known: true }), undefined);
  });

  it('is none after what only the user can mend', () => {
    const ofTheToken = ['unauthorized', 'expired', 'revoked', 'insufficientScope'] as const;
    const kinds: readonly FailureKind[] = [...ofTheToken, 'forbidden', 'tls', 'unexpected'];
    for (const kind of kinds) {
      assert.equal(delay(failed({ kind }), { failures: 1 }), undefined);
      assert.equal(delay({ ...ready('running'), stale: { asOf: 0, failure: { kind } } } as Snapshot, { failures: 1 }), undefined);
    }
  });

  it('is there after a page or a 404 in the API’s place: a proxy sends them while GitLab is being updated', () => {
    for (const kind of ['notGitLab', 'noGitLab', 'notFound'] as const)
      assert.equal(delay(failed({ kind }), { failures: 1 }), 10 * second);
  });

  it('doubles with each failure in a row, up to five minutes', () => {
    const delays = [1, 2, 3, 6, 7, 1000].map((failures) => delay(failed({ kind: 'offline' }), { failures }));
    assert.deepEqual(
      delays,
      [10, 20, 40, 300, 300, 300].map((seconds) => seconds * second),
    );
  });

  it('is never shorter after a failure than without one', () => {
    const intervals = { activeSeconds: 600, idleSeconds: 900 };
    assert.equal(delay(failed({ kind: 'server' }), { failures: 3, intervals }), 600 * second);
  });

  it('waits as long as GitLab asked for', () => {
    const limited = (retryAt: number | undefined) => delay(failed({ kind: 'rateLimited', retryAt }), { failures: 1 });
    assert.equal(limited(1_000_000 + 90 * second), 90 * second);
    assert.equal(limited(1_000_000 + second), 5 * second);
    assert.equal(limited(0), 5 * second);
    assert.equal(limited(undefined), 5 * second);
  });

  it('is at least two seconds and at most five minutes, or none, unless GitLab asked for more', () => {
    const kind = fc.constantFrom<FailureKind>('offline', 'server', 'notFound', 'timeout', 'rateLimited', 'tls');
    const snapshot = fc.oneof(
      fc.array(fc.constantFrom(...knownStatuses)).map((statuses) => ready(...statuses)),
      kind.map((one) => failed({ kind: one })),
    );
    const intervals = fc.record({
      activeSeconds: fc.integer({ min: 2, max: 300 }),
      idleSeconds: fc.integer({ min: 15, max: 300 }),
    });
    fc.assert(
      fc.property(snapshot, fc.nat(10_000), intervals, (shown, failures, seconds) => {
        const ms = delay(shown, { failures, intervals: seconds });
        assert.ok(ms === undefined || (ms >= 2 * second && ms <= 300 * second), String(ms));
      }),
    );
  });
});

describe('Timer', () => {
  it('fires once, and holds nothing afterwards', async () => {
    const [clock, fired] = [new FakeClock(), [] as string[]];
    new Timer(clock).arm(1000, () => fired.push('it'));
    await clock.pass(999);
    assert.deepEqual(fired, []);
    await clock.pass(5000);
    assert.deepEqual([fired, clock.waits], [['it'], []]);
  });

  it('forgets what it was armed for before', async () => {
    const [clock, fired] = [new FakeClock(), [] as string[]];
    const timer = new Timer(clock);
    timer.arm(1000, () => fired.push('first'));
    timer.arm(2000, () => fired.push('second'));
    assert.deepEqual(clock.waits, [2000]);
    await clock.pass(3000);
    assert.deepEqual(fired, ['second']);
  });

  it('does not fire once disarmed, or armed for never', async () => {
    const clock = new FakeClock();
    const timer = new Timer(clock);
    timer.arm(1000, () => assert.fail('fired'));
    timer.disarm();
    timer.arm(1000, () => assert.fail('fired'));
    timer.arm(undefined, () => assert.fail('fired'));
    assert.deepEqual(clock.waits, []);
    await clock.pass(10_000);
  });

  it('does not fire at once for a time too long for the platform', () => {
    const clock = new FakeClock();
    const timer = new Timer(clock);
    for (const ms of [2 ** 31, Infinity]) {
      timer.arm(ms, () => assert.fail('fired'));
      assert.deepEqual(clock.waits, [2 ** 31 - 1]);
    }
  });
});
