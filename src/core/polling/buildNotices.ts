import { isActive, type Build } from '../model/build';
import { pipelineFailure, type Pipeline } from '../model/pipeline';
import { failedBuilds, verdictOf, type Verdict } from '../model/verdict';
import { isSameTarget, type Snapshot, type Target } from '../model/snapshot';

export type Outcome = 'failed' | 'passed' | 'canceled';

/** A build of a commit has failed as the first one, or the builds of a commit have come to their end. */
export interface Notice {
  readonly moment: 'failure' | 'end';
  readonly root: string;
  /** The repository's. */
  readonly name: string;
  readonly sha: string;
  readonly ref: string | undefined;
  /** Title of the commit, where GitLab tells it. */
  readonly title: string | undefined;
  readonly outcome: Outcome;
  readonly failed: readonly Build[];
  /** Number of builds that failed since the notice of the first failure; undefined: there was none. */
  readonly more?: number | undefined;
  /** Number of builds that count. */
  readonly total: number;
  /** Why the pipeline failed, in GitLab's words; only of one that failed before it had a build. */
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
  /** Builds that have failed. */
  readonly failed: readonly Build[];
  /** Ids of failed builds that there were at first sight, at the last end, or at the notice of a first failure. */
  readonly told: readonly number[];
  /** There was a notice of a first failure since the last end. */
  readonly announced: boolean;
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
 * What a look at a repository tells beyond the one before. A first failure and an end are worth a notice when something
 * was seen to move before: so each has one, a retry has its own, and what was over when it was first seen has none.
 */
export function look(before: Watch | undefined, followed: Followed): Seen {
  const { snapshot } = followed;
  if (!isTelling(snapshot)) return { watch: awaiting(before, snapshot) };
  const verdict = verdictOf(snapshot);
  const noticeOf = noticesOf(followed, snapshot, verdict);
  const seen = lookAtBuilds(before, snapshot, verdict, noticeOf);
  const { broken } = verdict;
  return broken === undefined ? seen : lookAtBroken(before, snapshot.target, seen, broken, noticeOf);
}

function lookAtBuilds(before: Watch | undefined, snapshot: Ready, verdict: Verdict, noticeOf: NoticeOf): Seen {
  const known = isSameTarget(before?.target, snapshot.target) ? before : undefined;
  const ended = outcomeOf(verdict);
  // What was not read may have failed, or still run: no verdict but a failure.
  const outcome = snapshot.isPartial === true && ended !== 'failed' ? undefined : ended;
  return outcome === undefined
    ? lookAtMoving(known, snapshot.target, verdict, noticeOf)
    : lookAtEnd(known, snapshot.target, verdict, outcome, noticeOf);
}

/** A pipeline that failed without builds never moves: it is news where its commit was seen before it. */
function lookAtBroken(
  before: Watch | undefined,
  target: Target,
  seen: Seen,
  broken: Pipeline,
  noticeOf: NoticeOf,
): Seen {
  const watch: Watch = { ...(seen.watch ?? unseen(target)), broken: broken.id };
  const isFollowed = isSameTarget(before?.target, target) || isSameTarget(before?.awaited, target);
  if (before?.broken === broken.id || !isFollowed || seen.notice?.outcome === 'failed') return { ...seen, watch };
  return { watch, notice: noticeOf({ moment: 'failure', outcome: 'failed', reason: pipelineFailure(broken) }) };
}

/** HEAD has no builds of its own yet: whatever comes is news, even if it is over when it is first seen. */
function awaiting(before: Watch | undefined, snapshot: Snapshot | undefined): Watch | undefined {
  if (snapshot?.kind !== 'ready' || snapshot.target.pinned || snapshot.stale !== undefined) return before;
  return { ...(before ?? unseen(snapshot.target)), awaited: snapshot.target };
}

function unseen(target: Target): Watch {
  return { target, moving: false, failed: [], told: [], announced: false };
}

type NoticeOf = (
  changes: Pick<Notice, 'moment' | 'outcome' | 'more' | 'reason'> & { readonly fixed?: boolean },
) => Notice;

function noticesOf({ root, name }: Followed, { target, readOnly }: Ready, { builds, failed }: Verdict): NoticeOf {
  const { sha, ref } = target;
  const title = builds.find(({ commit }) => commit?.sha === sha)?.commit?.title;
  return (changes) => ({
    root,
    name,
    sha,
    ref,
    title,
    failed,
    total: builds.length,
    fixed: false,
    readOnly,
    ...changes,
  });
}

function lookAtMoving(known: Watch | undefined, target: Target, { builds, failed }: Verdict, noticeOf: NoticeOf): Seen {
  const announced = failed.length > 0 && known?.announced === true;
  const moving = known?.moving === true || builds.some(isActive);
  const isFirst = known !== undefined && moving && !announced && countNew(known, failed) > 0;
  const told = known === undefined || isFirst ? idsOf(failed) : failed.length === 0 ? [] : known.told;
  const watch: Watch = { target, moving, outcome: known?.outcome, failed, told, announced: announced || isFirst };
  return isFirst ? { watch, notice: noticeOf({ moment: 'failure', outcome: 'failed' }) } : { watch };
}

function lookAtEnd(
  known: Watch | undefined,
  target: Target,
  { failed }: Verdict,
  outcome: Outcome,
  noticeOf: NoticeOf,
): Seen {
  const watch: Watch = { target, moving: false, outcome, failed, told: idsOf(failed), announced: false };
  if (known?.moving !== true) return { watch };
  const fixed = outcome === 'passed' && known.outcome === 'failed';
  const more = known.announced ? countNew(known, failed) : undefined;
  return { watch, notice: noticeOf({ moment: 'end', outcome, fixed, more }) };
}

function countNew({ told }: Watch, failed: readonly Build[]): number {
  return failed.filter(({ id }) => !told.includes(id)).length;
}

function idsOf(builds: readonly Build[]): readonly number[] {
  return builds.map(({ id }) => id);
}

/** The failing builds of HEAD itself: neither of a commit that the user chose, nor of one before it. */
export function failingOfHead(snapshot: Snapshot | undefined): readonly Build[] {
  return isOfHead(snapshot) ? failedBuilds(snapshot) : [];
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
function outcomeOf({ builds, failed, isOpen }: Verdict): Outcome | undefined {
  if (isOpen) return undefined;
  if (failed.length > 0) return 'failed';
  if (builds.some(({ status }) => status === 'canceled')) return 'canceled';
  return builds.some(({ status }) => ['success', 'failed'].includes(status)) ? 'passed' : undefined;
}
