import { isActive, statusClass, type Build } from '../model/build';
import { pipelineFailure, type Pipeline } from '../model/pipeline';
import { verdictOf, type Verdict } from '../model/verdict';
import { isSameTarget, type Ready, type Snapshot, type Target } from '../model/snapshot';

type Outcome = 'failed' | 'passed' | 'canceled';

/** Notification that the first build of a commit failed, or that its builds finished. */
export interface Notice {
  readonly moment: 'failure' | 'end';
  readonly root: string;
  /** Name of the repository. */
  readonly name: string;
  /** Base URL of the instance. */
  readonly instance: string;
  /** What happened, the same in each window that sees it; undefined if only the failed builds identify it. */
  readonly event?: string | undefined;
  /** Ids of the failed builds that are news. */
  readonly news: readonly number[];
  readonly sha: string;
  readonly ref: string | undefined;
  /** Commit title, if GitLab includes it. */
  readonly title: string | undefined;
  readonly outcome: Outcome;
  readonly failed: readonly Build[];
  /** Number of failures since the notice of the first one; undefined if there was no such notice. */
  readonly more?: number | undefined;
  /** Number of builds that count. */
  readonly total: number;
  /** Why the pipeline failed, in GitLab's words; only for a pipeline that failed without builds. */
  readonly reason?: string | undefined;
  /** Passed after a previous failure. */
  readonly fixed: boolean;
  /** The token can only read, so no actions are offered. */
  readonly readOnly: boolean;
}

/** What has been observed of a repository's current commit. */
export interface Watch {
  readonly target: Target;
  /** Whether a build was active since the builds last finished. */
  readonly moving: boolean;
  /** Result when the builds last finished. */
  readonly outcome?: Outcome | undefined;
  /** Builds that failed. */
  readonly failed: readonly Build[];
  /**
   * Ids of failed builds already present at first sight, when the builds last finished, or at the notice of a first
   * failure.
   */
  readonly knownFailures: readonly number[];
  /** Whether a first failure was announced since the builds last finished. */
  readonly announced: boolean;
  /** HEAD while it had no builds of its own. */
  readonly awaited?: Target | undefined;
  /** Id of the last pipeline seen to fail without builds. */
  readonly broken?: number | undefined;
}

interface ObservedRepository {
  readonly root: string;
  readonly name: string;
  readonly snapshot: Snapshot | undefined;
}

interface Observation {
  readonly watch: Watch | undefined;
  readonly notice?: Notice;
}

/**
 * Compares with the previous observation and returns notices of a first failure or of finished builds. Both require
 * that a build was seen active before: each run gets at most one of each, a retry gets its own, and builds already
 * finished at first sight get none.
 */
export function observe(before: Watch | undefined, followed: ObservedRepository): Observation {
  const { snapshot } = followed;
  if (!isCurrent(snapshot)) return { watch: awaiting(before, snapshot) };
  const verdict = verdictOf(snapshot);
  const noticeOf = noticesOf(followed, snapshot, verdict);
  const seen = observeBuilds(before, snapshot, verdict, noticeOf);
  const { broken } = verdict;
  return broken === undefined ? seen : observeBrokenPipeline(before, snapshot.target, seen, broken, noticeOf);
}

function observeBuilds(before: Watch | undefined, snapshot: Ready, verdict: Verdict, noticeOf: NoticeOf): Observation {
  const known = isSameTarget(before?.target, snapshot.target) ? before : undefined;
  const ended = outcomeOf(verdict);
  // Builds missing from a truncated list may have failed or still be running, so only a failure is certain.
  const outcome = snapshot.isPartial === true && ended !== 'failed' ? undefined : ended;
  return outcome === undefined
    ? observeActive(known, snapshot.target, verdict, noticeOf)
    : observeEnd(known, snapshot.target, verdict, outcome, noticeOf);
}

/**
 * Reports a pipeline that failed without builds. Nothing in it is ever active, so it is news if its commit was observed
 * before.
 */
function observeBrokenPipeline(
  before: Watch | undefined,
  target: Target,
  seen: Observation,
  broken: Pipeline,
  noticeOf: NoticeOf,
): Observation {
  const watch: Watch = { ...(seen.watch ?? unseen(target)), broken: broken.id };
  const isFollowed = isSameTarget(before?.target, target) || isSameTarget(before?.awaited, target);
  if (before?.broken === broken.id || !isFollowed || seen.notice?.outcome === 'failed') return { ...seen, watch };
  const event = { event: `pipeline ${broken.id}`, news: [] };
  return {
    watch,
    notice: noticeOf({ moment: 'failure', outcome: 'failed', ...event, reason: pipelineFailure(broken) }),
  };
}

/** HEAD has no builds of its own yet: any that appear are news, even if already finished. */
function awaiting(before: Watch | undefined, snapshot: Snapshot | undefined): Watch | undefined {
  if (snapshot?.kind !== 'ready' || snapshot.target.pinned || snapshot.stale !== undefined) return before;
  return { ...(before ?? unseen(snapshot.target)), awaited: snapshot.target };
}

function unseen(target: Target): Watch {
  return { target, moving: false, failed: [], knownFailures: [], announced: false };
}

type NoticeOf = (
  changes: Pick<Notice, 'moment' | 'outcome' | 'event' | 'news' | 'more' | 'reason'> & { readonly fixed?: boolean },
) => Notice;

function noticesOf(
  { root, name }: ObservedRepository,
  { target, readOnly }: Ready,
  { builds, failed }: Verdict,
): NoticeOf {
  const { sha, ref } = target;
  const instance = target.instance.url;
  const title = builds.find(({ commit }) => commit?.sha === sha)?.commit?.title;
  return (changes) => ({
    root,
    name,
    instance,
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

function observeActive(
  known: Watch | undefined,
  target: Target,
  { builds, failed }: Verdict,
  noticeOf: NoticeOf,
): Observation {
  const announced = failed.length > 0 && known?.announced === true;
  const moving = known?.moving === true || builds.some(isActive);
  const news = newOf(known, failed);
  const isFirst = known !== undefined && moving && !announced && news.length > 0;
  const knownFailures = known === undefined || isFirst ? idsOf(failed) : failed.length === 0 ? [] : known.knownFailures;
  const watch: Watch = {
    target,
    moving,
    outcome: known?.outcome,
    failed,
    knownFailures,
    announced: announced || isFirst,
  };
  return isFirst ? { watch, notice: noticeOf({ moment: 'failure', outcome: 'failed', news }) } : { watch };
}

function observeEnd(
  known: Watch | undefined,
  target: Target,
  { builds, failed }: Verdict,
  outcome: Outcome,
  noticeOf: NoticeOf,
): Observation {
  const watch: Watch = { target, moving: false, outcome, failed, knownFailures: idsOf(failed), announced: false };
  if (known?.moving !== true) return { watch };
  const fixed = outcome === 'passed' && known.outcome === 'failed';
  const news = newOf(known, failed);
  const more = known.announced ? news.length : undefined;
  return { watch, notice: noticeOf({ moment: 'end', outcome, event: endOf(builds), news, fixed, more }) };
}

/** Identifies the end of a run: a retry adds a build, and a manual build that was started ends under its old id. */
function endOf(builds: readonly Build[]): string {
  const newest = Math.max(0, ...idsOf(builds));
  return `end ${newest} ${builds.filter(({ status }) => statusClass(status) === 'ended').length}`;
}

/** Ids of failed builds that the watch doesn't know. */
export function newOf(watch: Watch | undefined, failed: readonly Build[]): readonly number[] {
  return idsOf(failed).filter((id) => watch?.knownFailures.includes(id) !== true);
}

function idsOf(builds: readonly Build[]): readonly number[] {
  return builds.map(({ id }) => id);
}

/** Whether it is HEAD's own, not a pinned commit's or an ancestor's, and current: an outdated one isn't news. */
function isCurrent(snapshot: Snapshot | undefined): snapshot is Ready {
  return (
    snapshot?.kind === 'ready' &&
    !snapshot.target.pinned &&
    snapshot.ancestor === undefined &&
    snapshot.stale === undefined
  );
}

/**
 * Result of the finished builds; undefined if something is still running or nothing ran. Builds that wait for a person
 * or a timer are ignored.
 */
function outcomeOf({ builds, failed, isOpen }: Verdict): Outcome | undefined {
  if (isOpen) return undefined;
  if (failed.length > 0) return 'failed';
  if (builds.some(({ status }) => status === 'canceled')) return 'canceled';
  return builds.some(({ status }) => ['success', 'failed'].includes(status)) ? 'passed' : undefined;
}
