import type { Disposable, Uri } from 'vscode';
import { statusClass, type Build } from '../../core/model/build';
import { isAbort, toFailure, type Failure } from '../../core/model/errors';
import type { StreamAnswer } from '../../core/gitlab/http/request';
import type { Log } from '../../core/log/log';
import { nextDelay, type Attention, type Intervals } from '../../core/polling/schedule';
import { Timer, type Clock } from '../../core/util/timer';
import type { Snapshot, Target } from '../../core/model/snapshot';
import { inLines, placeholder } from './placeholder';
import { LogFeed } from './logFeed';
import { LogView } from '../../core/log/tailView';

/** `appeared`: the log, where a sentence stood; `text`: what the editor shows is another; `state`: what is said of it. */
export type LogNews = 'appeared' | 'text' | 'state';

export interface LogDocumentPort {
  readonly uri: Uri;
  readonly root: string;
  readonly target: Target;
  readonly clock: Clock;
  build(signal: AbortSignal): Promise<Build>;
  trace(etag: string | undefined, signal: AbortSignal): Promise<StreamAnswer>;
  attention(): Attention;
  intervals(): Intervals;
  /** Of a longer one the end is shown first, about so many characters. */
  tailLength(): number;
  show(news: LogNews): void;
}

/** The log of one build for as long as its editor is open. */
export class LogDocument implements Disposable {
  private readonly feed = new LogFeed();
  private readonly view: LogView;
  private readonly controller = new AbortController();
  private readonly timer: Timer;
  /** The log as its editor was told of it. */
  private told = { log: this.feed.log, bytes: 0 };
  private reading: Promise<void> | undefined;
  private refreshedAt = -Infinity;
  private failures = 0;
  private failed: Failure | undefined;
  private wasErased = false;
  private isFollowing = false;

  /** `known`: its build, as far as it is known already. */
  constructor(
    readonly port: LogDocumentPort,
    private known?: Build,
  ) {
    this.timer = new Timer(port.clock);
    this.view = new LogView(() => port.tailLength());
  }

  get uri(): Uri {
    return this.port.uri;
  }

  get build(): Build | undefined {
    return this.known;
  }

  /** As its editor shows it: of a very long one the end; without lines where a sentence stands in its place. */
  get log(): Log {
    return this.view.of(this.feed.log);
  }

  /** All of it that is read. */
  get whole(): Log {
    return this.feed.log;
  }

  /** It is longer than is read: its end is not here. */
  get isCut(): boolean {
    return this.feed.isCut;
  }

  /** How many lines before are not shown. */
  get leftOut(): number {
    return this.view.from;
  }

  /** How many of these `showEarlier` brings; 0: no more are shown in an editor. */
  get earlier(): number {
    return this.view.earlier(this.feed.log);
  }

  /** It was asked for, whatever came of it. */
  get isRead(): boolean {
    return this.refreshedAt > -Infinity;
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

  /** Of the editor: the log, or why there is none. */
  get text(): string {
    if (!this.isRead) return '';
    return this.isEmpty ? inLines(placeholder(this)) : this.log.lines.join('\n');
  }

  /** Throws as the client does. One reading at a time: a second call shares it. */
  read(): Promise<void> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** The same for an editor, which tells the failure. Never rejects. */
  async look(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      if (!isAbort(error) && !this.controller.signal.aborted) this.fail(toFailure(error));
    }
    if (this.isFollowing) this.arm();
  }

  /** Reads on by itself while there may be more. */
  follow(): void {
    if (this.controller.signal.aborted) return;
    this.isFollowing = true;
    this.arm();
  }

  /** Its editor came into sight, or went. */
  onVisibilityChange(): void {
    if (this.isFollowing && this.reading === undefined) this.arm();
  }

  lookAgain(): void {
    if (this.isFollowing) void this.look();
  }

  showEarlier(): void {
    this.view.showEarlier(this.feed.log);
    this.port.show('text');
  }

  dispose(): void {
    this.isFollowing = false;
    this.timer.disarm();
    this.controller.abort();
  }

  /** The build first: what it is said to have ended with is all in the log that is asked for after that. */
  private async readNow(): Promise<void> {
    const { signal } = this.controller;
    const before = { status: this.known?.status, failure: this.failed };
    this.known = await this.port.build(signal);
    await this.feed.read((etag) => this.port.trace(etag, signal));
    if (statusClass(this.known.status) === 'ended') this.feed.settle();
    this.refreshedAt = this.port.clock.now();
    [this.failed, this.failures] = [undefined, 0];
    const isTold = this.tellGrowth();
    if (!isTold && (before.failure !== undefined || before.status !== this.known.status)) this.tell();
  }

  /** A reading that broke off may have brought a part. */
  private fail(failure: Failure): void {
    this.failed = failure;
    this.failures += 1;
    this.refreshedAt = this.port.clock.now();
    this.tellGrowth();
    this.tell();
  }

  /** False: the log is still the same. */
  private tellGrowth(): boolean {
    const { told } = this;
    const { log, bytes } = this.feed;
    if (log === told.log && bytes === told.bytes) return false;
    this.told = { log, bytes };
    this.view.grow(log, log !== told.log);
    this.wasErased = bytes === 0 && (told.bytes > 0 || this.wasErased);
    this.port.show(told.bytes === 0 ? 'appeared' : 'text');
    return true;
  }

  /** What stands in place of a log is made of what is said of it. */
  private tell(): void {
    this.port.show(this.isEmpty ? 'text' : 'state');
  }

  private arm(): void {
    this.timer.disarm();
    const delay = this.delay();
    if (delay === undefined) return;
    this.timer.arm(Math.max(this.refreshedAt + delay - this.port.clock.now(), 0), () => void this.look());
  }

  /** By the rules for what is shown of a commit: this is the commit of one build. */
  private delay(): number | undefined {
    const { failures, refreshedAt, port } = this;
    const snapshot = this.asSnapshot();
    if (snapshot === undefined) return undefined;
    const [attention, intervals, changedAt] = [port.attention(), port.intervals(), refreshedAt];
    return nextDelay({ snapshot, failures, attention, intervals, refreshedAt, changedAt, random: Math.random() });
  }

  /** undefined: nothing more is to come. */
  private asSnapshot(): Snapshot | undefined {
    const { known, failed: failure, port, refreshedAt: asOf } = this;
    if (failure !== undefined && this.isEmpty) return { kind: 'failed', failure };
    if (known === undefined || statusClass(known.status) === 'ended') return undefined;
    const ready = { kind: 'ready', builds: [known], pipelines: [], apiVersion: 'v4', readOnly: false } as const;
    return { ...ready, target: port.target, ...(failure === undefined ? {} : { stale: { asOf, failure } }) };
  }
}
