import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporaryFolder';

/** With this, git heeds no configuration of the machine or its user (commit signing, hooks, insteadOf). */
export const plainGit = { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };

export interface Workspace {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** A temporary folder that is a git repository with one commit on `main`. */
export async function createWorkspace(): Promise<Workspace> {
  const { path: folder, remove } = temporaryFolder('workspace-');
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await git(folder, 'config', 'user.name', 'Test');
  await git(folder, 'config', 'user.email', 'test@example.com');
  await writeFile(join(folder, 'README.md'), '# Workspace\n');
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', '--message=First');
  return { folder, remove };
}

/** Runs git in a folder and returns what it prints. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = { ...Object.fromEntries(inherited), ...plainGit };
  const { stdout } = await promisify(execFile)('git', args, { cwd, env });
  return stdout.trim();
}
