import { homedir } from 'node:os';
import { join } from 'node:path';
import { commands, env, l10n, lm, Uri, window, workspace } from 'vscode';
import { safeName } from '../../core/artifacts/fileNames';
import { saveAs } from '../../core/artifacts/download/save';
import { isActive, type Build } from '../../core/model/build';
import { can } from '../../core/model/abilities';
import { toComparedUri } from '../log/compareLogs';
import { failureMarkdown } from '../agents/toolAnswers';
import { buildTitle, formatSize } from '../text/buildText';
import { UserError } from '../report';
import { oneLine, withoutMarkup } from '../text/failures';
import { findProblems, maxProblems, type FoundProblems } from '../../core/log/findProblems';
import type { LogDocument } from '../log/logDocument';
import { toLogAddress } from '../log/logUri';
import { abortedBy } from './prompts';
import type { Command, CommandContext } from './command';
import { subjectOf, type TargetQuery } from './subjects';
import type { TargetSnapshot } from './targets';
import { plural } from '../text/plural';

export const copyFailure: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: (build) => can(build, 'explainFailure'),
    pick: l10n.t('Select a build to copy its failure'),
    none: l10n.t('No failed builds.'),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  await env.clipboard.writeText(await failureMarkdown(context, { root, target }, build));
  context.report.done(l10n.t('Failure of {0} copied as Markdown', buildTitle(build)));
};

/** Opens the chat with an unsent question about a failure. Also copies the question if there is no chat, or no model in it. */
export const fixWithChat: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: (build) => can(build, 'explainFailure'),
    pick: l10n.t('Select a build to fix with chat'),
    none: l10n.t('No failed builds.'),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const failure = await failureMarkdown(context, { root, target }, build);
  const query = `${l10n.t('Why did this build fail, and how can I fix it?')}\n\n${failure}`;
  const isOpen = await opensChat(context, query);
  if (isOpen && (await hasChatModel())) return;
  await env.clipboard.writeText(query);
  void context.report.inform(
    isOpen
      ? l10n.t('Chat has no model to answer. The failure was copied, so you can paste it anywhere.')
      : l10n.t("Chat isn't available here. The failure was copied, so you can paste it anywhere."),
  );
};

/** Whether chat has a model to answer. Without one, VS Code up to 1.100 has the command, but it opens nothing. */
async function hasChatModel(): Promise<boolean> {
  const models = await Promise.resolve(lm.selectChatModels()).catch(() => []);
  return models.length > 0;
}

/** Opens the chat with an unsent question; false if there is no chat, or if the user has switched it off. */
async function opensChat({ settings }: CommandContext, query: string): Promise<boolean> {
  if (settings.isChatOff()) return false;
  try {
    await commands.executeCommand('workbench.action.chat.open', { query, isPartialQuery: true });
    return true;
  } catch {
    return false;
  }
}

/** Saves a log as GitLab sends it, including escape sequences, as a stream. */
export const saveLog: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: (build) => can(build, 'openLog'),
    pick: l10n.t('Select a build to save its log'),
    none: l10n.t('No build has a log.'),
  });
  if (subject === undefined) return;
  const { build } = subject;
  const name = safeName(`${build.name}-${build.id}.log`);
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
  const chosen = await window.showSaveDialog({ defaultUri: Uri.file(join(folder, name)) });
  if (chosen === undefined) return;
  if (chosen.scheme !== 'file') throw new UserError(l10n.t('Logs can only be saved to disk.'));
  const bytes = await save(context, subject, chosen.fsPath);
  const where = workspace.asRelativePath(chosen.fsPath);
  context.report.done(l10n.t('Saved {0} ({1})', oneLine(where), formatSize(bytes)));
};

async function save({ clients }: CommandContext, { target, build }: LogSubject, path: string): Promise<number> {
  const title = l10n.t('Log of {0}', buildTitle(build));
  const client = clients.of(target.instance);
  let bytes = 0;
  await window.withProgress({ location: { viewId: 'gitlabBuilds.builds' }, title }, async (_progress, token) => {
    const { signal } = abortedBy(token);
    const open = () => client.trace(target.project, build.id, signal);
    await saveAs({ path, open, signal, progress: (progress) => (bytes = progress.bytes) });
  });
  return bytes;
}

/** Compares a log with that of the last successful run of the same name, whatever its commit. */
export const compareLog: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: (build) => can(build, 'openLog') && !isActive(build),
    pick: l10n.t('Select a build to compare its log'),
    none: l10n.t('No finished build has a log.'),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const good = await lastSuccess(context, subject);
  const [left, right] = [good, build].map((one) =>
    toComparedUri({ root, instance: target.instance.url, project: target.project, build: one.id }, one),
  );
  const title = l10n.t('{0}: #{1} (passed) and #{2}', withoutMarkup(build.name), good.id, build.id);
  await commands.executeCommand('vscode.diff', left, right, title);
};

/**
 * The last successful build among the newest that GitLab lists; preferably of the same ref, and older than the build.
 */
async function lastSuccess({ clients }: CommandContext, { target, build }: LogSubject): Promise<Build> {
  const { signal } = new AbortController();
  const recent = await clients.of(target.instance).builds.recent(target.project, 'success', signal);
  const same = recent.filter(({ name, id }) => name === build.name && id !== build.id);
  const before = same.filter(({ id }) => id < build.id);
  const found = before.find(({ ref }) => ref === build.ref) ?? before[0] ?? same[0];
  if (found === undefined) throw new UserError(l10n.t('No recent successful run of "{0}" found.', oneLine(build.name)));
  return found;
}

export const openLog: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    // For a build passed as argument, the editor explains why there is no log, and shows it once there is one.
    can: args.length === 0 ? (build) => can(build, 'openLog') : ({ kind }) => kind === undefined,
    pick: l10n.t('Select a build to open its log'),
    none: l10n.t('No build has a log.'),
    why: whyNoLog,
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const { document, log } = await context.logs.document(root, target, build);
  await context.logEditors.show(document, log);
};

function whyNoLog(build: Build): string {
  switch (build.kind) {
    case 'bridge':
      return l10n.t(
        "{0} triggers a downstream pipeline and has no log. Open the log of one of that pipeline's builds.",
        buildTitle(build),
      );
    case 'external':
      return l10n.t('{0} was reported by another CI system. Its log is there.', buildTitle(build));
    case undefined:
      return l10n.t("{0} hasn't started, so it has no log yet.", buildTitle(build));
    default:
      throw new UserError(build.kind satisfies never);
  }
}

/**
 * Shows problems along with the log, in an editor that isn't a preview: problems disappear when it closes, so a click
 * on one must not replace it.
 */
export const showProblems: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: (build) => can(build, 'explainFailure'),
    pick: l10n.t('Select a build to show its problems'),
    none: l10n.t('No failed builds.'),
    why: (build) => l10n.t("{0} hasn't failed, so its log has no problems to show.", buildTitle(build)),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const { document, log } = await context.logs.document(root, target, build);
  await context.logEditors.show(document, log);
  await window.showTextDocument(document, { preview: false });
  if (log.isEmpty) return;
  const found = await searched(build, async () => {
    const { logPaths } = context;
    const [files, { hasChanged }] = await Promise.all([logPaths.finderFor(log.fullLog, log), logPaths.distanceOf(log)]);
    return findProblems(log.fullLog, files, hasChanged);
  });
  // Its editor may have been closed meanwhile.
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
  { problems, isCut, locations, unsure }: FoundProblems,
): Promise<void> {
  if (problems.length === 0) {
    void report.inform(unsure > 0 ? whyUnsure(build, unsure) : whyNone(build, locations));
    return;
  }
  report.done(foundWords(build, problems.length, isCut));
  await commands.executeCommand('workbench.actions.view.problems');
}

function foundWords(build: Build, count: number, isCut: boolean): string {
  const title = buildTitle(build);
  if (isCut) return l10n.t('Showing the first {0} problems of {1}. Its log has more.', maxProblems, title);
  return plural(
    count,
    l10n.t('{0} problem in the log of {1}', count, title),
    l10n.t('{0} problems in the log of {1}', count, title),
  );
}

function whyUnsure(build: Build, unsure: number): string {
  const title = buildTitle(build);
  return unsure === 1
    ? l10n.t(
        'The log of {0} names one file, but the name is ambiguous or the file has changed since. See the link in the log.',
        title,
      )
    : l10n.t(
        'The log of {0} names {1} places, but the file names are ambiguous or the files have changed since. See the links in the log.',
        title,
        unsure,
      );
}

function whyNone(build: Build, locations: number): string {
  const title = buildTitle(build);
  if (locations === 0) return l10n.t('The log of {0} names no file and line, so there are no problems to show.', title);
  return locations === 1
    ? l10n.t("The log of {0} names one file and line, but the file isn't in this repository.", title)
    : l10n.t(
        'The log of {0} names {1} files and lines, but none of the files are in this repository.',
        title,
        locations,
      );
}

/** Loads earlier lines of the log with the code lens, or of the one in the active editor. */
export const loadEarlier: Command = (context, [uri]) => {
  const log = openLogOf(context, uri);
  if (log.leftOut === 0) throw new UserError(l10n.t('The whole log is already shown.'));
  if (log.earlier === 0)
    throw new UserError(l10n.t("The editor can't show more of this log. Save it to read the earlier lines."));
  log.showEarlier();
  return Promise.resolve();
};

/** Shows or hides timestamps in all logs. */
export const toggleLogTimestamps: Command = ({ logTimes }) => {
  logTimes.toggle();
  return Promise.resolve();
};

function openLogOf({ logs }: CommandContext, uri: unknown): LogDocument {
  const meant = uri instanceof Uri ? uri : window.activeTextEditor?.document.uri;
  const log = meant === undefined ? undefined : logs.of(meant);
  if (log === undefined) throw new UserError(l10n.t("Open a build's log first."));
  return log;
}

/** The build whose log a command acts on. */
interface LogSubject extends TargetSnapshot {
  readonly build: Build;
}

/** Determines the build from arguments, the active log editor, or the user's choice. */
async function logSubject(
  context: CommandContext,
  args: readonly unknown[],
  question: TargetQuery,
): Promise<LogSubject | undefined> {
  const [first] = args;
  const uri = first instanceof Uri ? first : args.length === 0 ? window.activeTextEditor?.document.uri : undefined;
  const address = uri === undefined ? undefined : toLogAddress(uri);
  const open = uri === undefined || address?.root !== '' ? undefined : context.logs.of(uri);
  // The log of a project without an open repository.
  if (open?.build !== undefined) return { root: '', target: open.port.target, build: open.build };
  const meant = address === undefined ? args : [{ build: address.build, repository: address.root }];
  return subjectOf(context, meant, question);
}
