import type { Build } from '../../model/build';
import type { Pipeline } from '../../model/pipeline';
import { mapLimit } from '../../util/mapLimit';
import { isNotFound, isProjectGone, noneUnlessGone, noneWithoutCi } from '../notFound';
import type { CommitQuestion } from '../dialect';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { toPipeline } from './restMappers';

/** Maximum number of pipelines per commit: a schedule may run the same commit every night, and each costs a request. */
export const pipelinesShown = 10;
const pipelinesAtOnce = 6;

/** Loads the jobs of a pipeline, which the caller needs anyway. */
export type JobsOf = (pipeline: Pipeline) => Promise<readonly { readonly id: number }[]>;

/** Pipelines of the commit itself, newest first. */
export async function ownPipelines(
  question: CommitQuestion,
  jobsOf: JobsOf,
  external: Promise<readonly Pick<Build, 'id'>[]>,
): Promise<readonly Pipeline[]> {
  const all = has(question.server, 'pipelinesBySha')
    ? await bySha(question)
    : await byStatuses(question, jobsOf, external);
  const newestFirst = [...all].sort((a, b) => b.id - a.id);
  const own = newestFirst.filter(({ source }) => source !== 'parent_pipeline').slice(0, pipelinesShown);
  const oldest = own.at(-1)?.id ?? 0;
  // The parent of a child pipeline isn't known here, but the child is newer than its parent.
  return [...own, ...newestFirst.filter(({ id, source }) => source === 'parent_pipeline' && id > oldest)];
}

async function bySha({ api, project, commit, server }: CommitQuestion): Promise<readonly Pipeline[]> {
  const path = `projects/${project.id}/pipelines?sha=${commit.sha}`;
  const sources = has(server, 'childPipelines') ? ['', '&source=parent_pipeline'] : [''];
  const lists = await Promise.all(
    sources.map((source) => api.keptList(`${path}${source}`, (row) => toPipeline(row, project))),
  );
  return lists.flat();
}

/**
 * Finds the commit's pipelines up to 10.7, which can't filter by commit. The statuses of a commit are its jobs, without
 * their pipelines. Usually the project's newest pipelines are the commit's; otherwise one job of each pipeline
 * identifies it. A job's pipeline never changes, so it is requested once.
 */
async function byStatuses(
  question: CommitQuestion,
  jobsOf: JobsOf,
  external: Promise<readonly Pick<Build, 'id'>[]>,
): Promise<readonly Pipeline[]> {
  const { api, project, commit, memory } = question;
  const path = `projects/${project.id}/repository/commits/${commit.sha}/statuses?all=true`;
  const key = `pipelines by ${path}`;
  const kept = memory.get(key);
  const known = kept instanceof Map ? (kept as PipelineByJob) : new Map<number, Pipeline | undefined>();
  const learn = async (pipeline: Pipeline): Promise<void> => {
    for (const { id } of await jobsOf(pipeline)) known.set(id, pipeline);
  };
  const [ids, others] = await Promise.all([
    api.keptList(path, (row) => row.id('id')).catch(noneWithoutCi),
    external,
    known.size > 0 ? undefined : newest(question).then((pipelines) => mapLimit(pipelines, pipelinesAtOnce, learn)),
  ]);
  const reported = new Set(others.map(({ id }) => id));
  for (const id of ids) {
    if (known.has(id)) continue;
    const pipeline = await pipelineOf(question, id);
    // A job that is refused now may be accessible later; an external status never has a pipeline.
    if (pipeline !== undefined || reported.has(id)) known.set(id, pipeline);
    if (pipeline !== undefined) await learn(pipeline);
  }
  memory.set(key, known);
  return [...new Map(ids.flatMap((id) => known.get(id) ?? []).map((pipeline) => [pipeline.id, pipeline])).values()];
}

type PipelineByJob = Map<number, Pipeline | undefined>;

/** The commit's pipelines among the newest of the project. */
async function newest({ api, project, commit }: CommitQuestion): Promise<readonly Pipeline[]> {
  const read = (row: JsonObject): Pipeline => toPipeline(row, project);
  const { items } = await api
    .page(`projects/${project.id}/pipelines`, 1, read)
    .catch((error: unknown) => ({ items: noneUnlessGone(error) }));
  return items.filter(({ sha }) => sha === commit.sha).slice(0, pipelinesShown);
}

/** Pipeline of a job; undefined for an external status, which isn't a job. */
async function pipelineOf({ api, project }: CommitQuestion, job: number): Promise<Pipeline | undefined> {
  try {
    return await api.get(`projects/${project.id}/jobs/${job}`, (row) => {
      const pipeline = row.object('pipeline');
      return pipeline === undefined ? undefined : toPipeline(pipeline, project);
    });
  } catch (error) {
    if (isNotFound(error) && !isProjectGone(error)) return undefined;
    throw error;
  }
}
