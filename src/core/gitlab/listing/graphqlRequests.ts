import { GitLabError } from '../../model/errors';
import type { TtlCache } from '../../util/ttlCache';
import type { CommitQuestion } from '../dialect';
import { UnexpectedShape, type JsonObject } from '../jsonObject';
import { ProjectUnseen } from '../notFound';
import { fieldsLeftOutFor, type Query, type QueryShape } from './graphqlQuery';
import { isEssential, toRefusal } from './graphqlRefusal';
import { toProjectAnswer } from './projectAnswer';

/** GraphQL returned no usable response; REST may work. */
export class NoGraphql extends Error {
  constructor(
    message: string,
    /** Whether the cause is temporary. */
    readonly isLoad: boolean,
  ) {
    super(message);
  }
}

/** A REST request that belongs to a listing by GraphQL failed, which says nothing about GraphQL. */
export class RestFailed extends Error {
  constructor(override readonly cause: GitLabError | UnexpectedShape) {
    super(cause.message);
  }
}

/** Waits for a REST request that belongs to a listing by GraphQL. Throws RestFailed. */
export async function besideGraphql<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof GitLabError || error instanceof UnexpectedShape) throw new RestFailed(error);
    throw error;
  }
}

/** Whether GraphQL failed to respond, or not with what was requested. */
export function isRefusal(error: unknown): error is NoGraphql | GitLabError | UnexpectedShape {
  return error instanceof NoGraphql || error instanceof GitLabError || error instanceof UnexpectedShape;
}

/** How long less is requested after GitLab timed out. */
const fewerMs = 10 * 60_000;
/** Jobs per pipeline and response; reduced if GitLab times out. */
const jobsAtOnce = [100, 50, 20] as const;
/** Give up after this many refused queries: it can't be GitLab. */
const maxRefusals = 20;
const lacksKey = 'what GraphQL lacks';
const jobsKey = 'jobs of a pipeline that GraphQL gives at once';

/** Jobs per pipeline to request at once. */
export function jobsOf(memory: TtlCache): number {
  const kept = memory.get(jobsKey);
  return typeof kept === 'number' ? kept : jobsAtOnce[0];
}

/** Fields that the server lacks, as `Type.field`; kept with other facts about the server. */
export function lacksOf({ memory, server }: Pick<CommitQuestion, 'memory' | 'server'>): Set<string> {
  const lacks = memory.get(lacksKey);
  if (lacks instanceof Set) return lacks as Set<string>;
  const known = new Set(fieldsLeftOutFor(server));
  memory.set(lacksKey, known);
  return known;
}

/** Fields that the server has refused although its version should have them. */
export function refusedBy(question: Pick<CommitQuestion, 'memory' | 'server'>): readonly string[] {
  const known = new Set(fieldsLeftOutFor(question.server));
  return [...lacksOf(question)].filter((field) => !known.has(field)).sort();
}

/** Leaves out fields that the server has refused before, unless the list of builds depends on them. */
export function recallRefused(question: Pick<CommitQuestion, 'memory' | 'server'>, fields: readonly string[]): void {
  const lacks = lacksOf(question);
  for (const field of fields) if (!isEssential(field)) lacks.add(field);
}

/** Sends a query and returns `project`. Fields that the server lacks are dropped, now and later. */
export async function send(question: CommitQuestion, query: (shape: QueryShape) => Query): Promise<JsonObject> {
  const lacks = lacksOf(question);
  for (let refusals = 0; refusals < maxRefusals; refusals += 1) {
    const size = jobsOf(question.memory);
    const answer = await request(question, query({ lacks, jobs: size }), size);
    if (answer === undefined) continue;
    if (answer.errors.length === 0 && answer.project !== undefined) return answer.project;
    if (answer.errors.length === 0) throw new ProjectUnseen({ kind: 'notFound', reason: '404 Project Not Found' });
    const refusal = toRefusal(answer.errors);
    const [message = ''] = answer.errors;
    if (refusal.kind !== 'lacks') throw new NoGraphql(message, refusal.kind === 'load');
    if (refusal.fields.every((one) => lacks.has(one))) throw new NoGraphql(message, false);
    for (const one of refusal.fields) lacks.add(one);
    question.log.debug(`GraphQL lacks ${refusal.fields.join(', ')}`);
  }
  throw new NoGraphql('refused again and again', false);
}

/** Sends a query; undefined if GitLab timed out and should be asked for less. */
async function request({ api, memory }: CommitQuestion, { text, variables }: Query, jobs: number) {
  try {
    return await api.query(text, variables, toProjectAnswer);
  } catch (error) {
    const fewer = jobsAtOnce.find((size) => size < jobs);
    const isTooMuch = error instanceof GitLabError && error.failure.status === 503;
    const isTooLarge = error instanceof GitLabError && error.failure.kind === 'tooLarge';
    if (!(isTooMuch || isTooLarge) || fewer === undefined) throw error;
    memory.set(jobsKey, fewer, fewerMs);
    return undefined;
  }
}
