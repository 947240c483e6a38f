import { resolve } from 'node:path';
import { runGit, type GitProgram } from './runGit';

/** Git folders of a repository: a linked worktree has its own HEAD, but shares refs with the main worktree. */
export interface GitFolders {
  readonly own: string;
  readonly common: string;
}

export async function gitFolders(git: GitProgram, root: string): Promise<GitFolders> {
  const output = await runGit(git, root, ['rev-parse', '--git-dir', '--git-common-dir']);
  const [own = '.git', common = own] = output.split(/\r?\n/);
  return { own: resolve(root, own), common: resolve(root, common) };
}
