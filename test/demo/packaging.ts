import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../vscode/project';
import { type TemporaryFolder, temporaryFolder } from '../vscode/temporaryFolder';

export interface Package {
  /** A .vsix file. */
  readonly file: string;
  readonly remove: TemporaryFolder['remove'];
}

/** Packages the extension as `npm run package` does, in a temporary folder: what is tried is what would be shipped. */
export async function packageExtension(): Promise<Package> {
  const { path, remove } = temporaryFolder('package-');
  const file = join(path, 'gitlab-builds.vsix');
  try {
    await promisify(execFile)(process.execPath, ['pack.mjs', file], { cwd: projectRoot });
    return { file, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
