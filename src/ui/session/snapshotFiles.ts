import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import { hasFailed, isActive } from '../../core/model/build';
import { isStoredCommit, type StoredCommit } from '../../core/model/storedCommit';

/** The commit of a project that somebody looks at. */
export type CommitKey = Pick<StoredCommit, 'instance' | 'project' | 'sha'>;

const mostFiles = 20;
const mostBytes = 20e6;
/** Of one commit: a file of this size is read and written without holding up anybody for long. */
const mostCharacters = 4e6;
const fileName = /^[0-9a-f]{16}-[0-9a-f]{32}\.(json|tmp)$/;

/**
 * Commits with more builds than the workspace's memento has room for, a file each in the storage of the workspace. The
 * files are bounded in number and in size; the ones that were written last stay. Nothing here throws: what can't be kept is
 * loaded again.
 */
export class SnapshotFiles {
  /** One piece of work at a time, so that what was signed out of is not written after it was removed. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly folder: string) {}

  async read(key: CommitKey): Promise<StoredCommit | undefined> {
    const path = this.pathOf(key);
    try {
      // A file that somebody has put there may be of any size.
      if ((await stat(path)).size > 4 * mostCharacters) return undefined;
      const content = await readFile(path, 'utf8');
      const value: unknown = JSON.parse(content);
      await nextTurn();
      return isStoredCommit(value) && isSame(value, key) ? value : undefined;
    } catch {
      return undefined; // There is none, or it is damaged.
    }
  }

  write(commit: StoredCommit): Promise<void> {
    const content = contentOf(commit);
    return this.next(async () => {
      if (content === undefined) return rm(this.pathOf(commit), { force: true });
      await mkdir(this.folder, { recursive: true });
      await writeFile(this.temporaryOf(commit), content);
      await rename(this.temporaryOf(commit), this.pathOf(commit));
      await this.prune(() => true);
    });
  }

  /** While the window closes, when nobody waits for anything. */
  writeNow(commit: StoredCommit): void {
    const content = contentOf(commit);
    if (content === undefined) return;
    try {
      mkdirSync(this.folder, { recursive: true });
      writeFileSync(this.temporaryOf(commit), content);
      renameSync(this.temporaryOf(commit), this.pathOf(commit));
    } catch {
      // The next window loads it again.
    }
  }

  remove(key: CommitKey): Promise<void> {
    return this.next(() => rm(this.pathOf(key), { force: true }));
  }

  /** Base URLs: the files of other instances are removed. */
  keepOnly(instances: readonly string[]): Promise<void> {
    const kept = new Set(instances.map((instance) => hash(instance, 16)));
    return this.next(() => this.prune((name) => kept.has(name.slice(0, 16))));
  }

  /** Resolves when all that was wanted is done. */
  async settled(): Promise<void> {
    await this.work;
  }

  private next(work: () => Promise<void>): Promise<void> {
    const done = this.work.then(work).catch(() => undefined);
    this.work = done;
    return done;
  }

  /** Removes what is not wanted, what is left over, and the oldest beyond the bounds. */
  private async prune(isWanted: (name: string) => boolean): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => fileName.test(name));
    const files = await Promise.all(names.map(async (name) => ({ name, ...(await this.measure(name)) })));
    let [count, bytes] = [0, 0];
    for (const { name, size } of files.sort((a, b) => b.time - a.time)) {
      const fits = count < mostFiles && bytes + size <= mostBytes;
      if (name.endsWith('.json') && isWanted(name) && fits) [count, bytes] = [count + 1, bytes + size];
      else await rm(join(this.folder, name), { force: true });
    }
  }

  private async measure(name: string): Promise<{ readonly size: number; readonly time: number }> {
    const { size, mtimeMs } = await stat(join(this.folder, name));
    return { size, time: mtimeMs };
  }

  private pathOf(key: CommitKey): string {
    return join(this.folder, `${nameOf(key)}.json`);
  }

  private temporaryOf(key: CommitKey): string {
    return join(this.folder, `${nameOf(key)}.tmp`);
  }
}

/** Of more builds than are kept, those that have failed or run, marked as a part; undefined: not even those fit. */
function contentOf(commit: StoredCommit): string | undefined {
  const whole = JSON.stringify(commit);
  if (whole.length <= mostCharacters) return whole;
  const builds = commit.builds.filter((build) => hasFailed(build) || isActive(build));
  const part = JSON.stringify({ ...commit, builds, isPartial: true } satisfies StoredCommit);
  return builds.length > 0 && part.length <= mostCharacters ? part : undefined;
}

function isSame(one: CommitKey, other: CommitKey): boolean {
  return one.instance === other.instance && one.project === other.project && one.sha === other.sha;
}

/** The instance comes first, so that its files are known without being read. */
function nameOf({ instance, project, sha }: CommitKey): string {
  return `${hash(instance, 16)}-${hash(`${project} ${sha}`, 32)}`;
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
