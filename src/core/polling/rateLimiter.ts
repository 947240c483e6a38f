import { GitLabError, type Failure } from '../model/errors';
import { isServedAtOnce, longestPauseMs, type Urgency } from './schedule';
import { Timer, type Clock } from '../util/timer';

/** In the long run, for all repositories of one instance together. */
export const requestsPerSecond = 2;
/** So many at once after a rest. */
export const burst = 20;
/** An idle refresh lets fewer than so many active ones go first that came after it: half a minute of them. */
const patience = 60;

interface Waiting {
  /** The least is first. */
  readonly rank: number;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

interface Pause {
  readonly failure: Failure;
  /** Both in ms since 1970. */
  readonly from: number;
  readonly until: number;
}

/**
 * What one instance is asked: refreshes are let in as long as there are tokens in the bucket, and each request takes one
 * out. The requests of a refresh that was let in are not held up; they take tokens that are still to come.
 */
export class RateLimiter {
  private readonly timer: Timer;
  private waiting: readonly Waiting[] = [];
  private came = 0;
  private tokens = burst;
  private filledAt: number;
  /** Taken by refreshes that were let in and have sent nothing yet. */
  private reserved = 0;
  private pause: Pause | undefined;

  constructor(private readonly clock: Clock) {
    this.timer = new Timer(clock);
    this.filledAt = clock.now();
  }

  /** Resolves when a refresh may begin: for a person or a new HEAD at once. Throws `rateLimited` during a pause. */
  async acquire(urgency: Urgency, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.throwIfPaused();
    if (isServedAtOnce(urgency)) {
      this.reserve();
      this.schedule();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const one: Waiting = {
        rank: ++this.came + (urgency === 'idle' ? patience : 0),
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave);
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort's reason may be anything
          reject(error);
        },
      };
      const leave = (): void => {
        this.waiting = this.waiting.filter((other) => other !== one);
        this.schedule();
        one.refuse(signal.reason);
      };
      signal.addEventListener('abort', leave);
      // Behind those of the same rank: first come, first served.
      const at = this.waiting.findIndex(({ rank }) => rank > one.rank);
      this.waiting = at < 0 ? [...this.waiting, one] : this.waiting.toSpliced(at, 0, one);
      this.letIn();
    });
  }

  /** A request goes out. */
  consume(): void {
    this.fill();
    if (this.reserved > 0) this.reserved -= 1;
    else this.tokens -= 1;
  }

  /** Since GitLab has said that it is asked too much: nobody is let in before the time it named. */
  pauseUntil(failure: Failure): void {
    const now = this.clock.now();
    const until = Math.min(failure.retryAt ?? now, now + longestPauseMs);
    if (until <= Math.max(now, this.paused()?.until ?? 0)) return;
    this.pause = { failure: { ...failure, retryAt: until }, from: now, until };
    const refused = this.waiting;
    this.waiting = [];
    // Nobody waits now, so the timer is free: it ends the pause also where the clock is set back meanwhile.
    this.timer.arm(until - now, () => (this.pause = undefined));
    for (const one of refused) one.refuse(new GitLabError(this.pause.failure));
  }

  throwIfPaused(): void {
    const pause = this.paused();
    if (pause !== undefined) throw new GitLabError(pause.failure);
  }

  dispose(): void {
    this.timer.disarm();
    const left = this.waiting;
    this.waiting = [];
    for (const one of left) one.refuse(new DOMException('The rate limiter was disposed.', 'AbortError'));
  }

  private paused(): Pause | undefined {
    const now = this.clock.now();
    // Before it began: the clock was set back, and what time is meant is not known any more.
    if (this.pause !== undefined && (now < this.pause.from || now >= this.pause.until)) this.pause = undefined;
    return this.pause;
  }

  private letIn(): void {
    this.fill();
    while (this.tokens >= 1) {
      const [first, ...others] = this.waiting;
      if (first === undefined) break;
      this.waiting = others;
      this.reserve();
      first.admit();
    }
    this.schedule();
  }

  private reserve(): void {
    this.fill();
    this.tokens -= 1;
    this.reserved = Math.min(this.reserved + 1, burst);
  }

  private fill(): void {
    const now = this.clock.now();
    const gained = (Math.max(now - this.filledAt, 0) / 1000) * requestsPerSecond;
    this.tokens = Math.min(this.tokens + gained, burst);
    this.filledAt = now;
  }

  private schedule(): void {
    const ms = (Math.max(1 - this.tokens, 0) / requestsPerSecond) * 1000;
    // Whole milliseconds: a part of one may be too small to change the time.
    this.timer.arm(this.waiting.length === 0 ? undefined : Math.ceil(ms), () => this.letIn());
  }
}
