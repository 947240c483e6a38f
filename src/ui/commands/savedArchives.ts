import { basename, dirname, join } from 'node:path';
import { commands, l10n, Uri, workspace } from 'vscode';
import { formatSize } from '../text/buildText';
import { sentenceFor, settingThatHelps } from '../report';
import { leftOutSentence } from '../text/archiveFailures';
import { oneLine } from '../text/failures';
import type { ReplacePolicy } from '../../core/artifacts/download/replacePolicy';
import { ArchiveError } from '../../core/artifacts/archiveErrors';
import { extract, type Extracted } from '../../core/artifacts/extract/extract';
import type { LeftOut } from '../../core/artifacts/extract/leftOut';
import { ProgressMeter } from '../../core/artifacts/download/progress';
import { safeName } from '../../core/artifacts/fileNames';
import { fileAccess, openZip } from '../../core/artifacts/archive/zip';
import { DiskError } from '../../core/model/errors';
import { isFolder } from '../../core/util/fs';
import type { CommandContext } from './command';
import { download, confirmReplace, type Step } from './downloads';
import { plural } from '../text/plural';

/** Reports what was saved and offers next steps. */
export async function offerSaved(context: CommandContext, saved: readonly Saved[]): Promise<void> {
  const [first] = saved;
  if (first === undefined) return;
  const [reveal, open, extract, settings, showLog] = [
    l10n.t('Reveal'),
    l10n.t('Open'),
    l10n.t('Extract'),
    l10n.t('Open Settings'),
    l10n.t('Show Log'),
  ];
  const [refused] = saved.flatMap(({ path, refusal }) => (refusal === undefined ? [] : [{ path, refusal }]));
  const setting = refused === undefined ? undefined : settingThatHelps(refused.refusal);
  const packed = saved.filter(({ unpacked }) => unpacked === undefined);
  const leftOut = leftOutSentence(saved.flatMap(({ unpacked }) => unpacked?.leftOut ?? []));
  const sentence = withLeftOut(
    refused === undefined ? savedSentence(saved, first) : refusedSentence(saved, refused),
    leftOut,
  );
  const more = leftOut === undefined ? [] : [showLog];
  const chosen = await (refused === undefined
    ? context.report.inform(sentence, reveal, ...(packed.length === 0 ? [] : [open, extract]), ...more)
    : context.report.announce('warning', sentence, reveal, ...(setting === undefined ? [] : [settings]), ...more));
  if (chosen === showLog) await commands.executeCommand('gitlabBuilds.showOutput');
  if (chosen === reveal)
    await commands.executeCommand('revealInExplorer', Uri.file(first.unpacked?.folder ?? first.path));
  if (chosen === open) await commands.executeCommand('vscode.open', Uri.file(first.path));
  if (chosen === settings) await commands.executeCommand('workbench.action.openSettings', setting);
  if (chosen === extract) await unpackAll(context, packed);
}

/** Appends a sentence about left-out entries, if any. */
export function withLeftOut(sentence: string, leftOut: string | undefined): string {
  return leftOut === undefined ? sentence : `${sentence} ${leftOut}`;
}

function savedSentence(saved: readonly Saved[], first: Saved): string {
  const name = oneLine(workspace.asRelativePath(first.unpacked?.folder ?? first.path));
  if (first.unpacked === undefined)
    return saved.length === 1 ? l10n.t('Saved {0}.', name) : l10n.t('Saved {0} and {1} more.', name, saved.length - 1);
  if (saved.length > 1) return l10n.t('Saved and extracted {0} and {1} more.', name, saved.length - 1);
  const { files, bytes } = first.unpacked;
  return plural(
    files,
    l10n.t('Saved and extracted {0}: {1} file, {2}.', name, files, formatSize(bytes)),
    l10n.t('Saved and extracted {0}: {1} files, {2}.', name, files, formatSize(bytes)),
  );
}

function refusedSentence(saved: readonly Saved[], { path, refusal }: { path: string; refusal: unknown }): string {
  const name = oneLine(workspace.asRelativePath(path));
  const why = sentenceFor(refusal);
  const count = saved.filter((one) => one.refusal !== undefined).length;
  return saved.length === 1
    ? l10n.t("Saved {0}, but didn't extract it. {1}", name, why)
    : l10n.t("Saved {0} archives, but didn't extract {1} of them. {2}: {3}", saved.length, count, name, why);
}

/** Unpacks saved archives; nothing is downloaded. */
async function unpackAll(context: CommandContext, packed: readonly Saved[]): Promise<void> {
  const asking = confirmReplace(context.report, packed.length > 1);
  const unpacked: Saved[] = [];
  const [first] = packed;
  const title =
    packed.length === 1 && first !== undefined
      ? l10n.t('Extracting {0}', oneLine(basename(first.path)))
      : l10n.t('Extracting {0} archives', packed.length);
  try {
    await download(
      context,
      title,
      packed.map(({ path }) => ({
        title: oneLine(basename(path)),
        size: 0,
        run: async (progress, signal) => {
          unpacked.push(await unpackSaved(context, path, asking, progress, signal));
        },
      })),
    );
  } finally {
    const results = unpacked.filter(({ unpacked: there, refusal }) => there !== undefined || refusal !== undefined);
    void context.report.guard('extractArtifacts', () => offerSaved(context, results));
  }
}

/** A saved archive, and the result of unpacking it. */
export interface Saved {
  readonly path: string;
  readonly unpacked?: Unpacked | undefined;
  /** Why it wasn't unpacked: an ArchiveError or DiskError. */
  readonly refusal?: unknown;
}

interface Unpacked {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Entries that couldn't be written safely or on this disk. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Unpacks a saved archive into a folder of the same name beside it, completely (as far as entries can be written) or
 * not at all. An existing folder is replaced if the user agrees. Refusals of archive or disk are part of the result;
 * the archive is kept in any case.
 */
export async function unpackSaved(
  { settings, log }: Pick<CommandContext, 'settings' | 'log'>,
  path: string,
  asking: ReplacePolicy,
  progress: (step: Step) => void,
  signal: AbortSignal,
): Promise<Saved> {
  const folder = folderFor(path);
  if ((await isFolder(folder)) && !(await asking.mayReplace(folder))) return { path };
  try {
    const file = await fileAccess(path);
    try {
      const archive = await openZip(file, signal);
      const limits = settings.extractLimits();
      const done = await extract({
        archive,
        target: folder,
        limits,
        signal,
        progress: throttledProgress(progress, file.size),
      });
      logLeftOut(log, done.leftOut);
      return { path, unpacked: { folder, ...done } };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof DiskError) return { path, refusal: error };
    throw error;
  }
}

const maxLogged = 200;

/** Logs left-out entries with reasons, up to a limit. */
export function logLeftOut(log: Pick<CommandContext['log'], 'info'>, leftOut: readonly LeftOut[]): void {
  for (const { kind, path } of leftOut.slice(0, maxLogged))
    log.info(`Left out: ${new ArchiveError(kind, { path }).message}`);
  if (leftOut.length > maxLogged) log.info(`Left out: ${leftOut.length - maxLogged} more`);
}

/** Throttles progress of unpacking. `total`: size of the archive in bytes. */
export function throttledProgress(progress: (step: Step) => void, total: number): (done: Extracted) => void {
  let files = 0;
  const meter = new ProgressMeter(({ bytes }) => {
    const size = formatSize(bytes);
    const doing = plural(
      files,
      l10n.t('extracting: {0} file, {1}', files, size),
      l10n.t('extracting: {0} files, {1}', files, size),
    );
    progress({ bytes: total, total, doing });
  }, Date.now);
  return (done) => {
    files = done.files;
    meter.at(done.bytes, undefined);
  };
}

/**
 * Folder for an archive: `artifacts.zip` → `artifacts`. A file without extension can't share its name with a folder.
 */
function folderFor(path: string): string {
  const name = basename(path);
  const stem = name.replace(/\.zip$/i, '');
  return join(dirname(path), safeName(stem === name ? `${name}-files` : stem));
}
