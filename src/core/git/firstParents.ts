import type { Commit } from '../model/build';
import { runGit, type GitProgram } from './runGit';

/** Number of commits to look at. */
const maxCommits = 100;

/** A commit and its ancestors by first parents, newest first. Throws LocalError if git doesn't have the commit. */
export async function readFirstParents(git: GitProgram, root: string, sha: string): Promise<readonly Commit[]> {
  // It comes from GitLab, and must not be an option.
  if (!/^[0-9a-f]+$/.test(sha)) return [];
  // `rev-list` heeds no settings of `git log`, which could run a program.
  const format = '--format=%x00%H%x00%an%x00%s';
  const output = await runGit(git, root, [
    'rev-list',
    '--first-parent',
    `--max-count=${maxCommits}`,
    format,
    sha,
    '--',
  ]);
  return output.split('\n').flatMap((line) => {
    const [before, hash, author, ...title] = line.split('\0');
    return before !== '' || hash === undefined ? [] : [{ sha: hash, author: author ?? '', title: title.join(' ') }];
  });
}
