import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from '../util/emitter';
import { LocalError } from '../model/errors';
import type { Head } from '../model/head';
import type { HistoryCommit } from '../model/history';
import type { Remote } from '../model/remotes';
import type { GitRepository } from './gitRepository';
import { readFirstParents } from './firstParents';
import { readHead } from './readHead';
import { toRemotes } from './gitRemotes';
import { runGit, type GitProgram } from './runGit';
import { readChangedFiles, readTrackedFiles, type TrackedFiles } from './trackedFiles';
import { gitFolders, type GitFolders } from './gitFolders';

/** Current HEAD. `commit`: undefined if there is none yet; `name`: branch, undefined if HEAD is detached. */
export interface HeadPosition {
  readonly commit: string | undefined;
  readonly name: string | undefined;
}

export interface OpenRepositoryPort extends GitProgram {
  /** Calls `moved` whenever HEAD or a ref may have moved, until the result is disposed of. */
  readonly watch: (folders: GitFolders, moved: () => void) => Disposable;
}

/** One open repository, with data read by git that is cached until it changes. */
export class OpenRepository implements Disposable {
  private readonly subscriptions: Disposable[] = [];
  private readonly heads = new Map<string | undefined, Promise<Head | undefined>>();
  private tracked:
    { readonly commit: string | undefined; readonly files: Promise<TrackedFiles | undefined> } | undefined;
  private remotesRead: Promise<readonly Remote[]> | undefined;
  private key: string;
  private around: string;
  private lastReported: HeadPosition;
  /** HEAD as read by git itself, until vscode.git has noticed its move, too. */
  private seen: HeadPosition | undefined;
  private isWatched = false;
  private disposed = false;

  /** @param changed called when HEAD, its upstream or the remotes have changed */
  constructor(
    readonly repository: GitRepository,
    private readonly git: OpenRepositoryPort,
    private readonly changed: () => void,
  ) {
    this.key = keyOf(repository);
    this.around = aroundOf(repository);
    this.lastReported = this.reported;
    this.subscriptions.push(repository.state.onDidChange(() => this.look()));
  }

  /** Commit and branch of HEAD, according to the most recent result of git or vscode.git. */
  get position(): HeadPosition {
    return this.seen ?? this.reported;
  }

  private get reported(): HeadPosition {
    const { commit, name } = this.repository.state.HEAD ?? {};
    return { commit, name };
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
    void this.keepIfRead(remote, reading);
    return reading;
  }

  /** Caches a successful read; after a failure git is asked again. */
  private async keepIfRead(remote: string | undefined, reading: Promise<Head | undefined>): Promise<void> {
    if ((await reading) === undefined && this.heads.get(remote) === reading) this.heads.delete(remote);
  }

  /**
   * The files that git tracks, read once per HEAD; undefined where there are more than an index may have. Throws where git
   * fails.
   */
  trackedFiles(): Promise<TrackedFiles | undefined> {
    const { commit } = this.position;
    if (this.tracked?.commit === commit && this.tracked !== undefined) return this.tracked.files;
    const tracked = { commit, files: readTrackedFiles(this.git, this.repository.rootUri.fsPath) };
    this.tracked = tracked;
    // git that failed once is asked again.
    tracked.files.catch(() => {
      if (this.tracked === tracked) this.tracked = undefined;
    });
    return tracked.files;
  }

  /** The files that differ between a commit and HEAD, submodules by their folders. Throws where git fails. */
  async changedSince(sha: string): Promise<ReadonlySet<string>> {
    const { commit } = this.position;
    if (commit === undefined) throw new LocalError('git', undefined);
    return readChangedFiles(this.git, this.repository.rootUri.fsPath, sha, commit);
  }

  /** A commit and its ancestors by first parents, newest first; empty if git doesn't have it. */
  async firstParents(sha: string): Promise<readonly HistoryCommit[]> {
    try {
      return await readFirstParents(this.git, this.repository.rootUri.fsPath, sha);
    } catch (error) {
      if (error instanceof LocalError) return [];
      throw error;
    }
  }

  forget(): void {
    this.remotesRead = undefined;
    this.heads.clear();
  }

  dispose(): void {
    this.disposed = true;
    for (const one of this.subscriptions) one.dispose();
  }

  /** Handles an event that fires for any change in the work tree. */
  private look(): void {
    const key = keyOf(this.repository);
    if (key === this.key) return;
    const { seen, around, lastReported } = this;
    this.key = key;
    this.around = aroundOf(this.repository);
    this.lastReported = this.reported;
    // vscode.git may report an upstream or a remote before it notices that HEAD has moved.
    if (!isDeepStrictEqual(lastReported, this.reported)) this.seen = undefined;
    // HEAD's move was already reported; a second report would only restart loading.
    if (seen !== undefined && isDeepStrictEqual(seen, this.reported) && around === this.around) return;
    this.forget();
    this.tell();
  }

  /** Watches the git folder, but only of a repository whose HEAD has been asked for. */
  private async watch(): Promise<void> {
    if (this.isWatched) return;
    this.isWatched = true;
    try {
      const folders = await gitFolders(this.git, this.repository.rootUri.fsPath);
      if (!this.disposed) this.subscriptions.push(this.git.watch(folders, () => void this.moved()));
    } catch {
      // Not fatal: vscode.git reports most changes, if later.
    }
  }

  /** Called after git wrote something: makes vscode.git look, and compares what it doesn't track. */
  private async moved(): Promise<void> {
    const before = this.key;
    // vscode.git reports failures itself.
    const looking = this.repository.status().catch(() => undefined);
    await this.lookAtHead();
    await looking;
    if (this.disposed || this.key !== before) return;
    const others = await Promise.all([...this.heads].map(([remote, known]) => this.readAgain(remote, known)));
    if (others.includes(true)) this.tell();
  }

  /** Whether HEAD or the remote's refs have changed. */
  private async readAgain(remote: string | undefined, known: Promise<Head | undefined>): Promise<boolean> {
    const [fresh, before] = await Promise.all([this.readHead(remote), known]);
    if (isDeepStrictEqual(fresh, before) || this.heads.get(remote) !== known) return false;
    this.heads.set(remote, Promise.resolve(fresh));
    return true;
  }

  /** Reads HEAD with git, because vscode.git may take seconds in a large work tree. */
  private async lookAtHead(): Promise<void> {
    const run = (...args: readonly string[]): Promise<string> =>
      runGit(this.git, this.repository.rootUri.fsPath, args).then((output) => output.trim());
    try {
      const [commit, ref] = await Promise.all([
        run('rev-parse', '--verify', 'HEAD'),
        // Fails if HEAD is detached.
        run('symbolic-ref', '--quiet', 'HEAD').catch(() => ''),
      ]);
      const is = { commit, name: /^refs\/heads\/(.+)$/.exec(ref)?.[1] };
      if (this.disposed || isDeepStrictEqual(is, this.position)) return;
      this.seen = isDeepStrictEqual(is, this.reported) ? undefined : is;
      this.heads.clear();
      this.tell();
    } catch {
      // No commit yet, or no git: rely on vscode.git.
    }
  }

  private tell(): void {
    if (!this.disposed) this.changed();
  }

  private async readHead(remote: string | undefined): Promise<Head | undefined> {
    const { rootUri } = this.repository;
    const { commit, name } = this.position;
    if (commit === undefined) return undefined;
    return readHead({ git: this.git, root: rootUri.fsPath, sha: commit, branch: name, remote });
  }

  private async readRemotes(): Promise<readonly Remote[]> {
    return toRemotes(await runGit(this.git, this.repository.rootUri.fsPath, ['remote', '--verbose']));
  }
}

/** State other than HEAD's position, to tell whether an event contains news. */
function aroundOf({ state: { HEAD, remotes } }: GitRepository): string {
  const urls = remotes.map(({ name, fetchUrl, pushUrl }) => [name, fetchUrl, pushUrl]);
  return JSON.stringify([HEAD?.upstream?.remote, HEAD?.upstream?.name, urls]);
}

function keyOf({ state: { HEAD, remotes } }: GitRepository): string {
  const urls = remotes.map(({ name, fetchUrl, pushUrl }) => [name, fetchUrl, pushUrl]);
  const { commit, name, upstream, ahead } = HEAD ?? {};
  return JSON.stringify([commit, name, upstream?.remote, upstream?.name, ahead, urls]);
}
