import { GitLabError, isBrokenConnection, type Failure, type FailureKind } from '../../model/errors';
import type { Listing } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { has } from '../features';
import { UnexpectedShape } from '../jsonObject';
import { ProjectUnseen } from '../notFound';
import { withConfigErrors } from './configErrors';
import { keepListing, unchangedListing } from './graphqlChanges';
import { GraphqlListing } from './graphqlListing';
import { besideGraphql, isRefusal, lacksOf, RestFailed, type NoGraphql } from './graphqlRequests';

const unseenKey = 'project not seen by GraphQL';
const notUsedKey = 'no GraphQL';
/** Value below that key if the cause is temporary. */
const passingMark = 'for now';
/** Failures of the whole server or of the way to it. */
const hopeless = new Set<FailureKind>(['rateLimited', 'offline', 'tls']);
/** Failures caused by load or intermediaries, which don't mean that the server lacks a feature. */
const passing = new Set<FailureKind>(['server', 'timeout', 'notGitLab', 'invalidAnswer', 'tooLarge']);
const passingMs = 10 * 60_000;

export function isGraphqlUsed({ server, memory }: Pick<CommitQuestion, 'server' | 'memory'>): boolean {
  return has(server, 'graphqlLists') && !memory.has(notUsedKey);
}

/** Whether GraphQL refused for a reason that lasts. */
export function isGraphqlRefused({ memory }: Pick<CommitQuestion, 'memory'>): boolean {
  return memory.get(notUsedKey) === true;
}

export function recallGraphqlRefused({ memory }: Pick<CommitQuestion, 'memory'>): void {
  memory.set(notUsedKey, true);
}

/** Loads builds and pipelines of a commit in few requests; undefined if REST must be used instead. */
export async function listByGraphql(question: CommitQuestion): Promise<Listing | undefined> {
  if (!isGraphqlUsed(question)) return undefined;
  try {
    const unchanged = await unchangedListing(question);
    if (unchanged !== undefined) return unchanged;
    const listing = await new GraphqlListing(question).load();
    keepListing(question, listing);
    question.memory.set(unseenKey, false);
    const isTold = !lacksOf(question).has('Pipeline.yamlErrorMessages');
    return isTold ? listing : await besideGraphql(withConfigErrors(question, listing));
  } catch (error) {
    if (error instanceof RestFailed) {
      leaveToRest(question, error);
      return undefined;
    }
    if (!isRefusal(error)) throw error;
    if (error instanceof GitLabError && isSameByRest(error.failure)) throw error;
    // GraphQL says "Invalid token" whatever the problem; REST is more specific.
    if (error instanceof GitLabError && error.failure.kind === 'unauthorized') return undefined;
    if (error instanceof ProjectUnseen && question.memory.get(unseenKey) !== true) {
      question.memory.set(unseenKey, true);
      throw error;
    }
    const isLoad = error instanceof GitLabError ? isPassing(error.failure) : mayPass(error);
    question.memory.set(notUsedKey, isLoad ? passingMark : true, isLoad ? passingMs : Infinity);
    question.log.warn(`GraphQL is not used${isLoad ? ' for ten minutes' : ''}, but REST: ${error.message}`);
    return undefined;
  }
}

/** Lets REST list this once, because its own request failed, unless that fails the same way. */
function leaveToRest({ log }: CommitQuestion, { cause, message }: RestFailed): void {
  if (cause instanceof GitLabError && isSameByRest(cause.failure)) throw cause;
  log.debug(`REST lists this once, because one of its requests failed: ${message}`);
}

/** Forgets that GraphQL failed if REST fails, too, because the whole server is down: that says nothing about GraphQL. */
export function excuseGraphql({ memory }: Pick<CommitQuestion, 'memory'>, error: unknown): void {
  const isWhole = error instanceof GitLabError && hopeless.has(error.failure.kind);
  if (isWhole && memory.get(notUsedKey) === passingMark) memory.set(notUsedKey, undefined);
}

/** Whether REST would fail the same way. A firewall may reset connections because of what a query contains. */
function isSameByRest(failure: Failure): boolean {
  return hopeless.has(failure.kind) && !isBrokenConnection(failure);
}

function isPassing(failure: Failure): boolean {
  return passing.has(failure.kind) || isBrokenConnection(failure);
}

function mayPass(error: NoGraphql | UnexpectedShape): boolean {
  return error instanceof UnexpectedShape || error.isLoad;
}
