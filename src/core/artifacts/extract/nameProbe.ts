import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../model/errors';
import { orVanished } from '../download/buildFolder';
import { release, remove, stagingFolder } from '../download/stagingFolder';

/**
 * Finds out which names the disk of `target` considers the same, by creating empty files in a hidden folder beside it.
 * Must be ended.
 */
export class NameProbe {
  private readonly groups = new Map<string, Promise<string>>();
  private folder: string | undefined;

  constructor(private readonly target: string) {}

  /** Whether the disk keeps `name` apart from `first` and from other names with the same `key` that it has accepted. */
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

/** Creates an empty file; false if the name is taken. */
async function isMade(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
