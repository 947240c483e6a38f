import type { Build } from '../../model/build';
import type { Pipeline } from '../../model/pipeline';
import type { CommitQuestion, Project } from '../dialect';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { undefinedUnlessGone } from '../notFound';
import { projectOfPage, toElsewhere } from './downstream';
import { webAddress } from './externalStatuses';
import { endStateOf, toPipeline } from './restMappers';

export type ReadBuild = (row: JsonObject) => Build;

export interface PipelineRows {
  readonly builds: readonly Build[];
  /** Pipelines that its bridges triggered in the same project. */
  readonly children: readonly ChildPipeline[];
}

interface ChildPipeline {
  readonly pipeline: Pipeline;
  /** Fingerprint reported by the bridge; undefined while the pipeline is running, or if not reported. */
  readonly endState: string | undefined;
}

/** Pages of the project's jobs to search for attempts that a pipeline doesn't list. */
const pagesForAttempts = 5;

/** Builds of a pipeline, and its child pipelines. */
export async function rowsOfPipeline(
  question: CommitQuestion,
  read: ReadBuild,
  pipeline: Pipeline,
): Promise<PipelineRows> {
  const { api, project, server } = question;
  const path = `projects/${project.id}/pipelines/${pipeline.id}`;
  const [jobs, bridges] = await Promise.all([
    api.keptList(`${path}/jobs${has(server, 'attemptsOnRequest') ? '?include_retried=true' : ''}`, read),
    bridgesOf(question, read, pipeline),
  ]);
  const leftOut = has(server, 'attemptsLeftOut') && !has(server, 'attemptsOnRequest');
  const attempts = leftOut ? await attemptsElsewhere(question, read, pipeline.id, jobs) : [];
  return { builds: [...jobs, ...bridges.builds, ...attempts], children: bridges.children };
}

/** Bridges of a pipeline. All jobs are created with the pipeline, so one without bridges never gets any. */
async function bridgesOf(question: CommitQuestion, read: ReadBuild, parent: Pipeline): Promise<PipelineRows> {
  const { project, server, memory } = question;
  const path = `projects/${project.id}/pipelines/${parent.id}`;
  const none = `no bridges in ${path}`;
  if (!has(server, 'bridges') || memory.has(none)) return { builds: [], children: [] };
  const rows = await bridgeRows(question, path, (row) => toBridge(row, parent, project, read));
  // A refusal doesn't mean that there are no bridges.
  if (rows?.length === 0) memory.set(none, true);
  if (rows === undefined) return { builds: [], children: [] };
  return { builds: rows.map(({ build }) => build), children: rows.flatMap(({ child }) => child ?? []) };
}

/** Loads `bridges`, or `trigger_jobs` in later releases; undefined if both are refused. */
async function bridgeRows<T>(
  { api, memory }: CommitQuestion,
  path: string,
  read: (row: JsonObject) => T,
): Promise<readonly T[] | undefined> {
  const isRenamed = memory.has(renamedKey);
  for (const route of isRenamed ? ['trigger_jobs', 'bridges'] : ['bridges', 'trigger_jobs']) {
    const rows = await api.keptList(`${path}/${route}`, read).catch(undefinedUnlessGone);
    if (rows === undefined) continue;
    memory.set(renamedKey, route === 'trigger_jobs' ? true : undefined);
    return rows;
  }
  return undefined;
}

const renamedKey = 'bridges are trigger_jobs';

interface Bridge {
  readonly build: Build;
  readonly child?: ChildPipeline;
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
    const childProject = downstream.number('project_id')?.toString();
    const elsewhere = toElsewhere(pipeline.id, projectOfPage(pathOf(webUrl), project) ?? childProject);
    return { build: { ...build, webUrl, ...elsewhere } };
  }
  // Later versions report the source themselves.
  const child = { pipeline: { ...pipeline, source: 'parent_pipeline' }, endState: endStateOf(downstream) };
  return { build: { ...build, downstream: pipeline.id, webUrl: pipeline.webUrl }, child };
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
