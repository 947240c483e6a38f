import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import type { Target } from '../../../src/core/model/snapshot';
import { SnapshotCache, storageKey } from '../../../src/core/session/snapshotCache';
import { FakeClock } from '../../core/support';
import { developerToken } from '../../gitlab/seed';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { FakeMemento } from '../fake/memento';
import { until } from '../fake/until';
import { aBuild, aTarget, ready, someBuilds } from '../samples';

const shaOf = (index: number): string => index.toString(16).padStart(40, '0');
const full: Build = {
  ...aBuild({ kind: 'bridge', status: 'failed', startedAt: 'a', finishedAt: 'b', coverage: 98.29, user: 'dana' }),
  ...{ artifacts: { filename: 'a.zip', size: 1, expireAt: 'c' }, runner: 'docker-01', tags: ['docker'], pipeline: 7 },
  ...{ webUrl: 'https://git.example.com/1', commit: { sha: shaOf(1), title: 't', author: 'a' }, scheduledAt: 'd' },
  ...{ downstream: 8, maybeManual: true, denied: ['retry'], attempts: [aBuild({ id: 2 })] },
  ...{ reports: [{ type: 'junit', filename: 'junit.xml.gz', size: 3 }], artifactsExpiredAt: 'e' },
};

describe('Cached builds', () => {
  let storage: FakeMemento;
  let clock: FakeClock;
  let remembered: SnapshotCache;
  const start = (): SnapshotCache => new SnapshotCache(storage, clock);
  beforeEach(() => {
    [storage, clock] = [new FakeMemento(), new FakeClock()];
    remembered = start();
  });

  const keep = (target: Target, builds: readonly Build[], asOf = 1): void =>
    remembered.keep({ ...ready(builds), target, stale: { asOf } });
  /** After a restart. */
  const again = (): SnapshotCache => {
    remembered.dispose();
    remembered = start();
    return remembered;
  };

  it('are unchanged, with their age, after a restart', () => {
    const target = aTarget();
    const snapshot = {
      ...ready([full]),
      target,
      pipelines: [
        { id: 7, ref: 'main', sha: shaOf(1), status: 'failed', source: 'push', webUrl: 'u', stages: ['test'] },
        { id: 8, ref: 'main', sha: shaOf(1), status: 'failed', mergeRequest: { iid: 1, title: 't' } },
      ],
      apiVersion: 'v4' as const,
      readOnly: true,
      ancestor: { sha: shaOf(3), back: 2 },
      expected: { rspec: 190 },
      stale: { asOf: 12 },
    };
    remembered.keep(snapshot);
    assert.deepEqual(again().of(target), snapshot);
  });

  it('remain partial if a limit truncated the list', () => {
    const target = aTarget();
    remembered.keep({ ...ready([full]), target, isPartial: true, stale: { asOf: 1 } });
    assert.equal(again().of(target)?.isPartial, true);
    remembered.keep({ ...ready([full]), target, stale: { asOf: 2 } });
    assert.equal(again().of(target)?.isPartial, undefined);
  });

  it('belong only to that commit, project and instance', () => {
    keep(aTarget(), someBuilds({}));
    const instance = { ...aTarget().instance, url: 'https://other.example.com' };
    for (const other of [aTarget({ sha: shaOf(1) }), aTarget({ project: 'group/other' }), aTarget({ instance })])
      assert.equal(remembered.of(other), undefined);
    assert.equal(remembered.of(aTarget({ ref: 'other' }))?.target.ref, 'other');
  });

  it('are those in the newest response', () => {
    keep(aTarget(), someBuilds({}), 1);
    keep(aTarget(), someBuilds({ status: 'failed' }), 2);
    const known = again().of(aTarget());
    assert.deepEqual([known?.builds[0]?.status, known?.stale], ['failed', { asOf: 2 }]);
  });

  it('are those of the last hundred commits, for many repositories', () => {
    for (let index = 0; index < 105; index++) keep(aTarget({ sha: shaOf(index) }), someBuilds({}));
    again();
    const known = Array.from({ length: 105 }, (_, index) => remembered.of(aTarget({ sha: shaOf(index) })));
    assert.deepEqual(
      known.map((one) => one !== undefined),
      Array.from({ length: 105 }, (_, index) => index >= 5),
    );
  });

  it("don't exist for a commit without builds", () => {
    keep(aTarget(), someBuilds({}));
    keep(aTarget(), []);
    assert.equal(again().of(aTarget()), undefined);
  });

  it('take no more space than VS Code recommends, keeping the newest', () => {
    const big = someBuilds(...Array.from({ length: 300 }, () => ({ user: 'x'.repeat(400) })));
    for (let index = 0; index < 10; index++) keep(aTarget({ sha: shaOf(index) }), big);
    keep(aTarget({ sha: shaOf(10) }), someBuilds(...Array.from({ length: 300 }, () => ({ user: 'x'.repeat(2000) }))));
    again();
    assert.ok((storage.values.get(storageKey) ?? '').length <= 400_100);
    const known = Array.from({ length: 11 }, (_, index) => remembered.of(aTarget({ sha: shaOf(index) })));
    assert.deepEqual(
      known.flatMap((one, index) => (one === undefined ? [] : index)),
      [8, 9],
    );
  });

  it('are written ten seconds after they arrived, all at once, and at the end', async () => {
    keep(aTarget(), someBuilds({}));
    await clock.pass(9_000);
    keep(aTarget({ sha: shaOf(1) }), someBuilds({}));
    assert.equal(storage.writes, 0);
    await clock.pass(1_000);
    assert.equal(storage.writes, 1);
    await clock.pass(60_000);
    assert.equal(storage.writes, 1);
    keep(aTarget(), someBuilds({ status: 'failed' }));
    remembered.dispose();
    assert.deepEqual([storage.writes, clock.waits.length], [2, 0]);
  });

  it('are removed with their instance, immediately', () => {
    keep(aTarget(), someBuilds({}));
    const other = aTarget({ instance: { ...aTarget().instance, url: 'https://other.example.com' } });
    keep(other, someBuilds({}));
    remembered.keepOnly(['https://other.example.com']);
    assert.equal(storage.writes, 1);
    assert.deepEqual([remembered.of(aTarget()), again().of(other)?.builds.length], [undefined, 1]);
    remembered.keepOnly([]);
    assert.deepEqual(storage.keys(), []);
  });

  const stored = (): unknown[] => JSON.parse(storage.values.get(storageKey) ?? '[]') as unknown[];
  const damages: readonly (readonly [string, (whole: Record<string, unknown>) => unknown])[] = [
    ['not an object', () => 'x'],
    ['nothing', () => null],
    ['a list', () => []],
    ['without a commit', (whole) => ({ ...whole, sha: undefined })],
    ['without builds', (whole) => ({ ...whole, builds: undefined })],
    ['with invalid builds', (whole) => ({ ...whole, builds: [1] })],
    ['with a build without a name', (whole) => ({ ...whole, builds: [{ ...full, name: undefined }] })],
    ['with an ID that is not a number', (whole) => ({ ...whole, builds: [{ ...full, id: '1' }] })],
    ['with invalid attempts', (whole) => ({ ...whole, builds: [{ ...full, attempts: [{}] }] })],
    ['with artifacts without a size', (whole) => ({ ...whole, builds: [{ ...full, artifacts: { filename: 'x' } }] })],
    ['with a report without a size', (whole) => ({ ...whole, builds: [{ ...full, reports: [{ type: 'x' }] }] })],
    ['with a pipeline without a ref', (whole) => ({ ...whole, pipelines: [{ id: 1, sha: 'a', status: 'x' }] })],
    ['with an invalid API version', (whole) => ({ ...whole, apiVersion: 'v5' })],
    ['without a time', (whole) => ({ ...whole, asOf: 'yesterday' })],
    ['with invalid times', (whole) => ({ ...whole, expected: { rspec: 'long' } })],
  ];
  for (const [what, damage] of damages)
    it(`that are damaged (${what}) are ignored and removed, and the others stay`, async () => {
      keep(aTarget({ sha: shaOf(1) }), someBuilds({}));
      keep(aTarget(), [full]);
      remembered.dispose();
      const [first, second] = stored();
      void storage.update(storageKey, [damage(first as Record<string, unknown>), second]);
      remembered = start();
      assert.equal(remembered.of(aTarget()), undefined);
      assert.equal(remembered.of(aTarget({ sha: shaOf(1) }))?.builds.length, 1);
      await clock.pass(10_000);
      assert.equal(stored().length, 1);
    });

  for (const whole of ['x', 7, {}, { length: 1 }])
    it(`that are ${JSON.stringify(whole)} as a whole are removed`, async () => {
      void storage.update(storageKey, whole);
      remembered = start();
      assert.equal(remembered.of(aTarget()), undefined);
      await clock.pass(10_000);
      assert.deepEqual(storage.keys(), []);
    });
});

describe('At startup', () => {
  const apps = appsInTests();

  it('the cached builds are shown before the first response, marked as old', async () => {
    const memento = new FakeMemento();
    const app = await apps.ready({ memento });
    const before = await app.drawn();
    app.gitlab.faults = [{ stall: 'beforeHeaders' }];
    await app.restart();
    const shown = await app.shows('ready');
    assert.deepEqual([shown.builds.length, shown.stale], [7, 'from the last session']);
    assert.match(editor().statusBarItems[0]?.text ?? '', /^\$\(error\) CI failed: .* \$\(history\)$/);
    assert.equal((await app.drawn()).length, before.length);
  });

  it('the first response replaces them', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    await app.restart();
    const shown = await app.shows('ready', ({ stale }) => stale === undefined);
    assert.equal(shown.builds.at(-1)?.status, 'success');
  });

  it('nothing is cached for an instance that was signed out', async () => {
    const memento = new FakeMemento();
    const app = await apps.ready({ memento });
    await app.restart();
    assert.deepEqual([...memento.keys()].sort(), [storageKey, 'knownProjects']);
    await app.shows('ready');
    await app.run('signOut');
    await app.shows('signedOut');
    await app.stop();
    assert.deepEqual(memento.keys(), []);
  });

  it('no token and no secret is stored', async () => {
    const memento = new FakeMemento();
    const app = await apps.ready({ memento });
    await until('the builds', () => app.api.repositories[0]?.builds.length === 7);
    await app.stop();
    const text = [...memento.values.values()].join('\n');
    assert.ok(text.includes('production'));
    assert.ok(!text.includes(developerToken));
  });
});
