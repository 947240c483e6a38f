import { l10n, ProgressLocation, window, workspace } from 'vscode';
import type { ResumePoint } from '../../core/artifacts/download/transfer';
import { DiskError, isAbort, isTokenFailure, toFailure } from '../../core/model/errors';
import type { FileRange } from '../../core/gitlab/buildArtifacts';
import { isFolder } from '../../core/util/fs';
import { mapLimit } from '../../core/util/mapLimit';
import { formatSize } from '../text/buildText';
import { UserError, sentenceFor, type Report } from '../report';
import { withoutLinks } from '../text/failures';
import { ReplacePolicy, type ReplaceAnswer } from '../../core/artifacts/download/replacePolicy';
import { abortedBy } from './prompts';
import type { CommandContext } from './command';

/** Progress of one download. */
export interface Step {
  readonly bytes: number;
  readonly total?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** Current activity other than downloading, such as unpacking. */
  readonly doing?: string | undefined;
}

/** One download of a command. */
export interface Download {
  /** Title in messages: `rspec #12`. */
  readonly title: string;
  /** Announced size in bytes; 0 if unknown. */
  readonly size: number;
  readonly run: (progress: (step: Step) => void, signal: AbortSignal) => Promise<void>;
}

/** Range to request from GitLab to resume a download. */
export function toFileRange(from: ResumePoint | undefined): FileRange {
  return from === undefined ? {} : { range: { start: from.start }, validator: from.validator };
}

const atOnce = 3;

/**
 * Runs downloads with a common progress notification that shows the rate and can be canceled. Individual failures don't
 * stop the others; a failure that affects all ends the run. Then, or if the user cancels, throws.
 */
export async function download(context: CommandContext, title: string, downloads: readonly Download[]): Promise<void> {
  const failures: { readonly download: Download; readonly error: unknown }[] = [];
  const options = { location: ProgressLocation.Notification, title: withoutLinks(title), cancellable: true };
  await window.withProgress(options, async (progress, token) => {
    const controller = abortedBy(token);
    const { signal } = controller;
    const isOver = (): boolean => signal.aborted;
    const board = new ProgressBoard(downloads, (message, increment) =>
      progress.report({ message: withoutLinks(message), increment }),
    );
    await mapLimit(downloads, atOnce, async (one) => {
      if (isOver()) return;
      try {
        await one.run((step) => board.note(one, step), signal);
        board.end(one);
      } catch (error) {
        if (isAbort(error) && isOver()) return;
        failures.push({ download: one, error });
        if (isOfAll(error)) controller.abort();
      }
    });
    if (failures.length === 0) signal.throwIfAborted();
  });
  const [first] = failures;
  if (first === undefined) return;
  const ofAll = failures.find(({ error }) => isOfAll(error));
  if (ofAll !== undefined || downloads.length === 1) throw (ofAll ?? first).error;
  for (const { download: failed, error } of failures) context.log.warn(`${failed.title}: ${sentenceFor(error)}`);
  const example = `${first.download.title}: ${sentenceFor(first.error)}`;
  throw new UserError(l10n.t('{0} of {1} downloads failed. {2}', failures.length, downloads.length, example));
}

/** Whether a failure of one download affects all. */
function isOfAll(error: unknown): boolean {
  if (error instanceof DiskError) return ['noSpace', 'outsideWorkspace'].includes(error.kind);
  return isTokenFailure(toFailure(error).kind);
}

/** Combines the progress of several downloads into one line. */
class ProgressBoard {
  private readonly steps = new Map<Download, Step>();
  private readonly ended = new Set<Download>();
  private shownPercent = 0;

  constructor(
    private readonly downloads: readonly Download[],
    private readonly show: (message: string, increment: number) => void,
  ) {}

  note(download: Download, step: Step): void {
    this.steps.set(download, step);
    this.draw(step);
  }

  end(download: Download): void {
    this.ended.add(download);
    const last = this.steps.get(download);
    if (this.downloads.length > 1 && last !== undefined) this.draw({ ...last, doing: undefined });
  }

  private draw({ doing }: Step): void {
    const [bytes, total, rate] = this.sums();
    const percent = total > 0 ? Math.min(Math.floor((100 * bytes) / total), 100) : 0;
    const increment = Math.max(percent - this.shownPercent, 0);
    this.shownPercent += increment;
    const count = this.downloads.length;
    const parts = [
      count === 1 ? undefined : l10n.t('{0} of {1}', this.ended.size, count),
      total > 0 ? `${formatSize(Math.min(bytes, total))} / ${formatSize(total)}` : formatSize(bytes),
      rate > 0 ? l10n.t('{0}/s', formatSize(rate)) : undefined,
    ];
    const only = count === 1 ? doing : undefined;
    this.show(only ?? parts.filter((part) => part !== undefined).join(' · '), increment);
  }

  /** Sums over all downloads; the total is 0 if one of them is unknown. */
  private sums(): readonly [bytes: number, total: number, rate: number] {
    let [bytes, total, rate, isKnown] = [0, 0, 0, true];
    for (const one of this.downloads) {
      const step = this.steps.get(one);
      const size = step?.total ?? one.size;
      bytes += step?.bytes ?? 0;
      total += size;
      if (size === 0) isKnown = false;
      if (!this.ended.has(one)) rate += step?.bytesPerSecond ?? 0;
    }
    return [bytes, isKnown ? total : 0, rate];
  }
}

/** Asks in a modal dialog before a file or folder is replaced. For several, one answer can apply to all. */
export function confirmReplace(report: Report, isOneOfMany: boolean): ReplacePolicy {
  return new ReplacePolicy(async (path) => {
    const answers: readonly (readonly [button: string, answer: ReplaceAnswer])[] = [
      [l10n.t('Replace'), 'replace'],
      ...(isOneOfMany
        ? ([
            [l10n.t('Replace All'), 'replaceAll'],
            [l10n.t('Keep'), 'keep'],
            [l10n.t('Keep All'), 'keepAll'],
          ] as const)
        : []),
    ];
    const question = l10n.t('Replace {0}?', workspace.asRelativePath(path));
    const detail = (await isFolder(path))
      ? l10n.t('The folder exists. Everything in it will be lost.')
      : l10n.t('The file exists. Any changes to it will be lost.');
    const chosen = await report.choose(question, detail, ...answers.map(([button]) => button));
    // Canceling means to keep the files, without further questions.
    return answers.find(([button]) => button === chosen)?.[1] ?? 'keepAll';
  });
}
