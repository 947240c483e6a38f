import type { CodeLens } from 'vscode';
import { editor } from './fake/editor';
import type { FakeTextEditor } from './fake/texts';

/** The code lenses above a log. */
export function lenses({ document }: Pick<FakeTextEditor, 'document'>): readonly CodeLens[] {
  const lens = editor().texts.provider('lens') as { provideCodeLenses(document: unknown): CodeLens[] };
  return lens.provideCodeLenses(document);
}
