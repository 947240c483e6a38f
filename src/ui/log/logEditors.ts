import { window, workspace, type Disposable, type Event, type TextEditor, type Uri } from 'vscode';
import type { LogDocument, LogChangeKind } from './logDocument';

/** Visible editors with the document. */
export function editorsOf(uri: Uri): readonly TextEditor[] {
  const wanted = uri.toString();
  return window.visibleTextEditors.filter(({ document }) => document.uri.toString() === wanted);
}

/** Calls `draw` with an editor that became visible or was scrolled. */
export function onDidShowLines(draw: (editor: TextEditor) => void): readonly Disposable[] {
  return [
    window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => draw(textEditor)),
    window.onDidChangeVisibleTextEditors((editors) => editors.forEach(draw)),
  ];
}

/** Like `onDidShowLines`, and also when the text changed. */
export function onDidShowText(draw: (editor: TextEditor) => void): readonly Disposable[] {
  return [
    ...onDidShowLines(draw),
    workspace.onDidChangeTextDocument(({ document }) => editorsOf(document.uri).forEach(draw)),
  ];
}

/** Calls `draw` with an editor whose text was there before its log: VS Code fires no event for it. */
export function onDidReadShown(
  onDidChangeLog: Event<{ readonly log: LogDocument; readonly changed: LogChangeKind }>,
  draw: (editor: TextEditor) => void,
): Disposable {
  return onDidChangeLog(({ log, changed }) => {
    if (changed !== 'appeared') return;
    for (const editor of editorsOf(log.uri)) if (editor.document.getText() === log.text) draw(editor);
  });
}
