import { hasFailed, isActive, isUnderWay, statusClass, worstStatus, type Build } from './build';
import { pipelineFailedWithoutBuilds, rootPipelines, buildsThatCount, type Listing, type Pipeline } from './pipeline';
import { isPassedWithFailedChild, toTree, type TreeNode } from './tree';

/**
 * Overall result of a commit, shared by tree, status bar, badge and notifications. Allowed failures don't count. A
 * bridge isn't counted if its child pipeline has builds.
 */
export interface Verdict {
  /** GitLab's status for the whole commit; undefined if there is neither a build nor a pipeline. */
  readonly status: string | undefined;
  /** Builds that count, including those of child pipelines. */
  readonly builds: readonly Build[];
  /** Failed builds in tree order; those that fail the commit come before `childFailed`. */
  readonly failed: readonly Build[];
  /** Failed builds of child pipelines whose bridge passed. */
  readonly childFailed: readonly Build[];
  /** Bridges that passed although the pipeline they triggered failed. */
  readonly bridgesOfFailed: ReadonlySet<Build>;
  /** The newest pipeline of a ref that failed without any builds. */
  readonly broken: Pipeline | undefined;
  /** Number of finished builds, and of builds that don't wait for a person or a timer. */
  readonly ended: number;
  readonly total: number;
  readonly manual: number;
  readonly scheduled: number;
  /** Whether something is running or still to come. */
  readonly isOpen: boolean;
}

/** Cache of verdicts by listing: several views ask for the same one after each refresh. */
const verdicts = new WeakMap<Listing, Verdict>();

export function verdictOf(listing: Listing): Verdict {
  const known = verdicts.get(listing);
  if (known !== undefined) return known;
  const verdict = computeVerdict(listing);
  verdicts.set(listing, verdict);
  return verdict;
}

function computeVerdict(listing: Listing): Verdict {
  const builds = listing.builds.length === 0 ? [] : countedBuilds(listing);
  const { own, children, bridges } = builds.length === 0 ? none : failures(listing);
  const broken = pipelineFailedWithoutBuilds(listing);
  const moving = builds.filter(isUnderWay);
  const count = (status: string) => builds.filter((build) => build.status === status).length;
  const counted = builds.filter(({ status }) => statusClass(status) !== 'waiting');
  return {
    status: statusOf(builds, moving, own.length > 0 || broken !== undefined) ?? rootPipelines(listing)[0]?.status,
    builds,
    failed: [...own, ...children],
    childFailed: children,
    bridgesOfFailed: bridges,
    broken,
    ended: counted.filter(({ status }) => statusClass(status) === 'ended').length,
    total: counted.length,
    manual: count('manual'),
    scheduled: count('scheduled'),
    isOpen: moving.length > 0,
  };
}

/** Failed builds that count, the most relevant first. */
export function failedBuilds(listing: Listing): readonly Build[] {
  return verdictOf(listing).failed;
}

/** Status of the commit: active builds take precedence over finished ones, and those over waiting ones. */
function statusOf(builds: readonly Build[], moving: readonly Build[], isFailed: boolean): string | undefined {
  if (isFailed) return 'failed';
  const running = moving.filter(isActive);
  const ran = builds.filter(({ status }) => ['success', 'failed', 'canceled'].includes(status));
  // A failure that doesn't count is treated as a success.
  const ended = ran.map((build) => (hasFailed(build) ? { ...build, status: 'success' } : build));
  return worstStatus(running) ?? worstStatus(moving) ?? worstStatus(ended) ?? worstStatus(builds);
}

function countedBuilds(listing: Listing): readonly Build[] {
  const withBuilds = new Set(listing.builds.map(({ pipeline }) => pipeline));
  return buildsThatCount(listing).filter(({ downstream }) => downstream === undefined || !withBuilds.has(downstream));
}

interface Failures {
  readonly own: readonly Build[];
  readonly children: readonly Build[];
  /** Bridges that passed although the pipeline they triggered failed. */
  readonly bridges: ReadonlySet<Build>;
}

const none: Failures = { own: [], children: [], bridges: new Set() };

/** What a failure counts against: the commit, only the child pipeline below a bridge that passed, or nothing. */
type Weight = 'own' | 'child' | 'nobody';

function failures(listing: Listing): Failures {
  const standing = new Set(buildsThatCount(listing));
  const found: Record<Weight, Build[]> = { own: [], child: [], nobody: [] };
  const [seen, bridges] = [new Set<Build>(), new Set<Build>()];
  const walk = (node: TreeNode, weight: Weight): number => {
    if (node.kind !== 'build') return node.children.reduce((sum, child) => sum + walk(child, weight), 0);
    const { build } = node;
    if (isPassedWithFailedChild(node)) bridges.add(build);
    const below = node.children.reduce((sum, child) => sum + walk(child, weightBelow(build, weight)), 0);
    if (below > 0 || !hasFailed(build) || !standing.has(build) || seen.has(build)) return below;
    seen.add(build);
    found[weight].push(build);
    return 1;
  };
  for (const node of toTree(listing, 'stage', [])) walk(node, 'own');
  return { own: found.own, children: found.child, bridges };
}

function weightBelow({ kind, status, allowFailure }: Build, weight: Weight): Weight {
  if (kind !== 'bridge' || weight === 'nobody') return weight;
  if (status === 'failed' && allowFailure) return 'nobody';
  return status === 'success' ? 'child' : weight;
}
