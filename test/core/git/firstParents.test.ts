import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFirstParents } from '../../../src/core/git/firstParents';

describe('The first parents of a commit', () => {
  let root: string;
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=a@b', ...args], { cwd: root, encoding: 'utf8' });
  const commit = (title: string): string => {
    git('commit', '-q', '--allow-empty', '-m', title);
    return git('rev-parse', 'HEAD').trim();
  };
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-')));
    git('init', '-q', '-b', 'main');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const read = (sha: string) => readFirstParents({ program: 'git' }, root, sha);

  it('are listed with title and author, newest first, without merged commits', async () => {
    const first = commit('First');
    git('checkout', '-q', '-b', 'topic');
    commit('On the topic');
    git('checkout', '-q', 'main');
    git('merge', '-q', '--no-ff', '-m', 'Merge: commit ä', 'topic');
    const merge = git('rev-parse', 'HEAD').trim();
    assert.deepEqual(await read(merge), [
      { sha: merge, title: 'Merge: commit ä', author: 'Test' },
      { sha: first, title: 'First', author: 'Test' },
    ]);
  });

  it("are empty if the commit is not a hash, so that it can't be taken for an option", async () => {
    commit('First');
    for (const sha of ['--all', 'HEAD', '']) assert.deepEqual(await read(sha), []);
  });

  it("can't be listed for a commit that git doesn't have", async () => {
    commit('First');
    await assert.rejects(read('a'.repeat(40)));
  });
});
