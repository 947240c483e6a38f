import { EventEmitter, extensions, window, type Disposable, type Event } from 'vscode';
import type { Head } from '../../core/model/head';
import type { Remote } from '../../core/model/remotes';
import type { GitPort, GitState } from '../../core/session/gitPort';
import type { GitRepository } from '../../core/git/gitRepository';
import { watchGit } from './watcher';
import type { GitApi, GitExtension } from './vscodeGit';
import { GitQueue } from '../../core/git/gitQueue';
import { OpenRepository, type HeadPosition } from '../../core/git/openRepository';

/** Open repositories, the active one, and changes of their HEAD and remotes. */
export class Repositories implements Disposable, GitPort {
  private readonly changed = new EventEmitter<void>();
  private readonly repositoryChanged = new EventEmitter<GitRepository>();
  /** Fires when repositories open or close, the active one changes, or git becomes available. */
  readonly onDidChange: Event<void> = this.changed.event;
  /** Fires when HEAD, its upstream or the remotes of a repository have changed. */
  readonly onDidChangeRepository: Event<GitRepository> = this.repositoryChanged.event;
  private readonly subscriptions: Disposable[] = [this.changed, this.repositoryChanged];
  private readonly ofApi: Disposable[] = [];
  /** Keyed by root, because vscode.git returns new objects for the same repositories each time. */
  private readonly open = new Map<string, OpenRepository>();
  private readonly queue = new GitQueue(() => this.chosen?.rootUri.fsPath);
  private api: GitApi | undefined;
  private off = false;
  private chosen: GitRepository | undefined;
  private lastState: GitState = 'starting';
  private endStart: () => void = () => undefined;
  private readonly startEnd = new Promise<void>((resolve) => (this.endStart = resolve));

  get state(): GitState {
    if (this.off) return 'off';
    return this.api?.state === 'initialized' ? 'ready' : 'starting';
  }

  /** Repository of the active editor, else the last active one, else the first. */
  get active(): GitRepository | undefined {
    return this.chosen;
  }

  /** git's path, or its name. */
  get program(): string {
    return this.api?.git.path ?? 'git';
  }

  /** Open repositories; the objects are stable while they are open. */
  get repositories(): readonly GitRepository[] {
    return [...this.open.values()].map(({ repository }) => repository);
  }

  /** Resolves when git is no longer starting: its first scan has ended, or there won't be one. */
  async started(): Promise<void> {
    await this.startEnd;
  }

  /** Connects to vscode.git. Activation doesn't wait for it. */
  async start(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      this.endStart();
      throw error;
    }
  }

  private async connect(): Promise<void> {
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
   * Remotes with `url.*.insteadOf` applied, which vscode.git doesn't do because it parses the configuration file.
   * Throws if git can't be run.
   */
  async remotes(repository: GitRepository): Promise<readonly Remote[]> {
    return this.open.get(rootOf(repository))?.remotes() ?? [];
  }

  /**
   * Git's view of HEAD and of its presence on `remote` (undefined: any); undefined if there is no commit or git fails.
   */
  async head(repository: GitRepository, remote?: string): Promise<Head | undefined> {
    return this.open.get(rootOf(repository))?.head(remote);
  }

  /** Position of HEAD; vscode.git may notice a move seconds later. */
  position(repository: GitRepository): HeadPosition {
    const { commit, name } = repository.state.HEAD ?? {};
    return this.open.get(rootOf(repository))?.position ?? { commit, name };
  }

  /** Names of the remotes of HEAD's branch, in order of preference. */
  async branchRemotes(repository: GitRepository): Promise<readonly string[]> {
    return this.open.get(rootOf(repository))?.branchRemotes() ?? [];
  }

  /** The open repository whose folder has this URI; its fragment doesn't count. */
  at(root: string): OpenRepository | undefined {
    return this.open.get(root.split('#', 1)[0] ?? root);
  }

  async readAnew(): Promise<void> {
    await Promise.all([...this.open.values()].map((one) => one.readAnew()));
  }

  dispose(): void {
    this.endStart();
    for (const one of [...this.subscriptions, ...this.ofApi, ...this.open.values()]) one.dispose();
  }

  /** vscode.git is disabled until the workspace is trusted, and is then added without restarting us. */
  private startLater(): void {
    const listener = extensions.onDidChange(() => {
      if (extensions.getExtension('vscode.git') === undefined) return;
      listener.dispose();
      // VS Code itself reports an extension that can't be activated.
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

  /** Compares with the last state, because the underlying events fire often. */
  private look(): void {
    const { lastState, chosen } = this;
    const areOthers = this.followThose(this.api?.repositories ?? []);
    this.chosen = this.repositoryInFront();
    this.lastState = this.state;
    if (areOthers || lastState !== this.lastState || chosen !== this.chosen) this.changed.fire();
    if (this.lastState !== 'starting') this.endStart();
  }

  /** Updates the set of repositories; returns whether it changed. */
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
        new OpenRepository(repository, { program: this.program, queue: this.queue, watch: watchGit }, changed),
      );
    }
    return gone.length + added.length > 0;
  }

  private repositoryInFront(): GitRepository | undefined {
    const editor = window.activeTextEditor?.document.uri;
    const around = editor === undefined ? null : this.api?.getRepository(editor);
    const active = around == null ? undefined : this.open.get(rootOf(around))?.repository;
    return active ?? this.repositories.find((one) => one === this.chosen) ?? this.repositories[0];
  }
}

function rootOf({ rootUri }: GitRepository): string {
  return rootUri.toString();
}
