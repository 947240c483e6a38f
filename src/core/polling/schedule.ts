import { isActive, statusClass } from '../model/build';
import type { Failure } from '../model/errors';
import { isUnpushed, type Snapshot } from '../model/snapshot';

/**
 * Who wants a refresh: a person (`asked`), HEAD or another target (`moved`), something that runs (`active`), or nobody in
 * particular (`idle`). The most urgent is first.
 */
export const urgencies = ['asked', 'moved', 'active', 'idle'] as const;
export type Urgency = (typeof urgencies)[number];

/** Somebody looks at the result: it does not wait until earlier requests are made up for, which slows polling alone. */
export function isServedAtOnce(urgency: Urgency): boolean {
  return urgency === 'asked' || urgency === 'moved';
}

export function moreUrgent(a: Urgency | undefined, b: Urgency): Urgency {
  return a !== undefined && urgencies.indexOf(a) < urgencies.indexOf(b) ? a : b;
}

export interface Attention {
  /** A view of ours is on screen. */
  readonly visible: boolean;
  /** The window has the focus. */
  readonly focused: boolean;
}

export interface Intervals {
  readonly activeSeconds: number;
  readonly idleSeconds: number;
  /** For half a minute after an action or a push; undefined: as always. */
  readonly soonSeconds?: number | undefined;
}

export interface Moment {
  readonly snapshot: Snapshot;
  /** Failures in a row. */
  readonly failures: number;
  readonly attention: Attention;
  readonly intervals: Intervals;
  /** When the last refresh ended, in milliseconds since 1970. */
  readonly refreshedAt: number;
  /** When GitLab last told something new of this target, in milliseconds since 1970. */
  readonly changedAt: number;
  /** When the user last did something to a build or pushed, in milliseconds since 1970; undefined: not known to have. */
  readonly actedAt?: number | undefined;
  /** How many requests the last listing took; undefined: not known. */
  readonly requests?: number | undefined;
  /** From 0 to 1: windows that failed together do not come back together. */
  readonly random: number;
}

type Ready = Extract<Snapshot, { kind: 'ready' }>;

const minute = 60_000;
const longestMs = 5 * minute;
/** While somebody looks, a server that is back is back in view within ten seconds, the time of a round included. */
const longestAttendedMs = 8_000;
/** GitLab up to 8.10 makes the builds of a stage only when the one before it has ended. */
const settlesMs = 2 * minute;
/** Builds come within seconds of a push, or, on a busy server, in minutes; after that there is no CI for it. */
const watchesFastMs = 2 * minute;
const watchesMs = 30 * minute;
/** So long the effects of an action or a push are looked for more often. */
const awaitedMs = 30_000;
/** Of one listing that is asked for more often. */
const mostRequestsSoon = 3;
/** While nobody looks, for the notification that the builds have ended. */
const unattendedMs = minute;
/** A server that asks for more is asked again after it: it may have been a mistake. */
export const longestPauseMs = 60 * minute;
/** What the server says of the token: nothing but the user can mend it, and asking again may get the user locked out. */
const needUser = new Set<Failure['kind']>(['unauthorized', 'expired', 'revoked', 'insufficientScope']);
/** What lasts, as a rule, although it may end without the user: nobody waits for it in front of the screen. */
const lasting = new Set<Failure['kind']>(['forbidden', 'notFound', 'refused', 'unsupported', 'tooLarge', 'unexpected']);

/** Milliseconds from the last refresh to the next, or undefined: none until an event. */
export function nextDelay(moment: Moment): number | undefined {
  const { snapshot, intervals } = moment;
  const isSeen = isAttended(moment);
  switch (snapshot.kind) {
    case 'noProject':
    case 'signedOut':
      return undefined;
    case 'failed':
      return isSeen ? afterFailure(snapshot.failure, moment) : undefined;
    case 'ready': {
      const pace = paceOf(snapshot, moment);
      if (snapshot.stale?.failure !== undefined) {
        const delay = isSeen || mayEndUnseen(pace) ? afterFailure(snapshot.stale.failure, moment) : undefined;
        return isSeen ? delay : unattended(delay, intervals);
      }
      if (isSeen) return pace === undefined ? undefined : 1000 * secondsOf(pace, moment);
      return mayEndUnseen(pace) ? unattended(0, intervals) : undefined;
    }
    case 'loading':
      return isSeen ? 1000 * intervals.activeSeconds : undefined;
    default:
      return snapshot satisfies never;
  }
}

function isAttended({ attention }: Moment): boolean {
  return attention.visible || attention.focused;
}

/** How fast the builds of a snapshot move. `settling`: they have ended a moment ago, so more may come. */
type Pace = 'fast' | 'slow' | 'settling' | 'watching';

function secondsOf(pace: Pace, moment: Moment): number {
  const { activeSeconds, idleSeconds, soonSeconds = activeSeconds } = moment.intervals;
  if (pace !== 'fast') return idleSeconds;
  return isAwaited(moment) ? Math.min(soonSeconds, activeSeconds) : activeSeconds;
}

/** Whoever has just acted waits for what becomes of it; a listing of many requests is not asked for more often. */
function isAwaited({ actedAt, refreshedAt, requests }: Moment): boolean {
  const since = refreshedAt - (actedAt ?? -Infinity);
  return since < awaitedMs && requests !== undefined && requests <= mostRequestsSoon;
}

function paceOf(snapshot: Ready, { refreshedAt, changedAt }: Moment): Pace | undefined {
  const { builds, watchingSince, target } = snapshot;
  if (builds.some(isActive)) return 'fast';
  // Somebody may switch it on.
  if (snapshot.ciHidden === true) return 'slow';
  // Nobody can tell whether it is pushed, or would notice that it is: builds may come as well.
  const isUnsure = target.head?.pushed === undefined || (!target.head.pushed && !isUnpushed(snapshot));
  const mayBePushed = builds.length === 0 && !target.pinned && isUnsure;
  const watched = refreshedAt - (watchingSince ?? (mayBePushed ? changedAt : -Infinity));
  if (watched < watchesFastMs) return 'fast';
  if (watched < watchesMs) return 'watching';
  if (builds.some(({ status }) => statusClass(status) !== 'ended')) return 'slow';
  // What is not pushed gets no builds, and that it is pushed is an event. The builds shown are of a commit before it.
  if (isUnpushed(snapshot)) return undefined;
  return refreshedAt - changedAt < settlesMs ? 'settling' : undefined;
}

/** Whether there is something to notify of without anybody looking; what waits for a person is looked at by one. */
function mayEndUnseen(pace: Pace | undefined): boolean {
  return pace !== undefined && pace !== 'slow';
}

function unattended(ms: number | undefined, { idleSeconds }: Intervals): number | undefined {
  return ms === undefined ? undefined : Math.max(ms, 1000 * idleSeconds, unattendedMs);
}

function afterFailure(failure: Failure, moment: Moment): number | undefined {
  const { failures, intervals, refreshedAt, random } = moment;
  if (needUser.has(failure.kind)) return undefined;
  const shortest = 1000 * intervals.activeSeconds;
  if (failure.kind === 'rateLimited') {
    return Math.max(Math.min((failure.retryAt ?? 0) - refreshedAt, longestPauseMs), shortest);
  }
  const longest = isAttended(moment) && !lasting.has(failure.kind) ? longestAttendedMs : longestMs;
  const jitter = 0.8 + 0.2 * random;
  return Math.max(Math.min(shortest * 2 ** failures, longest) * jitter, shortest);
}

/** Whether it may go on by itself, so that its refreshes come before others'. */
export function isMoving(snapshot: Snapshot | undefined): boolean {
  return snapshot?.kind === 'ready' && (snapshot.watchingSince !== undefined || snapshot.builds.some(isActive));
}
