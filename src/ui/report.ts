import { commands, l10n, window } from 'vscode';
import { ArchiveError, ArchiveRefusal } from '../core/artifacts/archiveErrors';
import {
  DiskError,
  DownloadInterrupted,
  GitLabError,
  isAbort,
  LocalError,
  toFailure,
  isTokenFailure,
  type Failure,
} from '../core/model/errors';
import type { Logger } from '../core/util/logger';
import { archiveSentence, refusalSentence, settingFor } from './text/archiveFailures';
import { interruptedSentence, diskSentence } from './text/diskFailures';
import { failureSentence, withoutIcons, withoutLinks } from './text/failures';

/** An error whose message is shown to the user as is: it says what happened and what to do. */
export class UserError extends Error {
  constructor(
    message: string,
    /** Command whose button the message gets, if any helps. */
    readonly remedy?: 'signIn' | 'refresh',
  ) {
    super(message);
  }
}

/** The only place that shows messages to the user. No text in them becomes a link. */
export class Report {
  constructor(private readonly log: Logger) {}

  /** Runs a command's work. An error is logged and shown as one message with one remedy. */
  async guard<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isAbort(error)) return undefined;
      this.log.warn(`${what}: ${describe(error)}`);
      // Not awaited, so that nothing waits for a message to be closed.
      void this.tell(error);
      return undefined;
    }
  }

  /** Shows a message with buttons; resolves with the selected button, or undefined. */
  async inform(sentence: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return window.showInformationMessage(withoutLinks(sentence), ...buttons);
  }

  /**
   * Shows a message that the user didn't ask for; bad news as a warning. Resolves with the selected button, or
   * undefined, maybe never.
   */
  async announce(
    severity: 'warning' | 'information',
    sentence: string,
    ...buttons: readonly string[]
  ): Promise<string | undefined> {
    return severity === 'warning'
      ? window.showWarningMessage(withoutLinks(sentence), ...buttons)
      : window.showInformationMessage(withoutLinks(sentence), ...buttons);
  }

  /** Asks for confirmation in a modal dialog. */
  async confirm(question: string, detail: string, button: string): Promise<boolean> {
    return (await this.choose(question, detail, button)) === button;
  }

  /** Shows a modal dialog with several buttons; resolves with the selected one, or undefined if canceled. */
  async choose(question: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return window.showWarningMessage(withoutLinks(question), { modal: true, detail: withoutLinks(detail) }, ...buttons);
  }

  /** Shows a short success message in the status bar, where it isn't in the way. */
  done(sentence: string): void {
    window.setStatusBarMessage(withoutIcons(withoutLinks(sentence)), 5000);
  }

  private async tell(error: unknown): Promise<void> {
    const remedy = remedyFor(error);
    const buttons = remedy === undefined ? [] : [remedy.title];
    const isExpected = error instanceof UserError || error instanceof ArchiveRefusal;
    const chosen = await (isExpected
      ? window.showWarningMessage(withoutLinks(sentenceFor(error)), ...buttons)
      : window.showErrorMessage(withoutLinks(sentenceFor(error)), ...buttons));
    if (remedy !== undefined && chosen !== undefined) await commands.executeCommand(remedy.command, ...remedy.args);
  }
}

export function sentenceFor(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof DiskError) return diskSentence(error);
  if (error instanceof DownloadInterrupted) return interruptedSentence(error, sentenceFor(error.cause));
  if (error instanceof ArchiveError) return archiveSentence(error);
  if (error instanceof ArchiveRefusal) return refusalSentence(error);
  return failureSentence(toFailure(error));
}

/** The setting that would permit a refused download or archive, if there is one. */
export function settingThatHelps(error: unknown): string | undefined {
  if (error instanceof ArchiveError) return settingFor(error);
  if (!(error instanceof DiskError)) return undefined;
  if (error.kind === 'outsideWorkspace') return 'gitlabBuilds.artifacts.directory';
  return error.kind === 'tooBigForCache' ? 'gitlabBuilds.artifacts.cacheMegabytes' : undefined;
}

interface Remedy {
  readonly title: string;
  readonly command: string;
  readonly args: readonly unknown[];
}

function remedyFor(error: unknown): Remedy | undefined {
  if (error instanceof UserError) return remedyNamed(error.remedy);
  if (error instanceof ArchiveRefusal) return undefined;
  if (error instanceof GitLabError) return remedyForFailure(error.failure);
  if (error instanceof DownloadInterrupted) return remedyFor(error.cause);
  const setting = settingThatHelps(error);
  return setting === undefined ? logRemedy() : settingsRemedy(setting);
}

function remedyForFailure({ kind, wasGitLab }: Failure): Remedy {
  if (isTokenFailure(kind)) return signInRemedy();
  switch (kind) {
    case 'notGitLab':
    case 'noGitLab':
      return wasGitLab === true ? logRemedy() : settingsRemedy('gitlabBuilds.instances');
    case 'proxyAuth':
      return settingsRemedy('http.proxy');
    default:
      return logRemedy();
  }
}

function remedyNamed(name: UserError['remedy']): Remedy | undefined {
  switch (name) {
    case 'signIn':
      return signInRemedy();
    case 'refresh':
      return { title: l10n.t('Refresh'), command: 'gitlabBuilds.refresh', args: [] };
    case undefined:
      return undefined;
    default:
      return name satisfies never;
  }
}

function signInRemedy(): Remedy {
  return { title: l10n.t('Sign In Again'), command: 'gitlabBuilds.signIn', args: [] };
}

function logRemedy(): Remedy {
  return { title: l10n.t('Show Log'), command: 'gitlabBuilds.showOutput', args: [] };
}

function settingsRemedy(setting: string): Remedy {
  return { title: l10n.t('Open Settings'), command: 'workbench.action.openSettings', args: [setting] };
}

/** Text for the log; with the stack for an unexpected error. */
function describe(error: unknown): string {
  const isKnown = [
    UserError,
    DiskError,
    DownloadInterrupted,
    ArchiveError,
    ArchiveRefusal,
    GitLabError,
    LocalError,
  ].some((kind) => error instanceof kind);
  if (error instanceof Error && isKnown) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
