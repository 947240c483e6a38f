import { GitLabError, type Failure } from '../model/errors';
import { isServedAtOnce, longestPauseMs, type Urgency } from './schedule';
import { Timer, type Clock } from '../util/timer';

/** Sustained rate for all repositories of one instance together. */
export const requestsPerSecond = 2;
/** Requests that may be sent at once after a pause. */
export const burst = 20;
/** Requests that each repository may send at once when it is opened, so that a window with many is soon fresh. */
const perOpened = 2;
/** Most later active refreshes that may overtake an idle one: about half a minute's worth. */
const maxOvertaking = 60;

interface Waiting {
  /** Lowest goes first. */
  readonly rank: number;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

interface Pause {
  readonly failure: Failure;
  /** Start and end of the pause, in ms since 1970. */
  readonly from: number;
  readonly until: number;
}

/**
 * Token bucket for one instance. Refreshes are admitted as long as there are tokens, and each request consumes one.
 * Requests of an admitted refresh aren't delayed; they may overdraw the bucket.
 */
export class RateLimiter {
  private readonly timer: Timer;
  private waiting: readonly Waiting[] = [];
  private came = 0;
  /** More than `burst` only while repositories that were opened haven't used theirs. */
  private tokens = burst;
  private opened = 0;
  private filledAt: number;
  /** Tokens reserved by admitted refreshes that haven't sent anything yet. */
  private reserved = 0;
  private pause: Pause | undefined;

  constructor(private readonly clock: Clock) {
    this.timer = new Timer(clock);
    this.filledAt = clock.now();
  }

  /** Resolves when a refresh may begin; immediately for a user or a new HEAD. Throws `rateLimited` during a pause. */
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
        rank: ++this.came + (urgency === 'idle' ? maxOvertaking : 0),
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
      this.admitWaiting();
    });
  }

  /** Called once for each repository that is opened. The first ones share the usual burst. */
  open(): void {
    this.opened += 1;
    if (perOpened * this.opened <= burst) return;
    this.fill();
    this.tokens += perOpened;
    this.admitWaiting();
  }

  /** Counts one request. */
  consume(): void {
    this.fill();
    if (this.reserved > 0) this.reserved -= 1;
    else this.tokens -= 1;
  }

  /** Pauses all refreshes until the time that GitLab named in a rate limit response. */
  pauseUntil(failure: Failure): void {
    const now = this.clock.now();
    const until = Math.min(failure.retryAt ?? now, now + longestPauseMs);
    if (until <= Math.max(now, this.paused()?.until ?? 0)) return;
    this.pause = { failure: { ...failure, retryAt: until }, from: now, until };
    const refused = this.waiting;
    this.waiting = [];
    // Nobody is queued now, so the timer is free to end the pause, even if the clock is set back meanwhile.
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
    // A time before the start of the pause means that the clock was set back, so its end can't be determined.
    if (this.pause !== undefined && (now < this.pause.from || now >= this.pause.until)) this.pause = undefined;
    return this.pause;
  }

  private admitWaiting(): void {
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
    this.reserved = Math.min(this.reserved + 1, Math.max(burst, perOpened * this.opened));
  }

  private fill(): void {
    const now = this.clock.now();
    const gained = (Math.max(now - this.filledAt, 0) / 1000) * requestsPerSecond;
    this.tokens = Math.max(this.tokens, Math.min(this.tokens + gained, burst));
    this.filledAt = now;
  }

  private schedule(): void {
    const ms = (Math.max(1 - this.tokens, 0) / requestsPerSecond) * 1000;
    // Round up: a fraction of a millisecond may not advance the clock.
    this.timer.arm(this.waiting.length === 0 ? undefined : Math.ceil(ms), () => this.admitWaiting());
  }
}
