import { mapLimit } from '../../util/mapLimit';
import type { Build } from '../../model/build';
import type { Listing, Pipeline } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { externalStatuses, withExternal } from './externalStatuses';
import { withConfigErrors } from './configErrors';
import { maxBuilds, maxPipelines } from './listingBounds';
import { mergeRequestPipelines } from './mergeRequests';
import { newestJobs } from './newestJobs';
import { ownPipelines } from './ownPipelines';
import type { ReadBuild } from './pipelineRows';
import { RowsByPipeline, type EndedRows } from './rowsByPipeline';

const pipelinesAtOnce = 6;

/** What the previous listing found, so that everything can be requested at once. */
interface Known {
  /** All pipelines except finished child pipelines: their bridges show whether those have changed. */
  readonly pipelines: readonly Pipeline[];
  readonly ended: ReadonlyMap<number, EndedRows>;
}

/**
 * Loads a commit's builds with API v4, which only lists them by pipeline: those of its pipelines and of the pipelines
 * these triggered.
 */
export async function listByRest(question: CommitQuestion, read: ReadBuild): Promise<Listing> {
  const { project, commit, memory } = question;
  const key = `pipelines listed of ${project.id} ${commit.sha} ${commit.ref ?? ''}`;
  const known = memory.get(key) as Known | undefined; // Only written below.
  const rows = new RowsByPipeline(question, read, question.isAsked === true ? undefined : known?.ended);
  // Usually the same pipelines as last time, so load their jobs in parallel with the list.
  for (const pipeline of known?.pipelines ?? []) rows.begin(pipeline);
  try {
    const { listing, external } = await listed(question, read, rows, known === undefined);
    const ended = new Set(rows.idsOfEnded);
    const pipelines = listing.pipelines.filter(({ id }) => !ended.has(id));
    memory.set(key, { pipelines, ended: await rows.endedRows() } satisfies Known);
    const explained = await withConfigErrors(question, listing);
    return { ...explained, builds: withExternal(listing.builds, external) };
  } finally {
    rows.stop();
  }
}

async function listed(question: CommitQuestion, read: ReadBuild, rows: RowsByPipeline, isFirst: boolean) {
  const reported = externalStatuses(question);
  const named = isFirst ? newestJobs(question, rows.begin) : Promise.resolve([]);
  const jobsOf = async (pipeline: Pipeline): Promise<readonly Build[]> => (await rows.of(pipeline)).builds;
  const [own, merged, external] = await Promise.all([
    ownPipelines(question, { jobsOf, external: reported, named }).then((pipelines) => begun(pipelines, rows)),
    mergeRequestPipelines(question, rows.begin),
    reported,
  ]);
  return { listing: await rowsOfAll(question, read, [...own, ...merged], rows), external };
}

function begun(pipelines: readonly Pipeline[], rows: RowsByPipeline): readonly Pipeline[] {
  for (const pipeline of pipelines) rows.begin(pipeline);
  return pipelines;
}

/** Builds of a single pipeline and of those that its bridges triggered in the same project. */
export async function listPipelineByRest(
  question: CommitQuestion,
  read: ReadBuild,
  pipeline: Pipeline,
): Promise<Listing> {
  return withConfigErrors(question, await rowsOfAll(question, read, [pipeline]));
}

/** Builds of the pipelines and of all pipelines that their bridges triggered in the same project. */
export async function rowsOfAll(
  question: CommitQuestion,
  readBuild: ReadBuild,
  wanted: readonly Pipeline[],
  rowsBy = new RowsByPipeline(question, readBuild),
): Promise<Listing> {
  const pipelines = new Map(wanted.slice(0, maxPipelines).map((pipeline) => [pipeline.id, pipeline]));
  const builds: Build[] = [];
  let isPartial = wanted.length > maxPipelines;
  for (let open = [...pipelines.values()]; open.length > 0;) {
    const rows = await mapLimit(open, pipelinesAtOnce, (each) => rowsBy.of(each));
    for (const { builds: those } of rows) for (const build of those) builds.push(build);
    const told = rows.flatMap(({ children }) => children.map(({ pipeline }) => pipeline));
    open = [...new Map(told.map((pipeline) => [pipeline.id, pipeline])).values()].filter(
      ({ id }) => !pipelines.has(id),
    );
    const room = builds.length < maxBuilds ? Math.max(0, maxPipelines - pipelines.size) : 0;
    isPartial ||= open.length > room;
    open = open.slice(0, room);
    for (const pipeline of open) pipelines.set(pipeline.id, pipeline);
  }
  const read = [...pipelines.values()].filter(({ id }) => !rowsBy.isLeftOut(id));
  isPartial ||= read.length < pipelines.size;
  return { builds, pipelines: read, ...(isPartial ? { isPartial } : {}) };
}
