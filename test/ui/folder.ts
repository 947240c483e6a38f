import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '../vscode/workspace';

export interface Folder {
  readonly path: string;
  /** Where the extension may keep files of its own; it is there once it does. */
  readonly storage: string;
  /** The same for this workspace alone. */
  readonly workspaceStorage: string;
  /** Remotes as `git remote --verbose` will read them. */
  setRemotes(remotes: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** An empty folder that git takes for a repository. */
export async function makeRepositoryFolder(remotes: Readonly<Record<string, string>>): Promise<Folder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'gitlab-builds-ui-')));
  const [storage, workspaceStorage] = [`${path}-storage`, `${path}-workspace-storage`];
  for (const name of ['objects', 'refs']) await mkdir(join(path, '.git', name), { recursive: true });
  await writeFile(join(path, '.git', 'HEAD'), 'ref: refs/heads/master\n');
  const folder: Folder = {
    path,
    storage,
    workspaceStorage,
    setRemotes: async (all) => {
      const sections = Object.entries(all).map(([name, url]) => `[remote "${name}"]\n\turl = ${JSON.stringify(url)}\n`);
      await writeFile(join(path, '.git', 'config'), `[core]\n\trepositoryformatversion = 0\n${sections.join('')}`);
    },
    remove: async () => {
      for (const each of [path, storage, workspaceStorage]) await rm(each, { recursive: true, force: true });
    },
  };
  await folder.setRemotes(remotes);
  return folder;
}

/** Writes files that git tracks, by their paths in the repository, each as many lines long as is said. */
export async function writeTracked(folder: string, files: Readonly<Record<string, number>>): Promise<void> {
  for (const [path, lines] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), 'a line\n'.repeat(lines));
  }
  await git(folder, 'add', '--', ...Object.keys(files));
}
