import { hasFailed, isActive, statusClass, worstStatus, type Build } from '../model/build';
import { pipelineFailedWithoutBuilds, pipelineFailure, standingBuilds } from '../model/pipeline';
import { isSameTarget, type Snapshot, type Target } from '../model/snapshot';

export type Outcome = 'failed' | 'passed' | 'canceled';

/** The builds of a commit have come to their end. */
export interface Notice {
  readonly root: string;
  /** The repository's. */
  readonly name: string;
  readonly sha: string;
  readonly ref: string | undefined;
  readonly outcome: Outcome;
  readonly failed: readonly Build[];
  /** So many builds the commit stands by. */
  readonly total: number;
  /** What GitLab says of why the pipeline failed; only of one that failed before it had a build. */
  readonly reason?: string | undefined;
  /** It passed, and had failed at the end before. */
  readonly fixed: boolean;
  /** The token may read and nothing else: there is nothing to offer. */
  readonly readOnly: boolean;
}

/** What was seen of the commit that a repository is on. */
export interface Watch {
  readonly target: Target;
  /** A build was seen active since the last end. */
  readonly moving: boolean;
  /** Of the last end. */
  readonly outcome?: Outcome | undefined;
  /** HEAD as it was seen without builds of its own. */
  readonly awaited?: Target | undefined;
  /** Id of the last pipeline that was seen to have failed without builds. */
  readonly broken?: number | undefined;
}

export interface Followed {
  readonly root: string;
  readonly name: string;
  readonly snapshot: Snapshot | undefined;
}

export interface Seen {
  readonly watch: Watch | undefined;
  readonly notice?: Notice;
}

/**
 * What a look at a repository tells beyond the one before. An end is worth a notice when something was seen to move
 * before it: so each end has one, a retry has its own, and what was over when it was first seen has none.
 */
export function look(before: Watch | undefined, { snapshot, ...followed }: Followed): Seen {
  if (!isTelling(snapshot)) return { watch: awaiting(before, snapshot) };
  const seen = lookAtBuilds(before, { ...followed, snapshot });
  const broken = pipelineFailedWithoutBuilds(snapshot);
  if (broken === undefined) return seen;
  const { target, readOnly } = snapshot;
  const watch: Watch = { target, moving: false, ...seen.watch, broken: broken.id };
  const isFollowed = isSameTarget(before?.target, target) || isSameTarget(before?.awaited, target);
  if (before?.broken === broken.id || !isFollowed || seen.notice?.outcome === 'failed') return { ...seen, watch };
  const { sha, ref } = target;
  const failure = { outcome: 'failed', failed: [], total: 0, fixed: false, reason: pipelineFailure(broken) } as const;
  return { watch, notice: { ...followed, sha, ref, ...failure, readOnly } };
}

/** HEAD has no builds of its own yet: whatever comes is news, even if it is over when it is first seen. */
function awaiting(before: Watch | undefined, snapshot: Snapshot | undefined): Watch | undefined {
  if (snapshot?.kind !== 'ready' || snapshot.target.pinned || snapshot.stale !== undefined) return before;
  return { ...(before ?? { target: snapshot.target, moving: false }), awaited: snapshot.target };
}

interface FollowedReady extends Followed {
  readonly snapshot: Ready;
}

function lookAtBuilds(before: Watch | undefined, { root, name, snapshot }: FollowedReady): Seen {
  const { target, readOnly } = snapshot;
  const known = isSameTarget(before?.target, target) ? before : undefined;
  const builds = standingBuilds(snapshot);
  const ended = outcomeOf(builds);
  // What was not read may have failed, or still run: no verdict but a failure.
  const outcome = snapshot.isPartial === true && ended !== 'failed' ? undefined : ended;
  if (outcome === undefined)
    return { watch: { target, moving: known?.moving === true || builds.some(isActive), outcome: known?.outcome } };
  const watch: Watch = { target, moving: false, outcome };
  if (known?.moving !== true) return { watch };
  const fixed = outcome === 'passed' && known.outcome === 'failed';
  const failed = builds.filter(hasFailed);
  const { sha, ref } = target;
  return { watch, notice: { root, name, sha, ref, outcome, failed, total: builds.length, fixed, readOnly } };
}

/** The failing builds of HEAD itself: neither of a commit that the user chose, nor of one before it. */
export function failingOfHead(snapshot: Snapshot | undefined): readonly Build[] {
  return isOfHead(snapshot) ? standingBuilds(snapshot).filter(hasFailed) : [];
}

type Ready = Extract<Snapshot, { kind: 'ready' }>;

function isOfHead(snapshot: Snapshot | undefined): snapshot is Ready {
  return snapshot?.kind === 'ready' && !snapshot.target.pinned && snapshot.ancestor === undefined;
}

/** What is old, or remembered, says nothing of what has just happened. */
function isTelling(snapshot: Snapshot | undefined): snapshot is Ready {
  return isOfHead(snapshot) && snapshot.stale === undefined;
}

/** undefined: something goes on, or nothing has run. What waits for a person or a clock holds nothing up. */
function outcomeOf(builds: readonly Build[]): Outcome | undefined {
  if (builds.some(({ status }) => ['active', 'notStarted'].includes(statusClass(status)))) return undefined;
  const ran = builds.filter(({ status }) => ['success', 'failed', 'canceled'].includes(status));
  const worst = worstStatus(ran);
  if (worst === undefined) return undefined;
  return worst === 'failed' || worst === 'canceled' ? worst : 'passed';
}
