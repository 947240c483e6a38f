import { mapLimit } from '../util/mapLimit';
import { isFile } from '../util/fs';
import { pathsInRepository } from './containerPath';

const statsAtOnce = 16;

/** Finds existing files of the repository for the paths in logs and test reports. */
export class WorkspaceFiles {
  private readonly known = new Map<string, string | undefined>();

  /** @param root the repository's folder; each path is looked up once */
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

  /** Cached result; undefined if the file doesn't exist or hasn't been looked up. */
  of(path: string): string | undefined {
    return this.known.get(path);
  }

  private async find(path: string): Promise<string | undefined> {
    for (const file of pathsInRepository(path, this.root, this.project)) if (await isFile(file)) return file;
    return undefined;
  }
}
