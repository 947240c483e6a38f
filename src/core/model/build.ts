/** One build as every view and the public API know it: plain, read-only, safe to serialise. Times are ISO 8601. */
export interface Build {
  /** Undefined: a build. A bridge starts another pipeline; an external one is another CI system's word about the commit. */
  readonly kind?: 'bridge' | 'external' | undefined;
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  /** GitLab's word, kept as it came: a status of a later GitLab is shown, never a crash. */
  readonly status: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly allowFailure: boolean;
  readonly createdAt: string;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  /** Percent. */
  readonly coverage?: number | undefined;
  readonly artifacts?: Artifacts | undefined;
  /** Files beside the archive, such as the results of tests; undefined where there are none or GitLab does not tell. */
  readonly reports?: readonly Report[] | undefined;
  /** ISO 8601; of artifacts that are there no longer, where GitLab tells. */
  readonly artifactsExpiredAt?: string | undefined;
  readonly user?: string | undefined;
  readonly runner?: string | undefined;
  /** Of these its runner must have every one; undefined where there are none or GitLab does not tell. */
  readonly tags?: readonly string[] | undefined;
  readonly pipeline?: number | undefined;
  readonly webUrl?: string | undefined;
  readonly commit?: Commit | undefined;
  /** When a delayed build starts by itself; only GraphQL tells. */
  readonly scheduledAt?: string | undefined;
  /** GitLab's word for why it failed, such as `script_failure`; undefined where it has not failed, or GitLab does not tell. */
  readonly failureReason?: string | undefined;
  /** GitLab's sentence for why it failed, as plain text; only GraphQL tells, and not of a script that failed. */
  readonly failureMessage?: string | undefined;
  /** Exit code of a script that failed; only GraphQL tells. */
  readonly exitCode?: number | undefined;
  /** It is pending, and no runner that is online can take it; only GraphQL tells. */
  readonly stuck?: boolean | undefined;
  /** Seconds that it was pending before it started. */
  readonly queuedDuration?: number | undefined;
  /** The pipeline that a bridge has started. */
  readonly downstream?: number | undefined;
  /** It may wait for a person although its status does not say so: GitLab before 9.0 calls a manual build `skipped`. */
  readonly maybeManual?: boolean | undefined;
  /**
   * What this server or this user's role is known not to allow, whatever the status. What is not known is offered, and
   * GitLab's refusal told.
   */
  readonly denied?: readonly BuildAbility[] | undefined;
  /** Superseded runs of the same build, newest first. */
  readonly attempts: readonly Build[];
}

export interface Artifacts {
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  /** ISO 8601; undefined where they do not expire, or GitLab does not tell. */
  readonly expireAt?: string | undefined;
}

export interface Report {
  /** GitLab's word, in lower case: `junit`, `sast`, `dotenv` … */
  readonly type: string;
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
}

export type ArtifactsState = 'archive' | 'reportsOnly' | 'expired' | 'none';

export type BuildAction = 'retry' | 'cancel' | 'forceCancel' | 'erase' | 'play' | 'keep';
export type BuildAbility = BuildAction | 'playWithVariables' | 'deleteArtifacts';

/**
 * active: it moves by itself. waiting: a person or a clock must start it. notStarted: earlier builds come first.
 * ended: it changes no more by itself.
 */
export type StatusClass = 'active' | 'waiting' | 'notStarted' | 'ended';

interface StatusFacts {
  readonly class: StatusClass;
  /** The worst has the highest. */
  readonly severity: number;
}

/** GitLab's 13 statuses (`app/models/concerns/ci/has_status.rb` of 18.9); 8.5 knows five of them. */
const statuses: Readonly<Record<string, StatusFacts>> = {
  failed: { class: 'ended', severity: 12 },
  running: { class: 'active', severity: 11 },
  canceling: { class: 'active', severity: 10 },
  waiting_for_callback: { class: 'active', severity: 9 },
  waiting_for_resource: { class: 'active', severity: 8 },
  preparing: { class: 'active', severity: 7 },
  pending: { class: 'active', severity: 6 },
  created: { class: 'notStarted', severity: 5 },
  canceled: { class: 'ended', severity: 4 },
  manual: { class: 'waiting', severity: 3 },
  scheduled: { class: 'waiting', severity: 2 },
  success: { class: 'ended', severity: 1 },
  skipped: { class: 'ended', severity: 0 },
};
/** A status that GitLab has added since: taken as alive, so that it is looked at again. */
const unknownStatus: StatusFacts = { class: 'active', severity: 6.5 };

/** Every status known here, the worst first. */
export const knownStatuses: readonly string[] = Object.keys(statuses);

export function statusClass(status: string): StatusClass {
  return factsOf(status).class;
}

export function severity(status: string): number {
  return factsOf(status).severity;
}

function factsOf(status: string): StatusFacts {
  return Object.hasOwn(statuses, status) ? (statuses[status] ?? unknownStatus) : unknownStatus;
}

export function isActive(build: Build): boolean {
  return statusClass(build.status) === 'active';
}

/** It runs, or will by itself: it waits neither for a person nor for a clock. */
export function isUnderWay({ status }: Build): boolean {
  return ['active', 'notStarted'].includes(statusClass(status));
}

export function hasFailed(build: Build): boolean {
  return build.status === 'failed' && !build.allowFailure;
}

/** The worst status of some builds, and `undefined` of none; a failure that is allowed counts as a success. */
export function worstStatus(builds: readonly Build[]): string | undefined {
  let worst: string | undefined;
  for (const build of builds) {
    const status = build.status === 'failed' && build.allowFailure ? 'success' : build.status;
    if (worst === undefined || severity(status) > severity(worst)) worst = status;
  }
  return worst;
}

/** GitLab 8.5 would retry a running build too; GitLab since 8.9 only ended ones, which is what a user means. */
export function canRetry(build: Build): boolean {
  return ['success', 'failed', 'canceled'].includes(build.status) && isAllowed(build, 'retry');
}

/** A second cancel on `canceling` does nothing, unless it is forced. */
export function canCancel(build: Build): boolean {
  const isOpen = build.status !== 'canceling' && statusClass(build.status) !== 'ended';
  return isOpen && isAllowed(build, 'cancel');
}

/** Ends at once what its runner was asked to end. */
export function canForceCancel(build: Build): boolean {
  return build.status === 'canceling' && isAllowed(build, 'forceCancel');
}

/** GitLab erases ended builds that still have a log or artifacts; whether there is a log, v3 does not tell. */
export function canErase(build: Build): boolean {
  return ['success', 'failed', 'canceled'].includes(build.status) && isAllowed(build, 'erase');
}

/** Starts what waits for a person or a clock. */
export function canPlay(build: Build): boolean {
  return (statusClass(build.status) === 'waiting' || build.maybeManual === true) && isAllowed(build, 'play');
}

export function canPlayWithVariables(build: Build): boolean {
  return canPlay(build) && isAllowed(build, 'playWithVariables');
}

/** Lets artifacts stay that would expire. */
export function canKeep(build: Build): boolean {
  return hasArtifacts(build) && isAllowed(build, 'keep');
}

/** Takes archive and reports away; the log stays. */
export function canDeleteArtifacts(build: Build): boolean {
  return hasArtifacts(build) && isAllowed(build, 'deleteArtifacts');
}

function isAllowed({ kind, denied }: Build, ability: BuildAbility): boolean {
  const isForKind = kind === undefined || (kind === 'bridge' && forBridges.includes(ability));
  return isForKind && denied?.includes(ability) !== true;
}

const forBridges: readonly BuildAbility[] = ['retry', 'play'];

/** An archive: reports alone can be neither downloaded nor opened. */
export function hasArtifacts(build: Build): boolean {
  return build.artifacts !== undefined;
}

/** expired: GitLab has nothing of them any more, and tells when they went. */
export function artifactsState({ artifacts, reports, artifactsExpiredAt }: Build): ArtifactsState {
  if (artifacts !== undefined) return 'archive';
  if (reports !== undefined) return 'reportsOnly';
  return artifactsExpiredAt === undefined ? 'none' : 'expired';
}

/** Its time is running: it has started, and GitLab says of no end. */
export function isTimed(build: Build): boolean {
  return build.startedAt !== undefined && build.finishedAt === undefined && isActive(build);
}

/** Seconds from start to end, or to `now` (ms since 1970) while it runs; undefined where either is not known. */
export function durationSeconds(build: Build, now: number): number | undefined {
  if (build.startedAt === undefined) return undefined;
  if (build.finishedAt === undefined && !isTimed(build)) return undefined;
  const end = build.finishedAt === undefined ? now : Date.parse(build.finishedAt);
  const seconds = (end - Date.parse(build.startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/**
 * What stays the same when a build is retried: its pipeline (up to 8.12, which names none: its ref), stage and name. What
 * another system reports is nobody's attempt but its own.
 */
export function identity({ kind, pipeline, ref, stage, name }: Build): string {
  const parts = [pipeline ?? ref, stage, name].map((part) => encodeURIComponent(String(part).toWellFormed()));
  return [...parts, ...(kind === 'external' ? ['external'] : [])].join('/');
}

/** A retry has a new id; the first attempt's tells where the build belongs. */
export function firstId(build: Build): number {
  return build.attempts.at(-1)?.id ?? build.id;
}
