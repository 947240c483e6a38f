/** One build as every view and the public API know it: plain, read-only, safe to serialise. Times are ISO 8601. */
export interface Build {
  /** Undefined: a build. A bridge starts another pipeline. */
  readonly kind?: 'bridge' | undefined;
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
  /** `size` in bytes. */
  readonly artifacts?: { readonly filename: string; readonly size: number } | undefined;
  readonly user?: string | undefined;
  readonly runner?: string | undefined;
  readonly pipeline?: number | undefined;
  readonly webUrl?: string | undefined;
  readonly commit?: Commit | undefined;
  /** Superseded runs of the same build, newest first. */
  readonly attempts: readonly Build[];
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
}

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
  return build.kind === undefined && ['success', 'failed', 'canceled'].includes(build.status);
}

/** A second cancel on `canceling` does nothing. */
export function canCancel(build: Build): boolean {
  return build.kind === undefined && build.status !== 'canceling' && statusClass(build.status) !== 'ended';
}

/** GitLab erases ended builds that still have a log or artifacts; whether there is a log, v3 does not tell. */
export function canErase(build: Build): boolean {
  return canRetry(build);
}

export function hasArtifacts(build: Build): boolean {
  return build.artifacts !== undefined;
}

/** Seconds from start to end, or to `now` (ms since 1970) while it runs; undefined before the start. */
export function durationSeconds(build: Build, now: number): number | undefined {
  if (build.startedAt === undefined) return undefined;
  const end = build.finishedAt === undefined ? now : Date.parse(build.finishedAt);
  const seconds = (end - Date.parse(build.startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/** What stays the same when a build is retried: its pipeline (up to 8.12, which names none: its ref), stage and name. */
export function identity(build: Build): string {
  return [build.pipeline ?? build.ref, build.stage, build.name].map((part) => encodeURIComponent(part)).join('/');
}

/**
 * Rows as GitLab lists them (every attempt a row of its own, unmarked, in any order) → the newest attempt of each
 * build with the others below it, in stage order, then by id. The stage order is the smallest id per stage over all
 * attempts: builds are made stage by stage, and only the first attempts' ids tell.
 */
export function arrange(rows: readonly Build[]): readonly Build[] {
  const firstIds = new Map<string, number>();
  const groups = new Map<string, Build[]>();
  for (const row of new Map(rows.map((one) => [one.id, one])).values()) {
    firstIds.set(row.stage, Math.min(firstIds.get(row.stage) ?? Infinity, row.id));
    const key = identity(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const stageOf = (build: Build) => firstIds.get(build.stage) ?? 0;
  return [...groups.values()].map(newestFirst).sort((a, b) => stageOf(a) - stageOf(b) || a.id - b.id);
}

function newestFirst(group: readonly Build[]): Build {
  const [newest, ...attempts] = [...group].sort((a, b) => b.id - a.id) as [Build, ...Build[]];
  return attempts.length === 0 ? newest : { ...newest, attempts };
}

/** Every attempt a row of its own again: `arrange(flatten(builds))` gives the same builds. */
export function flatten(builds: readonly Build[]): readonly Build[] {
  return builds.flatMap((build) => [{ ...build, attempts: [] }, ...build.attempts]);
}
