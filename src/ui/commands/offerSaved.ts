import { basename } from 'node:path';
import { commands, l10n, Uri, workspace } from 'vscode';
import { formatSize } from '../text/buildText';
import { sentenceFor, settingThatHelps } from '../report';
import { leftOutSentence } from '../text/archiveFailures';
import { oneLine } from '../text/failures';
import type { CommandContext } from './command';
import { download } from './downloads';
import { confirmReplace } from './confirmReplace';
import { unpackSaved, type Saved } from './unpacking';

/** Says what was saved, and offers what comes next. */
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

/** A second sentence, where something was left out. */
export function withLeftOut(sentence: string, leftOut: string | undefined): string {
  return leftOut === undefined ? sentence : `${sentence} ${leftOut}`;
}

function savedSentence(saved: readonly Saved[], first: Saved): string {
  const name = oneLine(workspace.asRelativePath(first.unpacked?.folder ?? first.path));
  if (first.unpacked === undefined)
    return saved.length === 1 ? l10n.t('Saved {0}.', name) : l10n.t('Saved {0} and {1} more.', name, saved.length - 1);
  if (saved.length > 1) return l10n.t('Saved and extracted {0} and {1} more.', name, saved.length - 1);
  const { files, bytes } = first.unpacked;
  return files === 1
    ? l10n.t('Saved and extracted {0}: 1 file, {1}.', name, formatSize(bytes))
    : l10n.t('Saved and extracted {0}: {1} files, {2}.', name, files, formatSize(bytes));
}

function refusedSentence(saved: readonly Saved[], { path, refusal }: { path: string; refusal: unknown }): string {
  const name = oneLine(workspace.asRelativePath(path));
  const why = sentenceFor(refusal);
  const count = saved.filter((one) => one.refusal !== undefined).length;
  return saved.length === 1
    ? l10n.t("Saved {0}, but didn't extract it. {1}", name, why)
    : l10n.t("Saved {0} archives, but didn't extract {1} of them. {2}: {3}", saved.length, count, name, why);
}

/** What is saved already; nothing is downloaded. */
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
    const told = unpacked.filter(({ unpacked: there, refusal }) => there !== undefined || refusal !== undefined);
    void context.report.guard('extractArtifacts', () => offerSaved(context, told));
  }
}
