import type { Commit } from '../../../src/core/model/build';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chainOfRuns, historyOf, openCommits, type Run } from '../../../src/core/model/history';

function commit(sha: string): Commit {
  return { sha, title: `Commit ${sha}`, author: 'Dana' };
}

const words: Readonly<Record<string, string>> = { f: 'failed', s: 'success', c: 'canceled', r: 'running' };

/** `a:f` for a run on commit a that failed; the first has the highest id. */
function runs(text: string): readonly Run[] {
  const all = text.split(' ').filter((part) => part !== '');
  return all.map((part, index) => {
    const [sha = '', status = ''] = part.split(':');
    return { id: all.length - index, status: words[status] ?? status, commit: commit(sha) };
  });
}

function told(chain: string, text: string) {
  const { failing, lastGreen, suspects, flaky } = historyOf(Array.from(chain).map(commit), runs(text));
  const shas = (all: readonly { readonly commit: Commit }[]): string => all.map((each) => each.commit.sha).join('');
  return { failing: shas(failing), green: lastGreen?.commit.sha, suspects: shas(suspects), flaky };
}

describe('The commit since which a build fails', () => {
  it('lies between the last commit that passed and the first that failed', () =>
    assert.deepEqual(told('edcba', 'e:f d:f c:s b:f a:s'), {
      ...{ failing: 'ed', green: 'c', suspects: 'd', flaky: undefined },
    }));

  it("may also be any commit between the two that wasn't run", () =>
    assert.deepEqual(told('edcba', 'e:f d:c a:s'), {
      ...{ failing: 'e', green: 'a', suspects: 'edcb', flaky: undefined },
    }));

  it('is unknown if no commit was seen to pass', () =>
    assert.deepEqual(told('edc', 'e:f c:f'), { failing: 'ec', green: undefined, suspects: '', flaky: undefined }));

  it('is determined by the newest run of each commit, and only by commits in the chain', () => {
    assert.deepEqual(told('cb', 'c:s c:f b:s').failing, '');
    assert.equal(told('cb', 'c:s c:f b:s').green, 'c');
    assert.equal(told('cb', 'c:f x:s b:s').green, 'b');
  });

  it('is independent of runs that were canceled or still run', () =>
    assert.deepEqual(told('cb', 'c:r c:c c:f b:s').failing, 'c'));

  it('comes with the number of failed runs if the same commit also passed', () =>
    assert.deepEqual(told('dcb', 'd:f d:s c:s c:f c:f b:f').flaky, { failed: 3, runs: 6 }));

  it('requires the runs of commits back to the last passing one', () => {
    const chain = Array.from('edcba').map(commit);
    const open = (text: string): string =>
      openCommits(chain, runs(text))
        .map(({ sha }) => sha)
        .join('');
    assert.equal(open('e:f b:s'), 'dc');
    assert.equal(open('e:f c:c'), 'dba');
  });

  it('is determined by the runs alone if git knows no ancestors, without later ones', () =>
    assert.deepEqual(
      chainOfRuns(commit('c'), runs('e:s c:f d:f c:f b:s a:f')).map(({ sha }) => sha),
      ['c', 'b', 'a'],
    ));

  it('is never called failing or passing unless that was seen', () => {
    const sha = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const aRun = fc.tuple(sha, fc.constantFrom('f', 's', 'c', 'r')).map(([of, status]) => `${of}:${status}`);
    fc.assert(
      fc.property(fc.array(aRun), (all) => {
        const { failing, lastGreen, suspects } = historyOf(Array.from('edcba').map(commit), runs(all.join(' ')));
        for (const { run } of failing) assert.equal(run?.status, 'failed');
        if (lastGreen !== undefined) assert.equal(lastGreen.run?.status, 'success');
        if (suspects.length > 0) assert.ok(lastGreen !== undefined && suspects[0]?.run?.status === 'failed');
      }),
    );
  });
});
