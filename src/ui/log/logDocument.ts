import type { Disposable, Uri } from 'vscode';
import { statusClass, type Build } from '../../core/model/build';
import { isAbort, toFailure, type Failure } from '../../core/model/errors';
import type { StreamAnswer } from '../../core/gitlab/http/request';
import type { Log } from '../../core/log/log';
import { nextLogDelay, type Attention, type Intervals } from '../../core/polling/schedule';
import { Timer, type Clock } from '../../core/util/timer';
import type { Target } from '../../core/model/snapshot';
import { inLines, placeholder } from './placeholder';
import { LogFeed } from '../../core/log/logFeed';
import type { LongReading } from './longReading';
import { LogView } from '../../core/log/tailView';

/** What changed. `appeared`: the log replaced a placeholder; `text`: the displayed text; `state`: facts about it. */
export type LogChangeKind = 'appeared' | 'text' | 'state';

interface LogDocumentPort {
  readonly uri: Uri;
  readonly root: string;
  readonly target: Target;
  readonly clock: Clock;
  build(signal: AbortSignal): Promise<Build>;
  trace(etag: string | undefined, signal: AbortSignal): Promise<StreamAnswer>;
  attention(): Attention;
  intervals(): Intervals;
  /** Called for each reading; its result is called with the progress. */
  longReading(name: string, cancel: () => void): Pick<LongReading, 'at' | 'done'>;
  /** Number of characters to show at first of a longer log. */
  tailLength(): number;
  show(news: LogChangeKind): void;
}

/** The log of one build, alive while its editor is open. */
export class LogDocument implements Disposable {
  private readonly feed = new LogFeed();
  private readonly view: LogView;
  private readonly controller = new AbortController();
  private readonly timer: Timer;
  /** State of the log as last reported to the editor. */
  private reported = { log: this.feed.log, bytes: 0 };
  private reading: Promise<void> | undefined;
  private refreshedAt = -Infinity;
  private failures = 0;
  private failed: Failure | undefined;
  private wasErased = false;
  private isFollowing = false;
  private wasStopped = false;

  /** @param known the build, as far as it is already known */
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

  /** Log as displayed in the editor: of a very long one the end; empty if a placeholder is displayed. */
  get log(): Log {
    return this.view.of(this.feed.log);
  }

  /** Everything that was read. */
  get fullLog(): Log {
    return this.feed.log;
  }

  /** Whether the log exceeds the read limit, so that its end is missing. */
  get isCut(): boolean {
    return this.feed.isCut;
  }

  /** Whether the user canceled the last reading. */
  get isStopped(): boolean {
    return this.wasStopped;
  }

  /** Number of lines before the displayed part. */
  get leftOut(): number {
    return this.view.from;
  }

  /** Number of lines that `showEarlier` would add; 0 if an editor can't show more. */
  get earlier(): number {
    return this.view.earlier(this.feed.log);
  }

  /** Whether it was requested, successfully or not. */
  get isRead(): boolean {
    return this.refreshedAt > -Infinity;
  }

  get isEmpty(): boolean {
    return this.feed.bytes === 0;
  }

  /** Whether there was a log that no longer exists. */
  get isErased(): boolean {
    return this.wasErased;
  }

  /** Why it is out of date; undefined if it is current. */
  get failure(): Failure | undefined {
    return this.failed;
  }

  /** Text for the editor: the log or a placeholder. */
  get text(): string {
    if (!this.isRead) return '';
    return this.isEmpty ? inLines(placeholder(this)) : this.log.lines.join('\n');
  }

  /** Reads the log. Concurrent calls share one request. Throws like the client. */
  read(): Promise<void> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** Like `read`, for an editor, which displays failures. Never rejects. */
  async readForEditor(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      if (!isAbort(error) && !this.controller.signal.aborted) this.fail(toFailure(error));
    }
    if (this.isFollowing) this.arm();
  }

  /** Keeps reading while the log may grow. */
  follow(): void {
    if (this.controller.signal.aborted || this.wasStopped) return;
    this.isFollowing = true;
    this.arm();
  }

  /** Called when the editor is shown or hidden. */
  onVisibilityChange(): void {
    if (this.isFollowing && this.reading === undefined) this.arm();
  }

  lookAgain(): void {
    if (this.isFollowing) void this.readForEditor();
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

  /** Reads the build before the log, so that the log of a finished build is complete. */
  private async readNow(): Promise<void> {
    const { signal } = this.controller;
    const before = { status: this.known?.status, failure: this.failed };
    this.known = await this.port.build(signal);
    await this.readLog();
    if (!this.wasStopped && statusClass(this.known.status) === 'ended') this.feed.settle();
    this.refreshedAt = this.port.clock.now();
    [this.failed, this.failures] = [undefined, 0];
    const isTold = this.tellGrowth();
    if (!isTold && (before.failure !== undefined || before.status !== this.known.status)) this.tell();
  }

  private async readLog(): Promise<void> {
    const canceled = new AbortController();
    const signal = AbortSignal.any([this.controller.signal, canceled.signal]);
    const long = this.port.longReading(this.known?.name ?? '', () => canceled.abort());
    this.wasStopped = false;
    try {
      await this.feed.read(
        (etag) => this.port.trace(etag, signal),
        (bytes) => long.at(bytes),
      );
    } catch (error) {
      if (!canceled.signal.aborted || this.controller.signal.aborted) throw error;
      this.wasStopped = true;
      this.isFollowing = false;
      this.feed.stop();
    } finally {
      long.done();
    }
  }

  /** Handles a failure; some of the log may have been read before. */
  private fail(failure: Failure): void {
    this.failed = failure;
    this.failures += 1;
    this.refreshedAt = this.port.clock.now();
    this.tellGrowth();
    this.tell();
  }

  /** Reports growth; false if the log is unchanged. */
  private tellGrowth(): boolean {
    const { reported: before } = this;
    const { log, bytes } = this.feed;
    if (log === before.log && bytes === before.bytes) return false;
    this.reported = { log, bytes };
    this.view.grow(log, log !== before.log, log.dropped);
    this.wasErased = bytes === 0 && (before.bytes > 0 || this.wasErased);
    this.port.show(before.bytes === 0 ? 'appeared' : 'text');
    return true;
  }

  /** Reports a change of state, which changes a placeholder's text, too. */
  private tell(): void {
    this.port.show(this.isEmpty ? 'text' : 'state');
  }

  private arm(): void {
    this.timer.disarm();
    const delay = this.delay();
    if (delay === undefined) return;
    this.timer.arm(Math.max(this.refreshedAt + delay - this.port.clock.now(), 0), () => void this.readForEditor());
  }

  /** Delay in ms until the next read, by the same rules as for a commit. */
  private delay(): number | undefined {
    const { known: build, failed: failure, isEmpty, failures, refreshedAt, port } = this;
    const [attention, intervals] = [port.attention(), port.intervals()];
    const timing = { failures, attention, intervals, refreshedAt, random: Math.random() };
    return nextLogDelay({ build, failure, isEmpty }, timing);
  }
}
