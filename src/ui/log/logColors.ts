import { Range, ThemeColor, window, type DecorationRenderOptions, type Disposable, type TextEditor } from 'vscode';
import type { TextEditorDecorationType, ThemableDecorationRenderOptions } from 'vscode';
import { readableOn, textOn, type Hex } from '../../core/log/contrast';
import type { Color, Log, Style } from '../../core/log/log';
import { onDidShowLines } from './logEditors';
import type { Logs } from './logs';

/** As many lines before and after those on screen, so that scrolling a little finds them drawn. */
const marginLines = 200;
/** A line of one colour per character is a picture, and is drawn so far. */
const spansPerLine = 500;

const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

/**
 * Backgrounds that 256 and 24-bit colors are made readable on, of dark and of light themes: VS Code does not tell the
 * real one. These are the ones in use that leave the least contrast (Monokai's and Solarized Light's).
 */
export const referenceBackgrounds = { dark: '#272822', light: '#fdf6e3' } as const;

/** VS Code's terminal colors in dark themes, for text that has a background of its own. */
const terminal: readonly Hex[] = [
  ...(['#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5'] as const),
  ...(['#666666', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#ffffff'] as const),
];
const brightBlack = 8;

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
  const lines = [
    ...(style.underline === true ? ['underline'] : []),
    ...(style.strike === true ? ['line-through'] : []),
  ];
  return {
    ...colorsOf(style),
    ...(style.bold === true ? { fontWeight: 'bold' } : {}),
    ...(style.italic === true ? { fontStyle: 'italic' } : {}),
    ...(lines.length === 0 ? {} : { textDecoration: lines.join(' ') }),
    ...(style.conceal === true ? { opacity: '0' } : {}),
  };
}

/** Text without a background of its own has colors of the theme's kind, in which faint is gray. */
function colorsOf({ color, background, inverse, faint }: Style): DecorationRenderOptions {
  if (background !== undefined) return onBackground(color, background, inverse === true);
  const own = color ?? (faint === true ? brightBlack : undefined);
  if (inverse === true) return inversed(own);
  if (own === undefined) return {};
  return typeof own === 'number' ? { color: themeColor(own) } : byTheme(own, (readable) => ({ color: readable }));
}

/** A color of the text that is readable on a background which the log has chosen, the same in every theme. */
function onBackground(color: Color | undefined, background: Color, isInverse: boolean): DecorationRenderOptions {
  const behind = toHex(background);
  const own = color === undefined ? textOn(behind) : toHex(color);
  return isInverse
    ? { color: readableOn(behind, own), backgroundColor: own }
    : { color: readableOn(own, behind), backgroundColor: behind };
}

/** Text in the editor's background color, on what would be the color of the text. */
function inversed(color: Color | undefined): DecorationRenderOptions {
  const text = new ThemeColor('editor.background');
  if (typeof color === 'string') return byTheme(color, (readable) => ({ color: text, backgroundColor: readable }));
  const behind = color === undefined ? new ThemeColor('editor.foreground') : themeColor(color);
  return { color: text, backgroundColor: behind };
}

function byTheme(color: Hex, look: (readable: Hex) => ThemableDecorationRenderOptions): DecorationRenderOptions {
  const { dark, light } = referenceBackgrounds;
  return { dark: look(readableOn(color, dark)), light: look(readableOn(color, light)) };
}

function toHex(color: Color): Hex {
  return typeof color === 'string' ? color : (terminal[color] ?? '#ffffff');
}

/** Readable in every theme, and changeable by the user. */
function themeColor(color: number): ThemeColor {
  return new ThemeColor(`gitlabBuilds.log.ansi${color < 8 ? '' : 'Bright'}${names[color % 8] ?? 'White'}`);
}
