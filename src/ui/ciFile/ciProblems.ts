import { Diagnostic, DiagnosticSeverity, languages, Range, workspace, type Disposable, type Uri } from 'vscode';
import { plainText } from '../../core/util/plainText';

/** An error or a warning at its place. Line and column count from 0. */
export interface CiProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly uri: Uri;
  readonly line: number;
  readonly character: number;
}

/** Maximum length of a message in UTF-16 units. */
const longestMessage = 2000;

/**
 * Shows what GitLab finds wrong with CI files in VS Code's Problems view, by repository. The problems of a file are
 * dropped when it is edited: they were found in another text.
 */
export class CiProblems implements Disposable {
  private readonly collection = languages.createDiagnosticCollection('GitLab CI');
  private readonly shown = new Map<string, readonly CiProblem[]>();
  private readonly listener = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    // An event without changes says that the document was saved.
    if (contentChanges.length > 0) this.drop(document.uri);
  });

  /** Replaces the problems of a repository. */
  show(root: string, problems: readonly CiProblem[]): void {
    this.shown.set(root, problems);
    this.draw();
  }

  /** Drops the problems of repositories for which `isShown` is false. */
  keepOnly(isShown: (root: string) => boolean): void {
    const gone = [...this.shown.keys()].filter((root) => !isShown(root));
    for (const root of gone) this.shown.delete(root);
    if (gone.length > 0) this.draw();
  }

  dispose(): void {
    this.listener.dispose();
    this.collection.dispose();
  }

  private drop({ path, scheme }: Uri): void {
    const isOf = ({ uri }: CiProblem): boolean => uri.path === path && uri.scheme === scheme;
    if (![...this.shown.values()].some((problems) => problems.some(isOf))) return;
    for (const [root, problems] of this.shown)
      this.shown.set(
        root,
        problems.filter((problem) => !isOf(problem)),
      );
    this.draw();
  }

  private draw(): void {
    const byFile = new Map<string, [Uri, Diagnostic[]]>();
    for (const problem of [...this.shown.values()].flat()) {
      const of = byFile.get(problem.uri.toString()) ?? [problem.uri, []];
      byFile.set(problem.uri.toString(), of);
      of[1].push(toDiagnostic(problem));
    }
    this.collection.clear();
    this.collection.set([...byFile.values()]);
  }
}

/** VS Code expands an empty range to the word. */
function toDiagnostic({ severity, message, line, character }: CiProblem): Diagnostic {
  const range = new Range(line, character, line, character);
  const level = severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  const diagnostic = new Diagnostic(range, plainText(message, longestMessage), level);
  diagnostic.source = 'GitLab CI';
  return diagnostic;
}
