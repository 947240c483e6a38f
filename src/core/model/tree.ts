import { artifactsState, firstId, hasFailed, identity, severity, worstStatus, type Build } from './build';
import { parallelName } from './parallel';
import {
  inStageOrder,
  newestOfEachRef,
  pipelinesInOrder,
  rootPipelines,
  stageRanks,
  type ListedPipeline,
  type Listing,
  type Pipeline,
} from './pipeline';
import { groupBy } from '../util/groupBy';

export type Grouping = 'stageAndStatus' | 'stage' | 'status' | 'none';
export const groupings: readonly Grouping[] = ['stageAndStatus', 'stage', 'status', 'none'];

export interface PipelineNode {
  readonly kind: 'pipeline';
  readonly id: string;
  readonly pipeline: Pipeline;
  /** Worst status of its builds. */
  readonly status: string;
  /** Whether it is the newest pipeline of its ref; older ones were run again. */
  readonly isNewestOfRef: boolean;
  /** Its own builds. Those of pipelines it triggered are below the bridges. */
  readonly builds: readonly Build[];
  /** Number of builds that the filter shows. */
  readonly shown: number;
  /**
   * The pipeline as the list of its branch has it, if it isn't one of the displayed commit's. Its builds are loaded when
   * its row is opened.
   */
  readonly listed?: ListedPipeline | undefined;
  readonly children: readonly TreeNode[];
}

export interface StageNode {
  readonly kind: 'stage';
  readonly id: string;
  readonly stage: string;
  /** The group holds the statuses reported by other CI systems. */
  readonly isExternal: boolean;
  readonly status: string;
  /** Builds that the filter shows. */
  readonly builds: readonly Build[];
  /** Number of builds without the filter. */
  readonly total: number;
  readonly children: readonly TreeNode[];
}

export interface StatusNode {
  readonly kind: 'status';
  readonly id: string;
  readonly status: string;
  /** The group holds allowed failures, which are listed apart from others. */
  readonly isAllowed: boolean;
  /** Number of its builds with this status. Members of a parallel group may have a better one. */
  readonly count: number;
  readonly builds: readonly Build[];
  readonly children: readonly TreeNode[];
}

/** The builds that `parallel` created from one job of the configuration. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  /** Shared name of the builds. */
  readonly name: string;
  readonly stage: string;
  /** Worst status among its rows. */
  readonly status: string;
  readonly isAllowed: boolean;
  /** Builds that the filter shows. */
  readonly builds: readonly Build[];
  /** Number of builds without the filter. */
  readonly total: number;
  readonly children: readonly BuildNode[];
}

export interface BuildNode {
  readonly kind: 'build';
  readonly id: string;
  readonly build: Build;
  /** Suffix that distinguishes it within its parallel group, if any. */
  readonly label?: string | undefined;
  /** The pipeline that a bridge triggered. */
  readonly child?: ChildPipeline | undefined;
  /** Artifacts, then rows of the triggered pipeline, then earlier attempts. */
  readonly children: readonly TreeNode[];
}

/** A triggered pipeline, which is shown below its bridge rather than in a row of its own. */
interface ChildPipeline {
  readonly pipeline: Pipeline;
  /** Worst status of its builds and of pipelines triggered by them. */
  readonly status: string;
  /** Its own builds. */
  readonly builds: readonly Build[];
  /** Number of builds that the filter shows. */
  readonly shown: number;
}

export interface AttemptNode {
  readonly kind: 'attempt';
  readonly id: string;
  readonly build: Build;
  readonly children: readonly ArtifactsNode[];
}

/**
 * The artifacts of a build or attempt: an archive, reports only, or expired ones. The archive's contents are loaded
 * when the row is expanded.
 */
export interface ArtifactsNode {
  readonly kind: 'artifacts';
  readonly id: string;
  readonly build: Build;
  readonly children: readonly [];
}

export type TreeNode = PipelineNode | StageNode | StatusNode | GroupNode | BuildNode | AttemptNode | ArtifactsNode;

/** Maximum nesting depth of pipelines; GitLab allows three. */
const deepest = 20;
/** Stages with at most this many rows are shown without status headings. */
const maxWithoutHeadings = 6;

/**
 * Builds the shape of the tree. Ids consist of what is stable (pipeline, stage, name), so that a refresh or a retry
 * keeps selection and expansion. Stages keep GitLab's order; everything else puts failed first. Several pipelines get a
 * level of their own, in the order of `pipelinesInOrder`; a single one doesn't.
 * @param listing builds as `arrange` returns them, pipelines newest first
 * @param filter the statuses to show; empty: all. A bridge is kept as long as something below it is
 * @param ref branch or tag that is checked out, if any
 */
export function toTree(
  listing: Listing,
  grouping: Grouping,
  filter: readonly string[],
  ref?: string,
): readonly TreeNode[] {
  return new NodeBuilder(listing, grouping, filter).roots(ref);
}

/** Row of a pipeline in the list of its branch, with its builds as far as they are loaded. It never starts expanded. */
export function listedPipelineNode(listed: ListedPipeline, { builds }: Listing): PipelineNode {
  const own = builds.filter(({ pipeline }) => pipeline === listed.id);
  const status = worstStatus(own) ?? listed.status;
  const rest = { builds: own, shown: own.length, children: [] };
  return { kind: 'pipeline', id: 'listed', pipeline: listed, status, isNewestOfRef: false, listed, ...rest };
}

/** Whether a failed build that counts is below the row. Such rows start expanded. */
export function leadsToFailure(node: TreeNode): boolean {
  return (node.kind !== 'pipeline' || node.isNewestOfRef) && node.children.some(isOrLeadsToFailure);
}

/** Whether the row is a failed build or leads to one. */
export function isOrLeadsToFailure(node: TreeNode): boolean {
  return (node.kind === 'build' && hasFailed(node.build)) || leadsToFailure(node);
}

class NodeBuilder {
  private readonly pipelines: ReadonlyMap<number, Pipeline>;
  private readonly ofPipeline: ReadonlyMap<number | undefined, readonly Build[]>;
  /** The build below which each triggered pipeline is shown: if a server named several, rows would multiply. */
  private readonly bridges: ReadonlyMap<number, Build>;
  /** Ids of the pipelines on the path to the current row, to stop at cycles. */
  private readonly way = new Set<number>();

  constructor(
    private readonly listing: Listing,
    private readonly grouping: Grouping,
    private readonly filter: readonly string[],
  ) {
    this.pipelines = new Map(listing.pipelines.map((pipeline) => [pipeline.id, pipeline]));
    this.ofPipeline = groupBy(listing.builds, ({ pipeline }) =>
      pipeline !== undefined && this.pipelines.has(pipeline) ? pipeline : undefined,
    );
    const bridges = new Map<number, Build>();
    for (const build of listing.builds)
      if (build.downstream !== undefined && !bridges.has(build.downstream)) bridges.set(build.downstream, build);
    this.bridges = bridges;
  }

  roots(ref: string | undefined): readonly TreeNode[] {
    const unordered = rootPipelines(this.listing);
    const standing = newestOfEachRef(unordered);
    const roots = pipelinesInOrder(this.listing, ref, unordered);
    // Up to 8.12 no build has a pipeline; later only some external statuses.
    const prefix = this.pipelines.size === 0 ? '' : 'other/';
    const unclaimed = this.groups(this.ofPipeline.get(undefined) ?? [], undefined, prefix);
    const [only] = roots;
    // A pipeline without builds has a failure to show, such as an invalid configuration, so it gets a row.
    if (only !== undefined && roots.length === 1 && this.ofPipeline.has(only.id))
      return [...this.within(only, ''), ...unclaimed];
    const nodes = roots.map((pipeline) => this.pipelineNode(pipeline, standing.has(pipeline), ''));
    return [...nodes.filter(({ children }) => this.filter.length === 0 || children.length > 0), ...unclaimed];
  }

  private pipelineNode(pipeline: Pipeline, isNewest: boolean, prefix: string): PipelineNode {
    const id = `${prefix}pipeline:${pipeline.id}`;
    const builds = this.ofPipeline.get(pipeline.id) ?? [];
    const status = worstStatus(builds) ?? pipeline.status;
    const children = this.within(pipeline, `${id}/`);
    const shown = this.countShown(builds);
    return { kind: 'pipeline', id, pipeline, status, isNewestOfRef: isNewest, builds, shown, children };
  }

  private within(pipeline: Pipeline, prefix: string): readonly TreeNode[] {
    this.way.add(pipeline.id);
    const nodes = this.groups(this.ofPipeline.get(pipeline.id) ?? [], pipeline, prefix);
    this.way.delete(pipeline.id);
    return nodes;
  }

  private groups(builds: readonly Build[], pipeline: Pipeline | undefined, prefix: string): readonly TreeNode[] {
    const shown = sortedByFirstAttempt(builds, pipeline).filter((build) => this.isShown(build));
    const own = shown.filter(({ kind }) => kind !== 'external');
    const external = shown.filter(({ kind }) => kind === 'external');
    return [...this.grouped(own, prefix), ...this.externalGroup(external, prefix)];
  }

  private grouped(builds: readonly Build[], prefix: string): readonly TreeNode[] {
    switch (this.grouping) {
      case 'stageAndStatus':
        return this.byStage(builds, prefix, (inStage, stage) =>
          this.withFewHeadings(this.rowsOf(inStage, prefix), `${prefix}stage:${stage}/`),
        );
      case 'stage':
        return this.byStage(builds, prefix, (inStage) => failedFirst(this.rowsOf(inStage, prefix)));
      case 'status':
        return byStatus(this.rowsOf(builds, prefix)).map((group) => statusNode(group, prefix));
      case 'none':
        return failedFirst(this.rowsOf(builds, prefix));
      default:
        return this.grouping satisfies never;
    }
  }

  private byStage(
    builds: readonly Build[],
    prefix: string,
    children: (builds: readonly Build[], stage: string) => readonly TreeNode[],
  ): readonly StageNode[] {
    return [...groupBy(builds, ({ stage }) => stage)].map(([stage, inStage]) => {
      const name = encodeURIComponent(stage.toWellFormed());
      return this.stageNode(`${prefix}stage:${name}`, inStage, children(inStage, name));
    });
  }

  private externalGroup(builds: readonly Build[], prefix: string): readonly StageNode[] {
    if (builds.length === 0) return [];
    const children = failedFirst(this.rowsOf(builds, prefix));
    return [{ ...this.stageNode(`${prefix}external`, builds, children), isExternal: true }];
  }

  private stageNode(id: string, builds: readonly Build[], children: readonly TreeNode[]): StageNode {
    const [stage, status] = [builds[0]?.stage ?? '', worstStatus(builds) ?? ''];
    const total = this.totalOf(builds, stageKey);
    return { kind: 'stage', id, stage, isExternal: false, status, builds, total, children };
  }

  /** Number of builds with the same key without the filter. */
  private totalOf(builds: readonly Build[], keyOf: (build: Build) => string | Build): number {
    const [first] = builds;
    if (this.filter.length === 0 || first === undefined) return builds.length;
    const [pipeline, key] = [this.pipelines.has(first.pipeline ?? -1) ? first.pipeline : undefined, keyOf(first)];
    return (this.ofPipeline.get(pipeline) ?? []).filter((build) => keyOf(build) === key).length;
  }

  private countShown(builds: readonly Build[]): number {
    return this.filter.length === 0 ? builds.length : builds.filter((build) => this.isShown(build)).length;
  }

  /**
   * Rows by status, worst first. A status gets a heading only if it has at least two rows and there are many rows with
   * different statuses.
   */
  private withFewHeadings(rows: readonly BuildRow[], prefix: string): readonly TreeNode[] {
    const groups = byStatus(rows);
    const hasHeadings = rows.length > maxWithoutHeadings && groups.length > 1 && this.filter.length !== 1;
    return groups.flatMap((group): readonly TreeNode[] =>
      hasHeadings && group.rows.length > 1 ? [statusNode(group, prefix)] : group.rows,
    );
  }

  private rowsOf(builds: readonly Build[], prefix: string): readonly BuildRow[] {
    return [...groupBy(builds, groupKey)].flatMap(([key, those]): readonly BuildRow[] =>
      typeof key === 'string' && those.length > 1
        ? [this.groupNode(those, prefix, key)]
        : those.map((build) => this.buildNode(build, prefix)),
    );
  }

  private groupNode(builds: readonly Build[], prefix: string, key: string): GroupNode {
    const [first] = builds;
    const [name, stage] = [first?.name ?? '', first?.stage ?? ''];
    const children = builds.map((build) => ({
      ...this.buildNode(build, prefix),
      label: parallelName(build.name)?.label,
    }));
    const { status, isAllowed } = byStatus(children)[0] ?? { status: '', isAllowed: false };
    const shared = parallelName(name)?.name ?? name;
    const [id, total] = [`${prefix}group:${key}`, this.totalOf(builds, groupKey)];
    return { kind: 'group', id, name: shared, stage, status, isAllowed, builds, total, children };
  }

  private buildNode(build: Build, prefix: string): BuildNode {
    const pipeline = this.childOf(build);
    if (pipeline === undefined) return simpleNode(build, prefix);
    const id = `${prefix}build:${identity(build)}`;
    const below = this.within(pipeline, `${id}/pipeline:${pipeline.id}/`);
    const children = [...artifactsOf(build, id), ...below, ...attemptNodes(build, `${id}/`)];
    return { kind: 'build', id, build, child: this.childPipeline(pipeline, below), children };
  }

  private childPipeline(pipeline: Pipeline, below: readonly TreeNode[]): ChildPipeline {
    const builds = this.ofPipeline.get(pipeline.id) ?? [];
    const status = below.some(isOrLeadsToFailure) ? 'failed' : (worstStatus(builds) ?? pipeline.status);
    return { pipeline, status, builds, shown: this.countShown(builds) };
  }

  private childOf(build: Build): Pipeline | undefined {
    const { downstream } = build;
    if (downstream === undefined || this.way.has(downstream) || this.way.size >= deepest) return undefined;
    return this.bridges.get(downstream) === build ? this.pipelines.get(downstream) : undefined;
  }

  private isShown(build: Build): boolean {
    return this.filter.length === 0 || this.filter.includes(build.status) || this.leadsToShown(build);
  }

  private leadsToShown(build: Build): boolean {
    const child = this.childOf(build);
    if (child === undefined) return false;
    this.way.add(child.id);
    const leads = (this.ofPipeline.get(child.id) ?? []).some((each) => this.isShown(each));
    this.way.delete(child.id);
    return leads;
  }
}

/**
 * Cache of the nodes of builds that triggered nothing, with the prefix of their ids. Such a node depends on nothing
 * else, and equal builds stay the same objects over refreshes.
 */
const simpleNodes = new WeakMap<Build, { readonly prefix: string; readonly node: BuildNode }>();

function simpleNode(build: Build, prefix: string): BuildNode {
  const known = simpleNodes.get(build);
  if (known?.prefix === prefix) return known.node;
  const id = `${prefix}build:${identity(build)}`;
  const children = [...artifactsOf(build, id), ...attemptNodes(build, `${id}/`)];
  const node: BuildNode = { kind: 'build', id, build, child: undefined, children };
  simpleNodes.set(build, { prefix, node });
  return node;
}

/** The displayed status: for a bridge, that of the pipeline it triggered. */
function shownStatus({ build, child }: BuildNode): string {
  return child?.status ?? build.status;
}

/** Whether a bridge passed although the pipeline it triggered failed. */
export function isPassedWithFailedChild({ build, child }: BuildNode): boolean {
  return build.status === 'success' && child?.status === 'failed';
}

/** A row below a stage, with or without a heading. */
type BuildRow = BuildNode | GroupNode;

/** Rows with the same status. */
interface StatusGroup<R extends BuildRow = BuildRow> {
  readonly status: string;
  readonly isAllowed: boolean;
  readonly rows: readonly R[];
}

/** Rows by status, worst first. Allowed failures are listed apart from others. */
function byStatus<R extends BuildRow>(rows: readonly R[]): readonly StatusGroup<R>[] {
  return [...groupBy(rows, (row) => `${statusOf(row)}${isAllowedFailure(row) ? '/allowed' : ''}`).values()]
    .flatMap((those) => {
      const [first] = those;
      return first === undefined ? [] : [{ status: statusOf(first), isAllowed: isAllowedFailure(first), rows: those }];
    })
    .sort((a, b) => rankOf(b) - rankOf(a));
}

function statusOf(row: BuildRow): string {
  return row.kind === 'group' ? row.status : shownStatus(row);
}

function isAllowedFailure(row: BuildRow): boolean {
  return row.kind === 'group' ? row.isAllowed : row.build.status === 'failed' && row.build.allowFailure;
}

/** Grouping key of a stage's row, or of the row of external statuses. */
function stageKey({ kind, stage }: Build): string {
  return kind === 'external' ? 'external' : `stage:${stage}`;
}

/** Grouping key: the shared name for parallel builds, the build itself for others. */
function groupKey(build: Build): string | Build {
  const { kind, pipeline, ref, stage } = build;
  const parallel = kind === 'external' ? undefined : parallelName(build.name);
  if (parallel === undefined) return build;
  const parts = [pipeline ?? ref, stage, parallel.name].map((part) => encodeURIComponent(String(part).toWellFormed()));
  return [...parts, parallel.label.startsWith('[') ? 'matrix' : 'parallel'].join('/');
}

/** Sort key of a group. An allowed failure is no worse than a success, but comes before it. */
function rankOf({ status, isAllowed }: Omit<StatusGroup, 'rows'>): number {
  return isAllowed ? severity('success') + 0.5 : severity(status);
}

function statusNode({ status, isAllowed, rows }: StatusGroup, prefix: string): StatusNode {
  const id = `${prefix}status:${encodeURIComponent(status.toWellFormed())}${isAllowed ? '/allowed' : ''}`;
  const single = rows.flatMap((row) => (row.kind === 'group' ? row.children : [row]));
  const count = single.filter((row) => statusOf(row) === status && isAllowedFailure(row) === isAllowed).length;
  return { kind: 'status', id, status, isAllowed, count, builds: single.map(({ build }) => build), children: rows };
}

function attemptNodes({ attempts }: Build, prefix: string): readonly AttemptNode[] {
  return attempts.map((build) => {
    const id = `${prefix}attempt:${build.id}`;
    return { kind: 'attempt', id, build, children: artifactsOf(build, id) };
  });
}

function artifactsOf(build: Build, id: string): readonly ArtifactsNode[] {
  return artifactsState(build) !== 'none' ? [{ kind: 'artifacts', id: `${id}/artifacts`, build, children: [] }] : [];
}

/** Builds in stage order, then by first attempt: a retry has a new id, but its row stays in place. */
function sortedByFirstAttempt(builds: readonly Build[], pipeline: Pipeline | undefined): readonly Build[] {
  const ranks = stageRanks(builds, pipeline === undefined ? [] : [pipeline]);
  return inStageOrder(builds, ranks, firstId);
}

function failedFirst(rows: readonly BuildRow[]): readonly BuildRow[] {
  const [failed, others]: [BuildRow[], BuildRow[]] = [[], []];
  for (const row of rows) (isOrLeadsToFailure(row) ? failed : others).push(row);
  return [...failed, ...others];
}
