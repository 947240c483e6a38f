/** One build as all views and the public API see it: plain, read-only, safe to serialize. Times are ISO 8601, by this machine's clock. */
export interface Build {
  /**
   * Undefined: an ordinary build. `bridge`: triggers a downstream pipeline. `external`: a status reported by another CI
   * system.
   */
  readonly kind?: 'bridge' | 'external' | undefined;
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  /** GitLab's status, unchanged: a status added by a later GitLab is shown as is. */
  readonly status: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly allowFailure: boolean;
  readonly createdAt: string;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  /** Code coverage in percent. */
  readonly coverage?: number | undefined;
  readonly artifacts?: Artifacts | undefined;
  /** Files outside the archive, such as test reports; undefined if there are none or GitLab doesn't list them. */
  readonly reports?: readonly Report[] | undefined;
  /** When the artifacts expired (ISO 8601), if GitLab says so. */
  readonly artifactsExpiredAt?: string | undefined;
  readonly user?: string | undefined;
  readonly runner?: string | undefined;
  /** Tags that a runner must have to run the build; undefined if there are none or GitLab doesn't list them. */
  readonly tags?: readonly string[] | undefined;
  readonly pipeline?: number | undefined;
  readonly webUrl?: string | undefined;
  readonly commit?: Commit | undefined;
  /** When a delayed build starts automatically; GraphQL only. */
  readonly scheduledAt?: string | undefined;
  /** GitLab's question before a manual build is started (`manual_confirmation`); GraphQL only. */
  readonly confirmation?: string | undefined;
  /**
   * GitLab's code for the failure, such as `script_failure`; undefined if the build hasn't failed or GitLab doesn't
   * say.
   */
  readonly failureReason?: string | undefined;
  /** GitLab's explanation of the failure as plain text; GraphQL only, and not for failed scripts. */
  readonly failureMessage?: string | undefined;
  /** Exit code of a failed script; GraphQL only. */
  readonly exitCode?: number | undefined;
  /** Whether the build is pending and no online runner can take it; GraphQL only. */
  readonly stuck?: boolean | undefined;
  /** Seconds spent pending before the start. */
  readonly queuedDuration?: number | undefined;
  /** Id of the pipeline that a bridge triggered. */
  readonly downstream?: number | undefined;
  /** The pipeline that a bridge triggered in another project, as far as the token may know of it. */
  readonly elsewhere?: DownstreamPipeline | undefined;
  /** The build may be manual although its status is `skipped`: GitLab before 9.0 has no `manual` status. */
  readonly maybeManual?: boolean | undefined;
  /**
   * Actions that this server or the user's role is known to refuse, whatever the status. Unknown ones are offered, and
   * GitLab's refusal is shown.
   */
  readonly denied?: readonly BuildAbility[] | undefined;
  /** Superseded runs of the same build, newest first. */
  readonly attempts: readonly Build[];
}

/** A pipeline in another project of the same instance. */
interface DownstreamPipeline {
  readonly pipeline: number;
  /** Path of the project, or its id in digits. */
  readonly project: string;
}

export interface Artifacts {
  readonly filename: string;
  /** Size in bytes; 0 if GitLab doesn't say. */
  readonly size: number;
  /** When the artifacts expire (ISO 8601); undefined if they don't, or GitLab doesn't say. */
  readonly expireAt?: string | undefined;
}

export interface Report {
  /** GitLab's report type in lower case: `junit`, `sast`, `dotenv` … */
  readonly type: string;
  readonly filename: string;
  /** Size in bytes. */
  readonly size: number;
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
}

type ArtifactsState = 'archive' | 'reportsOnly' | 'expired' | 'none';

export type BuildAction = 'retry' | 'cancel' | 'forceCancel' | 'erase' | 'play' | 'keep';
export type BuildAbility = BuildAction | 'playWithVariables' | 'playWithInputs' | 'retryWithInputs' | 'deleteArtifacts';

/**
 * active: progresses without intervention. waiting: needs a person or a timer to start. notStarted: waits for earlier
 * builds. ended: final unless someone acts.
 */
type StatusClass = 'active' | 'waiting' | 'notStarted' | 'ended';

interface StatusFacts {
  readonly class: StatusClass;
  /** Higher is worse. */
  readonly severity: number;
}

/** GitLab's 13 statuses (`app/models/concerns/ci/has_status.rb` in 18.9). GitLab 8.5 has five of them. */
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
/** Fallback for a status added by a later GitLab. It counts as active, so that polling goes on. */
const unknownStatus: StatusFacts = { class: 'active', severity: 6.5 };

/** All known statuses, worst first. */
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

/** Whether the build runs, or will run without waiting for a person or a timer. */
export function isUnderWay({ status }: Build): boolean {
  return ['active', 'notStarted'].includes(statusClass(status));
}

export function hasFailed(build: Build): boolean {
  return build.status === 'failed' && !build.allowFailure;
}

/** Whether the build passed after it had failed on the same commit. */
export function hasPassedOnRetry({ status, attempts }: Build): boolean {
  return status === 'success' && attempts.some((attempt) => attempt.status === 'failed');
}

/** The worst status among the builds, or `undefined` if there are none. An allowed failure counts as a success. */
export function worstStatus(builds: readonly Build[]): string | undefined {
  let worst: string | undefined;
  for (const build of builds) {
    const status = build.status === 'failed' && build.allowFailure ? 'success' : build.status;
    if (status !== worst && (worst === undefined || severity(status) > severity(worst))) worst = status;
  }
  return worst;
}

/** Whether the build has an archive. Reports alone can be neither downloaded nor opened. */
export function hasArtifacts(build: Build): boolean {
  return build.artifacts !== undefined;
}

/** Whether artifacts are available. `expired`: GitLab has removed them and says when. */
export function artifactsState({ artifacts, reports, artifactsExpiredAt }: Build): ArtifactsState {
  if (artifacts !== undefined) return 'archive';
  if (reports !== undefined) return 'reportsOnly';
  return artifactsExpiredAt === undefined ? 'none' : 'expired';
}

/** Whether the build's duration is still growing: it has started, and no end is known. */
export function isTimed(build: Build): boolean {
  return build.startedAt !== undefined && build.finishedAt === undefined && isActive(build);
}

/** Seconds from start to end, or to `now` (ms since 1970) while the build runs; undefined if either is unknown. */
export function durationSeconds(build: Build, now: number): number | undefined {
  if (build.startedAt === undefined) return undefined;
  if (build.finishedAt === undefined && !isTimed(build)) return undefined;
  const end = build.finishedAt === undefined ? now : Date.parse(build.finishedAt);
  const seconds = (end - Date.parse(build.startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/**
 * Key that survives a retry: pipeline (ref on GitLab up to 8.12, which has no pipeline ids), stage and name. An
 * external status is never an attempt of another one.
 */
export function identity({ kind, pipeline, ref, stage, name }: Build): string {
  const parts = [pipeline ?? ref, stage, name].map((part) => encodeURIComponent(String(part).toWellFormed()));
  return [...parts, ...(kind === 'external' ? ['external'] : [])].join('/');
}

/** Id of the first attempt. A retry has a new id, so the first one gives a stable position. */
export function firstId(build: Build): number {
  return build.attempts.at(-1)?.id ?? build.id;
}
