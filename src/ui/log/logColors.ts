import { Range, ThemeColor, window, type DecorationRenderOptions, type Disposable, type TextEditor } from 'vscode';
import type { TextEditorDecorationType, ThemableDecorationRenderOptions } from 'vscode';
import { readableOn, textOn, type Hex } from '../../core/log/contrast';
import type { Color, Log, Style } from '../../core/log/log';
import { linesAround } from './logDecoration';
import { onDidReadShown, onDidShowLines } from './logEditors';
import type { Logs } from './logs';

/** Maximum number of spans to draw per line; a line with a color per character is a picture. */
const spansPerLine = 500;
/** Maximum number of spans that are drawn in one editor. */
const maxSpans = 10_000;
/** Maximum number of styles that are drawn in one editor, and that are kept for all: each is a rule in VS Code's page. */
const maxStyles = { drawn: 250, kept: 1000 };

const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

/**
 * Background colors on which 256-color and 24-bit colors are made readable, for dark and light themes, because
 * extensions can't query the real one. These common ones are the worst cases (Monokai and Solarized Light).
 */
const referenceBackgrounds = { dark: '#272822', light: '#fdf6e3' } as const;

/** VS Code's terminal colors in dark themes, for text on a background color of the log. */
const terminal: readonly Hex[] = [
  ...(['#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5'] as const),
  ...(['#666666', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#ffffff'] as const),
];
const brightBlack = 8;

/** Colors logs in editors, only around the visible lines. */
export class LogColors implements Disposable {
  /** Keyed by the style as JSON. */
  private readonly types = new Map<string, TextEditorDecorationType>();
  private drawn = new WeakMap<TextEditor, ReadonlySet<TextEditorDecorationType>>();
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly logs: Logs) {
    const draw = (editor: TextEditor): void => this.draw(editor);
    this.subscriptions = [...onDidShowLines(draw), onDidReadShown(logs.onDidChangeLog, draw)];
  }

  draw(editor: TextEditor): void {
    const open = this.logs.of(editor.document.uri);
    if (open === undefined) return;
    if (this.types.size > maxStyles.kept) this.startAnew(editor);
    const ranges = this.rangesIn(open.log, editor);
    const before = this.drawn.get(editor) ?? new Set();
    for (const type of before) if (!ranges.has(type)) editor.setDecorations(type, []);
    for (const [type, those] of ranges) editor.setDecorations(type, those);
    this.drawn.set(editor, new Set(ranges.keys()));
  }

  dispose(): void {
    for (const one of [...this.subscriptions, ...this.types.values()]) one.dispose();
  }

  private rangesIn(log: Log, editor: TextEditor): Map<TextEditorDecorationType, Range[]> {
    const found = new Map<string, { readonly style: Style; readonly ranges: Range[] }>();
    let left = maxSpans;
    for (const line of linesAround(editor, log))
      for (const { start, end, style } of log.spans(line, Math.min(spansPerLine, left))) {
        left -= 1;
        const key = JSON.stringify(style);
        const styled = found.get(key) ?? { style, ranges: [] };
        if (styled.ranges.length === 0 && found.size >= maxStyles.drawn) continue;
        styled.ranges.push(new Range(line, start, line, end));
        found.set(key, styled);
      }
    return new Map([...found].map(([key, { style, ranges }]) => [this.typeOf(key, style), ranges]));
  }

  private typeOf(key: string, style: Style): TextEditorDecorationType {
    const type = this.types.get(key) ?? window.createTextEditorDecorationType(toDecoration(style));
    this.types.set(key, type);
    return type;
  }

  /** Drops all styles and redraws the other editors with new ones. */
  private startAnew(editor: TextEditor): void {
    for (const type of this.types.values()) type.dispose();
    this.types.clear();
    this.drawn = new WeakMap();
    for (const other of window.visibleTextEditors) if (other !== editor) this.draw(other);
  }
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

/** Colors for text without a background in the log; these follow the theme's kind, and faint text is gray. */
function colorsOf({ color, background, inverse, faint }: Style): DecorationRenderOptions {
  if (background !== undefined) return onBackground(color, background, inverse === true);
  const own = color ?? (faint === true ? brightBlack : undefined);
  if (inverse === true) return inversed(own);
  if (own === undefined) return {};
  return typeof own === 'number' ? { color: themeColor(own) } : byTheme(own, (readable) => ({ color: readable }));
}

/** Text color that is readable on a background set by the log; the same in all themes. */
function onBackground(color: Color | undefined, background: Color, isInverse: boolean): DecorationRenderOptions {
  const behind = toHex(background);
  const own = color === undefined ? textOn(behind) : toHex(color);
  return isInverse
    ? { color: readableOn(behind, own), backgroundColor: own }
    : { color: readableOn(own, behind), backgroundColor: behind };
}

/** Inverse video: text in the editor's background color on the text color. */
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

/** Theme color for a terminal color, which is readable in each theme and customizable by the user. */
function themeColor(color: number): ThemeColor {
  return new ThemeColor(`gitlabBuilds.log.ansi${color < 8 ? '' : 'Bright'}${names[color % 8] ?? 'White'}`);
}
