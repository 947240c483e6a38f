import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../vscode/project';
import { type TemporaryFolder, temporaryFolder } from '../vscode/temporaryFolder';

const vsce = join(projectRoot, 'node_modules', '@vscode', 'vsce', 'vsce');

export interface Package {
  /** A .vsix file. */
  readonly file: string;
  readonly remove: TemporaryFolder['remove'];
}

/** Packages what the build has put into dist/, in a temporary folder: what is tried is what would be shipped. */
export async function packageExtension(): Promise<Package> {
  if (!existsSync(join(projectRoot, 'dist', 'extension.js'))) throw new Error('Nothing is built: run `npm run build`.');
  const { path, remove } = temporaryFolder('package-');
  const file = join(path, 'gitlab-builds.vsix');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file];
  try {
    await promisify(execFile)(process.execPath, [vsce, 'package', ...options], { cwd: projectRoot });
    return { file, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
