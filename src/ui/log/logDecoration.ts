import { window, type DecorationOptions, type DecorationRenderOptions, type Disposable, type TextEditor } from 'vscode';
import type { Log } from '../../core/log/log';
import { onDidReadShown, onDidShowText } from './logEditors';
import { logScheme } from '../../core/util/fileSchemes';
import type { Logs } from './logs';

/** Number of lines before and after those on screen, so that scrolling a little finds them drawn. */
const marginLines = 200;

type Find = (log: Log, lines: ReadonlySet<number>, editor: TextEditor) => DecorationOptions[];

/** Draws one type of decoration in logs, on the lines around those on screen. */
export class LogDecoration implements Disposable {
  private readonly type;
  private readonly subscriptions: readonly Disposable[];

  constructor(
    private readonly logs: Logs,
    look: DecorationRenderOptions,
    private readonly find: Find,
  ) {
    this.type = window.createTextEditorDecorationType(look);
    const draw = (editor: TextEditor): void => this.draw(editor);
    this.subscriptions = [this.type, ...onDidShowText(draw), onDidReadShown(logs.onDidChangeLog, draw)];
  }

  draw(editor: TextEditor): void {
    if (editor.document.uri.scheme !== logScheme) return;
    const log = this.logs.of(editor.document.uri)?.log;
    const decorations = log === undefined ? [] : this.find(log, linesAround(editor, log), editor);
    editor.setDecorations(this.type, decorations);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }
}

/** Lines on screen and some around them. Folded parts lie between the ranges on screen and are left out. */
export function linesAround({ visibleRanges, document }: TextEditor, log: Log): ReadonlySet<number> {
  const count = Math.min(document.lineCount, log.lines.length);
  const lines = new Set<number>();
  for (const { start, end } of visibleRanges) {
    const last = Math.min(end.line + marginLines, count - 1);
    for (let line = Math.max(start.line - marginLines, 0); line <= last; line++) lines.add(line);
  }
  return lines;
}
