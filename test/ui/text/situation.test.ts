import assert from 'node:assert/strict';
import type { NoProject, Ready, Snapshot } from '../../../src/core/model/snapshot';
import { situationOf } from '../../../src/ui/text/situation';
import { aTarget } from '../samples';

const noProject = (reason: NoProject, more = {}) => ({ kind: 'noProject', reason, ...more }) as const;
const failed = (kind: 'offline' | 'rateLimited', host?: string) =>
  ({ kind: 'failed', target: aTarget(), failure: { kind, host } }) as const;
const url = 'https://git.example.com:8443/gitlab';

describe('What is said instead of builds', () => {
  const table: readonly (readonly [
    Exclude<Snapshot, Ready>,
    string,
    string | undefined,
    string,
    string | undefined,
  ])[] = [
    [noProject('noGit'), 'noGit', undefined, 'no repository', 'no project (noGit)'],
    [noProject('noRepository'), 'noRepository', undefined, 'no repository', 'no project (noRepository)'],
    [noProject('noCommit'), 'noCommit', undefined, 'no commit yet', 'no project (noCommit)'],
    [noProject('noRemote'), 'noRemote', undefined, 'no remote', 'no project (noRemote)'],
    [
      noProject('missingRemote', { remote: 'up\nstream' }),
      'missingRemote',
      'up stream',
      'no such remote',
      'no project (missingRemote)',
    ],
    [noProject('notGitLab', { host: 'github.com' }), 'notGitLab', 'github.com', 'not GitLab', 'no project (notGitLab)'],
    [
      { kind: 'signedOut', url, known: true },
      'signedOut',
      'git.example.com:8443',
      'not signed in',
      `not signed in to ${url}`,
    ],
    [
      { kind: 'signedOut', url, known: false },
      'unknownHost',
      'git.example.com:8443',
      'not signed in',
      `${url} is unknown`,
    ],
    [{ kind: 'loading', target: aTarget() }, 'loading', undefined, 'loading', undefined],
  ];
  for (const [snapshot, state, host, words, log] of table)
    it(`is one for the row, the context key and the log: ${log ?? state}`, () => {
      const found = situationOf(snapshot);
      assert.deepEqual([found.state, found.host, found.words, found.log], [state, host, words, log]);
    });

  it('names the host of a failure on one line, and its kind in the log', () => {
    const { state, host, log } = situationOf(failed('offline', 'git.\nexample.com'));
    assert.deepEqual([state, host, log], ['failed', 'git. example.com', 'unavailable (offline)']);
    assert.equal(situationOf(failed('offline')).host, undefined);
  });

  it('is in the status bar while it concerns a known GitLab', () => {
    const snapshots = [...table.map(([snapshot]) => snapshot), failed('offline'), failed('rateLimited')];
    assert.deepEqual(
      snapshots.flatMap((snapshot) => {
        const { statusBar } = situationOf(snapshot);
        return statusBar === undefined ? [] : `${statusBar.icon}: ${statusBar.text}`;
      }),
      ['key: CI: sign in', 'sync~spin: CI', 'warning: CI: unavailable', 'warning: CI: rate limited'],
    );
  });
});
