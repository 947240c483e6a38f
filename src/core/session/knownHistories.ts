import { Emitter, type Disposable, type Event } from '../util/emitter';
import type { Build } from '../model/build';
import type { History } from '../model/history';
import { targetOf, type Snapshot } from '../model/snapshot';
import { repositoryRoot } from './pipelineRoot';

interface KnownOfCommit {
  /** Identifies the displayed commit. */
  readonly commit: string;
  /** Keyed by the build and its data. */
  readonly histories: Map<string, History>;
}

/** Since when builds have been failing, as far as the user asked: of the displayed commit, and for as long as a build's data stays. */
export class KnownHistories implements Disposable {
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;
  /** Keyed by repository root. */
  private readonly known = new Map<string, KnownOfCommit>();

  /** @param snapshotOf the displayed commit of a repository */
  constructor(private readonly snapshotOf: (root: string) => Snapshot | undefined) {}

  /** History of a build; undefined if nobody asked, or if something has changed since. */
  of(root: string, build: Build): History | undefined {
    return this.ofCommit(repositoryRoot(root))?.histories.get(keyOf(root, build));
  }

  add(root: string, build: Build, history: History): void {
    const repository = repositoryRoot(root);
    const kept = this.ofCommit(repository) ?? { commit: this.commitOf(repository), histories: new Map() };
    kept.histories.set(keyOf(root, build), history);
    this.known.set(repository, kept);
    this.changed.fire();
  }

  /** Drops everything, for example because another token may see other runs. */
  forget(): void {
    this.known.clear();
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private ofCommit(repository: string): KnownOfCommit | undefined {
    const kept = this.known.get(repository);
    if (kept === undefined || kept.commit === this.commitOf(repository)) return kept;
    this.known.delete(repository);
    return undefined;
  }

  private commitOf(repository: string): string {
    const target = targetOf(this.snapshotOf(repository));
    return target === undefined ? '' : [target.instance.url, target.project, target.sha, target.ref].join(' ');
  }
}

function keyOf(root: string, { id, status, finishedAt }: Build): string {
  return JSON.stringify([root, id, status, finishedAt]);
}
