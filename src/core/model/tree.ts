import { artifactsState, firstId, hasFailed, identity, severity, worstStatus, type Build } from './build';
import { newestOfEachRef, pipelinesInOrder, rootPipelines, stageRanks, type Listing, type Pipeline } from './pipeline';

export type Grouping = 'stageAndStatus' | 'stage' | 'status' | 'none';
export const groupings: readonly Grouping[] = ['stageAndStatus', 'stage', 'status', 'none'];

export interface PipelineNode {
  readonly kind: 'pipeline';
  readonly id: string;
  readonly pipeline: Pipeline;
  /** The worst of its builds. */
  readonly status: string;
  /** The newest of its ref, or what a bridge has started: an earlier one was run again. */
  readonly isStanding: boolean;
  /** Its own; those of the pipelines that it has started are below their bridges. */
  readonly builds: readonly Build[];
  readonly children: readonly TreeNode[];
}

export interface StageNode {
  readonly kind: 'stage';
  readonly id: string;
  readonly stage: string;
  /** What other CI systems report stands in a group of its own. */
  readonly isExternal: boolean;
  readonly status: string;
  readonly builds: readonly Build[];
  readonly children: readonly TreeNode[];
}

export interface StatusNode {
  readonly kind: 'status';
  readonly id: string;
  readonly status: string;
  /** Builds that failed, as they may: apart from those that may not. */
  readonly isAllowed: boolean;
  readonly builds: readonly Build[];
  readonly children: readonly TreeNode[];
}

export interface BuildNode {
  readonly kind: 'build';
  readonly id: string;
  readonly build: Build;
  /** Its artifacts, what it has started, then its attempts. */
  readonly children: readonly TreeNode[];
}

export interface AttemptNode {
  readonly kind: 'attempt';
  readonly id: string;
  readonly build: Build;
  readonly children: readonly ArtifactsNode[];
}

/**
 * The artifacts of a build or an attempt, its reports alone, or that they have expired; what is in an archive is asked for
 * when the row is opened.
 */
export interface ArtifactsNode {
  readonly kind: 'artifacts';
  readonly id: string;
  readonly build: Build;
  readonly children: readonly [];
}

export type TreeNode = PipelineNode | StageNode | StatusNode | BuildNode | AttemptNode | ArtifactsNode;

/**
 * The tree's shape. Ids are made of what stays (pipeline, stage, name), so that a refresh or a retry keeps selection
 * and expansion. Stages keep GitLab's order; everything else puts failed first. Several pipelines have a level of their
 * own, in the order of `pipelinesInOrder`; one has none.
 * @param listing builds as `arrange` gives them, pipelines newest first
 * @param filter the statuses to show; empty: all. A bridge stays as long as something in what it has started does
 * @param ref branch or tag that is checked out, where one is
 */
export function toTree(
  listing: Listing,
  grouping: Grouping,
  filter: readonly string[],
  ref?: string,
): readonly TreeNode[] {
  return new Drawing(listing, grouping, filter).roots(ref);
}

/** Whether a build below the row has failed, and counts: all rows down to it are open. */
export function leadsToFailure(node: TreeNode): boolean {
  return (node.kind !== 'pipeline' || node.isStanding) && node.children.some(isOrLeadsToFailure);
}

/** The same, or it is a build that has failed itself. */
export function isOrLeadsToFailure(node: TreeNode): boolean {
  return (node.kind === 'build' && hasFailed(node.build)) || leadsToFailure(node);
}

class Drawing {
  private readonly pipelines: ReadonlyMap<number, Pipeline>;
  private readonly ofPipeline: ReadonlyMap<number | undefined, readonly Build[]>;
  /** On the way to where the drawing is: a pipeline that leads back to itself is not drawn again. */
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
  }

  roots(ref: string | undefined): readonly TreeNode[] {
    const standing = newestOfEachRef(rootPipelines(this.listing));
    const roots = pipelinesInOrder(this.listing, ref);
    // Up to 8.12 that is all; later some external statuses, of which GitLab does not say whose they are.
    const prefix = this.pipelines.size === 0 ? '' : 'other/';
    const unclaimed = this.groups(this.ofPipeline.get(undefined) ?? [], undefined, prefix);
    const [only] = roots;
    // One without builds has a reason, such as a configuration that GitLab cannot read: that is worth a row.
    if (only !== undefined && roots.length === 1 && this.ofPipeline.has(only.id))
      return [...this.within(only, ''), ...unclaimed];
    const nodes = roots.map((pipeline) => this.pipelineNode(pipeline, standing.has(pipeline), ''));
    return [...nodes.filter(({ children }) => this.filter.length === 0 || children.length > 0), ...unclaimed];
  }

  private pipelineNode(pipeline: Pipeline, isStanding: boolean, prefix: string): PipelineNode {
    const id = `${prefix}pipeline:${pipeline.id}`;
    const builds = this.ofPipeline.get(pipeline.id) ?? [];
    const status = worstStatus(builds) ?? pipeline.status;
    const children = this.within(pipeline, `${id}/`);
    return { kind: 'pipeline', id, pipeline, status, isStanding, builds, children };
  }

  private within(pipeline: Pipeline, prefix: string): readonly TreeNode[] {
    this.way.add(pipeline.id);
    const nodes = this.groups(this.ofPipeline.get(pipeline.id) ?? [], pipeline, prefix);
    this.way.delete(pipeline.id);
    return nodes;
  }

  private groups(builds: readonly Build[], pipeline: Pipeline | undefined, prefix: string): readonly TreeNode[] {
    const shown = inPlace(builds, pipeline).filter((build) => this.isShown(build));
    const own = shown.filter(({ kind }) => kind !== 'external');
    const external = shown.filter(({ kind }) => kind === 'external');
    return [...this.grouped(own, prefix), ...this.externalGroup(external, prefix)];
  }

  private grouped(builds: readonly Build[], prefix: string): readonly TreeNode[] {
    switch (this.grouping) {
      case 'stageAndStatus':
        return this.byStage(builds, prefix, (inStage, stage) =>
          this.byStatus(inStage, `${prefix}stage:${stage}/`, prefix),
        );
      case 'stage':
        return this.byStage(builds, prefix, (inStage) => this.buildNodes(inStage, prefix));
      case 'status':
        return this.byStatus(builds, prefix, prefix);
      case 'none':
        return this.buildNodes(builds, prefix);
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
      return stageNode(`${prefix}stage:${name}`, inStage, children(inStage, name));
    });
  }

  private externalGroup(builds: readonly Build[], prefix: string): readonly StageNode[] {
    if (builds.length === 0) return [];
    return [{ ...stageNode(`${prefix}external`, builds, this.buildNodes(builds, prefix)), isExternal: true }];
  }

  private byStatus(builds: readonly Build[], groupPrefix: string, prefix: string): readonly StatusNode[] {
    const isAllowed = ({ status, allowFailure }: Build) => status === 'failed' && allowFailure;
    const groups = [...groupBy(builds, (build) => (isAllowed(build) ? 'failed/allowed' : build.status)).values()];
    return groups
      .map((those) => ({
        those,
        status: those[0]?.status ?? '',
        allowed: those[0] !== undefined && isAllowed(those[0]),
      }))
      .sort((a, b) => rankOf(b) - rankOf(a))
      .map(({ those, status, allowed }) => {
        const id = `${groupPrefix}status:${encodeURIComponent(status.toWellFormed())}${allowed ? '/allowed' : ''}`;
        const children = this.buildNodes(those, prefix);
        return { kind: 'status', id, status, isAllowed: allowed, builds: those, children };
      });
  }

  private buildNodes(builds: readonly Build[], prefix: string): readonly BuildNode[] {
    return failedFirst(builds).map((build) => {
      const id = `${prefix}build:${identity(build)}`;
      const started = this.started(build, `${id}/`);
      const children = [...artifactsOf(build, id), ...started, ...attemptNodes(build, `${id}/`)];
      return { kind: 'build', id, build, children };
    });
  }

  private started(build: Build, prefix: string): readonly PipelineNode[] {
    const child = this.childOf(build);
    return child === undefined ? [] : [this.pipelineNode(child, true, prefix)];
  }

  private childOf({ downstream }: Build): Pipeline | undefined {
    return downstream === undefined || this.way.has(downstream) ? undefined : this.pipelines.get(downstream);
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

function stageNode(id: string, builds: readonly Build[], children: readonly TreeNode[]): StageNode {
  const [stage, status] = [builds[0]?.stage ?? '', worstStatus(builds) ?? ''];
  return { kind: 'stage', id, stage, isExternal: false, status, builds, children };
}

/** A failure that is allowed is no worse than a success, but comes before it. */
function rankOf({ status, allowed }: { readonly status: string; readonly allowed: boolean }): number {
  return allowed ? severity('success') + 0.5 : severity(status);
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

/** In stage order, and there by the first attempt: a retry has a new id, but its row stays where it is. */
function inPlace(builds: readonly Build[], pipeline: Pipeline | undefined): readonly Build[] {
  const ranks = stageRanks(builds, pipeline === undefined ? [] : [pipeline]);
  const rank = ({ stage }: Build) => ranks.get(stage) ?? 0;
  return [...builds].sort((a, b) => rank(a) - rank(b) || firstId(a) - firstId(b));
}

function failedFirst(builds: readonly Build[]): readonly Build[] {
  return [...builds.filter(hasFailed), ...builds.filter((build) => !hasFailed(build))];
}

function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
