import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { observe, type Notice, type Watch } from '../../../src/core/polling/buildNotices';
import type { Pipeline } from '../../../src/core/model/pipeline';
import type { Snapshot, Target } from '../../../src/core/model/snapshot';
import { buildWith, sha } from '../support';

type Ready = Extract<Snapshot, { kind: 'ready' }>;

const instance = { url: 'https://git.example.com', hosts: [], apiVersion: 'auto' } as const;

function targetWith(changes: Partial<Target> = {}): Target {
  return { instance, project: 'group/project', sha, ref: 'main', pinned: false, ...changes };
}

function readyWith(builds: readonly Build[], changes: Partial<Ready> = {}): Ready {
  return { kind: 'ready', target: targetWith(), builds, pipelines: [], apiVersion: 'v4', readOnly: false, ...changes };
}

/** Builds of these statuses, with names and ids of their own. */
function of(...statuses: readonly string[]): readonly Build[] {
  return statuses.map((status, index) => buildWith({ id: index + 1, name: `build-${index + 1}`, status }));
}

/** What each look at a repository gives, one after the other. */
function noticesOf(...snapshots: readonly (Snapshot | undefined)[]): readonly (Notice | undefined)[] {
  let watch: Watch | undefined;
  return snapshots.map((snapshot) => {
    const seen = observe(watch, { root: 'file:///one', name: 'one', snapshot });
    watch = seen.watch;
    return seen.notice;
  });
}

const outcomesOf = (...snapshots: readonly (Snapshot | undefined)[]) =>
  noticesOf(...snapshots).map((notice) => notice?.outcome);

const running = readyWith(of('running', 'success'));
const failed = readyWith(of('failed', 'success'));
const passed = readyWith(of('success', 'success'));
const other = targetWith({ sha: 'f'.repeat(40) });

describe("The notice that a commit's builds have ended", () => {
  it('says how the builds ended, and which of them failed', () => {
    const [, notice] = noticesOf(running, failed);
    assert.deepEqual(notice, {
      moment: 'end',
      title: 'Test the CI integration.',
      more: undefined,
      root: 'file:///one',
      name: 'one',
      instance: 'https://git.example.com',
      event: 'end 2 2',
      news: [1],
      sha,
      ref: 'main',
      outcome: 'failed',
      failed: [failed.builds[0]],
      total: 2,
      fixed: false,
      readOnly: false,
    });
  });

  it('is a new event after a manual build was started and has ended, and after a retry', () => {
    const after = readyWith(of('failed', 'success'));
    const again = readyWith([buildWith({ id: 3, name: 'build-1', status: 'success' }), ...of('success').slice(1)]);
    const notices = noticesOf(
      readyWith(of('running', 'manual')),
      readyWith(of('failed', 'manual')),
      readyWith(of('failed', 'running')),
      after,
      running,
      again,
    );
    const events = notices.flatMap((notice) => (notice?.moment === 'end' ? [notice.event] : []));
    assert.equal(new Set(events).size, 3, events.join());
  });

  it('comes once, however often the same end is seen', () =>
    assert.deepEqual(outcomesOf(running, failed, failed, running, passed, passed), [
      undefined,
      'failed',
      undefined,
      undefined,
      'passed',
      undefined,
    ]));

  it('does not come if everything had ended when it was first seen', () =>
    assert.deepEqual(outcomesOf(undefined, { kind: 'loading', target: targetWith() }, failed, failed), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]));

  it("does not come while a build is active or hasn't started yet", () => {
    for (const status of ['created', 'pending', 'running', 'preparing', 'canceling', 'a_status_of_tomorrow'])
      assert.deepEqual(
        noticesOf(running, readyWith(of('failed', status))).map((notice) => notice?.moment),
        [undefined, 'failure'],
        status,
      );
  });

  it('is not held up by builds that wait for a person or a timer', () => {
    for (const status of ['manual', 'scheduled', 'skipped'])
      assert.deepEqual(outcomesOf(running, readyWith(of('success', status))), [undefined, 'passed'], status);
  });

  it('does not come if nothing has run, or if all builds are gone', () =>
    assert.deepEqual(outcomesOf(running, readyWith(of('manual', 'skipped')), readyWith([]), passed), [
      undefined,
      undefined,
      undefined,
      'passed',
    ]));

  it('does not come for builds that were created and never started', () =>
    assert.deepEqual(outcomesOf(readyWith(of('created')), readyWith(of('success'))), [undefined, undefined]));

  it('counts an allowed failure as a success', () => {
    const builds = [buildWith({ status: 'failed', allowFailure: true })];
    assert.deepEqual(outcomesOf(running, readyWith(builds)), [undefined, 'passed']);
  });

  it('lists canceled builds, and failures before them', () => {
    assert.deepEqual(outcomesOf(running, readyWith(of('canceled', 'success'))), [undefined, 'canceled']);
    assert.deepEqual(outcomesOf(running, readyWith(of('canceled', 'failed'))), [undefined, 'failed']);
  });

  it('says "fixed" when a retry passes after a failure, even a failure that was there at first', () => {
    const fixed = (...snapshots: readonly Snapshot[]) => noticesOf(...snapshots).at(-1)?.fixed;
    assert.equal(fixed(running, failed, running, passed), true);
    assert.equal(fixed(failed, running, passed), true);
    assert.equal(fixed(running, passed), false);
    assert.equal(fixed(passed, running, passed), false);
    assert.equal(fixed(running, failed, running, failed), false);
    assert.equal(fixed(failed, running, passed, running, passed), false);
  });

  it('says if the token is read-only', () =>
    assert.equal(noticesOf(running, { ...failed, readOnly: true })[1]?.readOnly, true));

  it("counts only the builds that decide the commit's status: an earlier pipeline of the ref neither fails it nor holds it up", () => {
    const pipeline = (id: number): Pipeline => ({ id, ref: 'main', sha, status: '' });
    const inEach = (older: string, newer: string): Ready =>
      readyWith([buildWith({ id: 1, pipeline: 1, status: older }), buildWith({ id: 2, pipeline: 2, status: newer })], {
        pipelines: [pipeline(2), pipeline(1)],
      });
    const [, notice] = noticesOf(inEach('running', 'running'), inEach('running', 'success'));
    assert.deepEqual([notice?.outcome, notice?.total], ['passed', 1]);
    assert.deepEqual(outcomesOf(inEach('running', 'success'), inEach('failed', 'success')), [undefined, undefined]);
  });

  it('comes again when a new pipeline of the same commit ends', () => {
    const inPipeline = (id: number, status: string): Ready =>
      readyWith([buildWith({ id, pipeline: id, status })], { pipelines: [{ id, ref: 'main', sha, status: '' }] });
    assert.deepEqual(
      outcomesOf(inPipeline(1, 'running'), inPipeline(1, 'failed'), inPipeline(2, 'pending'), inPipeline(2, 'success')),
      [undefined, 'failed', undefined, 'passed'],
    );
  });
});

describe('There is no notice', () => {
  const silent = (...snapshots: readonly (Snapshot | undefined)[]): void =>
    assert.deepEqual(
      noticesOf(...snapshots),
      snapshots.map(() => undefined),
    );
  const failure = { kind: 'offline' } as const;

  it('of a commit that the user selected', () => {
    const pinned = targetWith({ pinned: true });
    silent({ ...running, target: pinned }, { ...failed, target: pinned });
    silent(running, { ...failed, target: pinned });
    silent({ ...running, target: pinned }, failed);
  });

  it('of the builds of an earlier commit', () => {
    const ancestor = { sha: 'a'.repeat(40), back: 2 };
    silent({ ...running, ancestor }, { ...failed, ancestor });
    silent({ ...running, ancestor }, failed);
    silent(running, { ...failed, ancestor });
  });

  it('of cached or outdated builds', () => {
    silent({ ...running, stale: { asOf: 0 } }, failed);
    silent(running, { ...failed, stale: { asOf: 0, failure } });
  });

  it('of a commit that was left before its builds ended', () => {
    silent(running, { ...passed, target: other }, failed);
    silent(running, { ...failed, target: other });
  });

  it('of the same commit on another project or instance', () => {
    silent(running, { ...failed, target: targetWith({ project: 'group/fork' }) });
    const elsewhere = { ...instance, url: 'https://gitlab.com' };
    silent(running, { ...failed, target: targetWith({ instance: elsewhere }) });
  });
});

describe('The notice of a pipeline that failed without creating builds', () => {
  const pipeline = { id: 1, ref: 'main', sha, status: 'failed', yamlErrors: 'jobs:x is odd' } as const;
  const empty = readyWith([]);
  const broken = readyWith([], { pipelines: [pipeline] });
  const count = (...snapshots: readonly (Snapshot | undefined)[]) =>
    outcomesOf(...snapshots).filter((outcome) => outcome !== undefined).length;

  it("shows GitLab's reason, once", () => {
    const [, notice, again] = noticesOf(empty, broken, broken, broken);
    assert.deepEqual(
      [notice?.outcome, notice?.reason, notice?.total, notice?.failed],
      ['failed', 'jobs:x is odd', 0, []],
    );
    assert.equal(again, undefined);
    assert.equal(count(empty, broken, broken, broken), 1);
  });

  it("comes even if an earlier commit's builds were shown until then", () =>
    assert.equal(count(readyWith(passed.builds, { ancestor: { sha: 'a'.repeat(40), back: 1 } }), broken, broken), 1));

  it('comes again for the next one', () => {
    const next = readyWith([], { pipelines: [{ ...pipeline, id: 2 }, pipeline] });
    assert.equal(count(empty, broken, next, next), 2);
  });

  it('does not come if it had failed when first seen, or for another commit', () => {
    assert.equal(count(broken, broken), 0);
    assert.equal(count(undefined, { kind: 'loading', target: targetWith() }, broken), 0);
    assert.equal(count({ ...empty, target: other }, broken), 0);
    assert.equal(count(empty, { ...broken, stale: { asOf: 0 } }), 0);
  });

  it('does not come for an earlier pipeline, or for one with builds', () => {
    const builds = [buildWith({ pipeline: 2 })];
    assert.equal(
      count(empty, readyWith(builds, { pipelines: [{ ...pipeline, id: 2, status: 'success' }, pipeline] })),
      0,
    );
    assert.equal(count(empty, readyWith([buildWith({ pipeline: 1, status: 'failed' })], { pipelines: [pipeline] })), 0);
  });
});

describe('A notice still comes', () => {
  const told = (...between: readonly (Snapshot | undefined)[]): void =>
    assert.equal(noticesOf(running, ...between, failed).at(-1)?.outcome, 'failed');
  const failure = { kind: 'offline' } as const;

  it('after the network was down', () => told({ ...running, stale: { asOf: 0, failure } }));
  it('after a failure', () => told({ kind: 'failed', target: targetWith(), failure }));
  it('after signing in again', () => told({ kind: 'signedOut', url: instance.url, known: true }, undefined));
  it('after a look at another commit', () => told({ ...passed, target: { ...other, pinned: true } }));
  it('on another branch at the same commit', () => told({ ...running, target: targetWith({ ref: 'topic' }) }));
});

describe('A truncated list', () => {
  it("is never reported as passed, since a build that wasn't read may have failed", () => {
    const cut = { isPartial: true };
    assert.deepEqual(outcomesOf(running, readyWith(passed.builds, cut)), [undefined, undefined]);
    assert.deepEqual(outcomesOf(running, readyWith(failed.builds, cut)), [undefined, 'failed']);
  });
});

describe('The notice of the first failure', () => {
  const momentsOf = (...snapshots: readonly Snapshot[]) =>
    noticesOf(...snapshots).map((notice) => notice && `${notice.moment} ${notice.failed.length} +${notice.more}`);
  const at = (...statuses: readonly string[]) => readyWith(of(...statuses));
  const none = undefined;

  it('comes once while other builds still run, and the final notice says how many failed since', () =>
    assert.deepEqual(
      momentsOf(
        at('running', 'running', 'pending'),
        at('failed', 'running', 'pending'),
        at('failed', 'running', 'running'),
        at('failed', 'failed', 'running'),
        at('failed', 'failed', 'failed'),
      ),
      [none, 'failure 1 +undefined', none, none, 'end 3 +2'],
    ));

  it('makes the final notice unnecessary if nothing else has failed', () =>
    assert.deepEqual(momentsOf(at('running', 'running'), at('failed', 'running'), at('failed', 'success')), [
      none,
      'failure 1 +undefined',
      'end 1 +0',
    ]));

  it('does not come for a build that is allowed to fail, or that had already failed when first seen', () => {
    const allowed = readyWith([
      buildWith({ id: 1, status: 'failed', allowFailure: true }),
      ...of('x', 'running').slice(1),
    ]);
    assert.deepEqual(momentsOf(at('running', 'running'), allowed), [none, none]);
    assert.deepEqual(momentsOf(at('failed', 'running'), at('failed', 'running'), at('failed', 'success')), [
      none,
      none,
      'end 1 +undefined',
    ]);
  });

  it('comes again for a retry that fails again', () => {
    const retried = (status: string) =>
      readyWith([buildWith({ id: 9, name: 'build-1', status }), ...of('x', 'running').slice(1)]);
    assert.deepEqual(
      momentsOf(at('running', 'running'), at('failed', 'running'), retried('running'), retried('failed')),
      [none, 'failure 1 +undefined', none, 'failure 1 +undefined'],
    );
  });

  it('comes for a build that fails again after the end, next to others that failed then', () => {
    const retried = (status: string) =>
      readyWith([buildWith({ id: 9, status }), ...of('x', 'failed', 'created').slice(1)]);
    assert.deepEqual(
      momentsOf(at('running', 'failed'), at('failed', 'failed'), retried('running'), retried('failed')),
      [none, 'end 2 +undefined', none, 'failure 2 +undefined'],
    );
  });

  it("includes the commit's title", () => {
    const commit = { sha, title: 'Fix the oven', author: 'Ada' };
    const titled = readyWith([buildWith({ status: 'failed', commit }), ...of('x', 'running').slice(1)]);
    assert.equal(noticesOf(running, titled)[1]?.title, 'Fix the oven');
  });
});
