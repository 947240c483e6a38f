import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of our package.json, found from where this bundle lies: programs work from any current directory. */
export const projectRoot = folderWithManifest(dirname(fileURLToPath(import.meta.url)));

/** Where downloads are kept; git ignores it. */
export const cacheFolder = join(projectRoot, '.vscode-test');

/** Where test results and screenshots go. */
export const resultsFolder = join(projectRoot, 'out', 'results');
export const screenshotsFolder = join(projectRoot, 'out', 'screenshots');

function folderWithManifest(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder) throw new Error('No package.json above the test bundle.');
  return folderWithManifest(dirname(folder));
}
