import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitEnvironment } from '../git/runGit';

/** A program that can be asked for secrets. */
export interface SecretProgram {
  /** Its path, or its name. */
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** A program that is asked for a secret. */
interface Helper extends SecretProgram {
  readonly args: readonly string[];
  /** Written to the program's input. */
  readonly input: string;
  /** Variables that are set, or with undefined taken away. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const usualTimeoutMs = 5000;
const maxBytes = 64 * 1024;

/**
 * Runs a program outside of any repository, whose configuration would name helpers of its own, and gives what it prints;
 * undefined if it is missing, fails or takes too long. What it prints is a secret: it is neither logged nor part of an error.
 */
export async function runHelper(helper: Helper): Promise<string | undefined> {
  // Only a folder below the ceiling keeps git from looking in those above.
  const ceiling = await realpath(tmpdir());
  const folder = await mkdtemp(join(ceiling, 'gitlab-builds-'));
  try {
    return await run(helper, folder, { ...environmentOf(helper), GIT_CEILING_DIRECTORIES: ceiling });
  } finally {
    // On Windows, the folder stays in use while a program started by the helper is still running in it.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

function environmentOf({ environment, variables }: Helper): NodeJS.ProcessEnv {
  const all = { ...gitEnvironment(environment), ...variables };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function run(helper: Helper, cwd: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { program, args, input, timeoutMs = usualTimeoutMs } = helper;
  const options = {
    cwd,
    env,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    windowsHide: true,
    encoding: 'utf8',
  } as const;
  return new Promise((resolve) => {
    const child = execFile(program, [...args], options, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
    // A program that doesn't read closes its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
