import type { Build } from '../../model/build';
import { GitLabError } from '../../model/errors';
import { mapLimit } from '../../util/mapLimit';
import type { Listing, Pipeline } from '../../model/pipeline';
import type { CommitQuestion, Project } from '../dialect';
import { undefinedUnlessGone } from '../notFound';
import { externalStatuses, webAddress, withExternal } from './externalStatuses';
import { withConfigErrors } from './configErrors';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { mergeRequestPipelines } from './mergeRequests';
import { ownPipelines } from './ownPipelines';
import { projectOfPage, toElsewhere } from './downstream';
import { toPipeline } from './restMappers';

export type ReadBuild = (row: JsonObject) => Build;

export interface PipelineRows {
  readonly builds: readonly Build[];
  /** Pipelines found through the pipeline itself and its bridges. */
  readonly pipelines: readonly Pipeline[];
}

const pipelinesAtOnce = 6;
/** Maximum number of pipelines per commit; a longer list is truncated and marked as partial. */
const mostPipelines = 500;
/** Pages of the project's jobs to search for attempts that a pipeline doesn't list. */
const pagesForAttempts = 5;

/**
 * Loads a commit's builds with API v4, which only lists them by pipeline: those of its pipelines and of the pipelines
 * these triggered.
 */
export async function listByRest(question: CommitQuestion, read: ReadBuild): Promise<Listing> {
  const { project, commit, memory } = question;
  const key = `pipelines listed of ${project.id} ${commit.sha} ${commit.ref ?? ''}`;
  const known = (memory.get(key) ?? []) as readonly Pipeline[]; // Only written below.
  const rows = new RowsByPipeline(question, read);
  const reported = externalStatuses(question);
  const [own, merged, external] = await Promise.all([
    ownPipelines(question, async (pipeline) => (await rows.of(pipeline)).builds, reported),
    mergeRequestPipelines(question),
    reported,
    // Usually the same pipelines as last time, so load their jobs in parallel with the list.
    mapLimit(known, pipelinesAtOnce, (pipeline) => rows.of(pipeline).catch(undefinedIfRefused)),
  ]);
  const listing = await rowsOfAll(question, read, [...own, ...merged], rows);
  memory.set(key, listing.pipelines);
  const explained = await withConfigErrors(question, listing);
  return { ...explained, builds: withExternal(listing.builds, external) };
}

/** The error is thrown again when the pipeline turns out to be needed. */
function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
}

/** Builds of a single pipeline and of those that its bridges triggered in the same project. */
export async function listPipelineByRest(
  question: CommitQuestion,
  read: ReadBuild,
  pipeline: Pipeline,
): Promise<Listing> {
  return withConfigErrors(question, await rowsOfAll(question, read, [pipeline]));
}

/** Builds and children of pipelines, loaded once per round. */
class RowsByPipeline {
  private readonly asked = new Map<number, Promise<PipelineRows>>();

  constructor(
    private readonly question: CommitQuestion,
    private readonly read: ReadBuild,
  ) {}

  of(pipeline: Pipeline): Promise<PipelineRows> {
    const rows = this.asked.get(pipeline.id) ?? rowsOfPipeline(this.question, this.read, pipeline);
    this.asked.set(pipeline.id, rows);
    return rows;
  }
}

/** Builds of the pipelines and of all pipelines that their bridges triggered in the same project. */
export async function rowsOfAll(
  question: CommitQuestion,
  read: ReadBuild,
  wanted: readonly Pipeline[],
  rowsBy = new RowsByPipeline(question, read),
): Promise<Listing> {
  const pipelines = new Map(wanted.slice(0, mostPipelines).map((pipeline) => [pipeline.id, pipeline]));
  const builds: Build[] = [];
  let isPartial = wanted.length > mostPipelines;
  for (let open = [...pipelines.values()]; open.length > 0;) {
    const rows = await mapLimit(open, pipelinesAtOnce, (each) => rowsBy.of(each));
    builds.push(...rows.flatMap((those) => those.builds));
    const told = rows.flatMap((those) => those.pipelines);
    open = [...new Map(told.map((pipeline) => [pipeline.id, pipeline])).values()].filter(
      ({ id }) => !pipelines.has(id),
    );
    isPartial ||= pipelines.size + open.length > mostPipelines;
    open = open.slice(0, Math.max(0, mostPipelines - pipelines.size));
    for (const pipeline of open) pipelines.set(pipeline.id, pipeline);
  }
  return { builds, pipelines: [...pipelines.values()], ...(isPartial ? { isPartial } : {}) };
}

async function rowsOfPipeline(question: CommitQuestion, read: ReadBuild, pipeline: Pipeline): Promise<PipelineRows> {
  const { api, project, server } = question;
  const path = `projects/${project.id}/pipelines/${pipeline.id}`;
  const [jobs, bridges] = await Promise.all([
    api.keptList(`${path}/jobs${has(server, 'attemptsOnRequest') ? '?include_retried=true' : ''}`, read),
    bridgesOf(question, read, pipeline),
  ]);
  const leftOut = has(server, 'attemptsLeftOut') && !has(server, 'attemptsOnRequest');
  const attempts = leftOut ? await attemptsElsewhere(question, read, pipeline.id, jobs) : [];
  return { builds: [...jobs, ...bridges.builds, ...attempts], pipelines: bridges.pipelines };
}

/** Bridges of a pipeline. All jobs are created with the pipeline, so one without bridges never gets any. */
async function bridgesOf(question: CommitQuestion, read: ReadBuild, parent: Pipeline): Promise<PipelineRows> {
  const { project, server, memory } = question;
  const path = `projects/${project.id}/pipelines/${parent.id}`;
  const none = `no bridges in ${path}`;
  if (!has(server, 'bridges') || memory.has(none)) return { builds: [], pipelines: [] };
  const rows = await bridgeRows(question, path, (row) => toBridge(row, parent, project, read));
  // A refusal doesn't mean that there are none.
  if (rows?.length === 0) memory.set(none, true);
  if (rows === undefined) return { builds: [], pipelines: [] };
  return { builds: rows.map(({ build }) => build), pipelines: rows.flatMap(({ child }) => child ?? []) };
}

/** Loads `bridges`, or `trigger_jobs` in later releases; undefined if both are refused. */
async function bridgeRows<T>(
  { api }: CommitQuestion,
  path: string,
  read: (row: JsonObject) => T,
): Promise<readonly T[] | undefined> {
  for (const route of ['bridges', 'trigger_jobs']) {
    const rows = await api.keptList(`${path}/${route}`, read).catch(undefinedUnlessGone);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

interface Bridge {
  readonly build: Build;
  readonly child?: Pipeline;
}

/** Converts a bridge. It has no page of its own, so it links to the pipeline it triggered. */
function toBridge(row: JsonObject, parent: Pipeline, project: Project, read: ReadBuild): Bridge {
  const build = read(row);
  const downstream = row.object('downstream_pipeline');
  if (downstream === undefined) return { build };
  const pipeline = toPipeline(downstream, project);
  // The project is included since 13.10; before, a child is recognized by having its parent's commit.
  const isChild = (downstream.number('project_id') ?? project.id) === project.id && pipeline.sha === parent.sha;
  if (!isChild) {
    const webUrl = webAddress(downstream.string('web_url'));
    const told = downstream.number('project_id')?.toString();
    const elsewhere = toElsewhere(pipeline.id, projectOfPage(pathOf(webUrl), project) ?? told);
    return { build: { ...build, webUrl, ...elsewhere } };
  }
  // Later versions report the source themselves.
  const child = { ...pipeline, source: 'parent_pipeline' };
  return { build: { ...build, downstream: child.id, webUrl: child.webUrl }, child };
}

function pathOf(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).pathname;
}

/** Finds earlier attempts on 13.5 to 13.8, where only the project's list of jobs has them, newest first. */
async function attemptsElsewhere(
  { api, project }: CommitQuestion,
  read: ReadBuild,
  pipeline: number,
  jobs: readonly Build[],
): Promise<readonly Build[]> {
  const oldest = Math.min(...jobs.map(({ id }) => id));
  const found: Build[] = [];
  for (let page = 1; page <= pagesForAttempts; page++) {
    const { items } = await api.page(`projects/${project.id}/jobs`, page, read);
    found.push(...items.filter((build) => build.pipeline === pipeline));
    if (items.length === 0 || items.some(({ id }) => id <= oldest)) break;
  }
  return found;
}
