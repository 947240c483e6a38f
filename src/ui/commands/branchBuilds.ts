import { l10n } from 'vscode';
import { UserError } from '../report';
import type { Command } from './command';
import { openRoot, rootOf, targetSnapshot } from './targets';

/** Opens the earlier pipelines of the branch below the displayed commit. */
export const branchBuilds: Command = async (context, args) => {
  const { session, tree } = context;
  const [first] = args;
  const retried = textIn(first, 'retry');
  if (retried !== undefined) return session.opened.retry(retried);
  const repository = textIn(first, 'repository');
  const { root, target } = targetSnapshot(
    context,
    repository === undefined ? rootOf(context, args) : openRoot(session, repository),
  );
  if (session.snapshotOf(root)?.kind !== 'ready') throw new UserError(l10n.t("The builds haven't been loaded yet."));
  if (target.ref === undefined) throw new UserError(l10n.t('No branch is checked out.'));
  session.opened.want(root);
  if (!(await tree.revealBranch(root)))
    throw new UserError(
      l10n.t('This GitLab is too old to list the pipelines of a branch. Version 8.13 or later is required.'),
    );
};

function textIn(value: unknown, key: 'repository' | 'retry'): string | undefined {
  if (typeof value !== 'object' || value === null || !(key in value)) return undefined;
  const text = (value as Partial<Record<typeof key, unknown>>)[key];
  return typeof text === 'string' ? text : undefined;
}
