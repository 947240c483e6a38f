import type { GitHead, GitRepository } from '../../../src/core/git/gitRepository';
import type { GitApi, GitExtension } from '../../../src/ui/git/vscodeGit';
import { EventEmitter, Uri } from './basics';

export type FakeRemote = GitRepository['state']['remotes'][number];

export class FakeRepository implements GitRepository {
  readonly rootUri: Uri;
  /** What `getCommit` knows besides HEAD: revision → commit. */
  readonly revisions = new Map<string, string>();
  workingTreeChanges: { readonly uri: GitRepository['rootUri'] }[] = [];
  private readonly changed = new EventEmitter<void>();
  private head: GitHead | undefined;
  private remoteList: readonly FakeRemote[] = [];

  constructor(root: string, head: GitHead | undefined) {
    this.rootUri = Uri.file(root);
    this.head = head;
  }

  get state(): GitRepository['state'] {
    const { head: HEAD, remoteList: remotes, workingTreeChanges } = this;
    return { HEAD, remotes, workingTreeChanges, onDidChange: this.changed.event };
  }

  getCommit(revision: string): Promise<{ readonly hash: string }> {
    const hash = this.head?.commit?.startsWith(revision) === true ? this.head.commit : this.revisions.get(revision);
    return hash === undefined
      ? Promise.reject(new Error(`fatal: bad revision '${revision}'`))
      : Promise.resolve({ hash });
  }

  moveHead(head: GitHead | undefined): void {
    this.head = head;
    this.touch();
  }

  setRemotes(remotes: readonly FakeRemote[]): void {
    this.remoteList = remotes;
    this.touch();
  }

  /** Shared by all the objects of one repository. */
  private readonly counts = { looks: 0 };

  status(): Promise<void> {
    this.counts.looks += 1;
    this.onStatus?.();
    return Promise.resolve();
  }

  /** How often it was asked to look now. */
  get looks(): number {
    return this.counts.looks;
  }

  /** What git has done meanwhile. */
  onStatus: (() => void) | undefined;

  /** As when a file was saved: something in the work tree changed. */
  touch(): void {
    this.changed.fire();
  }

  get listenerCount(): number {
    return this.changed.listenerCount;
  }
}

/** vscode.git: the extension and its API in one. */
export class FakeGit implements GitExtension, GitApi {
  readonly git = { path: 'git' };
  private readonly opened: FakeRepository[] = [];
  enabled = true;
  state: GitApi['state'] = 'initialized';
  private readonly enablement = new EventEmitter<boolean>();
  private readonly stateChanged = new EventEmitter<unknown>();
  private readonly afterOpening = new EventEmitter<GitRepository>();
  private readonly afterClosing = new EventEmitter<GitRepository>();
  readonly onDidChangeEnablement = this.enablement.event;
  readonly onDidChangeState = this.stateChanged.event;
  readonly onDidOpenRepository = this.afterOpening.event;
  readonly onDidCloseRepository = this.afterClosing.event;

  activate(): Promise<GitExtension> {
    return Promise.resolve(this);
  }

  getAPI(): GitApi {
    if (!this.enabled) throw new Error('Git model not found');
    return this;
  }

  /** As vscode.git does: new objects for the same repositories each time. */
  get repositories(): readonly GitRepository[] {
    return this.opened.map(anew);
  }

  getRepository({ path }: { readonly path: string }): GitRepository | null {
    const around = this.opened.filter(({ rootUri }) => path === rootUri.path || path.startsWith(`${rootUri.path}/`));
    const [nearest] = around.sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
    return nearest === undefined ? null : anew(nearest);
  }

  open(repository: FakeRepository): void {
    this.opened.push(repository);
    this.afterOpening.fire(anew(repository));
  }

  close(repository: FakeRepository): void {
    this.opened.splice(this.opened.indexOf(repository), 1);
    this.afterClosing.fire(anew(repository));
  }

  turn(enabled: boolean): void {
    this.enabled = enabled;
    this.enablement.fire(enabled);
  }

  initialize(): void {
    this.state = 'initialized';
    this.stateChanged.fire(this.state);
  }
}

function anew(repository: FakeRepository): GitRepository {
  return Object.create(repository) as GitRepository;
}
