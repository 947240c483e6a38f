import type { Disposable, Uri } from 'vscode';
import { isActive, type Build } from '../../core/build';
import { isAbort, toFailure, type Failure } from '../../core/errors';
import type { StreamAnswer } from '../../core/gitlab/http';
import type { Log } from '../../core/log/log';
import { nextDelay, Timer, type Attention, type Clock, type Intervals } from '../../core/schedule';
import type { Target } from '../../core/snapshot';
import { LogFeed } from './logFeed';
import { firstShown, mostShown, tailFrom } from './tailView';

export interface OpenLogPort {
  readonly uri: Uri;
  readonly root: string;
  readonly target: Target;
  readonly clock: Clock;
  build(signal: AbortSignal): Promise<Build>;
  trace(etag: string | undefined, signal: AbortSignal): Promise<StreamAnswer>;
  attention(): Attention;
  intervals(): Intervals;
  /** `text`: what the editor shows is another; `state`: only what is said about it. */
  show(changed: 'text' | 'state'): void;
}

/** The log of one build for as long as its editor is open. */
export class OpenLog implements Disposable {
  private readonly feed = new LogFeed();
  private readonly controller = new AbortController();
  private readonly timer: Timer;
  private reading: Promise<void> | undefined;
  private refreshedAt = 0;
  private failures = 0;
  private known: Build | undefined;
  private failed: Failure | undefined;
  private wasErased = false;
  private isFollowing = false;
  private from = 0;
  private shown: Log | undefined;

  constructor(readonly port: OpenLogPort) {
    this.timer = new Timer(port.clock);
  }

  get uri(): Uri {
    return this.port.uri;
  }

  /** undefined until the first reading has succeeded. */
  get build(): Build | undefined {
    return this.known;
  }

  /** As its editor shows it: of a very long one the end. */
  get log(): Log {
    return this.shown ?? this.feed.log;
  }

  /** How many lines before are not shown. */
  get leftOut(): number {
    return this.from;
  }

  get isEmpty(): boolean {
    return this.feed.bytes === 0;
  }

  /** There was a log, and there is none any more. */
  get isErased(): boolean {
    return this.wasErased;
  }

  /** Why it is not fresh, when it is not. */
  get failure(): Failure | undefined {
    return this.failed;
  }

  get text(): string {
    return this.log.lines.join('\n');
  }

  /** Throws as the client does. One reading at a time: a second call shares it. */
  read(): Promise<void> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** Reads on by itself while the build is active. */
  follow(): void {
    this.isFollowing = true;
    this.arm();
  }

  /** Its editor came into sight, or went. */
  attend(): void {
    if (this.isFollowing && this.reading === undefined) this.arm();
  }

  lookAgain(): void {
    if (this.isFollowing) void this.readOn();
  }

  dispose(): void {
    this.isFollowing = false;
    this.timer.disarm();
    this.controller.abort();
  }

  /** The build first: what it is said to have ended with is all in the log that is asked for after that. */
  private async readNow(): Promise<void> {
    const { signal } = this.controller;
    const before = this.known;
    const build = await this.port.build(signal);
    const had = this.feed.bytes > 0;
    const change = await this.feed.read((etag) => this.port.trace(etag, signal));
    if (!isActive(build)) this.feed.settle();
    if (change !== 'none') this.cut(change === 'replaced');
    this.known = build;
    this.wasErased = this.isEmpty && (had || this.wasErased);
    this.refreshedAt = this.port.clock.now();
    const recovered = this.failed !== undefined;
    [this.failed, this.failures] = [undefined, 0];
    if (change !== 'none') this.port.show('text');
    else if (recovered || before?.status !== build.status) this.port.show('state');
  }

  /** What is shown stays, while it grows; cut again only where it has become too long. */
  private cut(isAnother: boolean): void {
    const { log } = this.feed;
    if (isAnother) this.from = 0;
    if (this.feed.bytes > mostShown) this.from = Math.max(this.from, firstShown(log, mostShown));
    this.shown = this.from === 0 ? undefined : tailFrom(log, this.from);
  }

  private arm(): void {
    this.timer.disarm();
    const delay = this.delay();
    if (delay === undefined) return;
    this.timer.arm(Math.max(this.refreshedAt + delay - this.port.clock.now(), 0), () => void this.readOn());
  }

  private async readOn(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      if (isAbort(error) || this.controller.signal.aborted) return;
      this.failed = toFailure(error);
      this.failures += 1;
      this.refreshedAt = this.port.clock.now();
      this.port.show('state');
    }
    if (this.isFollowing) this.arm();
  }

  /** By the rules for what is shown of a commit: this is the commit of one build. */
  private delay(): number | undefined {
    const { known, failed, failures, refreshedAt, port } = this;
    if (known === undefined || !isActive(known)) return undefined;
    const { target } = port;
    const ready = { kind: 'ready', target, builds: [known], pipelines: [], apiVersion: 'v4', readOnly: false } as const;
    const snapshot = failed === undefined ? ready : { ...ready, stale: { asOf: refreshedAt, failure: failed } };
    const [attention, intervals, changedAt] = [port.attention(), port.intervals(), refreshedAt];
    return nextDelay({ snapshot, failures, attention, intervals, refreshedAt, changedAt, random: Math.random() });
  }
}
