import type { Commit } from '../model/build';
import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from '../util/emitter';
import { LocalError } from '../model/errors';
import type { Head } from '../model/head';
import type { Remote } from '../model/remotes';
import type { GitRepository } from './gitRepository';
import { readFirstParents } from './firstParents';
import { readHead } from './readHead';
import { toRemotes } from './gitRemotes';
import { runGit, type GitProgram } from './runGit';
import { readChangedFiles, readTrackedFiles, type TrackedFiles } from './trackedFiles';
import { gitFolders, type GitFolders } from './gitFolders';
import { SerialRuns } from '../util/serialRuns';

/** Current HEAD. `commit`: undefined if there is none yet; `name`: branch, undefined if HEAD is detached. */
export interface HeadPosition {
  readonly commit: string | undefined;
  readonly name: string | undefined;
}

interface OpenRepositoryPort extends GitProgram {
  /** Calls `moved` whenever HEAD or a ref may have moved, until the result is disposed of. */
  readonly watch: (folders: GitFolders, moved: () => void) => Disposable;
}

/** One open repository, with data read by git that is cached until it changes. */
export class OpenRepository implements Disposable {
  private readonly subscriptions: Disposable[] = [];
  private heads = new Map<string | undefined, Promise<Head | undefined>>();
  private tracked:
    { readonly commit: string | undefined; readonly files: Promise<TrackedFiles | undefined> } | undefined;
  private remotesRead: Promise<readonly Remote[]> | undefined;
  private branchRemotesRead: Promise<readonly string[]> | undefined;
  private key: string;
  private around: string;
  private lastReported: HeadPosition;
  /** HEAD as last read by git itself; undefined until it was. */
  private seen: HeadPosition | undefined;
  /** Reads run one at a time, so that an older result never replaces a newer one. */
  private readonly headReads = new SerialRuns(() => this.lookAtHead());
  private readonly refReads = new SerialRuns(() => this.compareHeads());
  private readonly remoteReads = new SerialRuns(() => this.compareRemotes());
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

  /** Names of the remotes of HEAD's branch: the upstream's, then the one to push to. Read again when HEAD has moved. */
  branchRemotes(): Promise<readonly string[]> {
    return (this.branchRemotesRead ??= this.readBranchRemotes());
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
  async firstParents(sha: string): Promise<readonly Commit[]> {
    try {
      return await readFirstParents(this.git, this.repository.rootUri.fsPath, sha);
    } catch (error) {
      if (error instanceof LocalError) return [];
      throw error;
    }
  }

  /**
   * Asks git again, because its configuration can change without an event, and reports a change. What is known is used
   * meanwhile, so that nobody waits for git.
   */
  async readAnew(): Promise<void> {
    await Promise.all([this.remoteReads.run(), this.refReads.run()]);
  }

  private forget(): void {
    this.remotesRead = undefined;
    this.forgetHead();
  }

  private forgetHead(): void {
    this.branchRemotesRead = undefined;
    this.heads = new Map();
  }

  dispose(): void {
    this.disposed = true;
    for (const one of this.subscriptions) one.dispose();
  }

  /** Handles an event that fires for any change in the work tree. */
  private look(): void {
    const key = keyOf(this.repository);
    if (key === this.key) return;
    const { seen, around, lastReported, reported } = this;
    this.key = key;
    this.around = aroundOf(this.repository);
    this.lastReported = reported;
    const hasMoved = !isDeepStrictEqual(lastReported, reported);
    const isAsSeen = isDeepStrictEqual(seen, reported);
    const isMore = around !== this.around;
    if (hasMoved && seen !== undefined && !isAsSeen) {
      // vscode.git may be late, and report a HEAD of the past.
      void this.check(seen, isMore);
      return;
    }
    // HEAD's move was already reported; a second report would only restart loading.
    if (hasMoved && seen !== undefined && !isMore) return;
    this.forget();
    this.tell();
  }

  /** Asks git where HEAD is after vscode.git reported a different HEAD. `isMore`: something else changed, too. */
  private async check(before: HeadPosition, isMore: boolean): Promise<void> {
    if (isMore) this.forget();
    const isRead = await this.headReads.run();
    // The read found another HEAD and has reported it.
    if (!isDeepStrictEqual(this.seen, before)) return;
    // Git can't tell, for example because there is no commit yet: rely on vscode.git.
    if (!isRead) this.seen = undefined;
    const hasMoved = !isDeepStrictEqual(this.position, before);
    if (hasMoved) this.forget();
    if (hasMoved || isMore) this.tell();
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
    const before = this.heads;
    // vscode.git reports failures itself.
    const looking = this.repository.status().catch(() => undefined);
    await this.headReads.run();
    await looking;
    // If the cache was dropped meanwhile, a change was reported, and HEAD is read again because of that.
    if (!this.disposed && this.heads === before) await this.refReads.run();
  }

  /** Reads HEAD and its presence on remotes again, and reports a change. */
  private async compareHeads(): Promise<void> {
    const others = await Promise.all([...this.heads].map(([remote, known]) => this.readAgain(remote, known)));
    if (others.includes(true)) this.tell();
  }

  /** Reads the remotes, and those of HEAD's branch, again and reports a change. */
  private async compareRemotes(): Promise<void> {
    const { remotesRead, branchRemotesRead } = this;
    if (remotesRead === undefined || branchRemotesRead === undefined) return;
    try {
      const before = await Promise.all([remotesRead, branchRemotesRead]);
      const fresh = await Promise.all([this.readRemotes(), this.readBranchRemotes()]);
      const isOurs = this.remotesRead === remotesRead && this.branchRemotesRead === branchRemotesRead;
      if (!isOurs || isDeepStrictEqual(fresh, before)) return;
      this.remotesRead = Promise.resolve(fresh[0]);
      this.branchRemotesRead = Promise.resolve(fresh[1]);
      this.tell();
    } catch {
      // A failure of git is not a change.
    }
  }

  /** Whether HEAD or the remote's refs have changed. */
  private async readAgain(remote: string | undefined, known: Promise<Head | undefined>): Promise<boolean> {
    const [fresh, before] = await Promise.all([this.readHead(remote), known]);
    // A failure of git is not a change.
    if (fresh === undefined || isDeepStrictEqual(fresh, before) || this.heads.get(remote) !== known) return false;
    this.heads.set(remote, Promise.resolve(fresh));
    return true;
  }

  /** Reads HEAD with git, because vscode.git may take seconds in a large work tree. Returns whether git could tell. */
  private async lookAtHead(): Promise<boolean> {
    try {
      const run = (...args: readonly string[]) => runGit(this.git, this.repository.rootUri.fsPath, args);
      // One process for both, since HEAD may move between two.
      const [commit, named = ''] = (await run('rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD')).split(/\r?\n/);
      // The name is empty if HEAD is also the name of a branch or a tag. The second command fails if HEAD is detached.
      const ref = named === '' ? await run('symbolic-ref', '--quiet', 'HEAD').catch(() => '') : named;
      this.see({ commit, name: /^refs\/heads\/(.+)$/.exec(ref.trim())?.[1] });
      return true;
    } catch {
      // No commit yet, or no git.
      return false;
    }
  }

  private see(position: HeadPosition): void {
    const before = this.position;
    this.seen = position;
    if (this.disposed || isDeepStrictEqual(position, before)) return;
    this.forgetHead();
    this.tell();
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

  /** Asks git, because vscode.git may still know the upstream of the branch before. */
  private async readBranchRemotes(): Promise<readonly string[]> {
    const { name } = this.position;
    const { HEAD } = this.repository.state;
    if (name === undefined) return [];
    const read = ['for-each-ref', '--format=%(upstream:remotename)%0a%(push:remotename)', `refs/heads/${name}`];
    // Before 2.16, git knows no names of remotes here.
    const output = await runGit(this.git, this.repository.rootUri.fsPath, read).catch(() => '');
    // Without output git knows no such branch; with it, the names may be empty.
    if (output === '') return HEAD?.name === name && HEAD.upstream !== undefined ? [HEAD.upstream.remote] : [];
    return output.split(/\r?\n/).filter((line) => line !== '');
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
