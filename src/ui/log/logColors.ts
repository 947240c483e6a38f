import { Range, ThemeColor, window, type DecorationRenderOptions, type Disposable, type TextEditor } from 'vscode';
import type { TextEditorDecorationType } from 'vscode';
import type { Color, Log, Style } from '../../core/log/log';
import { onDidShowLines } from './logEditors';
import type { Logs } from './logs';

/** As many lines before and after those on screen, so that scrolling a little finds them drawn. */
const marginLines = 200;
/** A line of one colour per character is a picture, and is drawn so far. */
const spansPerLine = 500;

const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

/** Draws the colours of logs, around what is on screen: of a long log never all. */
export class LogColors implements Disposable {
  /** By the style as JSON: there are as many as logs use. */
  private readonly types = new Map<string, TextEditorDecorationType>();
  private readonly drawn = new WeakMap<TextEditor, ReadonlySet<TextEditorDecorationType>>();
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly logs: Logs) {
    this.subscriptions = onDidShowLines((editor) => this.draw(editor));
  }

  draw(editor: TextEditor): void {
    const open = this.logs.of(editor.document.uri);
    if (open === undefined) return;
    const ranges = this.rangesIn(open.log, editor);
    const before = this.drawn.get(editor) ?? new Set();
    for (const type of before) if (!ranges.has(type)) editor.setDecorations(type, []);
    for (const [type, those] of ranges) editor.setDecorations(type, those);
    this.drawn.set(editor, new Set(ranges.keys()));
  }

  dispose(): void {
    for (const one of [...this.subscriptions, ...this.types.values()]) one.dispose();
  }

  private rangesIn(log: Log, { visibleRanges, document }: TextEditor): Map<TextEditorDecorationType, Range[]> {
    const ranges = new Map<TextEditorDecorationType, Range[]>();
    for (const line of linesAround(visibleRanges, Math.min(document.lineCount, log.lines.length)))
      for (const { start, end, style } of log.spans(line).slice(0, spansPerLine)) {
        const type = this.typeOf(style);
        const those = ranges.get(type) ?? [];
        those.push(new Range(line, start, line, end));
        ranges.set(type, those);
      }
    return ranges;
  }

  private typeOf(style: Style): TextEditorDecorationType {
    const key = JSON.stringify(style);
    const type = this.types.get(key) ?? window.createTextEditorDecorationType(toDecoration(style));
    this.types.set(key, type);
    return type;
  }
}

/** Lines on screen and some around them. Folded parts are between the ranges on screen, and not drawn. */
export function linesAround(ranges: readonly Range[], count: number): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { start, end } of ranges) {
    const last = Math.min(end.line + marginLines, count - 1);
    for (let line = Math.max(start.line - marginLines, 0); line <= last; line++) lines.add(line);
  }
  return lines;
}

export function toDecoration(style: Style): DecorationRenderOptions {
  const own = style.color === undefined ? undefined : toColor(readable(style.color, style));
  const behind = style.background === undefined ? undefined : toColor(style.background);
  const color = style.inverse === true ? (behind ?? new ThemeColor('editor.background')) : own;
  const backgroundColor = style.inverse === true ? (own ?? new ThemeColor('editor.foreground')) : behind;
  const lines = [
    ...(style.underline === true ? ['underline'] : []),
    ...(style.strike === true ? ['line-through'] : []),
  ];
  const opacity = style.conceal === true ? '0' : style.faint === true ? '0.6' : undefined;
  return {
    ...(color === undefined ? {} : { color }),
    ...(backgroundColor === undefined ? {} : { backgroundColor }),
    ...(style.bold === true ? { fontWeight: 'bold' } : {}),
    ...(style.italic === true ? { fontStyle: 'italic' } : {}),
    ...(lines.length === 0 ? {} : { textDecoration: lines.join(' ') }),
    ...(opacity === undefined ? {} : { opacity }),
  };
}

/** As terminals do: bold is bright, and black is not drawn on what may be black. */
function readable(color: Color, { bold, background }: Style): Color {
  if (typeof color === 'string' || color > 7) return color;
  return bold === true || (color === 0 && background === undefined) ? color + 8 : color;
}

/** The theme's own sixteen, as in its terminal. */
function toColor(color: Color): ThemeColor | string {
  if (typeof color === 'string') return color;
  const name = names[color % 8] ?? 'White';
  return new ThemeColor(`terminal.ansi${color < 8 ? '' : 'Bright'}${name}`);
}
