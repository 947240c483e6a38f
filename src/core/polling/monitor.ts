import { arrange, flatten } from '../model/arrange';
import type { Build } from '../model/build';
import { toFailure, type Failure } from '../model/errors';
import type { Ancestor } from '../model/head';
import type { Listing } from '../model/pipeline';
import type { RemoteProject } from '../model/remotes';
import { deepEqual, reuseEqual } from '../util/deepEqual';
import {
  isMoving,
  isServedAtOnce,
  moreUrgent,
  nextDelay,
  type Attention,
  type Intervals,
  type Urgency,
} from './schedule';
import { Timer, type Clock } from '../util/timer';
import { isSameTarget, targetOf, type Ready, type Resolution, type Snapshot, type Target } from '../model/snapshot';

/** The arranged builds of a target, with what was found out while loading. */
export interface Loaded extends Listing, ExtraFacts {
  readonly apiVersion: 'v3' | 'v4';
  /** The ancestor that the builds belong to, if not the target itself. */
  readonly ancestor?: Ancestor | undefined;
  /** HEAD, or the nearest pushed commit, has no builds yet: they may appear soon. */
  readonly watching?: boolean | undefined;
  /** CI/CD is disabled for the project, or hidden from this role. */
  readonly ciHidden?: boolean | undefined;
  /** GitLab confirmed that it doesn't have the commit. */
  readonly unpushed?: boolean | undefined;
  /** This version of GitLab doesn't run pipelines on request. */
  readonly lacksRunPipeline?: boolean | undefined;
  /** Number of requests it took; undefined if unknown. */
  readonly requests?: number | undefined;
}

/** Additional facts that builds are shown without waiting for; undefined: not known yet. */
export interface ExtraFacts {
  /** The token can only read. */
  readonly readOnly?: boolean | undefined;
  /** Project of another remote that has builds for the commit, if this one has none. */
  readonly elsewhere?: RemoteProject | undefined;
  /** Expected duration in seconds by build name. */
  readonly expected?: Readonly<Record<string, number>> | undefined;
}

/** What the monitor depends on. */
export interface MonitorPort {
  /** Determines what to load from git, settings and tokens. */
  resolve(): Promise<Resolution>;
  /** Loads the builds once the instance's rate limiter permits it. */
  load(target: Target, signal: AbortSignal, urgency: Urgency): Promise<Loaded>;
  /** Loads additional facts after the builds are shown. May reject; it is then called again after the next round. */
  further?: ((target: Target, loaded: Loaded, signal: AbortSignal) => Promise<ExtraFacts>) | undefined;
  show(snapshot: Snapshot): void;
  /** Last known state of the target; `stale.asOf` says from when. */
  remembered(target: Target): Ready | undefined;
  /** Called with each fresh snapshot that contains something new; `stale.asOf` says when it was loaded. */
  remember(snapshot: Ready): void;
  /** Called once for each failure, for logging. */
  failed(failure: Failure, error: unknown): void;
  attention(): Attention;
  intervals(): Intervals;
}

/** Age in ms, equal to the timeout for response headers, from which a user's refresh replaces the running round. */
const roundIsOldMs = 10_000;
/** Age in ms, counted from the beginning of its round, up to which a snapshot counts as fresh. */
const freshMs = 30_000;

/** One repository's polling loop: resolve, load, publish, wait. One refresh at a time; the newest target wins. */
export class Monitor {
  private readonly timer: Timer;
  private snapshot: Snapshot | undefined;
  private running: Promise<void> | undefined;
  /** Urgency of the running round, and of the round requested after it. */
  private urgency: Urgency = 'idle';
  private again: Urgency | undefined;
  private loading = new AbortController();
  private failures = 0;
  private jitter = 0;
  private attention: Attention = { visible: false, focused: false };
  /** Start of the last round, and end of the last refresh, in ms since 1970. */
  private beganAt = 0;
  private refreshedAt = -Infinity;
  /** When the current builds were loaded, in ms since 1970. */
  private loadedAt = 0;
  /** When they last changed, in ms since 1970. */
  private changedAt = 0;
  private watchingSince: number | undefined;
  /** When the user last acted on a build or pushed, in ms since 1970. */
  private actedAt: number | undefined;
  /** Requests that the last listing took. */
  private requests: number | undefined;
  /** Cancels the loading of additional facts. */
  private furtherLoading: AbortController | undefined;
  /** Last snapshot of the target, from GitLab or restored. */
  private lastReady: Ready | undefined;
  private disposed = false;

  /** @param random returns a number from 0 to 1 */
  constructor(
    private readonly port: MonitorPort,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {
    this.timer = new Timer(clock);
  }

  get current(): Snapshot | undefined {
    return this.snapshot;
  }

  /** When the current builds were loaded, in ms since 1970; undefined before any were. */
  get listedAt(): number | undefined {
    return this.loadedAt === 0 ? undefined : this.loadedAt;
  }

  /**
   * Loads again. A call during a refresh requests one more round and shares its promise. A user's call replaces a round
   * that is queued or older than the timeout for response headers. Never rejects.
   */
  refresh(urgency: Urgency = 'asked'): Promise<void> {
    if (this.disposed) return Promise.resolve();
    if (this.running === undefined) {
      this.running = this.run(urgency);
      return this.running;
    }
    this.again = moreUrgent(this.again, urgency);
    // Users don't wait behind a queued round, nor for a response that predates their action.
    if (isServedAtOnce(urgency) && moreUrgent(this.urgency, urgency) !== this.urgency) this.callOff();
    else if (urgency === 'asked') this.watchRound();
    return this.running;
  }

  /** The user acted on a build or a pipeline: loads the effect now, and polls more often for a while. */
  acted(): Promise<void> {
    this.actedAt = this.clock.now();
    return this.refresh();
  }

  /** HEAD, settings or tokens may have changed: cancels the current load and resolves again. */
  retarget(urgency: Urgency = 'asked'): Promise<void> {
    this.callOff();
    return this.refresh(urgency);
  }

  /** Window focus or view visibility changed: makes visible data current. */
  onVisibilityChange(): void {
    if (this.disposed) return;
    const [before, now] = [this.attention, this.port.attention()];
    this.attention = now;
    const isMore = (now.visible && !before.visible) || (now.focused && !before.focused);
    if (this.running !== undefined) {
      // A response pending since before the computer slept is outdated.
      const age = this.clock.now() - this.beganAt;
      if (isMore && age >= 1000 * this.port.intervals().activeSeconds) this.again = moreUrgent(this.again, 'active');
      return;
    }
    this.arm(isMore ? this.delayOnReturn() : this.delay());
  }

  /** Replaces one build with its fresh state, without a refresh. */
  update(build: Build): void {
    if (!this.learn(build)) return;
    this.changedAt = this.clock.now();
    if (this.running === undefined) this.arm(this.delay());
  }

  /** Adds details to a build, which doesn't count as a change of the build. Returns false if they are already shown. */
  learn(build: Build): boolean {
    const { snapshot } = this;
    if (snapshot?.kind !== 'ready' || !belongsTo(snapshot, build)) return false;
    const rows = flatten(snapshot.builds);
    const present = rows.find(({ id }) => id === build.id);
    // A single build has fewer fields than one from a list.
    const merged = { ...present, ...build, ...(present?.denied === undefined ? {} : { denied: present.denied }) };
    const others = rows.filter((row) => row !== present);
    const builds = reuseEqual(snapshot.builds, arrange([...others, merged], snapshot.pipelines));
    if (builds === snapshot.builds) return false;
    this.publish({ ...snapshot, builds });
    return true;
  }

  dispose(): void {
    this.disposed = true;
    this.timer.disarm();
    this.loading.abort();
    this.furtherLoading?.abort();
  }

  /** Cancels the running round; its successor inherits the urgency. */
  private callOff(): void {
    if (this.running !== undefined) this.again = moreUrgent(this.again, this.urgency);
    this.loading.abort();
    this.furtherLoading?.abort();
  }

  /**
   * Watches the running round: ends it if it is old and the user asked again, and marks visible data as out of date
   * once it is old.
   */
  private watchRound(): void {
    if (this.disposed) return;
    // The clock may have been set back; don't wait longer because of it.
    this.beganAt = Math.min(this.beganAt, this.clock.now());
    const age = this.clock.now() - this.beganAt;
    if (age >= roundIsOldMs && this.again === 'asked') this.callOff();
    if (age >= freshMs) this.markOld();
    const next = [roundIsOldMs, freshMs].find((ms) => ms > age);
    this.timer.arm(next === undefined ? undefined : next - age, () => this.watchRound());
  }

  private markOld(): void {
    const { snapshot } = this;
    if (snapshot?.kind === 'ready' && snapshot.stale === undefined)
      this.publish({ ...snapshot, stale: { asOf: this.loadedAt } });
  }

  private async run(first: Urgency): Promise<void> {
    this.timer.disarm();
    try {
      for (let urgency: Urgency | undefined = first; urgency !== undefined; urgency = this.wantedAgain()) {
        this.urgency = urgency;
        this.again = undefined;
        this.beganAt = this.clock.now();
        this.loading = new AbortController();
        this.watchRound();
        await this.round(this.loading.signal);
      }
      this.refreshedAt = this.clock.now();
      this.jitter = this.random();
      this.arm(this.delay());
    } finally {
      // Must happen in the same tick as the last check of `again`, or a call in between is lost.
      this.running = undefined;
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
    let target: Target | undefined;
    try {
      const resolution = await this.port.resolve();
      signal.throwIfAborted();
      if (resolution.kind !== 'target') {
        this.lastReady = undefined;
        this.publish(resolution);
        return;
      }
      target = resolution.target;
      this.switchTarget(target);
      const loaded = await this.port.load(target, signal, this.urgency);
      signal.throwIfAborted();
      this.succeed(target, loaded);
      void this.loadFurther(target, loaded);
    } catch (error) {
      if (!signal.aborted) this.fail(target, error);
    }
  }

  /**
   * Switches to a target: shows stored builds of a new one, and keeps those of the same one while they are reloaded.
   */
  private switchTarget(target: Target): void {
    const before = targetOf(this.snapshot);
    if (isPush(before, target)) this.actedAt = this.clock.now();
    if (isSameTarget(before, target)) {
      if (this.snapshot?.kind === 'ready') this.publish({ ...this.snapshot, target });
      return;
    }
    this.failures = 0;
    const known = this.port.remembered(target);
    this.lastReady = isSameTarget(known?.target, target) ? known : undefined;
    this.watchingSince = this.lastReady?.watchingSince;
    if (this.lastReady === undefined) {
      this.publish({ kind: 'loading', target });
      return;
    }
    this.loadedAt = this.lastReady.stale?.asOf ?? 0;
    this.changedAt = this.loadedAt;
    this.publish({ ...this.lastReady, target, stale: { asOf: this.loadedAt } });
  }

  private succeed(target: Target, { watching, requests, ...loaded }: Loaded): void {
    const now = this.clock.now();
    const { lastReady: told, snapshot } = this;
    const shown = snapshot?.kind === 'ready' ? snapshot : told;
    // The clock may have been set back; don't wait longer because of it.
    this.watchingSince = watching === true ? Math.min(this.watchingSince ?? now, now) : undefined;
    const fresh: Ready = {
      kind: 'ready',
      target,
      ...loaded,
      // Keep known facts until they have been loaded again.
      readOnly: loaded.readOnly ?? shown?.readOnly ?? false,
      ...(loaded.expected === undefined && shown?.expected === undefined
        ? {}
        : { expected: loaded.expected ?? shown?.expected }),
      builds: reuseEqual(shown?.builds ?? [], loaded.builds),
      pipelines: reuseEqual(shown?.pipelines ?? [], loaded.pipelines),
      ...(this.watchingSince === undefined ? {} : { watchingSince: this.watchingSince }),
    };
    const isNew = told === undefined || !deepEqual({ ...told, stale: undefined }, fresh);
    this.changedAt = isNew ? now : Math.min(this.changedAt, now);
    this.requests = requests;
    this.failures = 0;
    this.loadedAt = now;
    this.lastReady = fresh;
    this.publish(fresh);
    if (isNew) this.port.remember({ ...fresh, stale: { asOf: now } });
  }

  /** Loads additional facts, one call at a time, and adds them to the snapshot of the same target. */
  private async loadFurther(target: Target, loaded: Loaded): Promise<void> {
    if (this.port.further === undefined || this.furtherLoading !== undefined) return;
    const loading = new AbortController();
    this.furtherLoading = loading;
    try {
      const further = await this.port.further(target, loaded, loading.signal);
      if (!loading.signal.aborted) this.add(target, further);
    } catch {
      // Optional data: errors are ignored.
    } finally {
      this.furtherLoading = undefined;
    }
  }

  private add(target: Target, { readOnly, expected, elsewhere }: ExtraFacts): void {
    const { snapshot, lastReady: shown } = this;
    if (snapshot?.kind !== 'ready' || shown === undefined || !isSameTarget(shown.target, target)) return;
    const known = {
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(expected === undefined ? {} : { expected }),
      ...(elsewhere === undefined ? {} : { elsewhere }),
    };
    if (deepEqual(shown, { ...shown, ...known })) return;
    this.lastReady = { ...shown, ...known };
    this.publish({ ...snapshot, ...known });
    this.port.remember({ ...this.lastReady, stale: { asOf: this.loadedAt } });
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
    if (this.disposed || deepEqual(snapshot, this.snapshot)) return;
    this.snapshot = snapshot;
    this.port.show(snapshot);
  }

  /** Milliseconds from the end of the last refresh to the next; undefined: wait for an event. */
  private delay(): number | undefined {
    // The clock may have been set back; don't wait longer because of it.
    const now = this.clock.now();
    this.refreshedAt = Math.min(this.refreshedAt, now);
    if (this.actedAt !== undefined) this.actedAt = Math.min(this.actedAt, now);
    const { snapshot, failures, refreshedAt, changedAt, jitter: random } = this;
    if (snapshot === undefined || this.disposed) return undefined;
    const { actedAt, requests } = this;
    const [attention, intervals] = [this.port.attention(), this.port.intervals()];
    const moment = { snapshot, failures, attention, intervals, refreshedAt, changedAt, actedAt, requests, random };
    const delay = nextDelay(moment);
    return delay === undefined || failureOf(snapshot) !== undefined ? delay : this.fromBeginning(delay);
  }

  /**
   * The interval counted from the beginning of the round. After a slow round the pause is as long as the round, so that
   * GitLab is idle at least half of the time.
   */
  private fromBeginning(delay: number): number {
    const took = Math.max(this.refreshedAt - this.beganAt, 0);
    return Math.max(delay - took, Math.min(delay, took));
  }

  /**
   * Delay when the user returns to the window or the view: the short interval, even if polling had stopped, since
   * changes may have been missed.
   */
  private delayOnReturn(): number | undefined {
    const delay = this.delay();
    const { activeSeconds, idleSeconds } = this.port.intervals();
    const failure = failureOf(this.snapshot);
    if (delay === undefined) {
      const isAtRest = this.snapshot?.kind === 'ready' && failure === undefined;
      const age = this.clock.now() - this.refreshedAt;
      return isAtRest && age >= 1000 * idleSeconds ? 0 : undefined;
    }
    return failure?.kind === 'rateLimited' ? delay : Math.min(delay, 1000 * activeSeconds);
  }

  private arm(delay: number | undefined): void {
    const age = this.clock.now() - this.refreshedAt;
    const urgency = isMoving(this.snapshot) ? 'active' : 'idle';
    this.timer.arm(delay === undefined ? undefined : delay - age, () => void this.refresh(urgency));
  }

  /** Reads the field through a method, because the compiler assumes that fields don't change across an `await`. */
  private wantedAgain(): Urgency | undefined {
    return this.disposed ? undefined : this.again;
  }
}

/** Whether the same HEAD has now been pushed. */
function isPush(before: Target | undefined, { head, sha, project }: Target): boolean {
  if (head?.pushed !== true || before?.head === undefined || before.project !== project) return false;
  return before.head.pushed === false || (before.head.pushed === undefined && before.sha === sha);
}

function failureOf(snapshot: Snapshot | undefined): Failure | undefined {
  if (snapshot?.kind === 'ready') return snapshot.stale?.failure;
  return snapshot?.kind === 'failed' ? snapshot.failure : undefined;
}

function belongsTo({ target, ancestor, pipelines }: Ready, build: Build): boolean {
  return build.commit?.sha === (ancestor?.sha ?? target.sha) || pipelines.some(({ id }) => id === build.pipeline);
}
