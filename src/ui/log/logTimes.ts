import { Range, ThemeColor, window, type DecorationOptions, type Disposable } from 'vscode';
import type { Log } from '../../core/log/log';
import { setKey } from '../views/contextKeys';
import { LogDecoration } from './logDecoration';
import type { Logs } from './logs';

const timeLook = {
  color: new ThemeColor('descriptionForeground'),
  fontStyle: 'normal',
  fontWeight: 'normal',
  margin: '0 2ch 0 0',
  // One column, whatever the font makes of figures and blanks.
  width: `${'11:19:19.899'.length}ch`,
};

/** Shows timestamps before log lines as decorations, so that finding and copying text is unaffected. */
export class LogTimes implements Disposable {
  /** Applies to all logs of the window. */
  private isShown = false;
  /** Last value of the context key that says whether the active log has timestamps. */
  private hasTimes = false;
  private readonly decoration: LogDecoration;
  private readonly subscriptions: Disposable[];

  constructor(private readonly logs: Logs) {
    this.decoration = new LogDecoration(logs, { before: timeLook }, (log, lines) => this.timesIn(log, lines));
    this.subscriptions = [
      this.decoration,
      window.onDidChangeActiveTextEditor(() => void this.tellContext()),
      logs.onDidChangeLog(() => void this.tellContext()),
    ];
  }

  toggle(): void {
    this.isShown = !this.isShown;
    window.visibleTextEditors.forEach((editor) => this.decoration.draw(editor));
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private timesIn(log: Log, lines: ReadonlySet<number>): DecorationOptions[] {
    if (!this.isShown || !hasTimes(log)) return [];
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
