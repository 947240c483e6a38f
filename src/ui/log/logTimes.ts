import { Range, ThemeColor, window, type DecorationOptions, type Disposable, type TextEditor } from 'vscode';
import type { Log } from '../../core/log/log';
import { setKey } from '../views/contextKeys';
import { linesAround } from './logColors';
import { onDidShowText } from './logEditors';
import { logScheme } from './logUri';
import type { Logs } from './logs';

const width = '11:19:19.899'.length;

/** Shows timestamps before log lines as decorations, so that finding and copying text is unaffected. */
export class LogTimes implements Disposable {
  /** Applies to all logs of the window. */
  private isShown = false;
  /** Last value of the context key that says whether the active log has timestamps. */
  private hasTimes = false;
  private readonly type = window.createTextEditorDecorationType({
    before: {
      color: new ThemeColor('descriptionForeground'),
      fontStyle: 'normal',
      fontWeight: 'normal',
      margin: '0 2ch 0 0',
      // Same width for all lines, in any font.
      width: `${width}ch`,
    },
  });
  private readonly subscriptions: Disposable[];

  constructor(private readonly logs: Logs) {
    this.subscriptions = [
      this.type,
      ...onDidShowText((editor) => this.draw(editor)),
      window.onDidChangeActiveTextEditor(() => void this.tellContext()),
      logs.onDidChangeLog(() => void this.tellContext()),
    ];
  }

  toggle(): void {
    this.isShown = !this.isShown;
    window.visibleTextEditors.forEach((editor) => this.draw(editor));
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private draw(editor: TextEditor): void {
    if (editor.document.uri.scheme === logScheme) editor.setDecorations(this.type, this.timesIn(editor));
  }

  private timesIn({ document, visibleRanges }: TextEditor): DecorationOptions[] {
    const log = this.logs.of(document.uri)?.log;
    if (log === undefined || !this.isShown || !hasTimes(log)) return [];
    const lines = linesAround(visibleRanges, Math.min(document.lineCount, log.lines.length));
    return Array.from(lines, (line) => {
      const time = log.timestamp(line);
      const contentText = time === undefined ? '' : clockTime(time);
      return { range: new Range(line, 0, line, 0), renderOptions: { before: { contentText } } };
    });
  }

  /** Updates the context key; without timestamps the command isn't offered. */
  private async tellContext(): Promise<void> {
    const uri = window.activeTextEditor?.document.uri;
    const log = uri === undefined ? undefined : this.logs.of(uri)?.log;
    const has = log !== undefined && hasTimes(log);
    if (has === this.hasTimes) return;
    this.hasTimes = has;
    await setKey('logHasTimes', has);
  }
}

/** Whether a log has timestamps; the runner writes them for all lines or none. */
function hasTimes(log: Log): boolean {
  return log.timestamp(0) !== undefined;
}

/** Local time of day: `11:19:19.899`. */
export function clockTime(time: number): string {
  const date = new Date(time);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
