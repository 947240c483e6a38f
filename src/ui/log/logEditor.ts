import {
  commands,
  Range,
  Selection,
  TextEditorRevealType,
  window,
  workspace,
  type Disposable,
  type TextDocument,
  type TextEditor,
} from 'vscode';
import { isActive } from '../../core/model/build';
import { firstError, lastScript } from '../../core/log/firstError';
import type { Section } from '../../core/log/log';
import type { Settings } from '../session/settings';
import type { LogColors } from './logColors';
import { editorsOf } from './logEditors';
import type { Logs } from './logs';
import type { LogChangeKind, LogDocument } from './logDocument';
import { place } from './logStructure';

/** Maximum distance in lines from the end to count as reading there. */
const nearEndLines = 2;

/** Reading position in a text that is about to change. */
interface Reading {
  readonly isNew: boolean;
  readonly isAtEnd: boolean;
  readonly top: number;
  /** Number of lines inserted above; negative if removed. */
  readonly shift: number;
}

/** Shows logs in editors: selects the initial position, and follows the end of a growing log. */
export class LogEditors implements Disposable {
  private readonly readings = new Map<TextEditor, Reading>();
  /** Logs whose initial position has been set. */
  private readonly positioned = new WeakSet<LogDocument>();
  /** Number of lines that editors don't show, by log. */
  private readonly leftOut = new WeakMap<LogDocument, number>();
  /** Addresses of logs that somebody has been reading since before the extension host restarted. */
  private readonly shownBefore = new Set(window.visibleTextEditors.map(({ document }) => document.uri.toString()));
  private readonly subscriptions: Disposable[];

  constructor(
    logs: Logs,
    private readonly colors: LogColors,
    private readonly settings: Settings,
  ) {
    this.subscriptions = [
      logs.onDidChangeLog(({ log, changed }) => {
        if (changed !== 'state') this.remember(log, changed);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        const log = logs.of(document.uri);
        if (log !== undefined) this.follow(document, log);
      }),
      window.onDidChangeVisibleTextEditors((editors) => {
        for (const editor of this.readings.keys()) if (!editors.includes(editor)) this.readings.delete(editor);
        for (const editor of editors) {
          const log = logs.of(editor.document.uri);
          if (log !== undefined) this.begin(editor, log);
        }
      }),
    ];
  }

  /** Opens a log in front: a failed one at its first error, a growing one at its end. */
  async show(document: TextDocument, log: LogDocument): Promise<void> {
    const line = Math.min(await lineToShow(log), document.lineCount - 1);
    const isOpen = editorsOf(document.uri).length > 0;
    this.positioned.add(log);
    const selection = new Range(line, 0, line, 0);
    const editor = await window.showTextDocument(document, { preview: true, ...(isOpen ? {} : { selection }) });
    if (isOpen) return;
    this.colors.draw(editor);
    if (log.build !== undefined && isActive(log.build)) editor.revealRange(selection, TextEditorRevealType.Default);
    await fold(document, log, line);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  /**
   * Sets the initial position when VS Code opened the log itself, for example by a click on its row, unless the cursor
   * was restored.
   */
  private begin(editor: TextEditor, log: LogDocument): void {
    if (this.positioned.has(log)) return;
    this.positioned.add(log);
    const { selection } = editor;
    if (!log.isEmpty && selection.anchor.line === 0 && selection.active.line === 0) void startReading(editor, log);
  }

  private remember(log: LogDocument, news: LogChangeKind): void {
    const moved = (this.leftOut.get(log) ?? 0) - log.leftOut;
    this.leftOut.set(log, log.leftOut);
    const isRead = news === 'appeared' && this.shownBefore.delete(log.uri.toString());
    if (isRead) this.positioned.add(log);
    for (const editor of editorsOf(log.uri)) {
      const { visibleRanges, document } = editor;
      const last = visibleRanges.at(-1)?.end.line ?? 0;
      this.readings.set(editor, {
        isNew: news === 'appeared' && !isRead,
        isAtEnd: last >= document.lineCount - 1 - nearEndLines,
        top: visibleRanges[0]?.start.line ?? 0,
        shift: (this.readings.get(editor)?.shift ?? 0) + moved,
      });
    }
  }

  private follow(document: TextDocument, log: LogDocument): void {
    for (const editor of editorsOf(document.uri)) {
      const reading = this.readings.get(editor);
      this.readings.delete(editor);
      if (reading?.isNew === true) void startReading(editor, log);
      else if (reading?.isAtEnd === true) reveal(editor, document.lineCount - 1, TextEditorRevealType.Default);
      else if (reading !== undefined && reading.shift !== 0)
        restorePosition(editor, reading, this.settings.linesAboveTop(document.uri));
      this.colors.draw(editor);
    }
  }
}

async function lineToShow({ build, log }: LogDocument): Promise<number> {
  const last = log.lines.length - 1;
  if (build !== undefined && isActive(build)) return Math.max(last, 0);
  return build?.status === 'failed' ? ((await firstError(log)) ?? Math.max(last, 0)) : 0;
}

function reveal(editor: TextEditor, line: number, type: TextEditorRevealType): void {
  editor.revealRange(new Range(line, 0, line, 0), type);
}

/** Sets the initial position when a log replaces a placeholder. */
async function startReading(editor: TextEditor, log: LogDocument): Promise<void> {
  const { document } = editor;
  const line = Math.min(await lineToShow(log), document.lineCount - 1);
  editor.selection = new Selection(line, 0, line, 0);
  reveal(editor, line, TextEditorRevealType.InCenterIfOutsideViewport);
  // VS Code can only fold in the active editor.
  if (window.activeTextEditor === editor) await fold(document, log, line);
}

/** Restores the reading position after line numbers changed. */
function restorePosition(editor: TextEditor, { top, shift }: Reading, linesAboveTop: number): void {
  const last = editor.document.lineCount - 1;
  const moved = (line: number): number => Math.min(Math.max(line + shift, 0), last);
  const { anchor, active } = editor.selection;
  editor.selection = new Selection(moved(anchor.line), anchor.character, moved(active.line), active.character);
  reveal(editor, Math.min(moved(top) + linesAboveTop, last), TextEditorRevealType.AtTop);
}

/**
 * Folds sections that the runner marks as collapsed, and in a failed build's log all finished ones except the script
 * and those around the cursor.
 */
async function fold(document: TextDocument, { log, build }: LogDocument, line: number): Promise<void> {
  const hasFailed = build?.status === 'failed';
  const script = hasFailed ? lastScript(log) : undefined;
  const isFolded = ({ collapsed, end }: Section): boolean => collapsed || (hasFailed && end !== undefined);
  const folded = place(log.sections, document.lineCount).filter(
    ({ section, start, last }) =>
      section !== script && isFolded(section) && last > start && !(start <= line && line <= last),
  );
  if (folded.length === 0) return;
  // By default, VS Code would fold the parent of an already folded section.
  const which = { levels: 1, direction: 'down', selectionLines: folded.map(({ start }) => start) };
  await commands.executeCommand('editor.fold', which);
}
