import { relative } from 'node:path';
import { commands, l10n, Range, Uri, window } from 'vscode';
import type { LogLinkTarget } from '../log/logLinks';
import { shortSha } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import type { Command, CommandContext } from './command';

/** Opens the file behind a link of a log: it asks which of several, and says once of each log whose commit isn't checked out. */
export const openLogPlace: Command = async (context, [argument]) => {
  const given = toTarget(argument);
  if (given === undefined) return;
  const log = context.logs.of(Uri.parse(given.log, true));
  const folder = log === undefined ? '' : Uri.parse(log.port.root).fsPath;
  const file = await chosen(given.files, folder);
  if (file === undefined) return;
  const row = (given.line ?? 1) - 1;
  const column = Math.max(0, (given.column ?? 1) - 1);
  const selection = new Range(row, column, row, column);
  await commands.executeCommand('vscode.open', Uri.file(file), given.line === undefined ? {} : { selection });
  if (log !== undefined) await tellCommit(context, log);
};

async function chosen(files: readonly string[], folder: string): Promise<string | undefined> {
  const [only] = files;
  if (files.length <= 1) return only;
  const items = files.map((file) => ({
    label: withoutIcons(oneLine(folder === '' ? file : relative(folder, file))),
    file,
  }));
  const placeHolder = l10n.t("The log doesn't say which of these files it means. Select one.");
  return (await window.showQuickPick(items, { placeHolder }))?.file;
}

type OpenLog = Exclude<ReturnType<CommandContext['logs']['of']>, undefined>;

async function tellCommit({ logPaths, report }: CommandContext, log: OpenLog): Promise<void> {
  const { sha } = await logPaths.distanceOf(log);
  if (sha === undefined || !logPaths.isNew(log)) return;
  // Nothing waits for it to be closed.
  void report.inform(
    l10n.t(
      "This log is of commit {0}, which isn't checked out, so its lines may be elsewhere in your files.",
      shortSha(sha),
    ),
  );
}

/** Anybody may run the command with anything. */
function toTarget(argument: unknown): LogLinkTarget | undefined {
  if (typeof argument !== 'string') return undefined;
  try {
    const given: unknown = JSON.parse(Buffer.from(argument, 'base64url').toString());
    return isTarget(given) ? given : undefined;
  } catch {
    return undefined;
  }
}

function isTarget(given: unknown): given is LogLinkTarget {
  if (typeof given !== 'object' || given === null || !('log' in given) || !('files' in given)) return false;
  const { line, column } = given as Partial<LogLinkTarget>;
  const isNumber = (value: unknown) => value === undefined || (Number.isSafeInteger(value) && Number(value) > 0);
  const isList = Array.isArray(given.files) && given.files.every((file) => typeof file === 'string');
  return typeof given.log === 'string' && isList && isNumber(line) && isNumber(column);
}
