import { Range, ThemeColor, window, type DecorationOptions, type Disposable, type TextEditor } from 'vscode';
import { formatDuration } from '../text/timeText';
import { linesAround } from './logColors';
import { onDidShowText } from './logEditors';
import { logScheme } from './logUri';
import type { Logs } from './logs';

/** Shows the duration of each section after its header, visible even when the section is folded. */
export class LogDurations implements Disposable {
  private readonly type = window.createTextEditorDecorationType({
    after: {
      color: new ThemeColor('editorCodeLens.foreground'),
      fontStyle: 'normal',
      fontWeight: 'normal',
      margin: '0 0 0 2ch',
    },
  });
  private readonly subscriptions: Disposable[];

  constructor(private readonly logs: Logs) {
    this.subscriptions = [this.type, ...onDidShowText((editor) => this.draw(editor))];
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private draw(editor: TextEditor): void {
    if (editor.document.uri.scheme === logScheme) editor.setDecorations(this.type, this.durationsIn(editor));
  }

  private durationsIn({ document, visibleRanges }: TextEditor): DecorationOptions[] {
    const log = this.logs.of(document.uri)?.log;
    if (log === undefined) return [];
    const lines = linesAround(visibleRanges, Math.min(document.lineCount, log.lines.length));
    return log.sections.flatMap(({ start, seconds }) => {
      if (seconds === undefined || !lines.has(start)) return [];
      const end = document.lineAt(start).text.length;
      return [
        {
          range: new Range(start, end, start, end),
          renderOptions: { after: { contentText: formatDuration(seconds) } },
        },
      ];
    });
  }
}
