import { mapLimit } from '../util/mapLimit';
import { isFile } from '../util/fs';
import { pathsInRepository } from './containerPath';

const statsAtOnce = 16;

/** The files of a repository that logs and reports of tests name, by the paths as they have them: of those that exist. */
export class WorkspaceFiles {
  private readonly known = new Map<string, string | undefined>();

  /** `root`: the repository's folder. Each path is looked for once. */
  constructor(
    private readonly root: string,
    private readonly project: string,
  ) {}

  async look(paths: readonly string[]): Promise<void> {
    const news = [...new Set(paths)].filter((path) => !this.known.has(path));
    await mapLimit(news, statsAtOnce, async (path) => {
      this.known.set(path, await this.find(path));
    });
  }

  /** undefined: there is none, or it was not looked for. */
  of(path: string): string | undefined {
    return this.known.get(path);
  }

  private async find(path: string): Promise<string | undefined> {
    for (const file of pathsInRepository(path, this.root, this.project)) if (await isFile(file)) return file;
    return undefined;
  }
}
