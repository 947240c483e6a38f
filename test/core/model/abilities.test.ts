import assert from 'node:assert/strict';
import { can, deny, mayComeToHaveLog, type Ability } from '../../../src/core/model/abilities';
import { knownStatuses, type Build, type BuildAbility } from '../../../src/core/model/build';
import { buildWith } from '../support';

const artifacts = { filename: 'artifacts.zip', size: 1 };
const startedAt = '2016-02-22T00:00:00.000Z';
const changing: readonly BuildAbility[] = [
  'retry',
  'cancel',
  'forceCancel',
  'erase',
  'play',
  'playWithVariables',
  'playWithInputs',
  'retryWithInputs',
  'keep',
  'deleteArtifacts',
];
const ended = ['canceled', 'failed', 'skipped', 'success'];
const open = knownStatuses.filter((status) => !ended.includes(status) && status !== 'canceling');

/** What is denied together with an ability. */
const withIt: Readonly<Partial<Record<BuildAbility, readonly BuildAbility[]>>> = {
  play: ['play', 'playWithVariables', 'playWithInputs'],
  retry: ['retry', 'retryWithInputs'],
};

describe('What can be done with a build', () => {
  const statusesFor = (ability: Ability): readonly string[] =>
    knownStatuses.filter((status) => can(buildWith({ status, artifacts, startedAt }), ability)).sort();
  /** What can be done in some status or other. */
  const inSomeStatus = (changes: Partial<Build>): readonly Ability[] =>
    changing.filter((ability) =>
      knownStatuses.some((status) => can(buildWith({ artifacts, ...changes, status }), ability)),
    );

  const table: Readonly<Record<Ability, readonly string[]>> = {
    retry: ['canceled', 'failed', 'success'],
    erase: ['canceled', 'failed', 'success'],
    cancel: open,
    forceCancel: ['canceling'],
    play: ['manual', 'scheduled'],
    playWithVariables: ['manual', 'scheduled'],
    playWithInputs: ['manual', 'scheduled'],
    retryWithInputs: ['success', 'failed', 'canceled'],
    keep: knownStatuses,
    deleteArtifacts: knownStatuses,
    retryFailed: ['failed'],
    cancelActive: open.filter((status) => !['manual', 'scheduled'].includes(status)),
    downloadArtifacts: knownStatuses,
    openLog: knownStatuses,
    explainFailure: ['failed'],
    watch: [...open, 'canceling'],
  };
  for (const [ability, statuses] of Object.entries(table) as readonly [Ability, readonly string[]][])
    it(`depends on its status: ${ability}`, () => assert.deepEqual(statusesFor(ability), [...statuses].sort()));

  it('includes playing it if its status may stand for a manual one', () => {
    assert.equal(can(buildWith({ status: 'skipped', maybeManual: true }), 'play'), true);
    assert.equal(can(buildWith({ status: 'skipped' }), 'play'), false);
  });

  it('is only canceling if the status is unknown', () => {
    const build = buildWith({ status: 'levitating' });
    assert.deepEqual(
      changing.filter((ability) => can(build, ability)),
      ['cancel'],
    );
  });

  it("is everything, except that another CI system's build allows nothing and a bridge little", () => {
    assert.deepEqual(inSomeStatus({}), changing);
    assert.deepEqual(inSomeStatus({ kind: 'external' }), []);
    assert.deepEqual(inSomeStatus({ kind: 'bridge' }), ['retry', 'play']);
  });

  it('excludes what is denied', () => {
    for (const ability of changing) {
      const denied = withIt[ability] ?? [ability];
      const left = changing.filter((each) => !denied.includes(each));
      assert.deepEqual(inSomeStatus({ denied: [ability] }), left);
    }
    assert.equal(can(buildWith({ status: 'failed', denied: ['retry'] }), 'retryFailed'), false);
    assert.equal(can(buildWith({ status: 'running', denied: ['cancel'] }), 'cancelActive'), false);
  });

  it('is only viewing with a read-only token', () => {
    const abilities = Object.keys(table) as readonly Ability[];
    const build = { artifacts, startedAt };
    const may = abilities.filter((ability) =>
      knownStatuses.some((status) => can(buildWith({ ...build, status }), ability, true)),
    );
    assert.deepEqual(may, ['downloadArtifacts', 'openLog', 'explainFailure', 'watch']);
  });

  it('includes keeping, deleting and downloading artifacts only if there are any', () => {
    for (const ability of ['keep', 'deleteArtifacts', 'downloadArtifacts'] as const)
      assert.equal(can(buildWith(), ability), false);
  });

  it('excludes retrying an allowed failure together with the other failures', () =>
    assert.equal(can(buildWith({ status: 'failed', allowFailure: true }), 'retryFailed'), false));

  it('includes opening the log of a build that has started, except for bridges and other CI systems', () => {
    assert.equal(can(buildWith({ startedAt: undefined }), 'openLog'), false);
    for (const kind of ['bridge', 'external'] as const)
      assert.equal(can(buildWith({ kind, startedAt, status: 'failed' }), 'explainFailure'), false);
    assert.equal(mayComeToHaveLog(buildWith({ startedAt: undefined, status: 'pending' })), true);
    assert.equal(mayComeToHaveLog(buildWith({ startedAt: undefined, status: 'skipped' })), false);
  });
});

describe('The denied actions', () => {
  it('are only those that the status would offer', () => {
    const build = buildWith({ status: 'running' });
    assert.deepEqual(deny(build, () => true).denied, ['cancel']);
    assert.equal(
      deny(build, () => false),
      build,
    );
  });

  it('are added to the ones already denied', () => {
    const once = deny(buildWith({ artifacts }), (ability) => ability === 'keep');
    const twice = deny(once, (ability) => ability === 'retry');
    assert.deepEqual(twice.denied, ['keep', 'retry']);
    assert.deepEqual([can(twice, 'keep'), can(twice, 'retry')], [false, false]);
  });
});
