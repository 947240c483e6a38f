import { hasFailed, identity, severity, worstStatus, type Build } from './build';

export type Grouping = 'stageAndStatus' | 'stage' | 'status' | 'none';
export const groupings: readonly Grouping[] = ['stageAndStatus', 'stage', 'status', 'none'];

export interface StageNode {
  readonly kind: 'stage';
  readonly id: string;
  readonly stage: string;
  readonly status: string;
  readonly builds: readonly Build[];
  readonly children: readonly TreeNode[];
}

export interface StatusNode {
  readonly kind: 'status';
  readonly id: string;
  readonly status: string;
  readonly builds: readonly Build[];
  readonly children: readonly TreeNode[];
}

export interface BuildNode {
  readonly kind: 'build';
  readonly id: string;
  readonly build: Build;
  readonly children: readonly AttemptNode[];
}

export interface AttemptNode {
  readonly kind: 'attempt';
  readonly id: string;
  readonly build: Build;
  readonly children: readonly [];
}

export type TreeNode = StageNode | StatusNode | BuildNode | AttemptNode;

/**
 * The tree's shape. Ids are made of what stays (pipeline, stage, name), so that a refresh or a retry keeps selection
 * and expansion. Stages keep GitLab's order; everything else puts failed first.
 * @param builds in stage order, as `arrange` gives them
 * @param filter the statuses to show; empty: all
 */
export function toTree(builds: readonly Build[], grouping: Grouping, filter: readonly string[]): readonly TreeNode[] {
  const shown = inPlace(filter.length === 0 ? builds : builds.filter(({ status }) => filter.includes(status)));
  switch (grouping) {
    case 'stageAndStatus':
      return byStage(shown, (inStage, stage) => byStatus(inStage, `stage:${stage}/`));
    case 'stage':
      return byStage(shown, toBuildNodes);
    case 'status':
      return byStatus(shown, '');
    case 'none':
      return toBuildNodes(shown);
    default:
      return grouping satisfies never;
  }
}

function byStage(
  builds: readonly Build[],
  children: (builds: readonly Build[], stage: string) => readonly TreeNode[],
): readonly StageNode[] {
  return [...groupBy(builds, ({ stage }) => stage)].map(([stage, inStage]) => ({
    kind: 'stage',
    id: `stage:${encodeURIComponent(stage)}`,
    stage,
    status: worstStatus(inStage) ?? '',
    builds: inStage,
    children: children(inStage, encodeURIComponent(stage)),
  }));
}

function byStatus(builds: readonly Build[], prefix: string): readonly StatusNode[] {
  return [...groupBy(builds, ({ status }) => status)]
    .sort(([a], [b]) => severity(b) - severity(a))
    .map(([status, those]) => ({
      kind: 'status',
      id: `${prefix}status:${status}`,
      status,
      builds: those,
      children: toBuildNodes(those),
    }));
}

function toBuildNodes(builds: readonly Build[]): readonly BuildNode[] {
  return failedFirst(builds).map((build) => ({
    kind: 'build',
    id: `build:${identity(build)}`,
    build,
    children: build.attempts.map((attempt) => ({
      kind: 'attempt',
      id: `attempt:${attempt.id}`,
      build: attempt,
      children: [],
    })),
  }));
}

/** In stage order, and there by the first attempt: a retry has a new id, but its row stays where it is. */
function inPlace(builds: readonly Build[]): readonly Build[] {
  const stages = new Map([...new Set(builds.map(({ stage }) => stage))].map((stage, index) => [stage, index]));
  const rank = ({ stage }: Build) => stages.get(stage) ?? 0;
  const firstId = (build: Build) => build.attempts.at(-1)?.id ?? build.id;
  return [...builds].sort((a, b) => rank(a) - rank(b) || firstId(a) - firstId(b));
}

function failedFirst(builds: readonly Build[]): readonly Build[] {
  return [...builds.filter(hasFailed), ...builds.filter((build) => !hasFailed(build))];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
