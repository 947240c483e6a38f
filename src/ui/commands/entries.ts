import { join } from 'node:path';
import { commands, l10n, Uri, workspace } from 'vscode';
import { asDiskError } from '../../core/artifacts/download/diskErrors';
import { toSafePath } from '../../core/artifacts/archive/entryPath';
import { extract } from '../../core/artifacts/extract/extract';
import { inBuildFolder } from '../../core/artifacts/download/buildFolder';
import type { ArchiveFile, ArchiveFolder, ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import { saveEntry } from '../../core/artifacts/download/save';
import { isFolder } from '../../core/util/fs';
import { goneSentence, isGone } from '../text/goneArtifacts';
import { buildTitle } from '../text/buildText';
import { UserError } from '../report';
import { oneLine } from '../text/failures';
import { entriesOf, type EntrySubjects } from './artifactSubjects';
import type { Command, CommandContext } from './command';
import { download, type Download, type Step } from './downloads';
import { confirmReplace } from './confirmReplace';
import { metered } from './unpacking';
import { withArchive } from './wholeArchive';
import { workspaceFolderOf } from './workspaceFolder';

/** One file or folder, or some of them, into the workspace; no more of the archive than that takes. */
export const downloadArtifact: Command = async (context, args) => {
  const subjects = await entriesOf(context, args, {
    pickBuild: l10n.t('Select a build to browse artifacts of'),
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
    const path = await (
      node.kind === 'file'
        ? this.saveFile(subject, node, progress, signal)
        : this.saveFolder(subject, node, progress, signal)
    ).catch((error: unknown) => {
      throw isGone(error) ? new UserError(goneSentence(subject.build, Date.now())) : asDiskError(error);
    });
    if (path !== undefined) this.saved.push({ path, kind: node.kind });
  }

  private async saveFile(
    { root, build, opened: { archive } }: EntrySubjects,
    { entry, size }: ArchiveFile,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    return saveEntry({
      ...this.placeFor(root),
      build,
      path: toSafePath(entry.path),
      size,
      mayReplace: this.asking.mayReplace,
      open: () => archive.open(entry, signal),
      progress,
      signal,
    });
  }

  /** Whole, or not at all. */
  private async saveFolder(
    subject: EntrySubjects,
    folder: ArchiveFolder,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const names = toSafePath(folder.path);
    const { build } = subject;
    return inBuildFolder({ ...this.placeFor(subject.root), build, below: names.slice(0, -1) }, async (around) => {
      const target = join(around, names.at(-1) ?? '');
      if ((await isFolder(target)) && !(await this.asking.mayReplace(target))) return undefined;
      const limits = this.context.settings.extractLimits();
      await withArchive(this.context, subject, folder, { progress, signal }, (archive) =>
        extract({ archive, target, strip: folder.path, limits, signal, progress: metered(progress, folder.size) }),
      );
      return target;
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
  const [reveal, open] = [l10n.t('Reveal'), l10n.t('Open')];
  const name = workspace.asRelativePath(first.path);
  const chosen = await report.inform(
    saved.length === 1 ? l10n.t('Saved {0}.', name) : l10n.t('Saved {0} and {1} more.', name, saved.length - 1),
    reveal,
    ...(first.kind === 'file' ? [open] : []),
  );
  if (chosen === reveal) await commands.executeCommand('revealInExplorer', Uri.file(first.path));
  if (chosen === open) await commands.executeCommand('vscode.open', Uri.file(first.path));
}
