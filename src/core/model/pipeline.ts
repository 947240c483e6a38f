import { firstId, type Build } from './build';
import { mergeOrders } from './mergeOrders';

/** One pipeline of the commit that is shown: plain, read-only, safe to serialise. */
export interface Pipeline {
  readonly id: number;
  /** Branch, tag, or a merge request's `refs/merge-requests/1/merge`. */
  readonly ref: string;
  /** Another than the commit's own where GitLab tests the merge of a branch into its target. */
  readonly sha: string;
  /** GitLab's word. */
  readonly status: string;
  /** GitLab's word for what made it: `push`, `schedule`, `parent_pipeline`, …; undefined where it does not tell. */
  readonly source?: string | undefined;
  readonly webUrl?: string | undefined;
  /** The name that its configuration gives it. */
  readonly name?: string | undefined;
  /** What GitLab says is wrong with its configuration. */
  readonly yamlErrors?: string | undefined;
  /** Why it failed for a reason of its own, not of a build: GitLab's word or sentence; only GraphQL tells. */
  readonly failureReason?: string | undefined;
  readonly mergeRequest?: MergeRequest | undefined;
  /** In their true order, where GitLab tells it. */
  readonly stages?: readonly string[] | undefined;
}

export interface MergeRequest {
  /** Its number within the project: `!7`. */
  readonly iid: number;
  readonly title: string;
}

/** The builds of a commit, arranged, and the pipelines they belong to, newest first; none on GitLab up to 8.12. */
export interface Listing {
  readonly builds: readonly Build[];
  readonly pipelines: readonly Pipeline[];
  /** There are more builds than these: a bound cut the list. */
  readonly isPartial?: boolean | undefined;
}

/** The pipelines that no bridge among the builds has started. */
export function rootPipelines({ builds, pipelines }: Listing): readonly Pipeline[] {
  const started = new Set(builds.flatMap(withAttempts).map(({ downstream }) => downstream));
  const roots = pipelines.filter(({ id }) => !started.has(id));
  return roots.length === 0 ? pipelines : roots;
}

/** The newest pipeline of a ref that failed before it had a build, as with an invalid configuration. */
export function pipelineFailedWithoutBuilds(listing: Listing): Pipeline | undefined {
  const started = new Set(listing.builds.map(({ pipeline }) => pipeline));
  const newest = new Map([...rootPipelines(listing)].reverse().map((pipeline) => [pipeline.ref, pipeline]));
  return [...newest.values()].reverse().find(({ id, status }) => status === 'failed' && !started.has(id));
}

/** What GitLab says of why it failed without builds: an invalid configuration, most of the time. A word is told as words. */
export function pipelineFailure({ status, yamlErrors, failureReason }: Pipeline): string | undefined {
  if (status !== 'failed') return undefined;
  return yamlErrors ?? (failureReason?.includes(' ') === true ? failureReason : failureReason?.replaceAll('_', ' '));
}

/** The pipelines of each ref that no later one of the same ref has replaced. */
export function newestOfEachRef(roots: readonly Pipeline[]): ReadonlySet<Pipeline> {
  return new Set(new Map(roots.toReversed().map((pipeline) => [pipeline.ref, pipeline])).values());
}

/**
 * The root pipelines as a user looks for them: that of the merge request, then of what is checked out, of tags, of
 * schedules, and others; the newest first among equals.
 * @param ref branch or tag that is checked out; undefined: every branch counts as checked out
 */
export function pipelinesInOrder(listing: Listing, ref: string | undefined): readonly Pipeline[] {
  const tagged = new Set(listing.builds.filter(({ tag }) => tag).map(({ pipeline }) => pipeline));
  const rank = (pipeline: Pipeline): number => {
    if (isOfMergeRequest(pipeline)) return 0;
    if (pipeline.source === 'schedule') return 3;
    if (pipeline.ref === ref) return 1;
    if (tagged.has(pipeline.id)) return 2;
    return ref === undefined ? 1 : 4;
  };
  return rootPipelines(listing).toSorted((a, b) => rank(a) - rank(b));
}

export function isOfMergeRequest({ ref, mergeRequest }: Pipeline): boolean {
  return mergeRequest !== undefined || ref.startsWith('refs/merge-requests/');
}

/**
 * The builds by which the commit stands: of each ref those of the newest pipeline, and of what that has started. An
 * earlier pipeline of the same ref was run again, so what failed in it no longer counts.
 */
export function standingBuilds(listing: Listing): readonly Build[] {
  const { builds, pipelines } = listing;
  const counted = new Set<number>();
  const count = (id: number) => {
    if (counted.has(id)) return;
    counted.add(id);
    for (const { pipeline, downstream } of builds) if (pipeline === id && downstream !== undefined) count(downstream);
  };
  for (const { id } of newestOfEachRef(rootPipelines(listing))) count(id);
  const known = new Set(pipelines.map(({ id }) => id));
  return builds.filter(({ pipeline }) => pipeline === undefined || !known.has(pipeline) || counted.has(pipeline));
}

/**
 * The order of stages: GitLab's own where the pipeline tells it; elsewhere by the smallest id per stage over all
 * attempts, since builds are made stage by stage. The orders of several pipelines are merged topologically; where two
 * contradict each other, the newer pipeline's counts. `.pre` is first and `.post` last by definition, external statuses
 * come after all.
 */
export function stageRanks(builds: readonly Build[], pipelines: readonly Pipeline[]): ReadonlyMap<string, number> {
  const ordered = mergeOrders(stageLists(builds, pipelines)).filter((stage) => !fixed.includes(stage));
  return new Map(['.pre', ...ordered, '.post', externalStage].map((stage, rank) => [stage, rank]));
}

/** GitLab's name for the stage of external statuses. */
export const externalStage = 'external';
const fixed: readonly string[] = ['.pre', '.post', externalStage];

function stageLists(builds: readonly Build[], pipelines: readonly Pipeline[]): readonly (readonly string[])[] {
  const known = new Map(pipelines.map(({ id, stages }) => [id, stages]));
  const ofEach = new Map<number | undefined, Build[]>(pipelines.map(({ id }) => [id, []]));
  for (const build of builds) {
    const pipeline = known.has(build.pipeline ?? -1) ? build.pipeline : undefined;
    const others = ofEach.get(pipeline);
    if (others === undefined) ofEach.set(pipeline, [build]);
    else others.push(build);
  }
  return [...ofEach].flatMap(([pipeline, those]) => [known.get(pipeline ?? -1) ?? [], stagesById(those)]);
}

function stagesById(builds: readonly Build[]): readonly string[] {
  const firstIds = new Map<string, number>();
  for (const build of builds) {
    firstIds.set(build.stage, Math.min(firstIds.get(build.stage) ?? Infinity, firstId(build)));
  }
  return [...firstIds].sort(([, a], [, b]) => a - b).map(([stage]) => stage);
}

function withAttempts(build: Build): readonly Build[] {
  return [build, ...build.attempts];
}
