import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Build } from '../core/build';
import type { Failure } from '../core/errors';
import type { Logger } from '../core/logger';
import { Monitor, type Loaded } from '../core/monitor';
import { locate, type Instance } from '../core/project';
import type { Attention, Clock } from '../core/schedule';
import type { Resolution, Snapshot, Target } from '../core/snapshot';
import type { Clients } from './clients';
import type { Git } from './git';
import type { GitRepository } from './gitApi';
import type { Settings } from './settings';
import type { Tokens } from './tokens';

/** A commit that the user chose over HEAD. */
export interface Pin {
  readonly sha: string;
  readonly ref?: string | undefined;
}

/** Keeps the monitor of the repository that counts, and tells the views what it shows. */
export class Session implements Disposable {
  private readonly changed = new EventEmitter<Snapshot | undefined>();
  /** What the views draw; undefined while nothing is known yet. */
  readonly onDidChange: Event<Snapshot | undefined> = this.changed.event;
  private readonly pins = new Map<string, Pin>();
  private readonly subscriptions: Disposable[];
  private monitor: Monitor | undefined;
  private shown: GitRepository | undefined;

  constructor(
    private readonly git: Git,
    private readonly settings: Settings,
    private readonly tokens: Tokens,
    private readonly clients: Clients,
    private readonly attention: () => Attention,
    private readonly log: Logger,
    private readonly clock: Clock,
  ) {
    this.subscriptions = [
      this.changed,
      git.onDidChange(() => void this.retarget()),
      settings.onDidChange(() => void this.retarget()),
      tokens.onDidChange(() => void this.retarget()),
    ];
  }

  get snapshot(): Snapshot | undefined {
    return this.monitor?.current;
  }

  get repository(): GitRepository | undefined {
    return this.shown;
  }

  get pin(): Pin | undefined {
    return this.shown === undefined ? undefined : this.pins.get(this.shown.rootUri.toString());
  }

  /** Resolves when the result is shown. Never rejects. */
  async refresh(): Promise<void> {
    this.git.forgetRemotes();
    await this.monitor?.refresh();
  }

  /** Follow HEAD again, or, with a pin, show that commit. */
  async follow(pin: Pin | undefined): Promise<void> {
    if (this.shown === undefined) return;
    const root = this.shown.rootUri.toString();
    if (pin === undefined) this.pins.delete(root);
    else this.pins.set(root, pin);
    await this.retarget();
  }

  /** The window or the view was turned to, or away from. */
  attend(): void {
    this.monitor?.attend();
  }

  /** The fresh state of one build, shown without a refresh. */
  update(build: Build): void {
    this.monitor?.update(build);
  }

  /** All instances that the user configured or signed in to; no other is ever sent a request. */
  async instances(): Promise<readonly Instance[]> {
    const configured = this.settings.instances();
    const urls = new Set(configured.map(({ url }) => url));
    const further = (await this.tokens.signedIn()).filter((url) => !urls.has(url));
    return [...configured, ...further.map((url): Instance => ({ url, hosts: [], apiVersion: 'auto' }))];
  }

  dispose(): void {
    this.monitor?.dispose();
    for (const one of this.subscriptions) one.dispose();
  }

  private async retarget(): Promise<void> {
    if (this.git.state === 'starting') return;
    const { repository } = this.git;
    if (this.monitor === undefined || repository !== this.shown) {
      this.monitor?.dispose();
      this.shown = repository;
      this.monitor = this.monitorOf(repository);
    }
    await this.monitor.retarget();
  }

  private monitorOf(repository: GitRepository | undefined): Monitor {
    return new Monitor(
      {
        resolve: () => this.resolve(repository),
        load: (target, signal) => this.load(target, signal),
        show: (snapshot) => this.changed.fire(snapshot),
        failed: (failure, error) => this.logFailure(failure, error),
        attention: this.attention,
        intervals: () => this.settings.intervals(),
      },
      this.clock,
    );
  }

  private async load({ instance, project, sha }: Target, signal: AbortSignal): Promise<Loaded> {
    const client = await this.clients.of(instance);
    return { builds: await client.commitBuilds(project, sha, signal), apiVersion: client.apiVersion };
  }

  private async resolve(repository: GitRepository | undefined): Promise<Resolution> {
    if (repository === undefined) {
      return { kind: 'noProject', reason: this.git.state === 'off' ? 'noGit' : 'noRepository' };
    }
    const { HEAD } = repository.state;
    const [remotes, instances] = [await this.git.remotes(repository), await this.instances()];
    const choice = { ...this.settings.forRepository(repository.rootUri), upstream: HEAD?.upstream?.remote };
    const located = locate(remotes, instances, choice);
    switch (located.kind) {
      case 'noRemote':
        return { kind: 'noProject', reason: 'noRemote' };
      case 'notGitLab':
        return { kind: 'noProject', reason: 'notGitLab', host: located.host };
      case 'unknownHost':
        return { kind: 'signedOut', url: located.url, known: false };
      case 'project':
        return this.resolveTarget(repository, located);
      default:
        return located satisfies never;
    }
  }

  private async resolveTarget(
    { rootUri, state: { HEAD } }: GitRepository,
    { instance, project }: Pick<Target, 'instance' | 'project'>,
  ): Promise<Resolution> {
    if ((await this.tokens.get(instance.url)) === undefined)
      return { kind: 'signedOut', url: instance.url, known: true };
    const pin = this.pins.get(rootUri.toString());
    if (pin !== undefined) return { kind: 'target', target: { instance, project, ...pin, pinned: true } };
    if (HEAD?.commit === undefined) return { kind: 'noProject', reason: 'noCommit' };
    return { kind: 'target', target: { instance, project, sha: HEAD.commit, ref: HEAD.name, pinned: false } };
  }

  private logFailure(failure: Failure, error: unknown): void {
    const { kind, host = '', status = '', reason = '' } = failure;
    this.log.warn(`Refresh failed: ${[kind, host, status, reason].filter((part) => part !== '').join(' ')}`);
    if (kind === 'unexpected' && error instanceof Error) this.log.error(error.stack ?? error.message);
  }
}
