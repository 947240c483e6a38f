import { execFile } from 'node:child_process';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { codeOf, LocalError } from '../model/errors';
import type { GitQueue } from './gitQueue';

export interface GitProgram {
  /** Path or name of the git executable. */
  readonly program: string;
  /** Limits concurrency; undefined: processes start immediately. */
  readonly queue?: GitQueue | undefined;
  readonly limits?: GitLimits | undefined;
}

/**
 * Environment variables that would point git at a different repository or history: `git rev-parse --local-env-vars` but
 * for the configuration, and more.
 */
const removed = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_CONFIG',
  'GIT_NAMESPACE',
]);

/**
 * Settings that prevent lazy fetches, network access, index writes and terminal prompts, and that show the history which
 * the server has, not the one that `git replace` makes of it.
 */
const forced = {
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
} as const;

/** Options before the command that disable programs a repository could configure to run on read-only commands. */
const harmless = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'] as const;

interface GitLimits {
  /** Largest output in bytes; git is killed beyond it. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

const usualLimits: GitLimits = { maxBytes: 16 * 1024 * 1024, timeoutMs: 10_000 };

/** The user's environment for git without variables that redirect it. GIT_CONFIG_* and certificates are kept. */
export function gitEnvironment(from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const variables = Object.entries(from).filter(([name]) => !removed.has(name.toUpperCase()));
  return { ...Object.fromEntries(variables), ...forced };
}

/**
 * Runs a read-only git command in a folder, without a shell, and returns its output. Runs no program that the
 * repository configures, and never uses the network. Throws LocalError if git can't be run, fails, hangs, or prints too
 * much.
 */
export async function runGit(
  { program, queue, limits = usualLimits }: GitProgram,
  cwd: string,
  args: readonly string[],
): Promise<string> {
  const run = () => runNow(program, cwd, args, limits);
  return queue === undefined ? run() : queue.run(cwd, run);
}

async function runNow(
  program: string,
  cwd: string,
  args: readonly string[],
  { maxBytes, timeoutMs }: GitLimits,
): Promise<string> {
  const options = {
    cwd,
    env: gitEnvironment(env),
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    windowsHide: true,
  } as const;
  try {
    const { stdout } = await promisify(execFile)(program, [...harmless, ...args], options);
    return stdout;
  } catch (error) {
    throw new LocalError('git', reasonOf(error), { cause: error });
  }
}

/** Why git failed: its error output, the system's error code, or the signal that ended it. */
function reasonOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = codeOf(error);
  if (code !== undefined) return code;
  if ('killed' in error && error.killed === true) return 'ETIMEDOUT';
  const messages = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim().split(/\r?\n/) : [];
  // The first line states the problem; the rest is advice for a terminal.
  return messages.find((line) => line.startsWith('fatal: '))?.slice('fatal: '.length) ?? messages[0];
}
