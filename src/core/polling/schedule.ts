import { isActive, statusClass, type Build } from '../model/build';
import { isTokenFailure, type Failure } from '../model/errors';
import { isUnpushed, type Ready, type Snapshot } from '../model/snapshot';

/**
 * Who wants a refresh: the user (`asked`), HEAD or target changed (`moved`), something is running (`active`), or
 * periodic polling (`idle`). Most urgent first.
 */
const urgencies = ['asked', 'moved', 'active', 'idle'] as const;
export type Urgency = (typeof urgencies)[number];

/**
 * Whether the refresh skips the queue because the user waits for it. Only polling has to wait until earlier requests
 * are paid off.
 */
export function isServedAtOnce(urgency: Urgency): boolean {
  return urgency === 'asked' || urgency === 'moved';
}

export function moreUrgent(a: Urgency | undefined, b: Urgency): Urgency {
  return a !== undefined && urgencies.indexOf(a) < urgencies.indexOf(b) ? a : b;
}

export interface Attention {
  /** Whether one of our views is visible. */
  readonly visible: boolean;
  /** Whether the window has the focus. */
  readonly focused: boolean;
}

export interface Intervals {
  readonly activeSeconds: number;
  readonly idleSeconds: number;
  /** Interval for half a minute after an action or a push; undefined: the usual one. */
  readonly soonSeconds?: number | undefined;
}

export interface Moment {
  readonly snapshot: Snapshot;
  /** Consecutive failures. */
  readonly failures: number;
  readonly attention: Attention;
  readonly intervals: Intervals;
  /** When the last refresh ended, in ms since 1970. */
  readonly refreshedAt: number;
  /** When GitLab last returned something new for this target, in ms since 1970. */
  readonly changedAt: number;
  /** When the user last acted on a build or pushed, in ms since 1970; undefined if never. */
  readonly actedAt?: number | undefined;
  /** Requests that the last listing took; undefined if unknown. */
  readonly requests?: number | undefined;
  /** From 0 to 1; jitter that spreads the retries of windows that failed together. */
  readonly random: number;
}

/** Everything but what is shown. */
type Timing = Omit<Moment, 'snapshot' | 'changedAt'>;

const minute = 60_000;
const longestMs = 5 * minute;
/**
 * Longest retry delay while the user is looking, so that a recovered server shows within ten seconds including the
 * round.
 */
const longestAttendedMs = 8_000;
/**
 * How long to keep polling after builds finished: GitLab up to 8.10 creates a stage's builds only after the previous
 * stage.
 */
const settlesMs = 2 * minute;
/** How long to poll quickly for the first builds. They appear within seconds of a push, or minutes on a busy server. */
const watchesFastMs = 2 * minute;
const watchesMs = 30 * minute;
/** How long to poll more often after an action or a push. */
const awaitedMs = 30_000;
/** Most requests per listing for which polling more often is acceptable. */
const maxRequestsSoon = 3;
/**
 * How much less often a window without focus asks, although its view is visible: another window may show the same.
 */
const unfocusedFactor = 3;
/** Interval while nobody is looking, for the notification that builds finished. */
const unattendedMs = minute;
/** Longest pause that a server can impose; a longer one may be a mistake. */
export const longestPauseMs = 60 * minute;
/** Failures that usually persist, so nobody waits for them to go away. */
const usuallyPersistent = new Set<Failure['kind']>([
  'forbidden',
  'notFound',
  'refused',
  'unsupported',
  'tooLarge',
  'unexpected',
]);

/** Milliseconds from the last refresh to the next; undefined: wait for an event. */
export function nextDelay(moment: Moment): number | undefined {
  const { snapshot, intervals } = moment;
  const isSeen = isAttended(moment);
  switch (snapshot.kind) {
    case 'noProject':
    case 'signedOut':
      return undefined;
    case 'failed':
      return isSeen ? afterFailure(snapshot.failure, moment) : undefined;
    case 'ready':
      return delayAt(paceOf(snapshot, moment), snapshot.stale?.failure, moment);
    case 'loading':
      return isSeen ? 1000 * intervals.activeSeconds : undefined;
    default:
      return snapshot satisfies never;
  }
}

/** Intervals for the window's focus: without it, `activeSeconds` is longer, but `soonSeconds`, for the time after an action, isn't. */
function byFocus({ attention, intervals }: Timing): Intervals {
  const { activeSeconds, idleSeconds, soonSeconds = activeSeconds } = intervals;
  if (attention.focused) return intervals;
  const unfocused = Math.max(activeSeconds, Math.min(unfocusedFactor * activeSeconds, idleSeconds));
  return { activeSeconds: unfocused, idleSeconds, soonSeconds: Math.min(soonSeconds, unfocused) };
}

/** Milliseconds until the log of a build is read again; undefined: wait for an event. `isEmpty`: nothing is read yet. */
export function nextLogDelay(
  { build, failure, isEmpty }: { build: Build | undefined; failure: Failure | undefined; isEmpty: boolean },
  timing: Timing,
): number | undefined {
  if (failure !== undefined && isEmpty) return isAttended(timing) ? afterFailure(failure, timing) : undefined;
  if (build === undefined || statusClass(build.status) === 'ended') return undefined;
  return delayAt(isActive(build) ? 'fast' : 'slow', failure, timing);
}

function delayAt(pace: Pace | undefined, failure: Failure | undefined, timing: Timing): number | undefined {
  const isSeen = isAttended(timing);
  if (failure !== undefined) {
    const delay = isSeen || mayEndUnseen(pace) ? afterFailure(failure, timing) : undefined;
    return isSeen ? delay : unattended(delay, timing.intervals);
  }
  if (isSeen) return pace === undefined ? undefined : 1000 * secondsOf(pace, { ...timing, intervals: byFocus(timing) });
  return mayEndUnseen(pace) ? unattended(0, timing.intervals) : undefined;
}

function isAttended({ attention }: Timing): boolean {
  return attention.visible || attention.focused;
}

/** How often builds of a snapshot are expected to change. `settling`: they just finished, and more may follow. */
type Pace = 'fast' | 'slow' | 'settling' | 'watching';

function secondsOf(pace: Pace, moment: Timing): number {
  const { activeSeconds, idleSeconds, soonSeconds = activeSeconds } = moment.intervals;
  if (pace !== 'fast') return idleSeconds;
  return isAwaited(moment) ? Math.min(soonSeconds, activeSeconds) : activeSeconds;
}

/** Whether the user waits for the effect of an action. Large listings aren't polled more often. */
function isAwaited({ actedAt, refreshedAt, requests }: Timing): boolean {
  const since = refreshedAt - (actedAt ?? -Infinity);
  return since < awaitedMs && requests !== undefined && requests <= maxRequestsSoon;
}

function paceOf(snapshot: Ready, { refreshedAt, changedAt }: Moment): Pace | undefined {
  const { builds, watchingSince, target } = snapshot;
  if (builds.some(isActive)) return 'fast';
  // Someone may enable it.
  if (snapshot.ciHidden === true) return 'slow';
  // Not known to be unpushed, and a push might go unnoticed: builds may appear.
  const isUnsure = target.head?.pushed === undefined || (!target.head.pushed && !isUnpushed(snapshot));
  const mayBePushed = builds.length === 0 && !target.pinned && isUnsure;
  const watched = refreshedAt - (watchingSince ?? (mayBePushed ? changedAt : -Infinity));
  if (watched < watchesFastMs) return 'fast';
  if (watched < watchesMs) return 'watching';
  if (builds.some(({ status }) => statusClass(status) !== 'ended')) return 'slow';
  // An unpushed commit gets no builds, and a push is an event. The builds shown belong to an ancestor.
  if (isUnpushed(snapshot)) return undefined;
  return refreshedAt - changedAt < settlesMs ? 'settling' : undefined;
}

/** Whether a change may occur that is worth a notification while nobody is looking. */
function mayEndUnseen(pace: Pace | undefined): boolean {
  return pace !== undefined && pace !== 'slow';
}

function unattended(ms: number | undefined, { idleSeconds }: Intervals): number | undefined {
  return ms === undefined ? undefined : Math.max(ms, 1000 * idleSeconds, unattendedMs);
}

function afterFailure(failure: Failure, moment: Timing): number | undefined {
  const { failures, intervals, refreshedAt, random } = moment;
  // Only the user can fix these. Asking again could lock the user out.
  if (isTokenFailure(failure.kind)) return undefined;
  const shortest = 1000 * intervals.activeSeconds;
  if (failure.kind === 'rateLimited') {
    return Math.max(Math.min((failure.retryAt ?? 0) - refreshedAt, longestPauseMs), shortest);
  }
  const longest = isAttended(moment) && !usuallyPersistent.has(failure.kind) ? longestAttendedMs : longestMs;
  const jitter = 0.8 + 0.2 * random;
  return Math.max(Math.min(shortest * 2 ** failures, longest) * jitter, shortest);
}

/** Whether builds may progress without intervention; such refreshes take precedence. */
export function isMoving(snapshot: Snapshot | undefined): boolean {
  return snapshot?.kind === 'ready' && (snapshot.watchingSince !== undefined || snapshot.builds.some(isActive));
}
