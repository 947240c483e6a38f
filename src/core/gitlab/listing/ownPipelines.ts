import type { Pipeline } from '../../model/pipeline';
import { isNotFound, isProjectGone, noneWithoutCi } from '../notFound';
import type { CommitQuestion } from '../dialect';
import { has } from '../features';
import { toPipeline } from './restMappers';

/** A schedule may run one commit night after night: only the newest are of interest, and each costs a request. */
export const pipelinesShown = 10;

/** The pipelines that ran on the commit itself, the newest first. */
export async function ownPipelines(question: CommitQuestion): Promise<readonly Pipeline[]> {
  const all = has(question.server, 'pipelinesBySha') ? await bySha(question) : await byStatuses(question);
  const newestFirst = [...all].sort((a, b) => b.id - a.id);
  const own = newestFirst.filter(({ source }) => source !== 'parent_pipeline').slice(0, pipelinesShown);
  const oldest = own.at(-1)?.id ?? 0;
  // Of a child it is not told here whose it is; it is made after its parent.
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
 * Up to 10.7 pipelines are not to be had by their commit. The statuses of a commit are its jobs, without their pipeline;
 * one job of each pipeline tells which that is. What a job's pipeline is never changes, so it is asked once.
 */
async function byStatuses(question: CommitQuestion): Promise<readonly Pipeline[]> {
  const { api, project, commit, memory } = question;
  const path = `projects/${project.id}/repository/commits/${commit.sha}/statuses?all=true`;
  const ids = await api.keptList(path, (row) => row.id('id')).catch(noneWithoutCi);
  const known = await memory.getOrLoad(`pipelines by ${path}`, Infinity, () =>
    Promise.resolve(new Map<number, Pipeline | undefined>()),
  );
  for (const id of ids) {
    if (known.has(id)) continue;
    const pipeline = await pipelineOf(question, id);
    known.set(id, pipeline);
    if (pipeline === undefined) continue;
    const jobs = await api.list(`projects/${project.id}/pipelines/${pipeline.id}/jobs`, (row) => row.id('id'));
    for (const job of jobs) known.set(job, pipeline);
  }
  return [...new Map(ids.flatMap((id) => known.get(id) ?? []).map((pipeline) => [pipeline.id, pipeline])).values()];
}

/** undefined: a status that another CI system has reported, which is no job. */
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
