import { l10n } from 'vscode';
import { isCommitId } from '../../core/model/gitlabPage';
import { toFailure } from '../../core/model/errors';
import type { Target } from '../../core/model/snapshot';
import { UserError } from '../report';
import { oneLine } from '../text/failures';
import type { Clients } from '../../core/gitlab/clients';
import type { Session } from '../../core/session/session';

interface Sources {
  readonly session: Pick<Session, 'repositoryOf'>;
  readonly clients: Pick<Clients, 'of'>;
}

/**
 * Full id of the commit that a revision means: by git, else by GitLab, which may have one that was never fetched. A
 * full id is taken as it is. Undefined if neither has it.
 */
export async function resolveCommit(
  { session, clients }: Sources,
  root: string,
  revision: string,
  { instance, project }: Pick<Target, 'instance' | 'project'>,
): Promise<string | undefined> {
  const known = await session
    .repositoryOf(root)
    ?.getCommit(revision)
    .catch(() => undefined);
  const id = revision.toLowerCase();
  if (known !== undefined || isFullSha(id)) return known?.hash ?? id;
  if (!isCommitId(id)) return undefined;
  return clients.of(instance).fullSha(project, id, new AbortController().signal).catch(undefinedIfMissing);
}

/** Like `resolveCommit`. Throws UserError if neither has it. */
export async function requireCommit(
  sources: Sources,
  root: string,
  revision: string,
  target: Pick<Target, 'instance' | 'project'>,
): Promise<string> {
  const sha = await resolveCommit(sources, root, revision, target);
  if (sha !== undefined) return sha;
  throw new UserError(l10n.t('No commit, branch or tag "{0}" in this repository. Fetch it first.', oneLine(revision)));
}

export function isFullSha(revision: string): boolean {
  return isCommitId(revision) && revision.length >= 40;
}

function undefinedIfMissing(error: unknown): undefined {
  if (toFailure(error).kind !== 'notFound') throw error;
}
