import type { MergeRequest, Pipeline } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { noneUnlessGone, undefinedUnlessGone } from '../notFound';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { toPipeline } from './restMappers';

/** How often to ask, in ms: merge requests are rarely opened, and their pipelines start with a push. */
const askAgainMs = 60_000;
/** Maximum number of merge requests per branch, newest first. */
const mergeRequestsLookedAt = 3;

/** Begins to load the builds of a pipeline. */
export type Begin = (pipeline: Pipeline) => void;

interface Opened extends MergeRequest {
  /** Head commit of the source branch. */
  readonly sha: string | undefined;
}

/**
 * Pipelines of the branch's merge requests, marked as such. Merged results pipelines run on a different commit: only
 * the newest is included, if it is a merge of the displayed commit. `begin` gets each as soon as it is known, also one
 * that turns out not to be such a merge.
 */
export async function mergeRequestPipelines(question: CommitQuestion, begin: Begin): Promise<readonly Pipeline[]> {
  const { commit, server, project, memory } = question;
  if (commit.ref === undefined || !has(server, 'mergeRequestPipelines')) return [];
  const key = `merge requests of ${project.id} ${commit.ref} ${commit.sha}`;
  // A refusal doesn't mean that there are none.
  return (await memory.getOrTry(key, askAgainMs, () => pipelinesOfAll(question, begin))) ?? [];
}

/** Undefined if some are refused and the others have none. */
async function pipelinesOfAll(question: CommitQuestion, begin: Begin): Promise<readonly Pipeline[] | undefined> {
  const all = await opened(question);
  if (all === undefined) return undefined;
  const lists = await Promise.all(all.map((one) => pipelinesOf(question, one, begin)));
  const pipelines = lists.flatMap((those) => those ?? []);
  return lists.includes(undefined) && pipelines.length === 0 ? undefined : pipelines;
}

/** Open merge requests of the branch; undefined if refused. */
async function opened({ api, project, commit }: CommitQuestion): Promise<readonly Opened[] | undefined> {
  const path = `projects/${project.id}/merge_requests?source_branch=${encodeURIComponent((commit.ref ?? '').toWellFormed())}`;
  const read = (row: JsonObject): Opened => ({
    iid: row.id('iid'),
    title: row.string('title') ?? '',
    sha: row.string('sha'),
  });
  // Merge requests may be disabled for the project, which results in a 403.
  const page = await api.page(path, 1, read).catch(undefinedUnlessGone);
  return page?.items.filter(({ sha }) => sha === commit.sha).slice(0, mergeRequestsLookedAt);
}

/** Pipelines of a merge request; undefined if refused. */
async function pipelinesOf(
  question: CommitQuestion,
  { iid, title }: Opened,
  begin: Begin,
): Promise<readonly Pipeline[] | undefined> {
  const { api, project, commit } = question;
  const mergeRequest = { iid, title };
  const path = `projects/${project.id}/merge_requests/${iid}/pipelines`;
  const all = await api.keptList(path, (row) => toPipeline(row, project)).catch(undefinedUnlessGone);
  if (all === undefined) return undefined;
  const marked = all.filter(isOfMergeRequest).map((pipeline) => ({ ...pipeline, mergeRequest }));
  const own = marked.filter(({ sha }) => sha === commit.sha);
  const merge = marked.filter(({ sha }) => sha !== commit.sha).sort((a, b) => b.id - a.id)[0];
  for (const pipeline of own) begin(pipeline);
  if (merge === undefined || isNoMergeOf(question, merge.sha)) return own;
  begin(merge);
  return (await isMergeOf(question, merge.sha)) ? [...own, merge] : own;
}

function isOfMergeRequest({ ref, source }: Pipeline): boolean {
  return source === 'merge_request_event' || ref.startsWith('refs/merge-requests/');
}

/**
 * Whether a merged results commit contains the displayed commit. The merge of an earlier commit stays listed until
 * there is a new one, and its commit may be gone from git by then.
 */
export async function isMergeOf(question: CommitQuestion, sha: string): Promise<boolean> {
  const { api, commit, memory } = question;
  const path = commitPath(question, sha);
  const ask = () =>
    memory.getOrLoad<readonly string[]>(path, Infinity, () => api.get(path, (row) => row.strings('parent_ids')));
  // A refusal isn't cached: access may be granted later.
  const parents: readonly string[] = await ask().catch(noneUnlessGone);
  return parents.includes(commit.sha);
}

/** Whether a commit is known not to be a merge of the displayed commit. */
export function isNoMergeOf(question: CommitQuestion, sha: string): boolean {
  const parents = question.memory.get(commitPath(question, sha));
  return Array.isArray(parents) && !parents.includes(question.commit.sha);
}

/** Remembers the parents of a commit, as a list reported them. */
export function keepParents(question: CommitQuestion, sha: string, parents: readonly string[]): void {
  question.memory.set(commitPath(question, sha), parents);
}

function commitPath({ project }: CommitQuestion, sha: string): string {
  return `projects/${project.id}/repository/commits/${sha}`;
}
