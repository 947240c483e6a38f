import { join, basename } from 'node:path';
import { isNotFound } from '../../core/model/errors';
import { commands, l10n, Uri, workspace, RelativePattern, window } from 'vscode';
import { asDiskError } from '../../core/artifacts/download/diskErrors';
import { toSafePath } from '../../core/artifacts/archive/entryPath';
import { extract } from '../../core/artifacts/extract/extract';
import type { LeftOut } from '../../core/artifacts/extract/leftOut';
import { inBuildFolder } from '../../core/artifacts/download/buildFolder';
import type { ArchiveFile, ArchiveFolder, ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import { saveEntry } from '../../core/artifacts/download/save';
import { pathBelow } from '../../core/util/diskPath';
import { isFolder, isFile } from '../../core/util/fs';
import { goneSentence } from '../text/goneArtifacts';
import { buildTitle } from '../text/buildText';
import { UserError } from '../report';
import { leftOutSentence } from '../text/archiveFailures';
import { oneLine, withoutIcons, withoutMarkup } from '../text/failures';
import { toArtifactUri } from '../../core/artifacts/artifactUri';
import { entriesOf, type EntrySubjects } from './entrySubjects';
import { withArchive } from '../../core/artifacts/wholeArchive';
import type { Command, CommandContext } from './command';
import { download, type Download, type Step, confirmReplace } from './downloads';
import { withLeftOut, logLeftOut, throttledProgress } from './savedArchives';
import { workspaceFolderOf, rowsOf } from './targets';

/** Downloads files and folders of artifacts to the workspace, loading only as much of the archive as necessary. */
export const downloadArtifact: Command = async (context, args) => {
  const subjects = await entriesOf(context, args, {
    pickBuild: l10n.t('Select a build to browse its artifacts'),
    pickEntry: l10n.t('Select a file or folder to download'),
    folders: true,
  });
  const [first] = subjects;
  if (first === undefined) return;
  const run = new EntryRun(context, subjects);
  try {
    await download(context, titleOf(subjects, first), run.downloads);
  } finally {
    void context.report.guard('downloadArtifact', () => offer(context, run.saved));
  }
};

function titleOf(subjects: readonly EntrySubjects[], { build, nodes }: EntrySubjects): string {
  const [only] = nodes;
  if (subjects.length > 1) return l10n.t('Artifacts of {0} builds', subjects.length);
  return nodes.length === 1 && only !== undefined
    ? l10n.t('{0} of {1}', oneLine(only.path), buildTitle(build))
    : l10n.t('{0} artifacts of {1}', nodes.length, buildTitle(build));
}

interface SavedNode {
  readonly path: string;
  readonly kind: ArchiveNode['kind'];
  /** Entries of a folder that couldn't be written. */
  readonly leftOut: readonly LeftOut[];
}

type Progress = (step: Step) => void;

class EntryRun {
  readonly saved: SavedNode[] = [];
  readonly downloads: readonly Download[];
  private readonly asking;

  constructor(
    private readonly context: CommandContext,
    subjects: readonly EntrySubjects[],
  ) {
    this.downloads = subjects.flatMap((subject) =>
      subject.nodes.map((node) => ({
        title: oneLine(node.path),
        size: node.size,
        run: (progress: Progress, signal: AbortSignal) => this.save(subject, node, progress, signal),
      })),
    );
    this.asking = confirmReplace(context.report, this.downloads.length > 1);
  }

  private async save(subject: EntrySubjects, node: ArchiveNode, progress: Progress, signal: AbortSignal) {
    const saved = await (
      node.kind === 'file'
        ? this.saveFile(subject, node, progress, signal)
        : this.saveFolder(subject, node, progress, signal)
    ).catch((error: unknown) => {
      throw isNotFound(error) ? new UserError(goneSentence(subject.build, Date.now())) : asDiskError(error);
    });
    if (saved !== undefined) this.saved.push({ leftOut: [], ...saved, kind: node.kind });
  }

  private async saveFile(
    { root, build, opened: { archive } }: EntrySubjects,
    { entry, size }: ArchiveFile,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Pick<SavedNode, 'path'> | undefined> {
    const path = await saveEntry({
      ...this.placeFor(root),
      build,
      path: toSafePath(entry.path),
      size,
      mayReplace: this.asking.mayReplace,
      open: () => archive.open(entry, signal),
      progress,
      signal,
    });
    return path === undefined ? undefined : { path };
  }

  /** Saves everything in a folder that can be written, or nothing. */
  private async saveFolder(
    subject: EntrySubjects,
    folder: ArchiveFolder,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Omit<SavedNode, 'kind'> | undefined> {
    const names = toSafePath(folder.path);
    const { build } = subject;
    return inBuildFolder({ ...this.placeFor(subject.root), build, below: names.slice(0, -1) }, async (around) => {
      const target = join(around, names.at(-1) ?? '');
      if ((await isFolder(target)) && !(await this.asking.mayReplace(target))) return undefined;
      const limits = this.context.settings.extractLimits();
      const { cache, clients, session } = this.context;
      const { opened } = subject;
      const instance = (await session.instances()).find(({ url }) => url === opened.address.instance);
      const source = instance === undefined ? undefined : clients.of(instance).artifacts;
      const { leftOut } = await withArchive({ cache, source, opened }, folder, { progress, signal }, (archive) =>
        extract({
          archive,
          target,
          strip: folder.path,
          limits,
          signal,
          progress: throttledProgress(progress, folder.size),
        }),
      );
      logLeftOut(this.context.log, leftOut);
      return { path: target, leftOut };
    });
  }

  private placeFor(root: string): { readonly root: string; readonly directory: string } {
    const folder = workspaceFolderOf(this.context, root);
    return { root: folder.fsPath, directory: this.context.settings.artifactsDirectory(folder) };
  }
}

async function offer({ report }: CommandContext, saved: readonly SavedNode[]): Promise<void> {
  const [first] = saved;
  if (first === undefined) return;
  const [reveal, open, showLog] = [l10n.t('Reveal'), l10n.t('Open'), l10n.t('Show Log')];
  const leftOut = leftOutSentence(saved.flatMap((one) => one.leftOut));
  const name = workspace.asRelativePath(first.path);
  const chosen = await report.inform(
    withLeftOut(
      saved.length === 1 ? l10n.t('Saved {0}.', name) : l10n.t('Saved {0} and {1} more.', name, saved.length - 1),
      leftOut,
    ),
    reveal,
    ...(first.kind === 'file' ? [open] : []),
    ...(leftOut === undefined ? [] : [showLog]),
  );
  if (chosen === showLog) await commands.executeCommand('gitlabBuilds.showOutput');
  if (chosen === reveal) await commands.executeCommand('revealInExplorer', Uri.file(first.path));
  if (chosen === open) await commands.executeCommand('vscode.open', Uri.file(first.path));
}

/** Opens a file in VS Code's editor for its type. */
export const openArtifact: Command = async (context, args) => {
  const [row] = rowsOf(args);
  if (row?.node.kind === 'artifactNote') {
    const { note } = row.node;
    if (note.kind === 'failed') context.artifactRows.reload(note.above);
    return;
  }
  const subjects = await entriesOf(context, args, {
    pickBuild: l10n.t('Select a build to browse its artifacts'),
    pickEntry: l10n.t('Select a file to open'),
    folders: false,
  });
  for (const subject of subjects)
    for (const node of subject.nodes) await commands.executeCommand('vscode.open', uriOf(subject, node));
};

/** Compares a file with the workspace file that it was built from, or that it would replace. */
export const compareArtifact: Command = async (context, args) => {
  // Of several selected rows, use the one whose menu was opened.
  const subjects = await entriesOf(context, args.length === 0 ? [] : [args[0], undefined], {
    pickBuild: l10n.t('Select a build to browse its artifacts'),
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
  return Uri.parse(toArtifactUri(address, build, path), true);
}

const maxFound = 200;

/**
 * The workspace file with the same path below the repository or its workspace folder; else one of the same name that
 * the user selects.
 */
async function counterpartOf(
  context: CommandContext,
  { root }: EntrySubjects,
  { path }: ArchiveNode,
): Promise<Uri | undefined> {
  const repository = context.session.repositoryOf(root)?.rootUri;
  const folder = workspaceFolderOf(context, root);
  for (const base of [repository, folder]) {
    const file = base === undefined ? undefined : join(base.fsPath, path);
    if (base === undefined || file === undefined || pathBelow(base.fsPath, file) === undefined) continue;
    if (await isFile(file)) return Uri.file(file);
  }
  const name = basename(path);
  const pattern = new RelativePattern(folder, `**/${name.replace(/[[\]{}()*?!]/g, '[$&]')}`);
  const saved = join(folder.fsPath, context.settings.artifactsDirectory(folder));
  const found = (await workspace.findFiles(pattern, undefined, maxFound)).filter(
    ({ fsPath }) => pathBelow(saved, fsPath) === undefined,
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
