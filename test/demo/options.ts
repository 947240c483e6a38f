import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ProfileName } from '../gitlab/profiles/profile';
import { profileNames } from '../gitlab/profiles/profiles';

export interface DemoOptions {
  /** Of the GitLab that the living project is on. */
  readonly gitlab: ProfileName;
  /** A repository of the user's own, in place of the living project. */
  readonly repository: string | undefined;
  /** Whether to open a browser. */
  readonly open: boolean;
}

/** What the user can put right; the sentence says it all. */
export class UsageError extends Error {}

export async function readOptions(args: readonly string[]): Promise<DemoOptions> {
  let gitlab: ProfileName | undefined;
  let path: string | undefined;
  let open = (process.env['CI'] ?? '') === '';
  // `--name=value` is the same as `--name value`.
  const rest = args.flatMap((arg) => /^(--(?:gitlab|repo))=(.*)$/s.exec(arg)?.slice(1) ?? [arg]);
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--no-open') open = false;
    else if (arg === '--gitlab') gitlab = readVersion(rest.shift());
    else if (arg === '--repo') path = rest.shift() ?? '';
    else throw new UsageError(`The demo takes --gitlab VERSION, --repo PATH and --no-open, not "${arg}".`);
  }
  if (gitlab !== undefined && path !== undefined) {
    throw new UsageError('A repository of yours has a GitLab of its own: --gitlab does not go with --repo.');
  }
  const repository = path === undefined ? undefined : await readRepository(path);
  return { gitlab: gitlab ?? newestGitLab, repository, open };
}

const newestGitLab: ProfileName = profileNames.at(-1) ?? '18.9';

function readVersion(version: string | undefined): ProfileName {
  const known = profileNames.find((name) => name === version);
  if (known !== undefined) return known;
  const instead = version === undefined || version === '' ? '' : `, not "${version}"`;
  throw new UsageError(`--gitlab takes one of ${profileNames.join(', ')}${instead}.`);
}

async function readRepository(path: string): Promise<string> {
  if (path === '') throw new UsageError('--repo needs the path of a git repository.');
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
