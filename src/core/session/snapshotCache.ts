import type { Disposable } from '../util/emitter';
import type { Memento } from '../util/storage';
import { Timer, type Clock } from '../util/timer';
import type { Ready, Target } from '../model/snapshot';
import { sealed, unsealed, type StoredCommit } from '../model/storedCommit';
import type { CommitKey, SnapshotFiles } from './snapshotFiles';

export const storageKey = 'builds';
/** Enough for the repositories of a large window; the size is limited, too. */
const maxCommits = 100;
/** Maximum number of builds of a commit in the memento, which VS Code reads and writes as a whole; others have a file. */
const maxBuilds = 300;
/** Maximum number of commits that were read from files and are about to be shown. */
const maxRecalled = 5;
/** Maximum size of stored data. VS Code writes an extension's storage as a whole, and warns above 512 KiB. */
const maxCharacters = 400_000;
const writeMs = 10_000;

/** Stores the last known builds of displayed commits across restarts, in the workspace's storage. */
export class SnapshotCache implements Disposable {
  private readonly timer: Timer;
  /** Newest first. */
  private commits: readonly StoredCommit[];
  private isWritten = true;
  /** Commits that changed since the last write, so that their files are out of date. */
  private readonly unsaved = new Set<StoredCommit>();
  private recalled: readonly StoredCommit[] = [];

  constructor(
    private readonly storage: Memento,
    clock: Clock,
    /** Other caches to clear along with this one. */
    private readonly others?: { readonly keepOnly: (instances: readonly string[]) => void },
    /** Undefined if the window has no storage for files. */
    private readonly files?: SnapshotFiles,
  ) {
    this.timer = new Timer(clock);
    const stored = storage.get(storageKey);
    const entries: readonly unknown[] = Array.isArray(stored) ? stored : [];
    this.commits = entries.flatMap((entry) => unsealed(entry) ?? []).slice(0, maxCommits);
    if (stored !== undefined && (!Array.isArray(stored) || this.commits.length < entries.length)) this.changed();
  }

  /** Reads a commit's file, if there is one, so that `of` finds it. Never rejects. */
  async recall(target: Target): Promise<void> {
    if (this.files === undefined || this.known(target) !== undefined) return;
    const found = await this.files.read(keyOf(target));
    if (found !== undefined) this.recalled = [found, ...this.recalled].slice(0, maxRecalled);
  }

  /** Stored snapshot of a target; `stale` says from when. */
  of(target: Target): Ready | undefined {
    const known = this.known(target);
    if (known === undefined) return undefined;
    const { asOf, apiVersion, readOnly, ancestor, expected, builds, pipelines, isPartial } = known;
    const cut = isPartial === true ? { isPartial } : {};
    return {
      kind: 'ready',
      target,
      builds,
      pipelines,
      apiVersion,
      readOnly,
      ancestor,
      expected,
      stale: { asOf },
      ...cut,
    };
  }

  /** Stores a snapshot, unless it has no builds. */
  keep({ target, stale, builds, pipelines, apiVersion, readOnly, ancestor, expected, isPartial }: Ready): void {
    const others = this.commits.filter((commit) => !isOf(commit, target));
    const { instance, project, sha } = target;
    const commit = {
      instance: instance.url,
      project,
      sha,
      apiVersion,
      readOnly,
      ancestor,
      expected,
      builds,
      pipelines,
      isPartial,
      asOf: stale?.asOf ?? 0,
    };
    const isKept = stale !== undefined && builds.length > 0;
    for (const one of this.unsaved) if (isOf(one, target)) this.unsaved.delete(one);
    this.unsaved.add(commit);
    this.recalled = this.recalled.filter((one) => !isOf(one, target));
    this.commits = isKept ? [commit, ...others].slice(0, maxCommits) : others;
    this.changed();
  }

  /** Immediately drops data of all instances but those with the given base URLs. */
  keepOnly(instances: readonly string[]): void {
    this.others?.keepOnly(instances);
    const isKept = ({ instance }: StoredCommit): boolean => instances.includes(instance);
    for (const one of this.unsaved) if (!isKept(one)) this.unsaved.delete(one);
    this.recalled = this.recalled.filter(isKept);
    void this.files?.keepOnly(instances);
    const kept = this.commits.filter(isKept);
    if (kept.length === this.commits.length) return;
    this.commits = kept;
    this.isWritten = false;
    this.write('later');
  }

  dispose(): void {
    this.write('now');
  }

  private known(target: Target): StoredCommit | undefined {
    return [...this.commits, ...this.recalled].find((commit) => isOf(commit, target));
  }

  private changed(): void {
    if (this.isWritten) this.timer.arm(writeMs, () => this.write('later'));
    this.isWritten = false;
  }

  /** Writes changes. `now`: the window is closing. */
  private write(when: 'now' | 'later'): void {
    this.timer.disarm();
    if (this.isWritten) return;
    this.isWritten = true;
    const small = new Set(fitting(this.commits));
    void this.storage.update(storageKey, small.size === 0 ? undefined : [...small].map(sealed));
    this.writeFiles(small, when);
  }

  /** Drops commits from memory that are stored in a file. */
  private writeFiles(small: ReadonlySet<StoredCommit>, when: 'now' | 'later'): void {
    const { files, commits, unsaved } = this;
    if (files === undefined) return;
    const large = commits.filter((commit) => !small.has(commit));
    for (const commit of unsaved) if (!large.includes(commit)) void files.remove(commit);
    for (const commit of large) {
      if (when === 'now') files.writeNow(commit);
      else void files.write(commit);
    }
    unsaved.clear();
    this.commits = commits.filter((commit) => small.has(commit));
  }
}

function keyOf({ instance, project, sha }: Target): CommitKey {
  return { instance: instance.url, project, sha };
}

function isOf({ instance, project, sha }: StoredCommit, target: Target): boolean {
  return instance === target.instance.url && project === target.project && sha === target.sha;
}

/** The newest commits that fit into the storage. */
function fitting(commits: readonly StoredCommit[]): readonly StoredCommit[] {
  let room = maxCharacters;
  return commits.filter((commit) => {
    if (commit.builds.length > maxBuilds) return false;
    const size = JSON.stringify(commit).length;
    if (size > room) return false;
    room -= size;
    return true;
  });
}
