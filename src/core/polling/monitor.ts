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
import { isSameTarget, targetOf, type Resolution, type Snapshot, type Target } from '../model/snapshot';

export type ReadySnapshot = Extract<Snapshot, { kind: 'ready' }>;

/** The builds of a target, arranged, and what gave them. */
export interface Loaded extends Listing, Further {
  readonly apiVersion: 'v3' | 'v4';
  /** Whose builds these are, where they are not the target's own. */
  readonly ancestor?: Ancestor | undefined;
  /** HEAD, or the nearest commit that is pushed, has no builds: they may come any moment. */
  readonly watching?: boolean | undefined;
  /** The project's CI/CD is off, or the user's role doesn't show it. */
  readonly ciHidden?: boolean | undefined;
  /** GitLab was asked, and doesn't have the commit. */
  readonly unpushed?: boolean | undefined;
  /** How many requests it took; undefined: not known. */
  readonly requests?: number | undefined;
}

/** What is good to know of the builds, but not what they wait for; undefined: not known yet. */
export interface Further {
  /** The token lets its owner read and nothing else. */
  readonly readOnly?: boolean | undefined;
  /** The project of another remote that has builds for the commit, where this one has none. */
  readonly elsewhere?: RemoteProject | undefined;
  /** Seconds by the name of a build. */
  readonly expected?: Readonly<Record<string, number>> | undefined;
}

/** What the monitor needs of the world. */
export interface MonitorPort {
  /** Git, settings and tokens → what to load. */
  resolve(): Promise<Resolution>;
  /** Waits until the instance's rate limiter allows it. */
  load(target: Target, signal: AbortSignal, urgency: Urgency): Promise<Loaded>;
  /** What is asked for once the builds are shown. May reject; then it is asked for again after the next round. */
  further?: ((target: Target, loaded: Loaded, signal: AbortSignal) => Promise<Further>) | undefined;
  show(snapshot: Snapshot): void;
  /** What was last known of it; `stale.asOf` says since when. */
  remembered(target: Target): ReadySnapshot | undefined;
  /** Told of every fresh answer with something new in it; `stale.asOf` says when it came. */
  remember(snapshot: ReadySnapshot): void;
  /** Told of every failure once, for the log. */
  failed(failure: Failure, error: unknown): void;
  attention(): Attention;
  intervals(): Intervals;
}

/** As long as the headers of an answer are awaited: a person who asks again then gets a new round. */
const roundIsOldMs = 10_000;
/** So long after the beginning of a round what is in view counts as fresh. */
const freshMs = 30_000;

/** One repository's loop: resolve, load, publish, wait. One refresh at a time; the newest target wins. */
export class Monitor {
  private readonly timer: Timer;
  private snapshot: Snapshot | undefined;
  private running: Promise<void> | undefined;
  /** Of the round that runs, and of the one that is wanted after it. */
  private urgency: Urgency = 'idle';
  private again: Urgency | undefined;
  private loading = new AbortController();
  private failures = 0;
  private jitter = 0;
  private attention: Attention = { visible: false, focused: false };
  /** When the last round began, and when the last refresh ended. */
  private beganAt = 0;
  private refreshedAt = -Infinity;
  /** When the builds that are shown were told. */
  private loadedAt = 0;
  /** When they were last told to be others than before. */
  private changedAt = 0;
  private watchingSince: number | undefined;
  /** When the user last did something to a build, or pushed. */
  private actedAt: number | undefined;
  /** Of the last listing. */
  private requests: number | undefined;
  /** What is asked for after the builds are shown. */
  private furtherLoading: AbortController | undefined;
  /** What was told last of the target, by GitLab or from memory. */
  private told: ReadySnapshot | undefined;
  private disposed = false;

  /** @param random from 0 to 1 */
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

  /**
   * Loads anew; a call during a refresh asks for one more round and shares its promise. A person's call ends a round that
   * waits its turn, and one that is, or becomes, older than the headers of an answer are awaited. Never rejects.
   */
  refresh(urgency: Urgency = 'asked'): Promise<void> {
    if (this.disposed) return Promise.resolve();
    if (this.running === undefined) {
      this.running = this.run(urgency);
      return this.running;
    }
    this.again = moreUrgent(this.again, urgency);
    // Nobody waits behind a round that waits its turn, nor for an answer from before what they did.
    if (isServedAtOnce(urgency) && moreUrgent(this.urgency, urgency) !== this.urgency) this.callOff();
    else if (urgency === 'asked') this.watchRound();
    return this.running;
  }

  /** The user has done something to a build or a pipeline: what becomes of it is loaded now, and more often for a while. */
  acted(): Promise<void> {
    this.actedAt = this.clock.now();
    return this.refresh();
  }

  /** HEAD, the settings or the tokens may have changed: what is being loaded is no longer wanted. */
  retarget(urgency: Urgency = 'asked'): Promise<void> {
    this.callOff();
    return this.refresh(urgency);
  }

  /** The window or the view was turned to, or away from: what is in view then is soon as fresh as it can be. */
  onVisibilityChange(): void {
    if (this.disposed) return;
    const [before, now] = [this.attention, this.port.attention()];
    this.attention = now;
    const isMore = (now.visible && !before.visible) || (now.focused && !before.focused);
    if (this.running !== undefined) {
      // An answer on its way since before the computer slept is an old one.
      const age = this.clock.now() - this.beganAt;
      if (isMore && age >= 1000 * this.port.intervals().activeSeconds) this.again = moreUrgent(this.again, 'active');
      return;
    }
    this.arm(isMore ? this.delayOnReturn() : this.delay());
  }

  /** The fresh state of one build, put in its place without a refresh. */
  update(build: Build): void {
    if (!this.learn(build)) return;
    this.changedAt = this.clock.now();
    if (this.running === undefined) this.arm(this.delay());
  }

  /** Shows what has become known of a build, which is no change of it; false: it is shown already. */
  learn(build: Build): boolean {
    const { snapshot } = this;
    if (snapshot?.kind !== 'ready' || !belongsTo(snapshot, build)) return false;
    const rows = flatten(snapshot.builds);
    const present = rows.find(({ id }) => id === build.id);
    // Asked for alone, a build tells less than the list did.
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

  /** What takes the place of a round is as urgent as that one was. */
  private callOff(): void {
    if (this.running !== undefined) this.again = moreUrgent(this.again, this.urgency);
    this.loading.abort();
    this.furtherLoading?.abort();
  }

  /** While a round goes on: it ends when it is old and a person has asked again; what is in view is marked once it is old. */
  private watchRound(): void {
    if (this.disposed) return;
    // A clock that was set back makes no wait longer.
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
        this.told = undefined;
        this.publish(resolution);
        return;
      }
      target = resolution.target;
      this.turnTo(target);
      const loaded = await this.port.load(target, signal, this.urgency);
      signal.throwIfAborted();
      this.succeed(target, loaded);
      void this.loadFurther(target, loaded);
    } catch (error) {
      if (!signal.aborted) this.fail(target, error);
    }
  }

  /** A new target's builds are at most remembered; the same target's stay in view while they are loaded again. */
  private turnTo(target: Target): void {
    const before = targetOf(this.snapshot);
    if (isPush(before, target)) this.actedAt = this.clock.now();
    if (isSameTarget(before, target)) {
      if (this.snapshot?.kind === 'ready') this.publish({ ...this.snapshot, target });
      return;
    }
    this.failures = 0;
    const known = this.port.remembered(target);
    this.told = isSameTarget(known?.target, target) ? known : undefined;
    this.watchingSince = this.told?.watchingSince;
    if (this.told === undefined) {
      this.publish({ kind: 'loading', target });
      return;
    }
    this.loadedAt = this.told.stale?.asOf ?? 0;
    this.changedAt = this.loadedAt;
    this.publish({ ...this.told, target, stale: { asOf: this.loadedAt } });
  }

  private succeed(target: Target, { watching, requests, ...loaded }: Loaded): void {
    const now = this.clock.now();
    const { told, snapshot } = this;
    const shown = snapshot?.kind === 'ready' ? snapshot : told;
    // A clock that was set back must not make the waiting longer.
    this.watchingSince = watching === true ? Math.min(this.watchingSince ?? now, now) : undefined;
    const fresh: ReadySnapshot = {
      kind: 'ready',
      target,
      ...loaded,
      // What was known of them is not given up because it is asked for after them.
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
    this.told = fresh;
    this.publish(fresh);
    if (isNew) this.port.remember({ ...fresh, stale: { asOf: now } });
  }

  /** One at a time; whatever it tells is put below the builds of the same target. */
  private async loadFurther(target: Target, loaded: Loaded): Promise<void> {
    if (this.port.further === undefined || this.furtherLoading !== undefined) return;
    const loading = new AbortController();
    this.furtherLoading = loading;
    try {
      const further = await this.port.further(target, loaded, loading.signal);
      if (!loading.signal.aborted) this.add(target, further);
    } catch {
      // It is only good to know.
    } finally {
      this.furtherLoading = undefined;
    }
  }

  private add(target: Target, { readOnly, expected, elsewhere }: Further): void {
    const { snapshot, told } = this;
    if (snapshot?.kind !== 'ready' || told === undefined || !isSameTarget(told.target, target)) return;
    const known = {
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(expected === undefined ? {} : { expected }),
      ...(elsewhere === undefined ? {} : { elsewhere }),
    };
    if (deepEqual(told, { ...told, ...known })) return;
    this.told = { ...told, ...known };
    this.publish({ ...snapshot, ...known });
    this.port.remember({ ...this.told, stale: { asOf: this.loadedAt } });
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

  /** Milliseconds from the end of the last refresh; undefined: none until an event. */
  private delay(): number | undefined {
    // A clock that was set back makes no wait longer.
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
   * The same interval counted from the beginning of the round; but what takes long has a pause of the same length, so that
   * GitLab is at rest half of the time.
   */
  private fromBeginning(delay: number): number {
    const took = Math.max(this.refreshedAt - this.beganAt, 0);
    return Math.max(delay - took, Math.min(delay, took));
  }

  /** Somebody looks who did not: the short interval is enough, and also what was at rest may have changed unseen. */
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

  /** A call, since the compiler takes fields for unchanged across an `await`. */
  private wantedAgain(): Urgency | undefined {
    return this.disposed ? undefined : this.again;
  }
}

/** HEAD has become known to the remote. */
function isPush(before: Target | undefined, { head, sha, project }: Target): boolean {
  if (head?.pushed !== true || before?.head === undefined || before.project !== project) return false;
  return before.head.pushed === false || (before.head.pushed === undefined && before.sha === sha);
}

function failureOf(snapshot: Snapshot | undefined): Failure | undefined {
  if (snapshot?.kind === 'ready') return snapshot.stale?.failure;
  return snapshot?.kind === 'failed' ? snapshot.failure : undefined;
}

function belongsTo({ target, ancestor, pipelines }: ReadySnapshot, build: Build): boolean {
  return build.commit?.sha === (ancestor?.sha ?? target.sha) || pipelines.some(({ id }) => id === build.pipeline);
}
