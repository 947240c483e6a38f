import assert from 'node:assert/strict';
import fc from 'fast-check';
import { knownStatuses } from '../../../src/core/model/build';
import type { Failure, FailureKind } from '../../../src/core/model/errors';
import { nextDelay, nextLogDelay, type Moment } from '../../../src/core/polling/schedule';
import { Timer } from '../../../src/core/util/timer';
import type { Snapshot, Target } from '../../../src/core/model/snapshot';
import { buildWith, FakeClock, sha } from '../support';

const target: Target = {
  instance: { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' },
  project: 'group/project',
  sha,
  pinned: false,
};
const second = 1000;

type Ready = Extract<Snapshot, { kind: 'ready' }>;

function ready(...statuses: readonly string[]): Ready {
  const builds = statuses.map((status, at) => buildWith({ id: at + 1, name: `build ${at}`, status }));
  return { kind: 'ready', target, builds, apiVersion: 'v3', pipelines: [], readOnly: false };
}

function failed(failure: Failure): Snapshot {
  return { kind: 'failed', target, failure };
}

const refreshedAt = 1_000_000_000;
/** Long before anything that the tests look at. */
const longAgo = refreshedAt - 24 * 3600 * second;
const nobody = { visible: false, focused: false };

function delay(snapshot: Snapshot, changes: Partial<Moment> = {}): number | undefined {
  return nextDelay({
    snapshot,
    failures: 0,
    attention: { visible: true, focused: true },
    intervals: { activeSeconds: 5, idleSeconds: 60 },
    refreshedAt,
    changedAt: longAgo,
    random: 1,
    ...changes,
  });
}

function stale(snapshot: Ready, failure: Failure): Snapshot {
  return { ...snapshot, stale: { asOf: 0, failure } };
}

describe('nextDelay', () => {
  it('is short while a build runs, and long while one waits', () => {
    assert.equal(delay(ready('success', 'running')), 5 * second);
    assert.equal(delay(ready('success', 'levitating')), 5 * second);
    assert.equal(delay(ready('success', 'manual', 'created')), 60 * second);
  });

  it('is undefined when every build has ended, except for two minutes after a change', () => {
    for (const snapshot of [ready('success', 'failed'), { ...ready(), target: { ...target, pinned: true } }]) {
      assert.equal(delay(snapshot), undefined);
      assert.equal(delay(snapshot, { changedAt: refreshedAt - 119 * second }), 60 * second);
      assert.equal(delay(snapshot, { changedAt: refreshedAt - 120 * second }), undefined);
    }
  });

  it('is short for two minutes after a push, then long for half an hour, then undefined', () => {
    const since = (seconds: number) => delay({ ...ready('success'), watchingSince: refreshedAt - seconds * second });
    assert.deepEqual([0, 119, 120, 1799, 1800].map(since), [5000, 5000, 60_000, 60_000, undefined]);
  });

  it('is undefined for an unpushed commit, once the builds of the commit before it have ended', () => {
    const head = { sha, shallow: false, pushed: false, ancestors: [{ sha: 'b', back: 1 }] };
    const unpushed = (status: string) => ({ ...ready(status), target: { ...target, head }, unpushed: true });
    assert.equal(delay(unpushed('success'), { changedAt: refreshedAt }), undefined);
    assert.equal(delay(unpushed('running')), 5 * second);
    const watched = { ...unpushed('success'), watchingSince: refreshedAt };
    assert.equal(delay(watched), 5 * second);
  });

  it('is defined if GitLab shows no CI/CD, since somebody may turn it on', () =>
    assert.equal(delay({ ...ready(), ciHidden: true }, { changedAt: 0, refreshedAt: 3600 * second }), 60 * second));

  it('is a minute without attention if builds can change on their own, and undefined if they wait for a person', () => {
    const unseen = (snapshot: Snapshot, changes = {}) => delay(snapshot, { attention: nobody, ...changes });
    assert.equal(unseen(ready('running')), 60 * second);
    assert.equal(unseen({ ...ready(), watchingSince: refreshedAt }), 60 * second);
    assert.equal(unseen(ready('success'), { changedAt: refreshedAt }), 60 * second);
    assert.equal(unseen(ready('running'), { intervals: { activeSeconds: 5, idleSeconds: 300 } }), 300 * second);
    for (const snapshot of [ready('manual', 'created'), ready('success'), ready(), failed({ kind: 'offline' })])
      assert.equal(unseen(snapshot), undefined);
  });

  it('is at least a minute without attention after a failure', () => {
    const unseen = (snapshot: Ready, kind: FailureKind, failures: number) =>
      delay(stale(snapshot, { kind }), { attention: nobody, failures });
    assert.equal(unseen(ready('running'), 'server', 1), 60 * second);
    assert.equal(unseen(ready('running'), 'server', 9), 300 * second);
    assert.equal(unseen(ready('manual'), 'server', 1), undefined);
    assert.equal(unseen(ready('running'), 'expired', 1), undefined);
  });

  it('is defined as long as the view is visible or the window is focused', () => {
    assert.equal(delay(ready('running'), { attention: { visible: false, focused: true } }), 5 * second);
    assert.equal(delay(ready('manual'), { attention: { visible: true, focused: false } }), 60 * second);
  });

  describe('in an unfocused window with the view visible', () => {
    const attention = { visible: true, focused: false };
    const at = (intervals: Moment['intervals'], changes: Partial<Moment> = {}) =>
      delay(ready('running'), { attention, intervals, ...changes });

    it('is three times as long, but no longer than the idle interval', () => {
      assert.equal(at({ activeSeconds: 5, idleSeconds: 60 }), 15 * second);
      assert.equal(at({ activeSeconds: 30, idleSeconds: 60 }), 60 * second);
      assert.equal(at({ activeSeconds: 90, idleSeconds: 60 }), 90 * second);
    });

    it('is as short as usual if the user just acted', () => {
      const acted = { actedAt: refreshedAt - second, requests: 1 };
      assert.equal(at({ activeSeconds: 5, idleSeconds: 60, soonSeconds: 2 }, acted), 2 * second);
    });

    it('is as short as usual after a failure, so that a recovered server is noticed', () =>
      assert.equal(delay(stale(ready('running'), { kind: 'offline' }), { attention, failures: 9 }), 8 * second));
  });

  it('is undefined if there is nothing to load', () => {
    assert.equal(delay({ kind: 'noProject', reason: 'noRemote' }), undefined);
    assert.equal(delay({ kind: 'signedOut', url: 'https://gitlab.com', known: true }), undefined);
  });

  it("is short for two minutes if there are no builds and git can't tell whether the commit is pushed", () => {
    const unsure = ready();
    const pinned = { ...unsure, target: { ...target, pinned: true } };
    const at = (snapshot: Snapshot, minutes: number) =>
      delay(snapshot, { changedAt: 0, refreshedAt: minutes * 60_000 });
    assert.deepEqual([at(unsure, 1), at(unsure, 3), at(unsure, 31)], [5 * second, 60 * second, undefined]);
    assert.equal(at(pinned, 3), undefined);
    // Git has no sign of a push, and GitLab did not say.
    const head = { sha, shallow: false, pushed: false, ancestors: [] };
    assert.equal(at({ ...unsure, target: { ...target, head } }, 1), 5 * second);
    assert.equal(at({ ...unsure, target: { ...target, head }, unpushed: true }, 1), undefined);
  });

  it('is undefined after an error about the token, which only the user can fix', () => {
    for (const kind of ['unauthorized', 'expired', 'revoked', 'insufficientScope'] as const) {
      assert.equal(delay(failed({ kind }), { failures: 1 }), undefined);
      assert.equal(delay(stale(ready('running'), { kind }), { failures: 1 }), undefined);
    }
  });

  it('is defined after a page or a 404 in place of the API, which proxies send while GitLab is being updated', () => {
    for (const kind of ['notGitLab', 'noGitLab', 'notFound'] as const)
      assert.ok((delay(failed({ kind }), { failures: 1 }) ?? 0) >= 8 * second);
  });

  it('is at most eight seconds with attention, so that a recovered server is noticed within ten', () => {
    const after = (kind: FailureKind) =>
      [1, 2, 3, 6, 7, 1000].map((failures) => (delay(failed({ kind }), { failures }) ?? 0) / second);
    const kinds = [
      'server',
      'offline',
      'timeout',
      'notGitLab',
      'noGitLab',
      'tls',
      'invalidAnswer',
      'git',
      'keyring',
    ] as const;
    for (const kind of kinds) assert.deepEqual(after(kind), [8, 8, 8, 8, 8, 8], kind);
  });

  it('doubles with each consecutive failure, up to five minutes, for failures that usually last', () => {
    const after = (kind: FailureKind) =>
      [1, 2, 3, 6, 7, 1000].map((failures) => (delay(failed({ kind }), { failures }) ?? 0) / second);
    for (const kind of ['forbidden', 'notFound', 'unsupported', 'unexpected'] as const)
      assert.deepEqual(after(kind), [10, 20, 40, 300, 300, 300], kind);
  });

  it('varies by a fifth between windows after a failure', () => {
    const at = (random: number) => delay(failed({ kind: 'forbidden' }), { failures: 2, random });
    assert.deepEqual([0, 0.5, 1].map(at), [16 * second, 18 * second, 20 * second]);
  });

  it('is never shorter after a failure than without one', () => {
    const intervals = { activeSeconds: 600, idleSeconds: 900 };
    for (const kind of ['server', 'offline'] as const)
      assert.equal(delay(failed({ kind }), { failures: 3, intervals, random: 0 }), 600 * second);
  });

  it('waits as long as GitLab asked for, but no longer than an hour', () => {
    const limited = (retryAt: number | undefined) => delay(failed({ kind: 'rateLimited', retryAt }), { failures: 1 });
    assert.equal(limited(refreshedAt + 90 * second), 90 * second);
    assert.equal(limited(refreshedAt + second), 5 * second);
    assert.equal(limited(0), 5 * second);
    assert.equal(limited(undefined), 5 * second);
    assert.equal(limited(refreshedAt + 1e12), 3600 * second);
  });

  it('is at least two seconds and at most five minutes, unless GitLab asked for more', () => {
    const kind = fc.constantFrom<FailureKind>('offline', 'server', 'notFound', 'timeout', 'rateLimited', 'tls');
    const builds = fc.array(fc.constantFrom(...knownStatuses)).map((statuses) => ready(...statuses));
    const snapshot = fc.oneof<fc.Arbitrary<Snapshot>[]>(
      builds,
      fc.tuple(builds, kind).map(([one, of]) => stale(one, { kind: of })),
      fc.tuple(builds, fc.integer({ min: -3600, max: 3600 })).map(([one, ago]) => ({
        ...one,
        watchingSince: refreshedAt - ago * second,
      })),
      kind.map((one) => failed({ kind: one })),
    );
    const intervals = fc.record({
      activeSeconds: fc.integer({ min: 2, max: 300 }),
      idleSeconds: fc.integer({ min: 15, max: 300 }),
    });
    const attention = fc.record({ visible: fc.boolean(), focused: fc.boolean() });
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(snapshot, fc.nat(10_000), intervals, attention, random, (shown, failures, seconds, seen, chance) => {
        const ms = delay(shown, { failures, intervals: seconds, attention: seen, random: chance });
        assert.ok(ms === undefined || (ms >= 2 * second && ms <= 300 * second), String(ms));
      }),
    );
  });
});

describe('The delay until a log is read again', () => {
  const kinds: readonly (FailureKind | undefined)[] = [undefined, 'offline', 'server', 'forbidden', 'expired'];
  const attentions = [{ visible: true, focused: true }, { visible: true, focused: false }, nobody];
  const each = kinds.flatMap((kind) => attentions.map((attention) => [kind, attention] as const));
  const timing = { failures: 2, intervals: { activeSeconds: 5, idleSeconds: 60 }, refreshedAt, random: 1 };

  it('equals that of a commit with only this build, until the build ends', () => {
    for (const [kind, attention] of each)
      for (const status of knownStatuses) {
        const failure = kind === undefined ? undefined : { kind };
        const [build] = ready(status).builds;
        const actual = nextLogDelay({ build, failure, isEmpty: false }, { ...timing, attention });
        const stale = failure === undefined ? {} : { stale: { asOf: refreshedAt, failure } };
        const ofCommit = delay({ ...ready(status), ...stale }, { ...timing, attention });
        const isOver = ['success', 'failed', 'canceled', 'skipped'].includes(status);
        assert.equal(actual, isOver ? undefined : ofCommit, `${status} ${kind ?? ''} ${attention.visible}`);
      }
  });

  it('is that of a commit that can’t be loaded, as long as nothing was read', () => {
    for (const [kind, attention] of each) {
      if (kind === undefined) continue;
      const actual = nextLogDelay({ build: undefined, failure: { kind }, isEmpty: true }, { ...timing, attention });
      assert.equal(actual, delay(failed({ kind }), { ...timing, attention }));
    }
  });

  it('is undefined for an unknown build', () =>
    assert.equal(
      nextLogDelay({ build: undefined, failure: undefined, isEmpty: true }, { ...timing, attention: nobody }),
      undefined,
    ));
});

describe('Timer', () => {
  it('fires once, and holds no reference afterwards', async () => {
    const [clock, fired] = [new FakeClock(), [] as string[]];
    new Timer(clock).arm(1000, () => fired.push('it'));
    await clock.pass(999);
    assert.deepEqual(fired, []);
    await clock.pass(5000);
    assert.deepEqual([fired, clock.waits], [['it'], []]);
  });

  it('drops the callback it was armed with before', async () => {
    const [clock, fired] = [new FakeClock(), [] as string[]];
    const timer = new Timer(clock);
    timer.arm(1000, () => fired.push('first'));
    timer.arm(2000, () => fired.push('second'));
    assert.equal(clock.waits.length, 1);
    await clock.pass(3000);
    assert.deepEqual(fired, ['second']);
  });

  it('does not fire once disarmed, or if armed with an infinite delay', async () => {
    const clock = new FakeClock();
    const timer = new Timer(clock);
    timer.arm(1000, () => assert.fail('fired'));
    timer.disarm();
    timer.arm(1000, () => assert.fail('fired'));
    timer.arm(undefined, () => assert.fail('fired'));
    assert.deepEqual(clock.waits, []);
    await clock.pass(10_000);
  });

  it('does not fire immediately if the delay is too long for the platform', async () => {
    const clock = new FakeClock();
    const timer = new Timer(clock);
    for (const ms of [2 ** 31, Infinity]) {
      timer.arm(ms, () => assert.fail('fired'));
      await clock.pass(3600 * second);
      assert.equal(clock.waits.length, 1);
    }
  });

  it('fires at most 20 seconds after the computer wakes up', async () => {
    const [clock, fired] = [new FakeClock(), [] as string[]];
    new Timer(clock).arm(300 * second, () => fired.push('it'));
    await clock.pass(30 * second);
    clock.jump(3600 * second);
    await clock.pass(20 * second);
    assert.deepEqual([fired, clock.waits], [['it'], []]);
  });

  it('fires no later because the clock is set back', async () => {
    const [clock, fired] = [new FakeClock(), [] as string[]];
    new Timer(clock).arm(100 * second, () => fired.push('it'));
    for (let times = 0; times < 5; times += 1) {
      clock.jump(-3600 * second);
      await clock.pass(20 * second);
    }
    assert.deepEqual(fired, ['it']);
  });
});
