import { commands, l10n, Uri, window } from 'vscode';
import type { Build } from '../../core/model/build';
import { mayTellFailure } from '../tree/contextValue';
import { findProblems, mostProblems, type FoundProblems } from '../../core/log/findProblems';
import { WorkspaceFiles } from '../../core/log/workspaceFiles';
import { buildTitle } from '../text/buildText';
import type { Command, CommandContext } from './command';
import { logSubject } from './logSubject';

/** With the log in an editor of its own, for they are there as long as that is: a click on one must not take its place. */
export const showProblems: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: mayTellFailure,
    pick: l10n.t('Select a build to show problems of'),
    none: l10n.t('No failed builds.'),
    why: (build) => l10n.t("{0} hasn't failed, so its log has no problems to show.", buildTitle(build)),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const { document, log } = await context.logs.document(root, target, build);
  await context.logEditors.show(document, log);
  await window.showTextDocument(document, { preview: false });
  if (log.isEmpty) return;
  const files = new WorkspaceFiles(Uri.parse(root).fsPath, target.project);
  const found = await searched(build, () => findProblems(log.whole, files));
  // Its editor may be closed by now.
  if (context.logs.of(log.uri) !== log) return;
  context.problems.show(log, build, found.problems);
  await tell(context, build, found);
};

export const clearProblems: Command = ({ problems }) => {
  problems.clear();
  return Promise.resolve();
};

async function searched<T>(build: Build, search: () => Promise<T>): Promise<T> {
  const title = l10n.t('Problems in the log of {0}', buildTitle(build));
  return window.withProgress({ location: { viewId: 'gitlabBuilds.builds' }, title }, search);
}

async function tell(
  { report }: CommandContext,
  build: Build,
  { problems, isCut, places }: FoundProblems,
): Promise<void> {
  if (problems.length === 0) {
    void report.inform(whyNone(build, places));
    return;
  }
  report.done(foundWords(build, problems.length, isCut));
  await commands.executeCommand('workbench.actions.view.problems');
}

function foundWords(build: Build, count: number, isCut: boolean): string {
  const title = buildTitle(build);
  if (isCut) return l10n.t('Showing the first {0} problems of {1}. Its log has more.', mostProblems, title);
  return count === 1
    ? l10n.t('1 problem in the log of {0}', title)
    : l10n.t('{0} problems in the log of {1}', count, title);
}

function whyNone(build: Build, places: number): string {
  const title = buildTitle(build);
  if (places === 0) return l10n.t('The log of {0} names no file and line, so there are no problems to show.', title);
  return places === 1
    ? l10n.t("The log of {0} names one file and line, but the file isn't in this repository.", title)
    : l10n.t('The log of {0} names {1} files and lines, but none of the files are in this repository.', title, places);
}
