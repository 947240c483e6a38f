import { basename, join, sep } from 'node:path';
import { commands, l10n, RelativePattern, Uri, window, workspace } from 'vscode';
import type { ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import { isFile } from '../../core/util/fs';
import { toArtifactUri } from '../artifacts/artifactUri';
import { buildTitle } from '../text/buildText';
import { UserError } from '../report';
import { oneLine, withoutIcons, withoutMarkup } from '../text/failures';
import { entriesOf, type EntrySubjects } from './artifactSubjects';
import type { Command, CommandContext } from './command';
import { rowsOf } from './targets';
import { workspaceFolderOf } from './workspaceFolder';

/** In whatever editor VS Code has for such files. */
export const openArtifact: Command = async (context, args) => {
  const [row] = rowsOf(args);
  if (row?.node.kind === 'artifactNote') {
    const { note } = row.node;
    if (note.kind === 'failed') context.artifactRows.askAgain(note.above);
    return;
  }
  const subjects = await entriesOf(context, args, {
    pickBuild: l10n.t('Select a build to browse artifacts of'),
    pickEntry: l10n.t('Select a file to open'),
    folders: false,
  });
  for (const subject of subjects)
    for (const node of subject.nodes) await commands.executeCommand('vscode.open', uriOf(subject, node));
};

/** Side by side with the file of the workspace that it was made from, or that it replaces. */
export const compareArtifact: Command = async (context, args) => {
  // Of those that are selected the one that the menu was opened on.
  const subjects = await entriesOf(context, args.length === 0 ? [] : [args[0], undefined], {
    pickBuild: l10n.t('Select a build to browse artifacts of'),
    pickEntry: l10n.t('Select a file to compare with the workspace'),
    folders: false,
  });
  const [subject] = subjects;
  const [node] = subject?.nodes ?? [];
  if (subject === undefined || node === undefined) return;
  const left = uriOf(subject, node);
  const right = await counterpartOf(context, subject, node);
  if (right === undefined) return;
  const [name, other] = [basename(node.path), workspace.asRelativePath(right.fsPath)].map(withoutMarkup);
  const title = l10n.t('{0} ({1}) and {2}', name ?? '', withoutIcons(buildTitle(subject.build)), other ?? '');
  await commands.executeCommand('vscode.diff', left, right, title);
};

function uriOf({ build, opened: { address } }: EntrySubjects, { kind, path, isOpenable }: ArchiveNode): Uri {
  if (kind === 'folder') throw new UserError(l10n.t('{0} is a folder. Select a file in it.', oneLine(path)));
  if (!isOpenable)
    throw new UserError(
      l10n.t('"{0}" can\'t be opened here because of its name. Download the archive to see it.', oneLine(path)),
    );
  return toArtifactUri(address, build, path);
}

const mostFound = 200;

/** At the same place below the repository or its workspace folder; else one of that name which the user picks. */
async function counterpartOf(
  context: CommandContext,
  { root }: EntrySubjects,
  { path }: ArchiveNode,
): Promise<Uri | undefined> {
  const repository = context.session.repositoryOf(root)?.rootUri;
  const folder = workspaceFolderOf(context, root);
  for (const base of [repository, folder]) {
    const file = base === undefined ? undefined : join(base.fsPath, path);
    if (base !== undefined && file?.startsWith(base.fsPath + sep) === true && (await isFile(file)))
      return Uri.file(file);
  }
  const name = basename(path);
  const pattern = new RelativePattern(folder, `**/${name.replace(/[[\]{}()*?!]/g, '[$&]')}`);
  const saved = `${join(folder.fsPath, context.settings.artifactsDirectory(folder))}${sep}`;
  const found = (await workspace.findFiles(pattern, undefined, mostFound)).filter(
    ({ fsPath }) => !fsPath.startsWith(saved),
  );
  if (found.length === 0)
    throw new UserError(l10n.t('The workspace has no {0} and no other file named {1}.', oneLine(path), oneLine(name)));
  return found.length === 1 ? found[0] : pick(found, name);
}

async function pick(files: readonly Uri[], name: string): Promise<Uri | undefined> {
  const items = files
    .map((uri) => ({ label: withoutIcons(oneLine(workspace.asRelativePath(uri.fsPath))), uri }))
    .sort((a, b) => a.label.length - b.label.length || (a.label < b.label ? -1 : 1));
  const placeHolder = l10n.t('Select the {0} to compare with', oneLine(name));
  return (await window.showQuickPick(items, { placeHolder }))?.uri;
}
