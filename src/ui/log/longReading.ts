import { l10n, ProgressLocation, window } from 'vscode';
import { formatSize } from '../text/buildText';
import { oneLine, withoutMarkup } from '../text/failures';

/** Number of new bytes from which on progress is shown. */
const longBytes = 20_000_000;
const stepBytes = 5_000_000;

/** Shows the progress of reading a long log, with a button to cancel. */
export class LongReading {
  private toldBytes = 0;
  private report: ((bytes: number) => void) | undefined;
  private end: (() => void) | undefined;

  constructor(
    private readonly name: string,
    private readonly cancel: () => void,
  ) {}

  /** Reports the number of new bytes so far. */
  at(bytes: number): void {
    if (bytes < longBytes || bytes - this.toldBytes < stepBytes) return;
    this.toldBytes = bytes;
    if (this.end === undefined) this.begin();
    this.report?.(bytes);
  }

  done(): void {
    this.end?.();
  }

  private begin(): void {
    const title = l10n.t('Reading the log of {0}', withoutMarkup(oneLine(this.name)));
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    void window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(this.cancel);
      this.report = (bytes) => progress.report({ message: formatSize(bytes) });
      await new Promise<void>((resolve) => (this.end = resolve));
    });
  }
}
