import { hasFailed, isActive, isUnderWay, statusClass, worstStatus, type Build } from './build';
import { pipelineFailedWithoutBuilds, rootPipelines, standingBuilds, type Listing, type Pipeline } from './pipeline';
import { toTree, type TreeNode } from './tree';

/**
 * How a commit stands. Tree, status bar, badge and notifications count by it. Failures that are allowed do not count; a
 * bridge whose child pipeline has builds is not counted beside them.
 */
export interface Verdict {
  /** GitLab's word for the whole; undefined where there is neither a build nor a pipeline. */
  readonly status: string | undefined;
  /** Builds that count, children's included. */
  readonly builds: readonly Build[];
  /** Failed builds in the order of the tree, those for which GitLab calls the commit failed before `childFailed`. */
  readonly failed: readonly Build[];
  /** Failed builds of child pipelines whose bridge GitLab counts as passed. */
  readonly childFailed: readonly Build[];
  /** The newest pipeline of a ref that failed before it had a build. */
  readonly broken: Pipeline | undefined;
  /** How many builds have ended, and how many do not wait for a person or a clock. */
  readonly ended: number;
  readonly total: number;
  readonly manual: number;
  readonly scheduled: number;
  /** Something runs, or is still to come. */
  readonly isOpen: boolean;
}

/** Verdicts by the listing that they are of, since several views ask for the same one after each refresh. */
const verdicts = new WeakMap<Listing, Verdict>();

export function verdictOf(listing: Listing): Verdict {
  const known = verdicts.get(listing);
  if (known !== undefined) return known;
  const verdict = workOut(listing);
  verdicts.set(listing, verdict);
  return verdict;
}

function workOut(listing: Listing): Verdict {
  const builds = listing.builds.length === 0 ? [] : countedBuilds(listing);
  const { own, children } = builds.length === 0 ? none : failures(listing);
  const broken = pipelineFailedWithoutBuilds(listing);
  const moving = builds.filter(isUnderWay);
  const count = (status: string) => builds.filter((build) => build.status === status).length;
  const counted = builds.filter(({ status }) => statusClass(status) !== 'waiting');
  return {
    status: statusOf(builds, moving, own.length > 0 || broken !== undefined) ?? rootPipelines(listing)[0]?.status,
    builds,
    failed: [...own, ...children],
    childFailed: children,
    broken,
    ended: counted.filter(({ status }) => statusClass(status) === 'ended').length,
    total: counted.length,
    manual: count('manual'),
    scheduled: count('scheduled'),
    isOpen: moving.length > 0,
  };
}

/** Failed builds that count, the first one to look at first. */
export function failedBuilds(listing: Listing): readonly Build[] {
  return verdictOf(listing).failed;
}

/** What is under way comes before what has ended, and that before what waits for a person or a clock. */
function statusOf(builds: readonly Build[], moving: readonly Build[], isFailed: boolean): string | undefined {
  if (isFailed) return 'failed';
  const running = moving.filter(isActive);
  const ran = builds.filter(({ status }) => ['success', 'failed', 'canceled'].includes(status));
  // A failure that does not count is as good as a success.
  const ended = ran.map((build) => (hasFailed(build) ? { ...build, status: 'success' } : build));
  return worstStatus(running) ?? worstStatus(moving) ?? worstStatus(ended) ?? worstStatus(builds);
}

function countedBuilds(listing: Listing): readonly Build[] {
  const withBuilds = new Set(listing.builds.map(({ pipeline }) => pipeline));
  return standingBuilds(listing).filter(({ downstream }) => downstream === undefined || !withBuilds.has(downstream));
}

interface Failures {
  readonly own: readonly Build[];
  readonly children: readonly Build[];
}

const none: Failures = { own: [], children: [] };

/** Whom a failure counts for: the commit, or, below a bridge that passed, the child pipeline alone. */
type Weight = 'own' | 'child' | 'nobody';

function failures(listing: Listing): Failures {
  const standing = new Set(standingBuilds(listing));
  const found: Record<Weight, Build[]> = { own: [], child: [], nobody: [] };
  const seen = new Set<Build>();
  const walk = (node: TreeNode, weight: Weight): number => {
    if (node.kind !== 'build') return node.children.reduce((sum, child) => sum + walk(child, weight), 0);
    const { build } = node;
    const below = node.children.reduce((sum, child) => sum + walk(child, weightBelow(build, weight)), 0);
    if (below > 0 || !hasFailed(build) || !standing.has(build) || seen.has(build)) return below;
    seen.add(build);
    found[weight].push(build);
    return 1;
  };
  for (const node of toTree(listing, 'stage', [])) walk(node, 'own');
  return { own: found.own, children: found.child };
}

function weightBelow({ kind, status, allowFailure }: Build, weight: Weight): Weight {
  if (kind !== 'bridge' || weight === 'nobody') return weight;
  if (status === 'failed' && allowFailure) return 'nobody';
  return status === 'success' ? 'child' : weight;
}
