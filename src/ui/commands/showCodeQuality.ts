import { join } from 'node:path';
import { commands, l10n, Uri, window } from 'vscode';
import {
  isQualityName,
  largestQualityReport,
  readQualityReport,
  type QualityFinding,
} from '../../core/artifacts/tests/codeQuality';
import type { ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import type { FoundFiles } from '../../core/log/logFileFinder';
import { maxProblems } from '../../core/log/findProblems';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { timeSlice } from '../../core/util/timeSlice';
import type { OpenArchive } from '../../core/artifacts/archives';
import { toArtifactAddress } from '../../core/artifacts/artifactUri';
import { filesNamed } from '../../core/artifacts/tests/testReports';
import type { ReportedProblem } from '../log/logDiagnostics';
import { UserError } from '../report';
import { buildTitle, formatSize } from '../text/buildText';
import { oneLine } from '../text/failures';
import type { Command, CommandContext } from './command';
import { entriesOf, type EntrySubjects } from './entrySubjects';
import { subjectOf } from './subjects';
import { rowsOf, targetSnapshot } from './targets';
import { plural } from '../text/plural';

/** Maximum number of reports of one archive. */
const maxReports = 20;

/** Shows the findings of code quality reports in VS Code's Problems view: of the selected files, or of a build's archive. */
export const showCodeQuality: Command = async (context, args) => {
  for (const subject of await reportsOf(context, args)) {
    const { root, build } = subject;
    const title = l10n.t('Code quality of {0}', buildTitle(build));
    const { found, findings } = await window.withProgress(
      { location: { viewId: 'gitlabBuilds.builds' }, title },
      async () => {
        const all = await findingsOf(context, subject);
        return { findings: all.length, found: await placed(context, subject, all) };
      },
    );
    context.problems.showReport(root, build, found.slice(0, maxProblems));
    await tell(context, build, findings, found.length);
  }
};

/** Files that are given by rows or a URI, else all reports of a build. */
async function reportsOf(context: CommandContext, args: readonly unknown[]): Promise<readonly EntrySubjects[]> {
  const pick = l10n.t('Select a build to show its code quality');
  if (rowsOf(args).length > 0 || args[0] instanceof Uri)
    return entriesOf(context, args, { pickBuild: pick, pickEntry: '', folders: false });
  const subject = await subjectOf(context, args, {
    can: (build) => can(build, 'downloadArtifacts'),
    pick,
    none: l10n.t('No builds with artifacts.'),
    why: (build) => l10n.t('{0} has no artifacts.', buildTitle(build)),
  });
  if (subject === undefined) return [];
  const { root, target, build } = subject;
  const opened = await context.archives.of(toArtifactAddress(root, target, build));
  const nodes = await filesNamed(opened.tree, isQualityName);
  if (nodes.length === 0)
    throw new UserError(l10n.t('The artifacts of {0} contain no code quality report.', buildTitle(build)));
  return [{ root, build, opened, nodes: nodes.slice(0, maxReports) }];
}

async function findingsOf(
  { archives }: CommandContext,
  { opened, nodes }: EntrySubjects,
): Promise<readonly QualityFinding[]> {
  const findings: QualityFinding[] = [];
  for (const node of nodes) findings.push(...(await readNode(archives, opened, node)));
  return findings;
}

async function readNode(
  archives: CommandContext['archives'],
  opened: OpenArchive,
  node: ArchiveNode,
): Promise<readonly QualityFinding[]> {
  if (node.size > largestQualityReport) throw tooLarge(node);
  const report = node.kind === 'file' ? await readQualityReport(await archives.read(opened, node.entry)) : undefined;
  if (report === undefined) throw new UserError(l10n.t('"{0}" isn\'t a code quality report.', oneLine(node.path)));
  return report.findings;
}

function tooLarge({ path, size }: ArchiveNode): UserError {
  const [name, most] = [oneLine(path), formatSize(largestQualityReport)];
  return new UserError(
    l10n.t('"{0}" is too large to show in Problems ({1}; at most {2}). Open it instead.', name, formatSize(size), most),
  );
}

/** The findings in tracked files that are as the build had them, without duplicates. */
async function placed(
  { logPaths, session }: CommandContext,
  { root, build }: EntrySubjects,
  findings: readonly QualityFinding[],
): Promise<readonly ReportedProblem[]> {
  const { target } = targetSnapshot({ session }, root);
  const [finder, { hasChanged }] = await Promise.all([
    logPaths.finderForReport(root, target),
    logPaths.distanceFrom(root, build.commit?.sha ?? target.sha),
  ]);
  const files = await finder.find(findings.map(({ path, line }) => ({ path, line, at: 0 })));
  const found = new Map<string, ReportedProblem>();
  const yieldIfDue = timeSlice();
  for (const [at, finding] of findings.entries()) {
    const file = fileOf(root, finding, files[at]);
    if (file === undefined || hasChanged(file)) continue;
    found.set(JSON.stringify([file, finding]), { ...finding, at: 0, file });
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return [...found.values()];
}

/** Paths in reports are relative to the root of the repository; other files count only where there is just one. */
function fileOf(root: string, { path }: QualityFinding, found: FoundFiles | undefined): string | undefined {
  const files = found?.files ?? [];
  const own = join(Uri.parse(root).fsPath, path);
  return files.length > 1 ? files.find((file) => file === own) : files[0];
}

async function tell({ report }: CommandContext, build: Build, findings: number, found: number): Promise<void> {
  const title = buildTitle(build);
  if (found > 0) {
    report.done(foundWords(title, found));
    await commands.executeCommand('workbench.actions.view.problems');
  } else if (findings === 0) void report.inform(l10n.t('The code quality report of {0} has no findings.', title));
  else
    void report.inform(
      l10n.t(
        'The code quality report of {0} has {1} findings, but none in a tracked file that is unchanged since the build.',
        title,
        findings,
      ),
    );
}

function foundWords(title: string, found: number): string {
  if (found > maxProblems)
    return l10n.t('Showing the first {0} code quality findings of {1}. Its report has more.', maxProblems, title);
  return plural(
    found,
    l10n.t('{0} code quality finding of {1}', found, title),
    l10n.t('{0} code quality findings of {1}', found, title),
  );
}
