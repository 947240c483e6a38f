import { GitLabError } from '../model/errors';
import type { Pipeline } from '../model/pipeline';
import type { Needs } from '../model/timeline';
import type { Logger } from '../util/logger';
import type { TtlCache } from '../util/ttlCache';
import type { Call, Project } from './dialect';
import { has } from './features';
import { UnexpectedShape, type JsonObject } from './jsonObject';
import { toId } from './listing/graphqlMappers';
import type { Query } from './listing/graphqlQuery';
import { following, Pages, toProjectAnswer } from './listing/projectAnswer';
import { keepNumber, pipelineNumber } from './listing/pipelineNumbers';
import { numbersQuery } from './testQueries';

export type PipelineKey = Pick<Pipeline, 'id' | 'sha'>;

interface NeedsQuestion {
  readonly call: Call;
  readonly project: Project;
  readonly pipeline: PipelineKey;
  /** Cache of facts about the server. */
  readonly memory: TtlCache;
  readonly log: Logger;
}

/** Maximum number of pages of 100 jobs to read. */
const maxPages = 20;

/** What the builds of a pipeline need; undefined if GitLab doesn't say. REST never does. */
export async function needsOf(question: NeedsQuestion): Promise<Needs | undefined> {
  if (!has(question.call.server, 'graphql')) return undefined;
  try {
    return await needsByGraphql(question);
  } catch (error) {
    if (!(error instanceof GitLabError || error instanceof UnexpectedShape)) throw error;
    question.log.debug(`needs: ${error.message}`);
    return undefined;
  }
}

async function needsByGraphql(question: NeedsQuestion): Promise<Needs | undefined> {
  const { project, pipeline, memory } = question;
  const iid = pipelineNumber(memory, pipeline.id) ?? (await numberOf(question));
  if (iid === undefined) return undefined;
  const needs = new Map<string, readonly string[]>();
  const pages = new Pages();
  let after: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const found = await projectIn(question, needsQuery(project.path, iid, after));
    const jobs = found?.object('pipeline')?.object('jobs');
    if (jobs === undefined) return undefined;
    for (const job of jobs.objects('nodes')) addNeeds(needs, job);
    after = pages.after(jobs);
    if (after === undefined) return needs;
  }
  // Half of the needs would give a wrong path.
  return undefined;
}

function addNeeds(needs: Map<string, readonly string[]>, job: JsonObject): void {
  const name = job.string('name');
  if (name === undefined || job.string('schedulingType') !== 'dag') return;
  const rows = job.object('needs')?.objects('nodes') ?? [];
  needs.set(
    name,
    rows.flatMap((row) => row.string('name') ?? []),
  );
}

function needsQuery(path: string, iid: string, after: string | undefined): Query {
  const [type, argument] = following(after);
  const job = 'name schedulingType needs { nodes { name } }';
  const jobs = `jobs(first: 100${argument}) { nodes { ${job} } pageInfo { hasNextPage endCursor } }`;
  return {
    text: `query ($path: ID!, $iid: ID!${type}) { project(fullPath: $path) { pipeline(iid: $iid) { ${jobs} } } }`,
    variables: { path, iid, ...(after === undefined ? {} : { after }) },
  };
}

/** Number of a pipeline within its project, requested unless a listing has included it. */
async function numberOf(question: NeedsQuestion): Promise<string | undefined> {
  const { project, pipeline, memory } = question;
  const found = await projectIn(question, numbersQuery(project.path, pipeline.sha));
  for (const row of found?.object('pipelines')?.objects('nodes') ?? []) {
    const [id, iid] = [row.string('id'), row.string('iid')];
    if (id !== undefined && iid !== undefined) keepNumber(memory, toId(id), iid);
  }
  return pipelineNumber(memory, pipeline.id);
}

/** The project in a response; undefined if GraphQL refuses. */
async function projectIn({ call, log }: NeedsQuestion, { text, variables }: Query): Promise<JsonObject | undefined> {
  const { project, errors } = await call.api.query(text, variables, toProjectAnswer);
  if (errors.length === 0) return project;
  log.debug(`needs: ${errors.join(' ')}`);
  return undefined;
}
