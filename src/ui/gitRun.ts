import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs git in a folder, without a shell, and gives what it prints. Rejects where it cannot be run, fails or hangs. */
export async function runGit(program: string, cwd: string, args: readonly string[]): Promise<string> {
  const options = { cwd, timeout: 10_000, windowsHide: true };
  const { stdout } = await promisify(execFile)(program, [...args], options);
  return stdout;
}
