import { l10n } from 'vscode';
import type { Pipeline } from '../../core/model/pipeline';

/** Title of a commit. GitLab's merged results only have hashes in theirs, so the merge request's is used. */
export function commitTitle(ref: string, title: string, pipelines: readonly Pipeline[]): string {
  const iid = mergeRequestIn(ref);
  if (iid === undefined || !title.startsWith('Merge ')) return title;
  const known = pipelines.find(({ mergeRequest }) => mergeRequest?.iid.toString() === iid)?.mergeRequest?.title;
  return known ?? l10n.t('Merge request !{0}', iid);
}

/** Number of the merge request within the project that a ref belongs to. */
export function mergeRequestIn(ref: string): string | undefined {
  return ref.startsWith('refs/merge-requests/') ? ref.split('/')[2] : undefined;
}
