import { knownStatuses, statusClass } from '../../model/build';
import { GitLabError } from '../../model/errors';
import type { Listing } from '../../model/pipeline';
import { groupBy } from '../../util/groupBy';
import type { CommitQuestion } from '../dialect';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { toId, toStatus } from './graphqlMappers';
import { childrenAtOnce, type Query } from './graphqlQuery';
import { pipelinesShown } from './ownPipelines';
import { toProjectAnswer } from './projectAnswer';

/** How long a listing may be shown as long as nothing seems to have changed. Details of ended builds can change, too. */
const keptMs = 30_000;
/** How long the state of a listing is compared with that of the next one. */
const comparedMs = 120_000;
/** How long to skip the short query after it has reported a change that didn't happen. */
const doubtMs = 10 * 60_000;
const activeAtOnce = 100;
/** Maximum number of commits per query: HEAD and a merge result; more would be too complex for GitLab. */
const maxCommits = 2;
const activeStatuses = knownStatuses.filter((status) => statusClass(status) === 'active');

interface Kept {
  readonly listing: Listing;
  readonly state: string;
}

/**
 * The last listing of a commit, if a short query shows that nothing has changed since: neither the statuses of active
 * builds nor of pipelines, and no build is new. A build that begins or stops waiting is active before or after. Undefined
 * if everything must be requested, because something has changed, the user asked, or builds have been changing.
 */
export async function unchangedListing(question: CommitQuestion): Promise<Listing | undefined> {
  const { memory, project, commit, api } = question;
  const kept = memory.get(keyOf('calm builds', question)) as Kept | undefined; // Only written below.
  if (question.isAsked === true || kept === undefined || memory.has(keyOf('no short query', question)))
    return undefined;
  const { text, variables } = changesQuery(project.path, commitsOf(kept.listing, commit.sha));
  const answer = await api.query(text, variables, toProjectAnswer).catch(undefinedIfRefused);
  const state = answer?.errors.length === 0 && answer.project !== undefined ? stateIn(answer.project) : undefined;
  if (state === kept.state) return kept.listing;
  memory.set(keyOf('change', question), true, keptMs);
  return undefined;
}

/** Keeps a listing for `unchangedListing` if it is the same as the one before. */
export function keepListing(question: CommitQuestion, listing: Listing): void {
  const { memory } = question;
  const [stateKey, calmKey, changeKey] = ['state', 'calm builds', 'change'].map((name) => keyOf(name, question));
  if (stateKey === undefined || calmKey === undefined || changeKey === undefined) return;
  const state = stateOf(question, listing);
  const isCalm = state !== undefined && memory.get(stateKey) === state;
  if (isCalm && memory.has(changeKey)) memory.set(keyOf('no short query', question), true, doubtMs);
  memory.set(changeKey, undefined);
  memory.set(stateKey, state, comparedMs);
  memory.set(calmKey, isCalm ? ({ listing, state } satisfies Kept) : undefined, keptMs);
}

function keyOf(name: string, { project, commit }: CommitQuestion): string {
  // After a project is moved, all its URLs differ.
  return `${name} of ${project.id} ${project.path} ${commit.sha} ${commit.ref ?? ''}`;
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
  return undefined;
}

/** A commit whose pipelines belong to a listing: HEAD or a merge result. */
interface PipelineCommit {
  readonly sha: string;
  readonly hasChildren: boolean;
}

function commitsOf({ pipelines }: Listing, sha: string): readonly PipelineCommit[] {
  const shas = new Set([sha, ...pipelines.map((pipeline) => pipeline.sha)]);
  const children = new Set(pipelines.filter(({ source }) => source === 'parent_pipeline').map((child) => child.sha));
  return [...shas].map((one) => ({ sha: one, hasChildren: children.has(one) }));
}

/** Query for everything that can change without a new commit, as `own0`, `children0`, `own1` … */
export function changesQuery(path: string, commits: readonly PipelineCommit[]): Query {
  const active = `active: jobs(first: ${activeAtOnce}, statuses: [${activeStatuses.join(', ').toUpperCase()}])`;
  const nodes = `nodes { id status newest: jobs(first: 1) { nodes { id } } ${active} { nodes { id status } pageInfo { hasNextPage } } }`;
  const page = `{ ${nodes} pageInfo { hasNextPage } }`;
  const lists = commits.flatMap(({ hasChildren }, at) => [
    `own${at}: pipelines(sha: $sha${at}, first: ${pipelinesShown}) { ${nodes} }`,
    ...(hasChildren
      ? [`children${at}: pipelines(sha: $sha${at}, source: "parent_pipeline", first: ${childrenAtOnce}) ${page}`]
      : []),
  ]);
  const types = ['$path: ID!', ...commits.map((_, at) => `$sha${at}: String!`)];
  return {
    text: `query (${types.join(', ')}) { project(fullPath: $path) { id ${lists.join(' ')} } }`,
    variables: { path, ...Object.fromEntries(commits.map(({ sha }, at) => [`sha${at}`, sha])) },
  };
}

/** State that a response describes; undefined if there is more than fits into it. */
function stateIn(row: JsonObject): string | undefined {
  const names = Array.from({ length: maxCommits }, (_, at) => [`own${at}`, `children${at}`]).flat();
  const lists = names.flatMap((name) => row.object(name) ?? []);
  if (lists.some(hasMore)) return undefined;
  const pipelines = lists.flatMap((list) => list.requireObjects('nodes'));
  if (pipelines.some((pipeline) => hasMore(pipeline.object('active')))) return undefined;
  return joined(
    pipelines.map((pipeline) => ({
      id: toId(pipeline.requireString('id')),
      status: toStatus(pipeline),
      newest: newestOf(idsIn(pipeline.requireObject('newest'))),
      active: pipeline
        .requireObject('active')
        .requireObjects('nodes')
        .map((job) => ({ id: toId(job.requireString('id')), status: toStatus(job) })),
    })),
  );
}

function hasMore(connection: JsonObject | undefined): boolean {
  return connection?.object('pageInfo')?.boolean('hasNextPage') === true;
}

function idsIn(connection: JsonObject): readonly number[] {
  return connection.requireObjects('nodes').map((node) => toId(node.requireString('id')));
}

/** State of a listing; undefined if the short query couldn't describe it. */
function stateOf({ server, commit }: CommitQuestion, { builds, pipelines, isPartial }: Listing): string | undefined {
  const commits = commitsOf({ builds, pipelines }, commit.sha);
  const children = pipelines.filter(({ source }) => source === 'parent_pipeline');
  const isAskable = isPartial !== true && commits.length <= maxCommits && children.length <= childrenAtOnce;
  if (!isAskable || !has(server, 'activeStatuses')) return undefined;
  const byPipeline = groupBy(builds, ({ pipeline }) => pipeline);
  const states = pipelines.map(({ id, status }) => {
    const own = byPipeline.get(id) ?? [];
    const active = own.filter((build) => activeStatuses.includes(build.status));
    return { id, status, newest: newestOf(own.map((build) => build.id)), active };
  });
  return states.some(({ active }) => active.length > activeAtOnce) ? undefined : joined(states);
}

interface PipelineState {
  readonly id: number;
  readonly status: string;
  /** Id of the newest build; 0 if there is none. */
  readonly newest: number;
  readonly active: readonly { readonly id: number; readonly status: string }[];
}

function newestOf(ids: readonly number[]): number {
  return ids.reduce((newest, id) => Math.max(newest, id), 0);
}

function joined(states: readonly PipelineState[]): string {
  const lines = [...states]
    .sort((a, b) => a.id - b.id)
    .map(({ id, status, newest, active }) => {
      const builds = [...active].sort((a, b) => a.id - b.id).map((build) => `${build.id} ${build.status}`);
      return [id, status, newest, ...builds].join(', ');
    });
  return lines.join('\n');
}
