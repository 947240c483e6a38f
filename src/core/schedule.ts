import { isActive } from './build';
import type { Failure } from './errors';
import type { Snapshot } from './snapshot';

export interface Attention {
  /** A view of ours is on screen. */
  readonly visible: boolean;
  /** The window has the focus. */
  readonly focused: boolean;
}

export interface Intervals {
  readonly activeSeconds: number;
  readonly idleSeconds: number;
}

export interface Moment {
  readonly snapshot: Snapshot;
  /** Failures in a row. */
  readonly failures: number;
  readonly attention: Attention;
  readonly intervals: Intervals;
  /** When the last refresh ended, in milliseconds since 1970. */
  readonly refreshedAt: number;
}

const longestMs = 5 * 60_000;
/** Nothing but the user can mend these; asking again would only get the user locked out. */
const needUser = new Set<Failure['kind']>([
  'unauthorized',
  'expired',
  'revoked',
  'insufficientScope',
  'forbidden',
  'tls',
  'unsupported',
  'unexpected',
]);

/** Milliseconds from the last refresh to the next, or undefined: none until an event. */
export function nextDelay(moment: Moment): number | undefined {
  const { snapshot, attention, intervals } = moment;
  if (!attention.visible && !attention.focused) return undefined;
  switch (snapshot.kind) {
    case 'noProject':
    case 'signedOut':
      return undefined;
    case 'failed':
      return afterFailure(snapshot.failure, moment);
    case 'ready':
      if (snapshot.stale?.failure !== undefined) return afterFailure(snapshot.stale.failure, moment);
      return 1000 * (snapshot.builds.some(isActive) ? intervals.activeSeconds : intervals.idleSeconds);
    case 'loading':
      return 1000 * intervals.activeSeconds;
    default:
      return snapshot satisfies never;
  }
}

function afterFailure(failure: Failure, { failures, intervals, refreshedAt }: Moment): number | undefined {
  if (needUser.has(failure.kind)) return undefined;
  const shortest = 1000 * intervals.activeSeconds;
  if (failure.kind === 'rateLimited') return Math.max((failure.retryAt ?? 0) - refreshedAt, shortest);
  return Math.min(shortest * 2 ** failures, Math.max(longestMs, shortest));
}

/** The timer functions of the platform; tests pass their own. */
export interface Clock {
  now(): number;
  setTimeout(action: () => void, ms: number): NodeJS.Timeout;
  clearTimeout(timeout: NodeJS.Timeout): void;
}

/** The longest delay that setTimeout takes; above it, it fires at once. */
const timeoutLimitMs = 2 ** 31 - 1;

/** One timeout, re-armed; there is never a second. */
export class Timer {
  private timeout: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  arm(ms: number | undefined, action: () => void): void {
    this.disarm();
    if (ms !== undefined) this.timeout = this.clock.setTimeout(action, Math.min(ms, timeoutLimitMs));
  }

  disarm(): void {
    if (this.timeout !== undefined) this.clock.clearTimeout(this.timeout);
    this.timeout = undefined;
  }
}
