import { window, workspace, type Disposable, type TextEditor, type Uri } from 'vscode';

/** The editors on screen that show this document. */
export function editorsOf(uri: Uri): readonly TextEditor[] {
  const wanted = uri.toString();
  return window.visibleTextEditors.filter(({ document }) => document.uri.toString() === wanted);
}

/** Calls `draw` with an editor that has come on screen, or was scrolled. */
export function onDidShowLines(draw: (editor: TextEditor) => void): readonly Disposable[] {
  return [
    window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => draw(textEditor)),
    window.onDidChangeVisibleTextEditors((editors) => editors.forEach(draw)),
  ];
}

/** The same, and where the text has changed. */
export function onDidShowText(draw: (editor: TextEditor) => void): readonly Disposable[] {
  return [
    ...onDidShowLines(draw),
    workspace.onDidChangeTextDocument(({ document }) => editorsOf(document.uri).forEach(draw)),
  ];
}
