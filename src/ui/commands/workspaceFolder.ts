import { l10n, workspace, type Uri } from 'vscode';
import { UserError } from '../report';
import type { CommandContext } from './command';

/**
 * Where what is downloaded goes: the workspace folder that the repository is in, or that is in the repository. Throws a
 * Refusal where no folder is open.
 */
export function workspaceFolderOf({ session }: Pick<CommandContext, 'session'>, root: string): Uri {
  const repository = session.repositoryOf(root)?.rootUri;
  const folders = workspace.workspaceFolders ?? [];
  const around = repository === undefined ? undefined : workspace.getWorkspaceFolder(repository);
  const inside = folders.find(({ uri }) => repository !== undefined && uri.path.startsWith(`${repository.path}/`));
  const folder = around ?? inside ?? folders[0];
  if (folder === undefined)
    throw new UserError(l10n.t('Artifacts are saved in the workspace folder. Open a folder first.'));
  return folder.uri;
}
