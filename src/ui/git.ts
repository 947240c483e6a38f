import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EventEmitter, extensions, window, type Disposable, type Event } from 'vscode';
import type { Remote } from '../core/project';
import type { GitApi, GitExtension, GitRepository } from './gitApi';

/** off: the git extension is missing or disabled. starting: it has not looked at the folder yet. */
export type GitState = 'off' | 'starting' | 'ready';

/** Which repository counts, and when its HEAD or its remotes change. */
export class Git implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** The repository, its commit, its branch or its remotes are others than before. */
  readonly onDidChange: Event<void> = this.changed.event;
  private readonly subscriptions: Disposable[] = [this.changed];
  private readonly ofApi: Disposable[] = [];
  private readonly watched = new Map<GitRepository, Disposable>();
  private readonly remotesRead = new Map<string, Promise<readonly Remote[]>>();
  private api: GitApi | undefined;
  private off = false;
  private chosen: GitRepository | undefined;
  private lastSeen = '';

  get state(): GitState {
    if (this.off) return 'off';
    return this.api?.state === 'initialized' ? 'ready' : 'starting';
  }

  /** The active editor's repository, else the one shown before, else the first. */
  get repository(): GitRepository | undefined {
    return this.chosen;
  }

  get repositories(): readonly GitRepository[] {
    return this.api?.repositories ?? [];
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
  remotes(repository: GitRepository): Promise<readonly Remote[]> {
    const key = keyOf(repository);
    const known = this.remotesRead.get(key);
    if (known !== undefined) return known;
    const reading = this.readRemotes(repository);
    this.remotesRead.clear();
    this.remotesRead.set(key, reading);
    reading.catch(() => this.remotesRead.delete(key));
    return reading;
  }

  /** git's configuration may have changed where no event tells. */
  forgetRemotes(): void {
    this.remotesRead.clear();
  }

  dispose(): void {
    for (const one of [...this.subscriptions, ...this.ofApi, ...this.watched.values()]) one.dispose();
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
    if (this.api !== undefined) this.follow(this.api);
    this.look();
  }

  private follow(api: GitApi): void {
    const watch = (repository: GitRepository) => {
      this.watched.get(repository)?.dispose();
      this.watched.set(
        repository,
        repository.state.onDidChange(() => this.look()),
      );
      this.look();
    };
    const unwatch = (repository: GitRepository) => {
      this.watched.get(repository)?.dispose();
      this.watched.delete(repository);
      this.look();
    };
    for (const one of this.ofApi.splice(0)) one.dispose();
    this.ofApi.push(
      api.onDidChangeState(() => this.look()),
      api.onDidOpenRepository(watch),
      api.onDidCloseRepository(unwatch),
      window.onDidChangeActiveTextEditor(() => this.look()),
    );
    api.repositories.forEach(watch);
  }

  /** The raw events fire often, so what is seen is compared with what was seen. */
  private look(): void {
    this.chosen = this.choose();
    const seen = `${this.state} ${this.chosen === undefined ? '' : keyOf(this.chosen)}`;
    if (seen === this.lastSeen) return;
    this.lastSeen = seen;
    this.changed.fire();
  }

  private choose(): GitRepository | undefined {
    const editor = window.activeTextEditor?.document.uri;
    const active = editor === undefined ? undefined : this.api?.getRepository(editor);
    return active ?? this.repositories.find((one) => one === this.chosen) ?? this.repositories[0];
  }

  private async readRemotes({ rootUri }: GitRepository): Promise<readonly Remote[]> {
    const path = this.api?.git.path ?? 'git';
    const { stdout } = await promisify(execFile)(path, ['remote', '--verbose'], {
      cwd: rootUri.fsPath,
      timeout: 10_000,
    });
    return toRemotes(stdout);
  }
}

/** `git remote --verbose`: a line `name<tab>url (fetch)` per remote and direction. */
export function toRemotes(output: string): readonly Remote[] {
  return output.split('\n').flatMap((line) => {
    const [, name, url] = /^([^\t]+)\t(.*) \(fetch\)/.exec(line) ?? [];
    return name === undefined || url === undefined ? [] : [{ name, url }];
  });
}

function keyOf({ rootUri, state: { HEAD, remotes } }: GitRepository): string {
  const urls = remotes.map(({ name, fetchUrl, pushUrl }) => [name, fetchUrl, pushUrl]);
  return JSON.stringify([rootUri.toString(), HEAD?.commit, HEAD?.name, HEAD?.upstream?.remote, urls]);
}
