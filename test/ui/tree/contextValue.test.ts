import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { contextValue } from '../../../src/ui/tree/contextValue';
import { aBuild, aRepository, aTarget, ready, someBuilds } from '../samples';

const started = '2016-03-01T12:00:00.000Z';
const artifacts = { filename: 'artifacts.zip', size: 1234 };

describe('The context value of a row', () => {
  const wordsOf = (changes: Partial<Build>, kind: 'build' | 'attempt' = 'build', readOnly = false): string =>
    contextValue({ kind, id: 'x', build: aBuild(changes), children: [] }, readOnly);
  const group = (kind: 'stage' | 'status', ...builds: readonly Partial<Build>[]): string => {
    const node = { id: 'x', status: 's', builds: someBuilds(...builds), children: [] };
    if (kind === 'stage') return contextValue({ kind, stage: 's', isExternal: false, total: 1, ...node }, false);
    return contextValue({ kind, isAllowed: false, count: 1, ...node }, false);
  };
  const pipeline = (readOnly: boolean, ...builds: readonly Partial<Build>[]): string => {
    const node = { id: 'x', isNewestOfRef: true, status: 's', builds: someBuilds(...builds), shown: 1, children: [] };
    const own = { id: 1, ref: 'master', sha: 'a', status: 's' };
    return contextValue({ kind: 'pipeline', pipeline: own, ...node }, readOnly);
  };

  const expected: Readonly<Record<string, string>> = {
    created: 'build cancelable',
    waiting_for_resource: 'build cancelable',
    preparing: 'build cancelable',
    waiting_for_callback: 'build cancelable',
    pending: 'build cancelable',
    running: 'build cancelable',
    success: 'build retryable retryInputs erasable',
    failed: 'build retryable retryInputs erasable',
    canceling: 'build forceCancelable',
    canceled: 'build retryable retryInputs erasable',
    skipped: 'build',
    manual: 'build cancelable playable variables playInputs',
    scheduled: 'build cancelable playable variables playInputs',
    levitating: 'build cancelable',
  };
  for (const [status, words] of Object.entries(expected))
    it(`contains for ${status}: ${words}`, () => assert.equal(wordsOf({ status }), words));

  it('says that there are artifacts and a log', () =>
    assert.equal(
      wordsOf({ artifacts, startedAt: started }),
      'build retryable retryInputs erasable hasArtifacts keepable artifactsDeletable hasLog',
    ));

  it('says that the log of a failed build may show the cause, even for an allowed failure', () => {
    const failed = { status: 'failed', startedAt: started };
    assert.equal(wordsOf({ ...failed, allowFailure: true }), 'build retryable retryInputs erasable hasLog failed');
    assert.equal(wordsOf(failed, 'attempt', true), 'attempt hasLog failed');
    assert.equal(wordsOf({ ...failed, kind: 'bridge' }), 'build retryable');
  });

  it('never allows retrying or canceling an attempt', () => {
    assert.equal(wordsOf({ status: 'running' }, 'attempt'), 'attempt');
    assert.equal(
      wordsOf({ status: 'failed', artifacts }, 'attempt'),
      'attempt erasable hasArtifacts keepable artifactsDeletable',
    );
  });

  it('says what can be done with some of the parallel builds', () => {
    const [status, startedAt] = ['failed', '2016-03-01T12:00:00.000Z'];
    const builds = someBuilds({ status, startedAt }, { status: 'manual' }, { artifacts: { filename: 'a', size: 1 } });
    const node = { id: 'x', name: 'n', stage: 's', status, isAllowed: false, builds, children: [] };
    const [words, readOnly] = [false, true].map((only) => contextValue({ kind: 'group', total: 1, ...node }, only));
    assert.deepEqual(
      [words, readOnly],
      [
        'group retryable cancelable playable variables erasable hasArtifacts keepable artifactsDeletable hasFailed',
        'group hasArtifacts',
      ],
    );
  });

  it('says what can be done with the builds in a group', () => {
    assert.equal(group('stage', {}), 'stage');
    assert.equal(group('stage', { status: 'failed' }, { status: 'running' }), 'stage hasFailed hasActive');
    assert.equal(group('status', { status: 'failed', allowFailure: true }), 'status');
    assert.equal(group('stage', {}, { artifacts: { filename: 'a.zip', size: 1 } }), 'stage hasArtifacts');
  });

  it('leaves out what the server or the role is known not to allow', () => {
    assert.equal(
      wordsOf({ status: 'manual', denied: ['play', 'playWithVariables', 'playWithInputs'] }),
      'build cancelable',
    );
    assert.equal(wordsOf({ status: 'failed', denied: ['erase'] }), 'build retryable retryInputs');
    assert.equal(wordsOf({ status: 'failed', denied: ['retryWithInputs'] }), 'build retryable erasable');
  });

  it('offers for a bridge what GitLab supports for one', () => {
    assert.equal(wordsOf({ kind: 'bridge', status: 'failed' }), 'build retryable');
    assert.equal(wordsOf({ kind: 'bridge', status: 'running', startedAt: started }), 'build');
  });

  it('offers nothing for a build that another system reports', () =>
    assert.equal(wordsOf({ kind: 'external', status: 'failed', startedAt: started }), 'build'));

  it('offers to play a build that may be manual', () =>
    assert.equal(wordsOf({ status: 'skipped', maybeManual: true }), 'build playable variables playInputs'));

  it('offers only viewing with a read-only token', () => {
    assert.equal(wordsOf({ artifacts, startedAt: started }, 'build', true), 'build hasArtifacts hasLog');
    assert.equal(pipeline(true, { status: 'failed' }), 'pipeline');
  });

  it('says what can be done in a pipeline', () =>
    assert.equal(pipeline(false, { status: 'failed' }, { status: 'running' }), 'pipeline hasFailed hasActive'));

  const repository = (snapshot: Snapshot | undefined, readOnly = false): string =>
    contextValue(
      { kind: 'repository', id: 'x', repository: aRepository('x', snapshot), isAlone: false, children: [] },
      readOnly,
    );

  it('says whether a repository needs a sign-in, and whether it follows HEAD', () => {
    assert.equal(repository(undefined), 'repository');
    assert.equal(
      repository({ kind: 'signedOut', url: 'https://git.example.com', known: false }),
      'repository signedOut',
    );
    assert.equal(repository({ ...ready([]), target: aTarget({ pinned: true }) }), 'repository pinned');
  });

  it('says what can be done with the builds of a repository', () => {
    const snapshot = ready(someBuilds({ status: 'failed' }, { status: 'running' }));
    assert.equal(repository(snapshot), 'repository hasFailed hasActive');
    assert.equal(repository(snapshot, true), 'repository');
  });
});
