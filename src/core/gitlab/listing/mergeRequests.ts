import type { MergeRequest, Pipeline } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { noneUnlessGone, undefinedUnlessGone } from '../notFound';
import { has } from '../features';
import type { JsonObject } from '../jsonObject';
import { toPipeline } from './restMappers';

/** Merge requests are opened seldom, and their pipelines are pushed for: asked for once a minute. */
const askAgainMs = 60_000;
/** Of one branch; the newest. */
const mergeRequestsLookedAt = 3;

interface Opened extends MergeRequest {
  /** Head of its branch. */
  readonly sha: string | undefined;
}

/**
 * The pipelines of the branch's merge requests, marked as such. Those that GitLab ran on its own merge of the branch into
 * its target have another commit than the branch; of these the newest counts, if it is a merge of the commit that is shown.
 */
export async function mergeRequestPipelines(question: CommitQuestion): Promise<readonly Pipeline[]> {
  const { commit, server, project, memory } = question;
  if (commit.ref === undefined || !has(server, 'mergeRequestPipelines')) return [];
  const key = `merge requests of ${project.id} ${commit.ref} ${commit.sha}`;
  // What was refused is not known to be none.
  return (await memory.getOrTry(key, askAgainMs, () => pipelinesOfAll(question))) ?? [];
}

/** undefined: some of them are not given out, and the others are none. */
async function pipelinesOfAll(question: CommitQuestion): Promise<readonly Pipeline[] | undefined> {
  const all = await opened(question);
  if (all === undefined) return undefined;
  const lists = await Promise.all(all.map((one) => pipelinesOf(question, one)));
  const pipelines = lists.flatMap((those) => those ?? []);
  return lists.includes(undefined) && pipelines.length === 0 ? undefined : pipelines;
}

/** undefined: they are not given out. */
async function opened({ api, project, commit }: CommitQuestion): Promise<readonly Opened[] | undefined> {
  const path = `projects/${project.id}/merge_requests?source_branch=${encodeURIComponent((commit.ref ?? '').toWellFormed())}`;
  const read = (row: JsonObject): Opened => ({
    iid: row.id('iid'),
    title: row.string('title') ?? '',
    sha: row.string('sha'),
  });
  // A project may have its merge requests switched off, which is 403.
  const page = await api.page(path, 1, read).catch(undefinedUnlessGone);
  return page?.items.filter(({ sha }) => sha === commit.sha).slice(0, mergeRequestsLookedAt);
}

/** undefined: they are not given out. */
async function pipelinesOf(question: CommitQuestion, { iid, title }: Opened): Promise<readonly Pipeline[] | undefined> {
  const { api, project, commit } = question;
  const mergeRequest = { iid, title };
  const path = `projects/${project.id}/merge_requests/${iid}/pipelines`;
  const all = await api.keptList(path, (row) => toPipeline(row, project)).catch(undefinedUnlessGone);
  if (all === undefined) return undefined;
  const marked = all.filter(isOfMergeRequest).map((pipeline) => ({ ...pipeline, mergeRequest }));
  const own = marked.filter(({ sha }) => sha === commit.sha);
  const merge = marked.filter(({ sha }) => sha !== commit.sha).sort((a, b) => b.id - a.id)[0];
  return merge !== undefined && (await isMergeOf(question, merge.sha)) ? [...own, merge] : own;
}

function isOfMergeRequest({ ref, source }: Pipeline): boolean {
  return source === 'merge_request_event' || ref.startsWith('refs/merge-requests/');
}

/**
 * The merge of an earlier commit of the branch is listed, too, until the next one's has been made; git may have lost its
 * commit by then.
 */
export async function isMergeOf({ api, project, commit, memory }: CommitQuestion, sha: string): Promise<boolean> {
  const path = `projects/${project.id}/repository/commits/${sha}`;
  const ask = () =>
    memory.getOrLoad<readonly string[]>(path, Infinity, () => api.get(path, (row) => row.strings('parent_ids')));
  // A refusal is not remembered: the next time it may be told.
  const parents: readonly string[] = await ask().catch(noneUnlessGone);
  return parents.includes(commit.sha);
}
