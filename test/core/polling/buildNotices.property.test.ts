import assert from 'node:assert/strict';
import fc from 'fast-check';
import { observe, type Watch } from '../../../src/core/polling/buildNotices';
import type { Snapshot, Target } from '../../../src/core/model/snapshot';
import { buildWith } from '../support';

type Ready = Extract<Snapshot, { kind: 'ready' }>;

const instance = { url: 'https://git.example.com', hosts: [], apiVersion: 'auto' } as const;
const rarely = <T>(value: T) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(value) });

const target: fc.Arbitrary<Target> = fc.record({
  instance: fc.constant(instance),
  project: fc.constant('group/project'),
  sha: fc.constantFrom('a'.repeat(40), 'b'.repeat(40)),
  ref: fc.constant('main'),
  pinned: rarely(true).map((is = false) => is),
});

const active = ['pending', 'running', 'canceling'];
const ended = ['success', 'failed', 'canceled'];
const statuses = [...active, ...ended, 'created', 'manual', 'skipped'];

const ready: fc.Arbitrary<Ready> = fc.record({
  kind: fc.constant('ready'),
  target,
  // Mostly all of one kind: else hardly anything would ever end.
  builds: fc
    .oneof(
      fc.array(fc.constantFrom(...statuses), { maxLength: 3 }),
      fc.array(fc.constantFrom(...ended, 'manual'), { maxLength: 3 }),
      fc.array(fc.constantFrom(...active), { minLength: 1, maxLength: 3 }),
    )
    .map((some) => some.map((status, index) => buildWith({ id: index + 1, name: `build-${index}`, status }))),
  pipelines: fc.constant([]),
  apiVersion: fc.constant('v4'),
  readOnly: fc.boolean(),
  ancestor: rarely({ sha: 'c'.repeat(40), back: 1 }),
  stale: rarely({ asOf: 0 }),
});

const snapshot: fc.Arbitrary<Snapshot | undefined> = fc.oneof(
  { weight: 8, arbitrary: ready },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loading'), target }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failed'), failure: fc.constant({ kind: 'offline' }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'signedOut', url: instance.url, known: true }) },
);

const isTelling = (one: Snapshot | undefined): one is Ready =>
  one?.kind === 'ready' && !one.target.pinned && one.ancestor === undefined && one.stale === undefined;
const has = ({ builds }: Ready, some: readonly string[]) => builds.some(({ status }) => some.includes(status));
const isOver = (one: Ready) => has(one, ended) && !has(one, [...active, 'created']);

/** By its definition: at an end, when since the end before, and on this commit all the while, something was active. */
function deserves(history: readonly (Snapshot | undefined)[]): boolean {
  const last = history.at(-1);
  if (!isTelling(last) || !isOver(last)) return false;
  const before = history.slice(0, -1).filter(isTelling).reverse();
  const since = before.findIndex((one) => isOver(one) || one.target.sha !== last.target.sha);
  return before.slice(0, since === -1 ? undefined : since).some((one) => has(one, active));
}

describe('Notices, for any sequence of snapshots', () => {
  it('come once for each end that was observed, and for nothing else', () => {
    const given = { notices: 0 };
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 30, size: 'max' }), (history) => {
        let watch: Watch | undefined;
        for (const [index, one] of history.entries()) {
          const seen = observe(watch, { root: 'file:///one', name: 'one', snapshot: one });
          watch = seen.watch;
          assert.equal(seen.notice?.moment === 'end', deserves(history.slice(0, index + 1)), `look ${index}`);
          if (seen.notice?.moment !== 'end') continue;
          given.notices += 1;
          assert.ok(isTelling(one));
          assert.equal(seen.notice.sha, one.target.sha);
          assert.equal(seen.notice.outcome === 'failed', has(one, ['failed']));
          assert.equal(seen.notice.failed.length > 0, has(one, ['failed']));
        }
      }),
      { numRuns: 3000 },
    );
    assert.ok(given.notices > 1000, `only ${given.notices} notices`);
  });

  it("don't come again for the same snapshot", () => {
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 30, size: 'max' }), (history) => {
        let watch: Watch | undefined;
        for (const one of history) {
          watch = observe(watch, { root: 'file:///one', name: 'one', snapshot: one }).watch;
          const again = observe(watch, { root: 'file:///one', name: 'one', snapshot: one });
          assert.deepEqual([again.notice, again.watch], [undefined, watch]);
        }
      }),
    );
  });
});
