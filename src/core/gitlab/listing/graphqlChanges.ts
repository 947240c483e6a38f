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
/** How long to do without the short query after it has reported a change that there wasn't. */
const doubtMs = 10 * 60_000;
const openAtOnce = 100;
const openStatuses = knownStatuses.filter((status) => statusClass(status) !== 'ended');

interface Kept {
  readonly listing: Listing;
  readonly state: string;
}

/**
 * The last listing of a commit, if a short query shows that nothing has changed since: neither the statuses of
 * unfinished builds nor of pipelines, and no build is new. Undefined if everything must be requested: because something
 * has changed, the user asked, or the builds have been changing from one listing to the next.
 */
export async function unchangedListing(question: CommitQuestion): Promise<Listing | undefined> {
  const { memory, project, commit, api } = question;
  const kept = memory.get(keyOf('calm builds', question)) as Kept | undefined; // Only written below.
  if (question.isAsked === true || kept === undefined || memory.has(keyOf('no short query', question)))
    return undefined;
  const hasChildren = kept.listing.pipelines.some(({ source }) => source === 'parent_pipeline');
  const { text, variables } = changesQuery(project.path, commit.sha, hasChildren);
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
  return `${name} of ${project.id} ${commit.sha} ${commit.ref ?? ''}`;
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof GitLabError)) throw error;
  return undefined;
}

/** Query for all that can change without a new commit, of the commit's own pipelines and its child pipelines. */
export function changesQuery(path: string, sha: string, hasChildren: boolean): Query {
  const open = `open: jobs(first: ${openAtOnce}, statuses: [${openStatuses.join(', ').toUpperCase()}])`;
  const nodes = `nodes { id status newest: jobs(first: 1) { nodes { id } } ${open} { nodes { id status } pageInfo { hasNextPage } } }`;
  const own = `own: pipelines(sha: $sha, first: ${pipelinesShown}) { ${nodes} }`;
  const children = `children: pipelines(sha: $sha, source: "parent_pipeline", first: ${childrenAtOnce}) { ${nodes} pageInfo { hasNextPage } }`;
  return {
    text: `query ($path: ID!, $sha: String!) { project(fullPath: $path) { id ${own} ${hasChildren ? children : ''} } }`,
    variables: { path, sha },
  };
}

/** State that a response describes; undefined if there is more than fits into it. */
function stateIn(row: JsonObject): string | undefined {
  const children = row.object('children');
  if (hasMore(children)) return undefined;
  const pipelines = [...row.requireObject('own').requireObjects('nodes'), ...(children?.requireObjects('nodes') ?? [])];
  if (pipelines.some((pipeline) => hasMore(pipeline.object('open')))) return undefined;
  return joined(
    pipelines.map((pipeline) => ({
      id: toId(pipeline.requireString('id')),
      status: toStatus(pipeline),
      newest: newestOf(idsIn(pipeline.requireObject('newest'))),
      open: pipeline
        .requireObject('open')
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
  const isWhole = isPartial !== true && pipelines.every(({ sha }) => sha === commit.sha);
  if (!isWhole || !has(server, 'openStatuses')) return undefined;
  const byPipeline = groupBy(builds, ({ pipeline }) => pipeline);
  return joined(
    pipelines.map(({ id, status }) => {
      const own = byPipeline.get(id) ?? [];
      const open = own.filter((build) => openStatuses.includes(build.status));
      return { id, status, newest: newestOf(own.map((build) => build.id)), open };
    }),
  );
}

interface PipelineState {
  readonly id: number;
  readonly status: string;
  /** Id of the newest build; 0 if there is none. */
  readonly newest: number;
  /** Builds that haven't ended. */
  readonly open: readonly { readonly id: number; readonly status: string }[];
}

function newestOf(ids: readonly number[]): number {
  return ids.reduce((newest, id) => Math.max(newest, id), 0);
}

function joined(states: readonly PipelineState[]): string {
  const lines = [...states]
    .sort((a, b) => a.id - b.id)
    .map(({ id, status, newest, open }) => {
      const builds = [...open].sort((a, b) => a.id - b.id).map((build) => `${build.id} ${build.status}`);
      return [id, status, newest, ...builds].join(', ');
    });
  return lines.join('\n');
}
