import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../model/errors';
import { orVanished } from '../download/buildFolder';
import { release, remove, stagingFolder } from '../download/stagingFolder';

/**
 * Finds out which names the disk around `target` takes for the same one, by making empty files in a hidden folder there.
 * To be ended.
 */
export class NameProbe {
  private readonly groups = new Map<string, Promise<string>>();
  private folder: string | undefined;

  constructor(private readonly target: string) {}

  /** Whether the disk holds `name` beside `first` and the names that it held since under the same `key`. */
  readonly holds = async (key: string, first: string, name: string): Promise<boolean> => {
    const group = this.groups.get(key) ?? this.begin(`${this.groups.size}`, first);
    this.groups.set(key, group);
    return isMade(join(await group, name));
  };

  async end(): Promise<void> {
    if (this.folder === undefined) return;
    await remove(this.folder);
    release(this.folder);
  }

  private async begin(id: string, first: string): Promise<string> {
    if (this.folder === undefined) {
      this.folder = stagingFolder(this.target, 'unpacking');
      await mkdir(this.folder, 0o755).catch(orVanished);
    }
    const group = join(this.folder, id);
    await mkdir(group);
    await isMade(join(group, first));
    return group;
  }
}

/** False where the name is taken. */
async function isMade(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
