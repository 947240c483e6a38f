import type { MergeRequest, Pipeline } from '../../model/pipeline';
import type { CommitQuestion } from '../dialect';
import { noneUnlessGone } from '../notFound';
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
  return memory.getOrLoad(key, askAgainMs, async () => {
    const lists = await Promise.all((await opened(question)).map((one) => pipelinesOf(question, one)));
    return lists.flat();
  });
}

async function opened({ api, project, commit }: CommitQuestion): Promise<readonly Opened[]> {
  const path = `projects/${project.id}/merge_requests?source_branch=${encodeURIComponent((commit.ref ?? '').toWellFormed())}`;
  const read = (row: JsonObject): Opened => ({
    iid: row.id('iid'),
    title: row.string('title') ?? '',
    sha: row.string('sha'),
  });
  // A project may have its merge requests switched off, which is 403.
  const { items } = await api.page(path, 1, read).catch((error: unknown) => ({ items: noneUnlessGone(error) }));
  return items.filter(({ sha }) => sha === commit.sha).slice(0, mergeRequestsLookedAt);
}

async function pipelinesOf(question: CommitQuestion, { iid, title }: Opened): Promise<readonly Pipeline[]> {
  const { api, project, commit } = question;
  const mergeRequest = { iid, title };
  const path = `projects/${project.id}/merge_requests/${iid}/pipelines`;
  const all = await api.keptList(path, (row) => toPipeline(row, project)).catch(noneUnlessGone);
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
