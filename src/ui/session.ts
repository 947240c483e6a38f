import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Build } from '../core/build';
import type { Logger } from '../core/logger';
import type { Monitor } from '../core/monitor';
import type { Instance } from '../core/instance';
import type { Attention, Clock } from '../core/schedule';
import type { Snapshot } from '../core/snapshot';
import type { Clients } from './clients';
import type { Git } from './git';
import type { GitRepository } from './gitApi';
import { monitorRepository } from './repositoryMonitor';
import type { Settings } from './settings';
import type { Tokens } from './tokens';

/** A commit that the user chose over HEAD. */
export interface Pin {
  readonly sha: string;
  readonly ref?: string | undefined;
}

export interface SessionParts {
  readonly git: Git;
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly clients: Clients;
  readonly attention: () => Attention;
  readonly log: Logger;
  readonly clock: Clock;
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

  constructor(private readonly parts: SessionParts) {
    const { git, settings, tokens } = parts;
    this.subscriptions = [
      this.changed,
      git.onDidChange(() => void this.retarget()),
      settings.onDidChangeSource(() => void this.retarget()),
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
    this.parts.git.forgetRemotes();
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
    const configured = this.parts.settings.instances();
    const urls = new Set(configured.map(({ url }) => url));
    const further = (await this.parts.tokens.signedIn()).filter((url) => !urls.has(url));
    return [...configured, ...further.map((url): Instance => ({ url, hosts: [], apiVersion: 'auto' }))];
  }

  dispose(): void {
    this.monitor?.dispose();
    for (const one of this.subscriptions) one.dispose();
  }

  private async retarget(): Promise<void> {
    if (this.parts.git.state === 'starting') return;
    const { repository } = this.parts.git;
    if (this.monitor === undefined || repository !== this.shown) {
      this.monitor?.dispose();
      this.shown = repository;
      this.monitor = monitorRepository(repository, {
        ...this.parts,
        pin: () => this.pin,
        instances: () => this.instances(),
        show: (snapshot) => this.changed.fire(snapshot),
      });
    }
    await this.monitor.retarget();
  }
}
