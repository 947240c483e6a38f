import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import { hasFailed, isActive } from '../model/build';
import { sealed, unsealed, type StoredCommit } from '../model/storedCommit';

/** Identifies a stored commit. */
export type CommitKey = Pick<StoredCommit, 'instance' | 'project' | 'sha'>;

const maxFiles = 100;
const maxBytes = 20e6;
/** Maximum size of a file in characters, so that reading and writing it doesn't block for long. */
const maxCharacters = 4e6;
const fileName = /^[0-9a-f]{16}-[0-9a-f]{32}\.(json|tmp)$/;

/**
 * Stores commits that have too many builds for the workspace's memento, each in a file in the workspace's storage. The
 * number and total size of the files are limited; the most recently written are kept. Never throws: what can't be stored
 * is loaded again.
 */
export class SnapshotFiles {
  /** Pending work, one piece at a time, so that nothing is written after it was removed at sign-out. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly folder: string) {}

  async read(key: CommitKey): Promise<StoredCommit | undefined> {
    const path = this.pathOf(key);
    try {
      // Anyone can put a file of any size there.
      if ((await stat(path)).size > 4 * maxCharacters) return undefined;
      const content = await readFile(path, 'utf8');
      const value: unknown = JSON.parse(content);
      await nextTurn();
      const commit = unsealed(value);
      return commit !== undefined && isSame(commit, key) ? commit : undefined;
    } catch {
      return undefined; // The file is missing or damaged.
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

  /** Writes synchronously, while the window closes. */
  writeNow(commit: StoredCommit): void {
    const content = contentOf(commit);
    if (content === undefined) return;
    try {
      mkdirSync(this.folder, { recursive: true });
      writeFileSync(this.temporaryOf(commit), content);
      renameSync(this.temporaryOf(commit), this.pathOf(commit));
    } catch {
      // The next window loads the commit again.
    }
  }

  remove(key: CommitKey): Promise<void> {
    return this.next(() => rm(this.pathOf(key), { force: true }));
  }

  /** Removes the files of all instances but those with the given base URLs. */
  keepOnly(instances: readonly string[]): Promise<void> {
    const kept = new Set(instances.map((instance) => hash(instance, 16)));
    return this.next(() => this.prune((name) => kept.has(name.slice(0, 16))));
  }

  /** Resolves when all pending work is done. */
  async settled(): Promise<void> {
    await this.work;
  }

  private next(work: () => Promise<void>): Promise<void> {
    const done = this.work.then(work).catch(() => undefined);
    this.work = done;
    return done;
  }

  /** Removes unwanted and temporary files, and the oldest ones beyond the limits. */
  private async prune(isWanted: (name: string) => boolean): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => fileName.test(name));
    const files = await Promise.all(names.map(async (name) => ({ name, ...(await this.measure(name)) })));
    let [count, bytes] = [0, 0];
    for (const { name, size } of files.sort((a, b) => b.time - a.time)) {
      const fits = count < maxFiles && bytes + size <= maxBytes;
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

/** Content of a file: all builds, or only failed and active ones if there are too many; undefined if not even those fit. */
function contentOf(commit: StoredCommit): string | undefined {
  const whole = JSON.stringify(sealed(commit));
  if (whole.length <= maxCharacters) return whole;
  const builds = commit.builds.filter((build) => hasFailed(build) || isActive(build));
  const part = JSON.stringify(sealed({ ...commit, builds, isPartial: true }));
  return builds.length > 0 && part.length <= maxCharacters ? part : undefined;
}

function isSame(one: CommitKey, other: CommitKey): boolean {
  return one.instance === other.instance && one.project === other.project && one.sha === other.sha;
}

/** Name of a commit's file. It begins with the instance, so that an instance's files can be found without reading them. */
function nameOf({ instance, project, sha }: CommitKey): string {
  return `${hash(instance, 16)}-${hash(`${project} ${sha}`, 32)}`;
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
