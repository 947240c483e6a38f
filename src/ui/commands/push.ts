import { commands, l10n } from 'vscode';
import { UserError } from '../report';
import type { Command } from './command';
import { rootOf } from './targets';

/** By VS Code's git, which asks what there is to ask, and tells of failures. */
export const push: Command = async (context, args) => {
  const repository = context.session.repositoryOf(rootOf(context, args));
  if (repository === undefined) throw new UserError(l10n.t('No git repository is open.'));
  const isPublished = repository.state.HEAD?.upstream !== undefined;
  await commands.executeCommand(isPublished ? 'git.push' : 'git.publish', repository.rootUri);
};
