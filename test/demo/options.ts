import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

export interface DemoOptions {
  /** A repository of the user's own, in place of the living project. */
  readonly repository: string | undefined;
  /** Whether to open a browser. */
  readonly open: boolean;
}

/** What the user can put right; the sentence says it all. */
export class UsageError extends Error {}

export async function readOptions(args: readonly string[]): Promise<DemoOptions> {
  let repository: string | undefined;
  let open = (process.env['CI'] ?? '') === '';
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--no-open') open = false;
    else if (arg === '--repo') repository = await readRepository(rest.shift());
    else if (arg.startsWith('--repo=')) repository = await readRepository(arg.slice('--repo='.length));
    else throw new UsageError(`The demo takes --repo PATH and --no-open, not "${arg}".`);
  }
  return { repository, open };
}

async function readRepository(path: string | undefined): Promise<string> {
  if (path === undefined || path === '') throw new UsageError('--repo needs the path of a git repository.');
  // npm runs scripts in the project's folder; INIT_CWD is where the user stands.
  const folder = resolve(process.env['INIT_CWD'] ?? '.', path);
  if (!existsSync(folder)) throw new UsageError(`There is no ${folder}.`);
  if (!statSync(folder).isDirectory()) throw new UsageError(`${folder} is not a folder.`);
  if (!(await isRepository(folder))) throw new UsageError(`${folder} is not a git repository.`);
  return folder;
}

async function isRepository(folder: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--is-inside-work-tree'], { cwd: folder });
    return stdout.trim() === 'true';
  } catch {
    return false;
  }
}
