import type { Build, Commit } from '../../model/build';
import { reachedFrom, type Listing, type Pipeline } from '../../model/pipeline';
import { groupBy } from '../../util/groupBy';
import type { Project, RowContext } from '../dialect';
import type { JsonObject } from '../jsonObject';
import { maxBuilds, maxPipelines } from './listingBounds';
import { endStateOf, toBuild, toChild, toCommit, toPipeline, type NamedPipeline } from './graphqlMappers';

/** Finished child pipelines without children of their own, by number within the project. */
export type EndedChildren = ReadonlyMap<string, EndedChild>;

interface EndedChild {
  readonly pipeline: Pipeline;
  readonly builds: readonly Build[];
  readonly endState: string;
}

/** What the responses about a commit contain so far: pipelines, builds, and how they belong together. */
export class FoundPipelines {
  readonly pipelines = new Map<number, Pipeline>();
  /** Pipelines found through merge requests, by id. */
  readonly ofMergeRequests = new Map<number, Pipeline>();
  /** Newest merged results pipeline of each merge request. */
  readonly merges = new Map<number, Pipeline>();
  /** Ids of all merged results pipelines that were loaded; those known from last time may no longer be the newest. */
  readonly mergesLoaded = new Set<number>();
  /** Child pipelines that bridges refer to, by id. */
  readonly named = new Map<number, NamedPipeline>();
  /** Pipelines on merge results that were loaded before anything else named them. */
  guessed: readonly Pipeline[] = [];
  private readonly builds: Build[] = [];
  /** Commits of the pipelines, by SHA. */
  private readonly commits = new Map<string, Commit>();
  /** Fingerprints of finished pipelines, by id. */
  private readonly endStates = new Map<number, string>();

  constructor(private readonly project: Project) {}

  /** Number of pipelines that can still be added. */
  get room(): number {
    return this.builds.length < maxBuilds ? Math.max(0, maxPipelines - this.pipelines.size) : 0;
  }

  /** Adds a pipeline and its first page of jobs. */
  add(row: JsonObject, context: RowContext): void {
    const pipeline = toPipeline(row, this.project);
    this.pipelines.set(pipeline.id, pipeline);
    const commit = toCommit(row, pipeline);
    if (commit !== undefined) this.commits.set(pipeline.sha, commit);
    const endState = endStateOf(row);
    if (endState !== undefined) this.endStates.set(pipeline.id, endState);
    this.addJobs(row.requireObject('jobs'), pipeline, context);
  }

  addJobs(page: JsonObject, pipeline: Pipeline, context: RowContext): void {
    for (const job of page.requireObjects('nodes')) {
      this.builds.push(toBuild(job, pipeline, context));
      const child = toChild(job, pipeline, this.project);
      if (child !== undefined) this.named.set(child.id, child);
    }
  }

  /** Reuses finished child pipelines until their bridge reports a different state. */
  addEnded(ended: EndedChildren): void {
    for (const { id, iid = '', endState } of this.named.values()) {
      const kept = ended.get(iid);
      if (kept === undefined || kept.endState !== endState || this.pipelines.has(id)) continue;
      this.pipelines.set(id, kept.pipeline);
      this.endStates.set(id, kept.endState);
      for (const build of kept.builds) this.builds.push(build);
    }
  }

  /**
   * Finished child pipelines to remember. One with children of its own is loaded each time, since only its bridges
   * report on those.
   */
  endedChildren(named: readonly NamedPipeline[]): EndedChildren {
    const builds = groupBy(this.builds, ({ pipeline }) => pipeline);
    const entries = named.flatMap(({ id, iid }) => {
      const [pipeline, endState, own = []] = [this.pipelines.get(id), this.endStates.get(id), builds.get(id)];
      const isLeaf = own.every(({ downstream }) => downstream === undefined);
      if (iid === undefined || pipeline === undefined || endState === undefined || !isLeaf) return [];
      return [[iid, { pipeline, builds: own, endState }] as const];
    });
    return new Map(entries);
  }

  /**
   * The result. Of the commit's child pipelines, only those triggered by a listed pipeline; others belong to older
   * ones.
   */
  listing(isPartial: boolean): Listing {
    const roots = [...this.pipelines.keys()].filter((id) => this.isRoot(id));
    const reached = reachedFrom(roots, this.builds);
    const pipelines = [...this.pipelines.values()].filter(({ id }) => reached.has(id));
    return {
      builds: this.builds
        .filter(({ pipeline }) => pipeline === undefined || reached.has(pipeline))
        .map((build) => ({ ...build, commit: this.commits.get(build.commit?.sha ?? '') ?? build.commit })),
      pipelines: pipelines.map((one) => this.marked(one)),
      ...(isPartial ? { isPartial: true } : {}),
    };
  }

  private isRoot(id: number): boolean {
    const isChild = this.named.has(id) || this.pipelines.get(id)?.source === 'parent_pipeline';
    const isGuess = this.guessed.some((one) => one.id === id) && !this.ofMergeRequests.has(id);
    return !isChild && !isGuess && (!this.mergesLoaded.has(id) || this.merges.has(id));
  }

  private marked(pipeline: Pipeline): Pipeline {
    const listed = this.ofMergeRequests.get(pipeline.id);
    if (listed !== undefined)
      return { ...pipeline, source: pipeline.source ?? 'merge_request_event', mergeRequest: listed.mergeRequest };
    // If the server doesn't report the source of a pipeline, being named by a bridge makes it a child.
    const isChild = this.named.has(pipeline.id) && pipeline.source === undefined;
    return isChild ? { ...pipeline, source: 'parent_pipeline' } : pipeline;
  }
}
