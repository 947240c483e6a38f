import { isDeepStrictEqual } from 'node:util';
import { arrange, flatten } from './arrange';
import type { Build } from './build';
import { toFailure, type Failure } from './errors';
import type { Listing } from './pipeline';
import { nextDelay, Timer, type Attention, type Clock, type Intervals } from './schedule';
import { isSameTarget, targetOf, type Resolution, type Snapshot, type Target } from './snapshot';

/** The builds of a target, arranged, and what gave them. */
export interface Loaded extends Listing {
  readonly apiVersion: 'v3' | 'v4';
  readonly readOnly: boolean;
}

/** What the monitor needs of the world. */
export interface MonitorPort {
  /** Git, settings and tokens → what to load. */
  resolve(): Promise<Resolution>;
  load(target: Target, signal: AbortSignal): Promise<Loaded>;
  show(snapshot: Snapshot): void;
  /** Told of every failure once, for the log. */
  failed(failure: Failure, error: unknown): void;
  attention(): Attention;
  intervals(): Intervals;
}

/** One repository's loop: resolve, load, publish, wait. One refresh at a time; the newest target wins. */
export class Monitor {
  private readonly timer: Timer;
  private snapshot: Snapshot | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private loading = new AbortController();
  private failures = 0;
  private refreshedAt = -Infinity;
  /** When the builds that are shown were told. */
  private loadedAt = 0;
  private disposed = false;

  constructor(
    private readonly port: MonitorPort,
    private readonly clock: Clock,
  ) {
    this.timer = new Timer(clock);
  }

  get current(): Snapshot | undefined {
    return this.snapshot;
  }

  /** Loads anew; a call during a refresh asks for one more round and shares its promise. Never rejects. */
  refresh(): Promise<void> {
    if (this.disposed) return Promise.resolve();
    if (this.running !== undefined) {
      this.again = true;
      return this.running;
    }
    this.running = this.run();
    return this.running;
  }

  /** HEAD, the settings or the tokens may have changed: what is being loaded is no longer wanted. */
  retarget(): Promise<void> {
    this.loading.abort();
    return this.refresh();
  }

  /** The window or the view was turned to, or away from: what is older than the shortest interval is loaded at once. */
  attend(): void {
    if (this.running !== undefined) return;
    const delay = this.delay();
    if (delay === undefined) {
      this.timer.disarm();
      return;
    }
    const wait = this.failures > 0 ? delay : Math.min(delay, 1000 * this.port.intervals().activeSeconds);
    this.timer.arm(Math.max(this.refreshedAt + wait - this.clock.now(), 0), () => void this.refresh());
  }

  /** The fresh state of one build, put in its place without a refresh. */
  update(build: Build): void {
    const { snapshot } = this;
    if (snapshot?.kind !== 'ready' || !belongsTo(snapshot, build)) return;
    const rows = flatten(snapshot.builds);
    const present = rows.find(({ id }) => id === build.id);
    // Asked for alone, a build tells less than the list did.
    const merged = { ...present, ...build, ...(present?.denied === undefined ? {} : { denied: present.denied }) };
    const others = rows.filter((row) => row !== present);
    this.publish({ ...snapshot, builds: arrange([...others, merged], snapshot.pipelines) });
  }

  dispose(): void {
    this.disposed = true;
    this.timer.disarm();
    this.loading.abort();
  }

  private async run(): Promise<void> {
    this.timer.disarm();
    try {
      do {
        this.again = false;
        this.loading = new AbortController();
        await this.round(this.loading.signal);
      } while (this.isWantedAgain());
      this.refreshedAt = this.clock.now();
      this.timer.arm(this.delay(), () => void this.refresh());
    } finally {
      // In the same turn as the last look at `again`: a call in between would never be heard.
      this.running = undefined;
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
    let target: Target | undefined;
    try {
      const resolution = await this.port.resolve();
      signal.throwIfAborted();
      if (resolution.kind !== 'target') {
        this.publish(resolution);
        return;
      }
      target = resolution.target;
      this.turnTo(target);
      const loaded = await this.port.load(target, signal);
      signal.throwIfAborted();
      this.failures = 0;
      this.loadedAt = this.clock.now();
      this.publish({ kind: 'ready', target, ...loaded });
    } catch (error) {
      if (!signal.aborted) this.fail(target, error);
    }
  }

  /** A new target's builds are not known yet; the same target's stay in view while they are loaded again. */
  private turnTo(target: Target): void {
    if (!isSameTarget(targetOf(this.snapshot), target)) {
      this.failures = 0;
      this.publish({ kind: 'loading', target });
    } else if (this.snapshot?.kind === 'ready') this.publish({ ...this.snapshot, target });
  }

  private fail(target: Target | undefined, error: unknown): void {
    const failure = toFailure(error);
    this.failures += 1;
    this.port.failed(failure, error);
    const { snapshot } = this;
    if (snapshot?.kind === 'ready' && isSameTarget(snapshot.target, target))
      this.publish({ ...snapshot, stale: { asOf: this.loadedAt, failure } });
    else this.publish({ kind: 'failed', target, failure });
  }

  private publish(snapshot: Snapshot): void {
    if (this.disposed || isDeepStrictEqual(snapshot, this.snapshot)) return;
    this.snapshot = snapshot;
    this.port.show(snapshot);
  }

  /** Milliseconds from the end of the last refresh. */
  private delay(): number | undefined {
    if (this.snapshot === undefined || this.disposed) return undefined;
    const { snapshot, failures, refreshedAt } = this;
    const [attention, intervals] = [this.port.attention(), this.port.intervals()];
    return nextDelay({ snapshot, failures, attention, intervals, refreshedAt });
  }

  /** A call, since the compiler takes fields for unchanged across an `await`. */
  private isWantedAgain(): boolean {
    return this.again && !this.disposed;
  }
}

function belongsTo({ target, pipelines }: Extract<Snapshot, { kind: 'ready' }>, build: Build): boolean {
  return build.commit?.sha === target.sha || pipelines.some(({ id }) => id === build.pipeline);
}
