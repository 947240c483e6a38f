import { EventEmitter, extensions, window, type Disposable, type Event } from 'vscode';
import type { Head } from '../../core/model/head';
import type { Remote } from '../../core/model/remotes';
import type { GitApi, GitExtension, GitRepository } from './vscodeGit';
import { GitQueue } from '../../core/git/gitQueue';
import { OpenRepository, type HeadPosition } from './openRepository';

/** off: the git extension is missing or disabled. starting: it has not looked at the folder yet. */
export type GitState = 'off' | 'starting' | 'ready';

/** Which repositories are open, which of them counts, and when the HEAD or the remotes of one change. */
export class Repositories implements Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly repositoryChanged = new EventEmitter<GitRepository>();
  /** Which repositories there are, which is the active one, or whether git is there. */
  readonly onDidChange: Event<void> = this.changed.event;
  /** HEAD, its upstream or the remotes of one are others than before. */
  readonly onDidChangeRepository: Event<GitRepository> = this.repositoryChanged.event;
  private readonly subscriptions: Disposable[] = [this.changed, this.repositoryChanged];
  private readonly ofApi: Disposable[] = [];
  /** By root: vscode.git makes new objects for the same repositories each time that it is asked. */
  private readonly open = new Map<string, OpenRepository>();
  private readonly queue = new GitQueue(() => this.chosen?.rootUri.fsPath);
  private api: GitApi | undefined;
  private off = false;
  private chosen: GitRepository | undefined;
  private lastState: GitState = 'starting';

  get state(): GitState {
    if (this.off) return 'off';
    return this.api?.state === 'initialized' ? 'ready' : 'starting';
  }

  /** The active editor's repository, else the one that was, else the first. */
  get active(): GitRepository | undefined {
    return this.chosen;
  }

  /** The same objects for as long as they are open. */
  get repositories(): readonly GitRepository[] {
    return [...this.open.values()].map(({ repository }) => repository);
  }

  /** Connects to vscode.git; not awaited by activation. */
  async start(): Promise<void> {
    const extension = extensions.getExtension<GitExtension>('vscode.git');
    if (extension === undefined) {
      this.turn(undefined);
      this.startLater();
      return;
    }
    const git = await extension.activate();
    this.subscriptions.push(git.onDidChangeEnablement((enabled) => this.turn(enabled ? git : undefined)));
    this.turn(git.enabled ? git : undefined);
  }

  /**
   * The remotes with git's `url.*.insteadOf` applied, which vscode.git does not do: it reads them from the file.
   * Throws where git cannot be run.
   */
  async remotes(repository: GitRepository): Promise<readonly Remote[]> {
    return this.open.get(rootOf(repository))?.remotes() ?? [];
  }

  /** What git says of HEAD, and of it and `remote` (undefined: any); undefined without a commit or where git fails. */
  async head(repository: GitRepository, remote?: string): Promise<Head | undefined> {
    return this.open.get(rootOf(repository))?.head(remote);
  }

  /** Where HEAD is; vscode.git may see it move only seconds later. */
  position(repository: GitRepository): HeadPosition {
    const { commit, name } = repository.state.HEAD ?? {};
    return this.open.get(rootOf(repository))?.position ?? { commit, name };
  }

  /** git's configuration may have changed where no event tells. */
  forgetRemotes(): void {
    for (const one of this.open.values()) one.forget();
  }

  dispose(): void {
    for (const one of [...this.subscriptions, ...this.ofApi, ...this.open.values()]) one.dispose();
  }

  /** vscode.git is not there until the folder is trusted; VS Code then adds it without starting us anew. */
  private startLater(): void {
    const listener = extensions.onDidChange(() => {
      if (extensions.getExtension('vscode.git') === undefined) return;
      listener.dispose();
      // VS Code itself tells the user of an extension that cannot be activated.
      this.start().catch(() => this.turn(undefined));
    });
    this.subscriptions.push(listener);
  }

  private turn(git: GitExtension | undefined): void {
    this.off = git === undefined;
    this.api = git?.getAPI(1);
    for (const one of this.ofApi.splice(0)) one.dispose();
    if (this.api !== undefined) this.follow(this.api);
    this.look();
  }

  private follow(api: GitApi): void {
    this.ofApi.push(
      api.onDidChangeState(() => this.look()),
      api.onDidOpenRepository(() => this.look()),
      api.onDidCloseRepository(() => this.look()),
      window.onDidChangeActiveTextEditor(() => this.look()),
    );
  }

  /** The raw events fire often, so what is seen is compared with what was seen. */
  private look(): void {
    const { lastState, chosen } = this;
    const areOthers = this.followThose(this.api?.repositories ?? []);
    this.chosen = this.choose();
    this.lastState = this.state;
    if (areOthers || lastState !== this.lastState || chosen !== this.chosen) this.changed.fire();
  }

  /** Whether they are others than before. */
  private followThose(repositories: readonly GitRepository[]): boolean {
    const roots = new Set(repositories.map(rootOf));
    const gone = [...this.open].filter(([root]) => !roots.has(root));
    const added = repositories.filter((repository) => !this.open.has(rootOf(repository)));
    for (const [root, one] of gone) {
      one.dispose();
      this.open.delete(root);
    }
    for (const repository of added) {
      const changed = () => this.repositoryChanged.fire(repository);
      this.open.set(
        rootOf(repository),
        new OpenRepository(repository, { program: this.api?.git.path ?? 'git', queue: this.queue }, changed),
      );
    }
    return gone.length + added.length > 0;
  }

  private choose(): GitRepository | undefined {
    const editor = window.activeTextEditor?.document.uri;
    const around = editor === undefined ? null : this.api?.getRepository(editor);
    const active = around == null ? undefined : this.open.get(rootOf(around))?.repository;
    return active ?? this.repositories.find((one) => one === this.chosen) ?? this.repositories[0];
  }
}

function rootOf({ rootUri }: GitRepository): string {
  return rootUri.toString();
}
