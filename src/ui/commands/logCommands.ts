import { commands, env, l10n, Uri, window, workspace } from 'vscode';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { safeName } from '../../core/artifacts/fileNames';
import { saveAs } from '../../core/artifacts/download/save';
import { isActive, type Build } from '../../core/model/build';
import { mayHaveLog, mayTellFailure } from '../tree/contextValue';
import { toComparedUri } from '../log/compareLogs';
import { failureMarkdown } from '../log/failureMarkdown';
import { buildTitle, formatSize } from '../text/buildText';
import { UserError } from '../report';
import { oneLine, withoutMarkup } from '../text/failures';
import { abortedBy } from './abort';
import type { Command, CommandContext } from './command';
import { logSubject, type LogSubject } from './logSubject';

export const copyFailure: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: mayTellFailure,
    pick: l10n.t('Select a build to copy the failure of'),
    none: l10n.t('No failed builds.'),
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const { log } = await context.logs.now(root, target, build);
  await env.clipboard.writeText(failureMarkdown(build, log));
  context.report.done(l10n.t('Failure of {0} copied as Markdown', buildTitle(build)));
};

/** The bytes as GitLab sends them, with their escapes; nothing of them is held in memory. */
export const saveLog: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: mayHaveLog,
    pick: l10n.t('Select a build to save the log of'),
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

/** Side by side with the last run of that name that succeeded, whatever its commit. */
export const compareLog: Command = async (context, args) => {
  const subject = await logSubject(context, args, {
    can: (build) => mayHaveLog(build) && !isActive(build),
    pick: l10n.t('Select a build to compare the log of'),
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

/** Of the newest that GitLab lists, one of the same ref first, and before the build where there is one. */
async function lastSuccess({ clients }: CommandContext, { target, build }: LogSubject): Promise<Build> {
  const { signal } = new AbortController();
  const recent = await clients.of(target.instance).recentBuilds(target.project, 'success', signal);
  const same = recent.filter(({ name, id }) => name === build.name && id !== build.id);
  const before = same.filter(({ id }) => id < build.id);
  const found = before.find(({ ref }) => ref === build.ref) ?? before[0] ?? same[0];
  if (found === undefined) throw new UserError(l10n.t('No recent successful run of "{0}" found.', oneLine(build.name)));
  return found;
}
