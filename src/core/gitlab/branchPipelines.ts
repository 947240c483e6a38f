import { GitLabError } from '../model/errors';
import type { ListedPipeline } from '../model/pipeline';
import type { Logger } from '../util/logger';
import type { TtlCache } from '../util/ttlCache';
import type { Call, Project } from './dialect';
import type { Server } from './detect';
import { has, isKnownToHave } from './features';
import { UnexpectedShape, type JsonObject } from './jsonObject';
import { isGraphqlUsed } from './listing/graphql';
import { lacksOf } from './listing/graphqlRequests';
import { toPipeline as toPipelineOfGraphql } from './listing/graphqlMappers';
import type { Query } from './listing/graphqlQuery';
import { toProjectAnswer } from './listing/projectAnswer';
import { keepNumber } from './listing/pipelineNumbers';
import { toPipeline } from './listing/restMappers';

interface BranchQuestion {
  readonly call: Call;
  readonly project: Project;
  /** Branch or tag, and the refs of its merge requests. */
  readonly refs: readonly string[];
  /** Cache of facts about the server. */
  readonly memory: TtlCache;
  readonly log: Logger;
}

/** Maximum number of pipelines in the list of a branch. */
const pipelinesListed = 20;
/** Pages of a hundred pipelines of the project to search for those of a branch, in v3, which can't filter. */
const pagesOfProject = 3;

/** Whether the server can list the pipelines of a branch and the builds of each. */
export function listsBranchPipelines(server: Server): boolean {
  // In v3, builds name their pipeline since the release that first reports its version.
  return server.api === 'v3' ? isKnownToHave(server, 'branchPipelines') : has(server, 'branchPipelines');
}

/** The newest pipelines of a branch and its merge requests, newest first. */
export async function branchPipelines(question: BranchQuestion): Promise<readonly ListedPipeline[]> {
  const lists = (await byGraphql(question)) ?? (await Promise.all(question.refs.map((ref) => byRest(question, ref))));
  const distinct = new Map(lists.flat().map((pipeline) => [pipeline.id, pipeline]));
  return [...distinct.values()].sort((a, b) => b.id - a.id).slice(0, pipelinesListed);
}

/** One list per ref, with durations and titles; undefined if REST must be asked. */
async function byGraphql(question: BranchQuestion): Promise<readonly (readonly ListedPipeline[])[] | undefined> {
  const { call, project, refs, memory, log } = question;
  if (!isGraphqlUsed({ server: call.server, memory })) return undefined;
  try {
    const { text, variables } = queryOf(question);
    const answer = await call.api.query(text, variables, toProjectAnswer);
    const lists = refs.map((_, at) => answer.project?.object(`r${at}`)?.objects('nodes'));
    if (answer.errors.length > 0) log.debug(`pipelines of a branch: ${answer.errors.join(' ')}`);
    if (answer.errors.length > 0 || lists.includes(undefined)) return undefined;
    return lists.map((rows, at) => (rows ?? []).map((row) => fromGraphql(row, refs[at] ?? '', project, memory)));
  } catch (error) {
    const isRefused = error instanceof GitLabError || error instanceof UnexpectedShape;
    if (!isRefused || (error instanceof GitLabError && error.failure.kind === 'rateLimited')) throw error;
    log.debug(`pipelines of a branch: ${error.message}`);
    return undefined;
  }
}

function fromGraphql(row: JsonObject, ref: string, project: Project, memory: TtlCache): ListedPipeline {
  const pipeline = toPipelineOfGraphql(row, project);
  keepNumber(memory, pipeline.id, row.requireString('iid'));
  return {
    ...pipeline,
    ref,
    createdAt: row.time('createdAt'),
    seconds: row.amount('duration'),
    title: row.object('commit')?.string('title'),
  };
}

/** Query for the pipelines of each ref. Listing the commit has shown which fields the server lacks. */
function queryOf({ call, project, refs, memory }: BranchQuestion): Query {
  const lacks = lacksOf({ server: call.server, memory });
  const further = ['source', 'name'].filter((field) => !lacks.has(`Pipeline.${field}`));
  const commit = lacks.has('Pipeline.commit') ? [] : ['commit { title }'];
  const fields = ['id', 'iid', 'sha', 'status', 'createdAt', 'duration', ...further, ...commit].join(' ');
  const types = refs.map((_, at) => `, $r${at}: String!`).join('');
  const lists = refs.map(
    (_, at) => `r${at}: pipelines(ref: $r${at}, first: ${pipelinesListed}) { nodes { ${fields} } }`,
  );
  return {
    text: `query ($path: ID!${types}) { project(fullPath: $path) { ${lists.join(' ')} } }`,
    variables: { path: project.path, ...Object.fromEntries(refs.map((ref, at) => [`r${at}`, ref])) },
  };
}

async function byRest({ call, project }: BranchQuestion, ref: string): Promise<readonly ListedPipeline[]> {
  const { api, server } = call;
  const path = `projects/${project.id}/pipelines`;
  const read = (row: JsonObject): ListedPipeline => fromRest(row, project);
  if (server.api === 'v4') {
    const query = `?ref=${encodeURIComponent(ref.toWellFormed())}`;
    return (await api.page(`${path}${query}`, 1, read, pipelinesListed)).items;
  }
  const found: ListedPipeline[] = [];
  for (let page = 1; page <= pagesOfProject && found.length < pipelinesListed; page++) {
    const { items, headers } = await api.page(path, page, read);
    found.push(...items.filter((pipeline) => pipeline.ref === ref));
    if ((headers.get('x-next-page') ?? '') === '') break;
  }
  return found;
}

function fromRest(row: JsonObject, project: Project): ListedPipeline {
  return {
    ...toPipeline(row, project),
    createdAt: row.time('created_at'), // Since 13.4 in v4.
    seconds: row.amount('duration'), // Only in v3.
  };
}
