import { commands, l10n, Uri, window, workspace } from 'vscode';
import { candidatesOf, isCoverageName, readCoverage } from '../../core/artifacts/tests/coverageFiles';
import { maxFiles, type CoveredFile } from '../../core/artifacts/tests/coverage';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { WorkspaceFiles } from '../../core/log/workspaceFiles';
import { timeSlice } from '../../core/util/timeSlice';
import type { OpenArchive } from '../../core/artifacts/archives';
import { toArtifactAddress } from '../../core/artifacts/artifactUri';
import { filesNamed } from '../../core/artifacts/tests/testReports';
import { UserError } from '../report';
import { buildTitle } from '../text/buildText';
import type { FoundCoverage } from '../testing/coverageView';
import type { Command, CommandContext } from './command';
import { subjectOf } from './subjects';
import type { TargetSnapshot } from './targets';
import { plural } from '../text/plural';

/** Maximum number of coverage reports of one archive. */
const maxReports = 50;
/** Number of files to look for in parallel. */
const filesAtOnce = 10;

/** Shows the coverage of a build for the files that are exactly as the build had them. */
export const showCoverage: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    can: (build) => can(build, 'downloadArtifacts'),
    pick: l10n.t('Select a build to show its coverage'),
    none: l10n.t('No builds with artifacts.'),
    why: (build) => l10n.t('{0} has no artifacts.', buildTitle(build)),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  requireCheckedOut(context, subject, build);
  const title = l10n.t('Coverage of {0}', buildTitle(build));
  const found = await window.withProgress({ location: { viewId: 'gitlabBuilds.builds' }, title }, async () => {
    const opened = await context.archives.of(toArtifactAddress(root, target, build));
    return placed(context, root, target.project, await reportsOf(context, opened));
  });
  if (found.length === 0)
    throw new UserError(
      l10n.t('The artifacts of {0} contain no lcov, Cobertura or JaCoCo report of unchanged files.', buildTitle(build)),
    );
  await context.coverage.show(title, found);
  const open = l10n.t('Open Test Coverage');
  // Not awaited: nothing waits for a message to be closed.
  void context.report.inform(shownWords(build, found.length), open).then((chosen) => {
    if (chosen === open) return commands.executeCommand('testing.openCoverage');
    return undefined;
  });
};

function shownWords(build: Build, files: number): string {
  const title = buildTitle(build);
  return plural(
    files,
    l10n.t('The coverage of {0} is shown in {1} file.', title, files),
    l10n.t('The coverage of {0} is shown in {1} files.', title, files),
  );
}

/** Lines of another commit would be wrong. */
function requireCheckedOut({ session }: CommandContext, { root, target }: TargetSnapshot, { commit }: Build): void {
  const snapshot = session.snapshotOf(root);
  const isAncestor = snapshot?.kind === 'ready' && snapshot.ancestor !== undefined;
  const head = session.repositoryOf(root)?.state.HEAD?.commit;
  if (isAncestor || head !== target.sha || (commit !== undefined && commit.sha !== target.sha))
    throw new UserError(l10n.t('Coverage is only shown for builds of the commit that is checked out.'));
}

interface ReportedFile {
  readonly report: string;
  readonly covered: CoveredFile;
}

async function reportsOf({ archives }: CommandContext, opened: OpenArchive): Promise<readonly ReportedFile[]> {
  const files: ReportedFile[] = [];
  const nodes = await filesNamed(opened.tree, isCoverageName);
  for (const { path, entry } of nodes.slice(0, maxReports)) {
    const covered = await readCoverage(path, await archives.read(opened, entry));
    for (const one of covered ?? []) if (files.length < maxFiles) files.push({ report: path, covered: one });
  }
  return files;
}

/** The files that exist in the repository, without those that have uncommitted changes. */
async function placed(
  { session }: CommandContext,
  root: string,
  project: string,
  reported: readonly ReportedFile[],
): Promise<readonly FoundCoverage[]> {
  const files = new WorkspaceFiles(Uri.parse(root).fsPath, project);
  const changed = changedFiles(session.repositoryOf(root)?.state);
  const found = new Map<string, FoundCoverage>();
  const yieldIfDue = timeSlice();
  // One batch after the other: a file may have hundreds of candidates.
  for (let at = 0; at < reported.length; at += filesAtOnce) {
    const some = reported.slice(at, at + filesAtOnce);
    const candidates = some.map(({ report, covered }) => candidatesOf(covered, report));
    await files.look(candidates.flat());
    for (const [index, { covered }] of some.entries()) {
      const file = candidates[index]?.map((path) => files.of(path)).find((one) => one !== undefined);
      if (file !== undefined && !changed.has(file)) found.set(file, { file, covered });
    }
    await yieldIfDue();
  }
  return [...found.values()];
}

interface Changes {
  readonly workingTreeChanges?: readonly { readonly uri: Pick<Uri, 'fsPath'> }[];
  readonly indexChanges?: readonly { readonly uri: Pick<Uri, 'fsPath'> }[];
}

/** Paths of files with changes that aren't committed or not even saved. */
function changedFiles(state: Changes = {}): ReadonlySet<string> {
  const { workingTreeChanges = [], indexChanges = [] } = state;
  const unsaved = workspace.textDocuments.filter(({ isDirty }) => isDirty);
  return new Set([...workingTreeChanges, ...indexChanges, ...unsaved].map(({ uri }) => uri.fsPath));
}
