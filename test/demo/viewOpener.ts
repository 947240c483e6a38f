import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zip } from '../gitlab/zip';
import { type TemporaryFolder, temporaryFolder } from '../vscode/temporaryFolder';

export interface ViewOpener {
  /** A .vsix file. */
  readonly file: string;
  readonly remove: TemporaryFolder['remove'];
}

const manifest = {
  name: 'open-the-view',
  displayName: 'Opens the view of the demo',
  publisher: 'gitlab-builds',
  version: '1.0.0',
  engines: { vscode: '^1.100.0' },
  activationEvents: ['onStartupFinished'],
  main: './main.js',
  extensionKind: ['workspace'],
};

const main = `exports.activate = () => require('vscode').commands.executeCommand('gitlabBuilds.builds.focus');\n`;

/** An extension of the demo alone: VS Code has no setting for the view to start with, and would show its Explorer. */
export async function packViewOpener(): Promise<ViewOpener> {
  const { path, remove } = temporaryFolder('view-opener-');
  const file = join(path, 'open-the-view.vsix');
  const files = { 'extension/package.json': JSON.stringify(manifest), 'extension/main.js': main };
  await writeFile(file, await zip(files, Date.now()));
  return { file, remove };
}
