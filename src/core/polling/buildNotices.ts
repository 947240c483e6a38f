import { isActive, type Build } from '../model/build';
import { failedBuilds, verdictOf, type Verdict } from '../model/verdict';
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
export function look(before: Watch | undefined, { root, name, snapshot }: Followed): Seen {
  if (!isTelling(snapshot)) return { watch: before };
  const { target, readOnly } = snapshot;
  const known = isSameTarget(before?.target, target) ? before : undefined;
  const verdict = verdictOf(snapshot);
  const { builds, failed } = verdict;
  const ended = outcomeOf(verdict);
  // What was not read may have failed, or still run: no verdict but a failure.
  const outcome = snapshot.isPartial === true && ended !== 'failed' ? undefined : ended;
  if (outcome === undefined)
    return { watch: { target, moving: known?.moving === true || builds.some(isActive), outcome: known?.outcome } };
  const watch: Watch = { target, moving: false, outcome };
  if (known?.moving !== true) return { watch };
  const fixed = outcome === 'passed' && known.outcome === 'failed';
  const { sha, ref } = target;
  return { watch, notice: { root, name, sha, ref, outcome, failed, total: builds.length, fixed, readOnly } };
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
