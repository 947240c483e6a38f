import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { contextValue } from '../../../src/ui/tree/contextValue';
import { aBuild, aRepository, aTarget, ready, someBuilds } from '../samples';

const started = '2016-03-01T12:00:00.000Z';
const artifacts = { filename: 'artifacts.zip', size: 1234 };

describe('The words of a row for the menus', () => {
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
    it(`for ${status}: ${words}`, () => assert.equal(wordsOf({ status }), words));

  it('say that there are artifacts and a log', () =>
    assert.equal(
      wordsOf({ artifacts, startedAt: started }),
      'build retryable retryInputs erasable hasArtifacts keepable artifactsDeletable hasLog',
    ));

  it('say of what has failed, be it allowed to, that its log may tell why', () => {
    const failed = { status: 'failed', startedAt: started };
    assert.equal(wordsOf({ ...failed, allowFailure: true }), 'build retryable retryInputs erasable hasLog failed');
    assert.equal(wordsOf(failed, 'attempt', true), 'attempt hasLog failed');
    assert.equal(wordsOf({ ...failed, kind: 'bridge' }), 'build retryable');
  });

  it('never call an attempt retryable or cancelable', () => {
    assert.equal(wordsOf({ status: 'running' }, 'attempt'), 'attempt');
    assert.equal(
      wordsOf({ status: 'failed', artifacts }, 'attempt'),
      'attempt erasable hasArtifacts keepable artifactsDeletable',
    );
  });

  it('say of parallel builds what can be done with some of them', () => {
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

  it('say of a group what can be done with what is in it', () => {
    assert.equal(group('stage', {}), 'stage');
    assert.equal(group('stage', { status: 'failed' }, { status: 'running' }), 'stage hasFailed hasActive');
    assert.equal(group('status', { status: 'failed', allowFailure: true }), 'status');
    assert.equal(group('stage', {}, { artifacts: { filename: 'a.zip', size: 1 } }), 'stage hasArtifacts');
  });

  it('leave out what the server or the role is known not to allow', () => {
    assert.equal(
      wordsOf({ status: 'manual', denied: ['play', 'playWithVariables', 'playWithInputs'] }),
      'build cancelable',
    );
    assert.equal(wordsOf({ status: 'failed', denied: ['erase'] }), 'build retryable retryInputs');
    assert.equal(wordsOf({ status: 'failed', denied: ['retryWithInputs'] }), 'build retryable erasable');
  });

  it('offer of a bridge what GitLab does with one', () => {
    assert.equal(wordsOf({ kind: 'bridge', status: 'failed' }), 'build retryable');
    assert.equal(wordsOf({ kind: 'bridge', status: 'running', startedAt: started }), 'build');
  });

  it('offer nothing of what another system reports', () =>
    assert.equal(wordsOf({ kind: 'external', status: 'failed', startedAt: started }), 'build'));

  it('offer the playing of what may be manual', () =>
    assert.equal(wordsOf({ status: 'skipped', maybeManual: true }), 'build playable variables playInputs'));

  it('offer only to look with a token that may only read', () => {
    assert.equal(wordsOf({ artifacts, startedAt: started }, 'build', true), 'build hasArtifacts hasLog');
    assert.equal(pipeline(true, { status: 'failed' }), 'pipeline');
  });

  it('say of a pipeline what can be done in it', () =>
    assert.equal(pipeline(false, { status: 'failed' }, { status: 'running' }), 'pipeline hasFailed hasActive'));

  const repository = (snapshot: Snapshot | undefined, readOnly = false): string =>
    contextValue(
      { kind: 'repository', id: 'x', repository: aRepository('x', snapshot), isAlone: false, children: [] },
      readOnly,
    );

  it('say of a repository whether one has to sign in, and whether HEAD is followed', () => {
    assert.equal(repository(undefined), 'repository');
    assert.equal(
      repository({ kind: 'signedOut', url: 'https://git.example.com', known: false }),
      'repository signedOut',
    );
    assert.equal(repository({ ...ready([]), target: aTarget({ pinned: true }) }), 'repository pinned');
  });

  it('say of a repository what can be done with what is in it', () => {
    const snapshot = ready(someBuilds({ status: 'failed' }, { status: 'running' }));
    assert.equal(repository(snapshot), 'repository hasFailed hasActive');
    assert.equal(repository(snapshot, true), 'repository');
  });
});
