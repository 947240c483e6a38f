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
  const refs = new Set<string>();
  for (const { id, ref } of rootPipelines(listing)) {
    if (!refs.has(ref)) count(id);
    refs.add(ref);
  }
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
