import {
  commands,
  Range,
  TextEditorRevealType,
  window,
  workspace,
  type Disposable,
  type TextDocument,
  type TextEditor,
} from 'vscode';
import { isActive } from '../../core/build';
import { firstError } from '../../core/log/failure';
import type { LogColors } from './colors';
import type { Logs } from './logs';
import type { OpenLog } from './openLog';
import { place } from './structure';

/** So far from the end one still counts as reading there. */
const nearEndLines = 2;

/** Shows logs in editors: where to look first, and along with the end of one that grows. */
export class LogEditors implements Disposable {
  /** Those that were at the end before the text grew. */
  private readonly atEnd = new Set<TextEditor>();
  private readonly subscriptions: Disposable[];

  constructor(
    logs: Logs,
    private readonly colors: LogColors,
  ) {
    this.subscriptions = [
      logs.onDidChangeLog(({ log, changed }) => {
        if (changed === 'text') this.remember(log);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (logs.of(document.uri) !== undefined) this.grown(document);
      }),
    ];
  }

  /** In front, at the first error of what has failed; at the end of what is still written. */
  async show(document: TextDocument, log: OpenLog): Promise<void> {
    const line = Math.min(lineToShow(log), document.lineCount - 1);
    const isOpen = window.visibleTextEditors.some((one) => one.document.uri.toString() === document.uri.toString());
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

  private remember({ uri }: OpenLog): void {
    for (const editor of editorsOf(uri.toString())) {
      const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
      if (last >= editor.document.lineCount - 1 - nearEndLines) this.atEnd.add(editor);
    }
  }

  private grown(document: TextDocument): void {
    for (const editor of editorsOf(document.uri.toString())) {
      this.colors.draw(editor);
      if (!this.atEnd.delete(editor)) continue;
      const last = document.lineCount - 1;
      editor.revealRange(new Range(last, 0, last, 0), TextEditorRevealType.Default);
    }
  }
}

function editorsOf(uri: string): readonly TextEditor[] {
  return window.visibleTextEditors.filter(({ document }) => document.uri.toString() === uri);
}

function lineToShow({ build, log }: OpenLog): number {
  const last = log.lines.length - 1;
  if (build !== undefined && isActive(build)) return Math.max(last, 0);
  return build?.status === 'failed' ? (firstError(log) ?? Math.max(last, 0)) : 0;
}

/** What the runner wants folded, but where the cursor is. */
async function fold(document: TextDocument, { log }: OpenLog, line: number): Promise<void> {
  const folded = place(log.sections, document.lineCount).filter(
    ({ section, start, last }) => section.collapsed && last > start && !(start <= line && line <= last),
  );
  if (folded.length === 0) return;
  await commands.executeCommand('editor.fold', { selectionLines: folded.map(({ start }) => start) });
}
