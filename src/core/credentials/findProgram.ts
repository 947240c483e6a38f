import { access, constants } from 'node:fs/promises';
import { posix, win32 } from 'node:path';

/** Path of a program that the environment's PATH leads to; undefined if there is none. It is not run. */
export async function findProgram(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const program of programsNamed(name, environment, process.platform))
    if (await isExecutable(program)) return program;
  return undefined;
}

/** Possible paths of a program, in the order of the environment's PATH. */
export function programsNamed(
  name: string,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly string[] {
  const path = Object.entries(environment).find(([variable]) => variable.toUpperCase() === 'PATH')?.[1] ?? '';
  // A relative folder, or one without a drive on Windows, could lead into the open workspace.
  if (platform !== 'win32')
    return path
      .split(':')
      .filter((folder) => posix.isAbsolute(folder))
      .map((folder) => posix.join(folder, name));
  return path
    .split(';')
    .map((folder) => folder.replaceAll('"', ''))
    .filter((folder) => /^(?:[a-z]:[/\\]|\\\\)/i.test(folder))
    .map((folder) => win32.join(folder, `${name}.exe`));
}

async function isExecutable(program: string): Promise<boolean> {
  try {
    await access(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
