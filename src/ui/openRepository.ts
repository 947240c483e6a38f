import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from 'vscode';
import type { Head } from '../core/head';
import type { Remote } from '../core/project';
import type { GitRepository } from './gitApi';
import { readHead } from './gitHead';
import { runGit } from './gitRun';
import { gitFolders, watchGit } from './gitWatch';

/** One open repository: what was read of it by git, kept until it changes. */
export class OpenRepository implements Disposable {
  private readonly subscriptions: Disposable[] = [];
  private readonly heads = new Map<string | undefined, Promise<Head | undefined>>();
  private remotesRead: Promise<readonly Remote[]> | undefined;
  private key: string;
  private isWatched = false;
  private disposed = false;

  /** `changed`: its HEAD, its upstream or its remotes are others than before. */
  constructor(
    readonly repository: GitRepository,
    private readonly program: string,
    private readonly changed: () => void,
  ) {
    this.key = keyOf(repository);
    this.subscriptions.push(repository.state.onDidChange(() => this.look()));
  }

  remotes(): Promise<readonly Remote[]> {
    const reading = (this.remotesRead ??= this.readRemotes());
    reading.catch(() => (this.remotesRead = undefined));
    return reading;
  }

  head(remote: string | undefined): Promise<Head | undefined> {
    void this.watch();
    const known = this.heads.get(remote);
    if (known !== undefined) return known;
    const reading = this.readHead(remote);
    this.heads.set(remote, reading);
    return reading;
  }

  forget(): void {
    this.remotesRead = undefined;
    this.heads.clear();
  }

  dispose(): void {
    this.disposed = true;
    for (const one of this.subscriptions) one.dispose();
  }

  /** The event fires on any change in the work tree. */
  private look(): void {
    const key = keyOf(this.repository);
    if (key === this.key) return;
    this.key = key;
    this.forget();
    this.tell();
  }

  /** Only a repository whose HEAD counts: of one without a GitLab nobody asks. */
  private async watch(): Promise<void> {
    if (this.isWatched) return;
    this.isWatched = true;
    try {
      const folders = await gitFolders(this.program, this.repository.rootUri.fsPath);
      if (!this.disposed) this.subscriptions.push(watchGit(folders, () => void this.moved()));
    } catch {
      // vscode.git tells of most, later.
    }
  }

  /** git wrote something: vscode.git is asked to look now, and what it does not know is compared. */
  private async moved(): Promise<void> {
    const before = this.key;
    // Where it fails, vscode.git says so itself.
    await this.repository.status().catch(() => undefined);
    if (this.disposed || this.key !== before) return;
    for (const [remote, known] of [...this.heads]) {
      const fresh = await this.readHead(remote);
      if (isDeepStrictEqual(fresh, await known) || this.heads.get(remote) !== known) continue;
      this.heads.set(remote, Promise.resolve(fresh));
      this.tell();
    }
  }

  private tell(): void {
    if (!this.disposed) this.changed();
  }

  private async readHead(remote: string | undefined): Promise<Head | undefined> {
    const { rootUri, state } = this.repository;
    const { commit, name } = state.HEAD ?? {};
    if (commit === undefined) return undefined;
    return readHead({ git: this.program, root: rootUri.fsPath, sha: commit, branch: name, remote });
  }

  private async readRemotes(): Promise<readonly Remote[]> {
    return toRemotes(await runGit(this.program, this.repository.rootUri.fsPath, ['remote', '--verbose']));
  }
}

/** `git remote --verbose`: a line `name<tab>url (fetch)` per remote and direction. */
export function toRemotes(output: string): readonly Remote[] {
  return output.split('\n').flatMap((line) => {
    const [, name, url] = /^([^\t]+)\t(.*) \(fetch\)/.exec(line) ?? [];
    return name === undefined || url === undefined ? [] : [{ name, url }];
  });
}

function keyOf({ state: { HEAD, remotes } }: GitRepository): string {
  const urls = remotes.map(({ name, fetchUrl, pushUrl }) => [name, fetchUrl, pushUrl]);
  const { commit, name, upstream, ahead } = HEAD ?? {};
  return JSON.stringify([commit, name, upstream?.remote, upstream?.name, ahead, urls]);
}
