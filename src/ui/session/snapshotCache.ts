import type { Disposable, Memento } from 'vscode';
import { Timer, type Clock } from '../../core/util/timer';
import type { Snapshot, Target } from '../../core/model/snapshot';
import type { InstanceCache } from './instanceCache';
import { isStoredCommit, type StoredCommit } from '../../core/model/storedCommit';

type Ready = Extract<Snapshot, { kind: 'ready' }>;

export const storageKey = 'builds';
const mostCommits = 20;
const mostBuilds = 300;
/** Maximum size of stored data. VS Code writes an extension's storage as a whole, and warns above 512 KiB. */
const mostCharacters = 400_000;
const writeMs = 10_000;

/** Stores the last known builds of displayed commits across restarts, in the workspace's storage. */
export class SnapshotCache implements Disposable {
  private readonly timer: Timer;
  /** Newest first. */
  private commits: readonly StoredCommit[];
  private isWritten = true;

  constructor(
    private readonly storage: Memento,
    clock: Clock,
    private readonly instances?: Pick<InstanceCache, 'keepOnly'>,
  ) {
    this.timer = new Timer(clock);
    const stored = storage.get<unknown>(storageKey);
    const entries: readonly unknown[] = Array.isArray(stored) ? stored : [];
    this.commits = entries.filter(isStoredCommit).slice(0, mostCommits);
    if (stored !== undefined && (!Array.isArray(stored) || this.commits.length < entries.length)) this.changed();
  }

  /** Stored snapshot of a target; `stale` says from when. */
  of(target: Target): Ready | undefined {
    const known = this.commits.find((commit) => isOf(commit, target));
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

  /** Stores a snapshot, unless it has no builds or too many: a part of them would be misleading. */
  keep({ target, stale, builds, pipelines, apiVersion, readOnly, ancestor, expected, isPartial }: Ready): void {
    const others = this.commits.filter((commit) => !isOf(commit, target));
    const { instance, project, sha } = target;
    const isKept = stale !== undefined && builds.length > 0 && builds.length <= mostBuilds;
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
    };
    this.commits = isKept ? [{ ...commit, asOf: stale.asOf }, ...others].slice(0, mostCommits) : others;
    this.changed();
  }

  /** Immediately drops data of all instances but those with the given base URLs. */
  keepOnly(instances: readonly string[]): void {
    this.instances?.keepOnly(instances);
    const kept = this.commits.filter(({ instance }) => instances.includes(instance));
    if (kept.length === this.commits.length) return;
    this.commits = kept;
    this.isWritten = false;
    this.write();
  }

  dispose(): void {
    this.write();
  }

  private changed(): void {
    if (this.isWritten) this.timer.arm(writeMs, () => this.write());
    this.isWritten = false;
  }

  private write(): void {
    this.timer.disarm();
    if (this.isWritten) return;
    this.isWritten = true;
    const commits = fitting(this.commits);
    void this.storage.update(storageKey, commits.length === 0 ? undefined : commits);
  }
}

function isOf({ instance, project, sha }: StoredCommit, target: Target): boolean {
  return instance === target.instance.url && project === target.project && sha === target.sha;
}

/** The newest commits that fit into the storage. */
function fitting(commits: readonly StoredCommit[]): readonly StoredCommit[] {
  let room = mostCharacters;
  return commits.filter((commit) => {
    const size = JSON.stringify(commit).length;
    if (size > room) return false;
    room -= size;
    return true;
  });
}
