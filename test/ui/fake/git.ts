import type { GitApi, GitExtension, GitHead, GitRepository } from '../../../src/ui/gitApi';
import { EventEmitter, Uri } from './basics';

export type FakeRemote = GitRepository['state']['remotes'][number];

export class FakeRepository implements GitRepository {
  readonly rootUri: GitRepository['rootUri'];
  /** What `getCommit` knows besides HEAD: revision → commit. */
  readonly revisions = new Map<string, string>();
  private readonly changed = new EventEmitter<void>();
  private head: GitHead | undefined;
  private remoteList: readonly FakeRemote[] = [];

  constructor(root: string, head: GitHead | undefined) {
    this.rootUri = Uri.file(root) as unknown as GitRepository['rootUri'];
    this.head = head;
  }

  get state(): GitRepository['state'] {
    return { HEAD: this.head, remotes: this.remoteList, onDidChange: this.changed.event };
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
  readonly repositories: FakeRepository[] = [];
  enabled = true;
  state: GitApi['state'] = 'initialized';
  private readonly enablement = new EventEmitter<boolean>();
  private readonly stateChanged = new EventEmitter<unknown>();
  private readonly opened = new EventEmitter<GitRepository>();
  private readonly closed = new EventEmitter<GitRepository>();
  readonly onDidChangeEnablement = this.enablement.event;
  readonly onDidChangeState = this.stateChanged.event;
  readonly onDidOpenRepository = this.opened.event;
  readonly onDidCloseRepository = this.closed.event;

  activate(): Promise<GitExtension> {
    return Promise.resolve(this);
  }

  getAPI(): GitApi {
    if (!this.enabled) throw new Error('Git model not found');
    return this;
  }

  getRepository({ path }: { readonly path: string }): GitRepository | null {
    const around = this.repositories.filter(
      ({ rootUri }) => path === rootUri.path || path.startsWith(`${rootUri.path}/`),
    );
    return around.sort((a, b) => b.rootUri.path.length - a.rootUri.path.length)[0] ?? null;
  }

  open(repository: FakeRepository): void {
    this.repositories.push(repository);
    this.opened.fire(repository);
  }

  close(repository: FakeRepository): void {
    this.repositories.splice(this.repositories.indexOf(repository), 1);
    this.closed.fire(repository);
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
