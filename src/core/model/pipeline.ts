import { firstId, type Build } from './build';
import { mergeOrders } from './mergeOrders';
import { groupBy } from '../util/groupBy';

/** One pipeline of the commit: plain, read-only, safe to serialize. */
export interface Pipeline {
  readonly id: number;
  /** Branch, tag, or a merge request's `refs/merge-requests/1/merge`. */
  readonly ref: string;
  /** Differs from the commit's SHA for a merged results pipeline. */
  readonly sha: string;
  /** GitLab's status, unchanged. */
  readonly status: string;
  /** GitLab's `source`, such as `push`, `schedule` or `parent_pipeline`; undefined if unknown. */
  readonly source?: string | undefined;
  readonly webUrl?: string | undefined;
  /** Name given by `workflow:name`. */
  readonly name?: string | undefined;
  /** Configuration errors reported by GitLab. */
  readonly yamlErrors?: string | undefined;
  /** Why the pipeline itself failed, independent of its builds: GitLab's code or sentence. GraphQL only. */
  readonly failureReason?: string | undefined;
  readonly mergeRequest?: MergeRequest | undefined;
  /** Stage names in configured order, if GitLab lists them. */
  readonly stages?: readonly string[] | undefined;
}

/** A pipeline in the list of a branch, with when and for how long it ran. */
export interface ListedPipeline extends Pipeline {
  /** ISO 8601. */
  readonly createdAt?: string | undefined;
  /** Duration in seconds; undefined if GitLab doesn't say. */
  readonly seconds?: number | undefined;
  /** Title of its commit; undefined if GitLab doesn't say. */
  readonly title?: string | undefined;
}

export interface MergeRequest {
  /** Number within the project, as in `!7`. */
  readonly iid: number;
  readonly title: string;
}

/** The builds of a commit, arranged, and their pipelines, newest first. GitLab up to 8.12 has no pipelines. */
export interface Listing {
  readonly builds: readonly Build[];
  readonly pipelines: readonly Pipeline[];
  /** The list was truncated at a limit. */
  readonly isPartial?: boolean | undefined;
}

/** Pipelines that aren't triggered by one of the builds. */
export function rootPipelines({ builds, pipelines }: Listing): readonly Pipeline[] {
  const started = new Set<number | undefined>();
  for (const build of builds) {
    started.add(build.downstream);
    for (const attempt of build.attempts) started.add(attempt.downstream);
  }
  const roots = pipelines.filter(({ id }) => !started.has(id));
  return roots.length === 0 ? pipelines : roots;
}

/** The newest pipeline of a ref that failed without any builds, for example because of an invalid configuration. */
export function pipelineFailedWithoutBuilds(listing: Listing): Pipeline | undefined {
  const started = new Set(listing.builds.map(({ pipeline }) => pipeline));
  const newest = new Map([...rootPipelines(listing)].reverse().map((pipeline) => [pipeline.ref, pipeline]));
  return [...newest.values()].reverse().find(({ id, status }) => status === 'failed' && !started.has(id));
}

/**
 * Why a pipeline failed without builds, as GitLab reports it; usually an invalid configuration. Codes are turned into
 * words.
 */
export function pipelineFailure({ status, yamlErrors, failureReason }: Pipeline): string | undefined {
  if (status !== 'failed') return undefined;
  return yamlErrors ?? (failureReason?.includes(' ') === true ? failureReason : failureReason?.replaceAll('_', ' '));
}

/** Whether it failed because of an error in its configuration. */
export function isInvalid({ status, yamlErrors }: Pipeline): boolean {
  return status === 'failed' && yamlErrors !== undefined;
}

/** The newest pipeline of each ref. */
export function newestOfEachRef(roots: readonly Pipeline[]): ReadonlySet<Pipeline> {
  return new Set(new Map(roots.toReversed().map((pipeline) => [pipeline.ref, pipeline])).values());
}

/**
 * Root pipelines in the order of the tree: merge request, then what is checked out, tags, schedules, others; newest
 * first within each.
 * @param ref branch or tag that is checked out; undefined: every branch counts as checked out
 */
export function pipelinesInOrder(
  listing: Listing,
  ref: string | undefined,
  roots = rootPipelines(listing),
): readonly Pipeline[] {
  const tagged = new Set(listing.builds.filter(({ tag }) => tag).map(({ pipeline }) => pipeline));
  const rank = (pipeline: Pipeline): number => {
    if (isOfMergeRequest(pipeline)) return 0;
    if (pipeline.source === 'schedule') return 3;
    if (pipeline.ref === ref) return 1;
    if (tagged.has(pipeline.id)) return 2;
    return ref === undefined ? 1 : 4;
  };
  return roots.toSorted((a, b) => rank(a) - rank(b));
}

export function isOfMergeRequest({ ref, mergeRequest }: Pipeline): boolean {
  return mergeRequest !== undefined || ref.startsWith('refs/merge-requests/');
}

/**
 * The builds that decide the commit's status: those of the newest pipeline of each ref, and of the pipelines it
 * triggered. An earlier pipeline of the same ref was run again, so its failures no longer count.
 */
export function buildsThatCount(listing: Listing): readonly Build[] {
  const { builds, pipelines } = listing;
  const newest = [...newestOfEachRef(rootPipelines(listing))].map(({ id }) => id);
  const counted = reachedFrom(newest, builds);
  const known = new Set(pipelines.map(({ id }) => id));
  return builds.filter(({ pipeline }) => pipeline === undefined || !known.has(pipeline) || counted.has(pipeline));
}

/**
 * Sort order of stages: GitLab's own if known, else by the smallest id per stage over all attempts, since builds are
 * created stage by stage. The orders of several pipelines are merged topologically; the newer pipeline wins
 * contradictions. `.pre` is always first and `.post` last; external statuses follow.
 */
export function stageRanks(builds: readonly Build[], pipelines: readonly Pipeline[]): ReadonlyMap<string, number> {
  const ordered = mergeOrders(stageLists(builds, pipelines)).filter((stage) => !fixed.includes(stage));
  return new Map(['.pre', ...ordered, '.post', externalStage].map((stage, rank) => [stage, rank]));
}

/**
 * Builds by the rank of their stage, then by a number. A number and a rank are looked up once per build rather than per
 * comparison, and builds that are in order within their stage, as GitLab lists them, cost linear time.
 */
export function inStageOrder(
  builds: readonly Build[],
  ranks: ReadonlyMap<string, number>,
  numberOf: (build: Build) => number,
): readonly Build[] {
  const ofRank = new Map<number, { readonly number: number; readonly build: Build }[]>();
  for (const build of builds) {
    const [rank, entry] = [ranks.get(build.stage) ?? 0, { number: numberOf(build), build }];
    const entries = ofRank.get(rank);
    if (entries === undefined) ofRank.set(rank, [entry]);
    else entries.push(entry);
  }
  const inOrder: Build[] = [];
  for (const [, entries] of [...ofRank].sort(([a], [b]) => a - b))
    for (const { build } of entries.sort((a, b) => a.number - b.number)) inOrder.push(build);
  return inOrder;
}

/** GitLab's stage name for external statuses. */
export const externalStage = 'external';
const fixed: readonly string[] = ['.pre', '.post', externalStage];

function stageLists(builds: readonly Build[], pipelines: readonly Pipeline[]): readonly (readonly string[])[] {
  const known = new Map(pipelines.map(({ id, stages }) => [id, stages]));
  const ofEach = groupBy(builds, ({ pipeline }) => (known.has(pipeline ?? -1) ? pipeline : undefined));
  return [...pipelines.map(({ id }) => id), undefined].flatMap((id) => [
    known.get(id ?? -1) ?? [],
    stagesById(ofEach.get(id) ?? []),
  ]);
}

function stagesById(builds: readonly Build[]): readonly string[] {
  const firstIds = new Map<string, number>();
  for (const build of builds) {
    const [known, first] = [firstIds.get(build.stage), firstId(build)];
    if (known === undefined || first < known) firstIds.set(build.stage, first);
  }
  return [...firstIds].sort(([, a], [, b]) => a - b).map(([stage]) => stage);
}

/** The part of a listing that belongs to one pipeline and to those that its builds triggered. */
export function withinPipeline({ builds, pipelines, isPartial }: Listing, id: number): Listing {
  const reached = reachedFrom([id], builds.flatMap(withAttempts));
  return {
    builds: builds.filter(({ pipeline }) => pipeline !== undefined && reached.has(pipeline)),
    pipelines: pipelines.filter((pipeline) => reached.has(pipeline.id)),
    ...(isPartial === true ? { isPartial } : {}),
  };
}

/** Ids of pipelines and of all that their builds triggered. Linear, and without recursion: chains may be long. */
export function reachedFrom(ids: readonly number[], builds: readonly Build[]): ReadonlySet<number> {
  const ofPipeline = groupBy(builds, ({ pipeline }) => pipeline);
  const reached = new Set<number>();
  const open = [...ids];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const { downstream } of ofPipeline.get(next) ?? []) if (downstream !== undefined) open.push(downstream);
  }
  return reached;
}

function withAttempts(build: Build): readonly Build[] {
  return [build, ...build.attempts];
}
