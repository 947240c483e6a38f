import assert from 'node:assert/strict';
import {
  DiskError,
  GitLabError,
  isAbort,
  isNotFound,
  isCiHidden,
  LocalError,
  toFailure,
  type FailureKind,
} from '../../../src/core/model/errors';

describe('toFailure', () => {
  it('returns the failure of a GitLab error', () => {
    const failure = { kind: 'forbidden', host: 'gitlab.com', status: 403, reason: 'Build is not erasable!' } as const;
    assert.equal(toFailure(new GitLabError(failure)), failure);
  });

  it('identifies what fails on this machine', () => {
    for (const kind of ['git', 'keyring'] as const)
      assert.deepEqual(toFailure(new LocalError(kind, 'locked')), { kind, reason: 'locked' });
  });

  it('takes anything else for a bug of ours', () => {
    assert.deepEqual(toFailure(new TypeError('x is not a function')), {
      kind: 'unexpected',
      reason: 'x is not a function',
    });
    assert.deepEqual(toFailure('odd'), { kind: 'unexpected', reason: 'odd' });
    assert.deepEqual(toFailure(undefined), { kind: 'unexpected', reason: 'undefined' });
  });
});

describe('A refusal of builds', () => {
  it('says that there is no CI/CD to be seen if it has no reason, and only then', () => {
    const refusal = (reason: string, kind: FailureKind = 'forbidden') => new GitLabError({ kind, status: 403, reason });
    assert.ok(isCiHidden(refusal('403 Forbidden')));
    for (const other of ['403 Forbidden - Your account has been blocked.', 'Forbidden', ''])
      assert.ok(!isCiHidden(refusal(other)), other);
    assert.ok(!isCiHidden(refusal('403 Forbidden', 'insufficientScope')));
    assert.ok(!isCiHidden(new Error('403 Forbidden')));
  });
});

describe('An error', () => {
  it('by GitLab says in its message what is known', () => {
    const failure = { kind: 'forbidden', host: 'gitlab.com:8443', status: 403, reason: 'No.', retryAt: 7 } as const;
    assert.equal(new GitLabError(failure).message, 'forbidden gitlab.com:8443 403 No.');
    assert.equal(new GitLabError({ kind: 'offline' }).message, 'offline');
    const nowhere = {
      kind: 'noGitLab',
      host: 'git.example.com',
      status: 404,
      url: 'https://git.example.com/x',
    } as const;
    assert.equal(new GitLabError(nowhere).message, 'noGitLab git.example.com 404');
  });

  it('of the disk says what failed and where', () => {
    const cause = new Error('ENOSPC');
    const error = new DiskError('noSpace', '/x', { cause });
    assert.deepEqual([error.message, error.name, error.cause], ['noSpace /x', 'DiskError', cause]);
  });

  it('means not found if GitLab responds with 404, and only then', () => {
    assert.equal(isNotFound(new GitLabError({ kind: 'notFound', status: 404 })), true);
    assert.equal(isNotFound(new GitLabError({ kind: 'forbidden', status: 403 })), false);
    assert.equal(isNotFound(new Error('404')), false);
  });

  it('is an abort if a signal without a reason caused it', () => {
    const { reason } = AbortSignal.abort() as { reason: unknown };
    assert.equal(isAbort(reason), true);
    assert.equal(isAbort(new GitLabError({ kind: 'timeout' })), false);
    assert.equal(isAbort('AbortError'), false);
  });
});
