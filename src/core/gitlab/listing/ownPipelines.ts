import type { Build } from '../../model/build';
import type { Pipeline } from '../../model/pipeline';
import { mapLimit } from '../../util/mapLimit';
import { isNotFound } from '../../model/errors';
import { isProjectGone, noneUnlessGone, noneWithoutCi } from '../notFound';
import type { CommitQuestion } from '../dialect';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { maxAsked } from './listingBounds';
import { toPipeline } from './restMappers';

/** Maximum number of pipelines per commit: a schedule may run the same commit every night, and each costs a request. */
export const pipelinesShown = 10;
const pipelinesAtOnce = 6;

/** Loads the jobs of a pipeline, which the caller needs anyway. */
type JobsOf = (pipeline: Pipeline) => Promise<readonly { readonly id: number }[]>;

/** What is requested at the same time anyway. */
interface ParallelRequests {
  readonly jobsOf: JobsOf;
  readonly external: Promise<readonly Pick<Build, 'id'>[]>;
  /** Pipelines of the commit that the project's newest jobs name. */
  readonly named: Promise<readonly Pipeline[]>;
}

/** Pipelines of the commit itself, newest first. */
export async function ownPipelines(question: CommitQuestion, beside: ParallelRequests): Promise<readonly Pipeline[]> {
  const all = has(question.server, 'pipelinesBySha') ? await bySha(question) : await byStatuses(question, beside);
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
 * their pipelines. Usually the project's newest pipelines and jobs lead to them; otherwise one job of each pipeline
 * identifies it. A job's pipeline never changes, so it is requested once.
 */
async function byStatuses(
  question: CommitQuestion,
  { jobsOf, external, named }: ParallelRequests,
): Promise<readonly Pipeline[]> {
  const { project, commit, memory } = question;
  const path = `projects/${project.id}/repository/commits/${commit.sha}/statuses?all=true`;
  const key = `pipelines by ${path}`;
  const kept = memory.get(key);
  const known = kept instanceof Map ? (kept as PipelineByJob) : new Map<number, Pipeline | undefined>();
  const learn = async (pipeline: Pipeline): Promise<void> => {
    for (const { id } of await jobsOf(pipeline)) known.set(id, pipeline);
  };
  const learnAll = (pipelines: readonly Pipeline[]) => mapLimit(pipelines, pipelinesAtOnce, learn);
  const asked = new Set<number>();
  const reported = new Set<number>();
  const ask = async (id: number): Promise<void> => {
    if (asked.size >= maxAsked) {
      question.api.isPartial = true;
      return;
    }
    asked.add(id);
    const pipeline = await pipelineOf(question, id);
    // A job that is refused now may be accessible later; an external status never has a pipeline.
    if (pipeline !== undefined || reported.has(id)) known.set(id, pipeline);
    if (pipeline !== undefined) await learn(pipeline);
  };
  // Most have no pipeline, so nothing else leads to one.
  const askForExternal = (statuses: readonly Pick<Build, 'id'>[]) => {
    for (const { id } of statuses) reported.add(id);
    return mapLimit(
      statuses.filter(({ id }) => !known.has(id)),
      pipelinesAtOnce,
      ({ id }) => ask(id),
    );
  };
  const [statuses] = await Promise.all([
    question.api.keptList(path, toStatus).catch(noneWithoutCi),
    external.then(askForExternal),
    known.size > 0 ? undefined : Promise.all([newest(question).then(learnAll), named.then(learnAll)]),
  ]);
  const open = (): readonly StatusOfJob[] => statuses.filter(({ id }) => !known.has(id) && !asked.has(id));
  for (let left = open(); left.length > 0 && asked.size < maxAsked; left = open()) {
    // Most pipelines have a branch or tag of their own.
    const oneEach = [...new Map(left.map(({ id, ref }) => [ref, id])).values()];
    await mapLimit(oneEach, pipelinesAtOnce, ask);
  }
  question.api.isPartial ||= open().length > 0;
  memory.set(key, known);
  const found = statuses.flatMap(({ id }) => known.get(id) ?? []);
  return [...new Map(found.map((pipeline) => [pipeline.id, pipeline])).values()];
}

interface StatusOfJob {
  readonly id: number;
  readonly ref: string;
}

function toStatus(row: JsonObject): StatusOfJob {
  return { id: row.id('id'), ref: row.string('ref') ?? '' };
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
