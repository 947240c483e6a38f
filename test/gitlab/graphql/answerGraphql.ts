import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { type Answer, json, type Request } from '../answer';
import { credentials, tokensIn } from '../api/authenticate';
import type { Site } from '../api/call';
import type { User } from '../model';
import { type Weight, weigh } from './complexity';
import { ArgumentError, type Context, graphqlOf } from './context';
import { errorOf, type ShownError } from './errors';
import { jobResolvers, traceResolvers } from './jobResolvers';
import { mutationResolvers } from './mutationResolvers';
import { pipelineResolvers, stageResolvers } from './pipelineResolvers';
import {
  mergeRequestResolvers,
  projectResolvers,
  queryResolvers,
  runnerResolvers,
  userResolvers,
} from './projectResolvers';
import { testCaseResolvers, testReportResolvers, testSuiteResolvers } from './testReportResolvers';
import { schemaOf } from './schema';
import { refusals } from './validation';

const maxQueryLength = 10_000;

/** Answers `POST /api/graphql`; undefined where this GitLab has none worth using. */
export function answerGraphql(site: Site, request: Request): Answer | undefined {
  const schema = schemaOf(site.world.profile);
  if (!schema || request.method !== 'POST') return undefined;
  const caller = callerOf(site, request);
  if (!caller) return errors(401, { message: 'Invalid token' });
  const { query = '', variables } = JSON.parse(request.body || '{}') as Asked;
  if (query.length > maxQueryLength) return errors(422, { message: 'Query too large' });
  try {
    const document = parse(query);
    const refused = refusals(schema, document, graphqlOf(site.world));
    if (refused.length > 0) return errors(200, ...refused);
    return run(site, schema, document, { ...caller, variables: variables ?? {} });
  } catch (error) {
    if (error instanceof GraphQLError) return errors(200, errorOf(error));
    throw error;
  }
}

interface Asked {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

interface Caller {
  readonly user: User | undefined;
  readonly mayWrite: boolean;
}

/** Undefined: a token that is none, or lacks the scope. */
function callerOf({ world }: Site, request: Request): Caller | undefined {
  const known = credentials(world, request);
  if (!known) {
    const isAnonymous = Object.keys(tokensIn(request, {})).length === 0;
    return isAnonymous ? { user: undefined, mayWrite: false } : undefined;
  }
  if ('refusal' in known || known.user.state === 'blocked') return undefined;
  const reads = known.scopes.some((scope) => scope === 'api' || scope === 'read_api');
  return reads ? { user: known.user, mayWrite: known.scopes.includes('api') } : undefined;
}

function run(
  { world, entities }: Site,
  schema: GraphQLSchema,
  document: DocumentNode,
  { user, mayWrite, variables }: Caller & { readonly variables: Readonly<Record<string, unknown>> },
): Answer {
  const { pipelineDiscount } = graphqlOf(world);
  const weight = weigh(schema, document, { variables, pipelineDiscount });
  const limit = user ? (user.admin ? 300 : 250) : 200;
  const tooMuch = excess(weight, limit, user ? 20 : 15);
  if (tooMuch !== undefined) return errors(200, { message: tooMuch });
  const context: Context = { world, links: entities.links, user, mayWrite, weight, limit, calls: new Map() };
  const result = execute({
    ...{ schema, document, variableValues: variables, contextValue: context, fieldResolver: resolve },
  }) as ExecutionResult;
  const badArgument = result.errors?.find(({ originalError }) => originalError instanceof ArgumentError);
  if (badArgument) return errors(422, { message: badArgument.message });
  const shown = result.errors && { errors: result.errors.map((each) => errorOf(each, document)) };
  const data = result.data === undefined ? {} : { data: result.data };
  return json(200, JSON.stringify({ ...data, ...shown }), { 'Content-Type': 'application/json; charset=utf-8' });
}

function excess({ complexity, depth, recursion }: Weight, limit: number, maxDepth: number): string | undefined {
  if (recursion !== undefined) {
    return `Recursive query - too many of fields '${recursion}' detected in single branch of the query`;
  }
  if (complexity > limit) return `Query has complexity of ${complexity}, which exceeds max complexity of ${limit}`;
  return depth > maxDepth ? `Query has depth of ${depth}, which exceeds max depth of ${maxDepth}` : undefined;
}

type Resolve = (source: unknown, args: unknown, context: Context) => unknown;

/** By type; what has no resolver is a property of its source. */
const resolvers = {
  Query: queryResolvers,
  Mutation: mutationResolvers,
  Project: projectResolvers,
  MergeRequest: mergeRequestResolvers,
  Pipeline: pipelineResolvers,
  CiStage: stageResolvers,
  TestReportSummary: testReportResolvers,
  TestSuiteSummary: testSuiteResolvers,
  TestSuite: testSuiteResolvers,
  TestCase: testCaseResolvers,
  CiJob: jobResolvers,
  CiJobTrace: traceResolvers,
  CiRunner: runnerResolvers,
  CurrentUser: userResolvers,
  UserCore: userResolvers,
} as unknown as Readonly<Record<string, Readonly<Record<string, Resolve>> | undefined>>;

const resolve: GraphQLFieldResolver<unknown, Context> = (source, args, context, { parentType, fieldName }) => {
  const resolver = resolvers[parentType.name]?.[fieldName];
  if (resolver) return resolver(source, args, context);
  return (source as Readonly<Record<string, unknown>> | undefined)?.[fieldName];
};

function errors(status: number, ...list: readonly ShownError[]): Answer {
  return json(status, JSON.stringify({ errors: list }), { 'Content-Type': 'application/json; charset=utf-8' });
}
