import { setImmediate as nextTurn } from 'node:timers/promises';
import { Emitter, type Disposable, type Event } from '../util/emitter';
import { Timer } from '../util/timer';
import type { Build, Commit } from '../model/build';
import type { Monitor } from '../polling/monitor';
import type { Instance } from '../model/instance';
import { projectsOf, webOrigin, type RemoteProject } from '../model/remotes';
import type { Urgency } from '../polling/schedule';
import type { Snapshot } from '../model/snapshot';
import type { GitRepository } from '../git/gitRepository';
import type { GitPort } from './gitPort';
import { monitorRepository, type Pin, type SessionParts } from './repositoryMonitor';
import { KnownHistories } from './knownHistories';
import { OpenedPipelines, type OpenedPipelinesPort } from './openedPipelines';
import { isPipelineRoot, repositoryRoot } from './pipelineRoot';
import { namesOf } from './repositoryNames';
import type { RepositoryView, ViewState } from './repositoryView';

interface MonitoredRepository {
  readonly repository: GitRepository;
  readonly monitor: Monitor;
}

/** How long after a refresh git is asked again, in ms; another refresh meanwhile starts the wait anew. */
const gitDelayMs = 1000;

/** Keeps a monitor for each open repository, and notifies views. */
export class Session implements Disposable {
  private readonly changed = new Emitter<ViewState>();
  /** Fires when the view model has changed; for changes of repositories at most twice in one turn of the event loop. */
  readonly onDidChange: Event<ViewState> = this.changed.event;
  /** Keyed by root. A pin is kept when its repository is closed. */
  private readonly pins = new Map<string, Pin>();
  /** Keyed by root, in git's order. */
  private followed: ReadonlyMap<string, MonitoredRepository> = new Map();
  /** Pipelines that the user opened in addition to the displayed commits. */
  readonly opened: OpenedPipelines;
  /** Since when builds have been failing, as far as the user asked. */
  readonly histories: KnownHistories;
  /** Resolves at the end of the turn in which the view model was shown; undefined if it wasn't in this one. */
  private turn: Promise<void> | undefined;
  /** Whether the view model has changed since it was shown in this turn. */
  private isOutdated = false;
  private readonly subscriptions: Disposable[];
  private readonly gitTimer: Timer;

  constructor(private readonly parts: SessionParts) {
    const { git, settings, tokens, clients, clock } = parts;
    const port: OpenedPipelinesPort = {
      snapshotOf: (root) => this.of(root)?.monitor.current,
      clientOf: (instance) => clients.of(instance),
      intervals: () => settings.intervals(),
    };
    this.opened = new OpenedPipelines(port, clock);
    this.gitTimer = new Timer(clock);
    this.histories = new KnownHistories(port.snapshotOf);
    this.subscriptions = [
      this.changed,
      this.opened,
      this.histories,
      git.onDidChange(() => this.updateMonitors()),
      git.onDidChangeRepository(({ rootUri }) => this.retarget(rootUri.toString(), 'moved')),
      settings.onDidChangeSource(() => this.retargetAll()),
      tokens.onDidChange(() => {
        this.opened.forget();
        this.histories.forget();
        this.retargetAll();
        void this.forgetSignedOut();
      }),
    ];
    void this.forgetSignedOut();
  }

  /** The view model. Without a repository, a single view with an empty root says why; empty while git is starting. */
  get state(): ViewState {
    const { git } = this.parts;
    if (git.state === 'starting') return { repositories: [], active: undefined };
    if (this.followed.size === 0) return { repositories: [noRepository(git)], active: '' };
    const names = namesOf([...this.followed.values()].map(({ repository }) => repository.rootUri.path));
    const repositories = [...this.followed].map(([root, { repository, monitor }]) => {
      const { path } = repository.rootUri;
      return { root, name: names.get(path) ?? path, snapshot: monitor.current };
    });
    return { repositories, active: this.active };
  }

  /** Root of the repository of the active editor, else of the last active one, else of the first. */
  get active(): string | undefined {
    return this.parts.git.active?.rootUri.toString();
  }

  /** The displayed commit of a repository, or the opened pipeline of a root. */
  snapshotOf(root: string | undefined): Snapshot | undefined {
    if (root !== undefined && isPipelineRoot(root)) return this.opened.snapshotOf(root);
    return this.of(root)?.monitor.current;
  }

  /** When GitLab listed the shown builds, in ms since 1970; undefined before it has. */
  listedAt(root: string): number | undefined {
    return this.of(root)?.monitor.listedAt;
  }

  repositoryOf(root: string | undefined): GitRepository | undefined {
    return this.of(root)?.repository;
  }

  /** A commit and its ancestors by first parents, newest first; empty if git doesn't have it. */
  async firstParents(root: string, sha: string): Promise<readonly Commit[]> {
    return (await this.parts.git.at(root)?.firstParents(sha)) ?? [];
  }

  pinOf(root: string | undefined): Pin | undefined {
    return root === undefined ? undefined : this.pins.get(repositoryRoot(root));
  }

  /** Projects of a repository's remotes, on instances that the user is signed in to. */
  async projectsOf(root: string): Promise<readonly RemoteProject[]> {
    const { git, tokens, sshHosts } = this.parts;
    const repository = this.repositoryOf(root);
    if (repository === undefined) return [];
    const instances = await this.instances();
    const projects = projectsOf(await sshHosts.complete(await git.remotes(repository), instances), instances);
    const signedIn = await Promise.all(projects.map(async ({ instance }) => tokens.get(instance.url)));
    return projects.filter((_, index) => signedIn[index] !== undefined);
  }

  /** Whether an open repository has an https remote on the server of that base URL. Never rejects. */
  async isCloned(url: string): Promise<boolean> {
    const { git } = this.parts;
    const { origin } = new URL(url);
    const remotes = await Promise.all(git.repositories.map((one) => git.remotes(one).catch(() => [])));
    return origin.startsWith('https:') && remotes.flat().some((remote) => webOrigin(remote.url) === origin);
  }

  /** Name of the remote that the user selected; undefined: determined by settings and upstream. */
  chosenRemoteOf(root: string): string | undefined {
    return this.parts.remoteChoices.of(repositoryRoot(root));
  }

  /** Shows the project of a remote from now on; undefined: the one determined by settings and upstream. */
  async chooseRemote(root: string, remote: string | undefined): Promise<void> {
    this.parts.remoteChoices.set(repositoryRoot(root), remote);
    await this.of(root)?.monitor.retarget();
    await this.shown();
  }

  /**
   * Refreshes one repository or all, once git has started. Resolves when the result is shown. Never rejects. Git is
   * asked again later: each of its processes blocks this one for milliseconds, and it seldom has news.
   */
  async refresh(root?: string): Promise<void> {
    await this.parts.git.started();
    this.parts.sshHosts.forget();
    const wanted = [...this.followed].filter(([one]) => root === undefined || one === repositoryRoot(root));
    await Promise.all([...wanted.map(([, { monitor }]) => monitor.refresh()), this.opened.refresh(root)]);
    this.gitTimer.arm(gitDelayMs, () => void this.parts.git.readAnew());
    await this.shown();
  }

  /** Called after the user acted on a build or a pipeline of the root. Never rejects. */
  async acted(root: string): Promise<void> {
    if (isPipelineRoot(root)) return this.opened.refresh(root);
    await this.of(root)?.monitor.acted();
    await this.shown();
  }

  /** Shows the pinned commit, or follows HEAD if `pin` is undefined. */
  async follow(root: string | undefined, pin: Pin | undefined): Promise<void> {
    const followed = this.of(root);
    if (root === undefined || followed === undefined) return;
    if (pin === undefined) this.pins.delete(repositoryRoot(root));
    else this.pins.set(repositoryRoot(root), pin);
    await followed.monitor.retarget();
    await this.shown();
  }

  /** Called when window focus or view visibility changed. */
  onVisibilityChange(): void {
    for (const { monitor } of this.followed.values()) monitor.onVisibilityChange();
  }

  /** Shows the fresh state of one build without a refresh. */
  update(root: string, build: Build): void {
    if (isPipelineRoot(root)) this.opened.update(root, build);
    else this.of(root)?.monitor.update(build);
  }

  /** Adds details to a build, which doesn't count as a change of the build. */
  learn(root: string, build: Build): void {
    if (isPipelineRoot(root)) this.opened.update(root, build);
    else this.of(root)?.monitor.learn(build);
  }

  /** Instances that the user configured or signed in to; no others receive requests. */
  async instances(): Promise<readonly Instance[]> {
    const { settings, tokens, instanceHosts } = this.parts;
    const configured = settings.instances();
    const urls = new Set(configured.map(({ url }) => url));
    const further = (await tokens.signedIn()).filter((url) => !urls.has(url));
    return instanceHosts.complete([
      ...configured,
      ...further.map((url): Instance => ({ url, hosts: [], apiVersion: 'auto' })),
    ]);
  }

  /** Instances that the user is signed in to. */
  async signedInInstances(): Promise<readonly Instance[]> {
    const [instances, signedIn] = await Promise.all([this.instances(), this.parts.tokens.signedIn()]);
    return instances.filter(({ url }) => signedIn.includes(url));
  }

  dispose(): void {
    this.gitTimer.disarm();
    for (const one of this.subscriptions) one.dispose();
    for (const { monitor } of this.followed.values()) monitor.dispose();
  }

  private of(root: string | undefined): MonitoredRepository | undefined {
    return root === undefined ? undefined : this.followed.get(repositoryRoot(root));
  }

  /** Updates the monitors when repositories open, close, or become active. */
  private updateMonitors(): void {
    const { git } = this.parts;
    if (git.state === 'starting') return;
    const before = this.followed;
    const opened = git.repositories.map((repository) => [repository.rootUri.toString(), repository] as const);
    this.followed = new Map(
      opened.map(([root, repository]) => {
        const one = before.get(root);
        return [root, one?.repository === repository ? one : this.start(repository)];
      }),
    );
    const [known, kept] = [new Set(before.values()), new Set(this.followed.values())];
    for (const one of known) if (!kept.has(one)) one.monitor.dispose();
    // Git only fires for an actual change of its repositories, the active one, or its own state.
    if (known.size === kept.size && [...kept].every((one) => known.has(one))) this.showNow();
    else this.show();
    for (const root of this.activeFirst()) {
      const one = this.followed.get(root);
      if (one !== undefined && !known.has(one)) this.retarget(root, root === this.active ? 'moved' : 'idle');
    }
  }

  private start(repository: GitRepository): MonitoredRepository {
    const root = repository.rootUri.toString();
    const monitor = monitorRepository(repository, {
      ...this.parts,
      pin: () => this.pins.get(root),
      chosenRemote: () => this.parts.remoteChoices.of(root),
      instances: () => this.instances(),
      show: () => this.show(),
    });
    return { repository, monitor };
  }

  /**
   * Shows the first change of a turn at once and all others together at its end: with sixty repositories, each change
   * redraws them all.
   */
  private show(): void {
    if (this.turn !== undefined) {
      this.isOutdated = true;
      return;
    }
    this.turn = nextTurn().then(() => {
      this.turn = undefined;
      if (this.isOutdated) this.show();
    });
    this.showNow();
  }

  private showNow(): void {
    this.isOutdated = false;
    this.changed.fire(this.state);
  }

  /** Resolves when all changes are shown. */
  private async shown(): Promise<void> {
    while (this.isOutdated) await this.turn;
  }

  private retarget(root: string, urgency: Urgency): void {
    void this.of(root)?.monitor.retarget(urgency);
  }

  private retargetAll(): void {
    for (const root of this.activeFirst()) this.retarget(root, root === this.active ? 'moved' : 'active');
  }

  /** Roots, the active repository first, so that it is loaded first. */
  private activeFirst(): readonly string[] {
    const { active } = this;
    return [...this.followed.keys()].sort((a, b) => Number(b === active) - Number(a === active));
  }

  /** Forgets data of instances the user signed out of, also in another window or while none was open. */
  private async forgetSignedOut(): Promise<void> {
    const { snapshotCache: remembered, tokens, log } = this.parts;
    try {
      remembered.keepOnly(await tokens.signedIn());
    } catch (error) {
      log.warn(`signed-in instances: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function noRepository({ state }: GitPort): RepositoryView {
  return { root: '', name: '', snapshot: { kind: 'noProject', reason: state === 'off' ? 'noGit' : 'noRepository' } };
}
