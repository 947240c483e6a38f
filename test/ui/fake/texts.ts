import { EventEmitter, type Uri } from './basics';
import type { Journal } from './journal';

/** VS Code's text editors, as far as the extension uses them: read-only documents of a provider, and what is drawn on them. */

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }
}

export class FoldingRange {
  constructor(
    readonly start: number,
    readonly end: number,
  ) {}
}

export class DocumentSymbol {
  readonly children: DocumentSymbol[] = [];

  constructor(
    readonly name: string,
    readonly detail: string,
    readonly kind: number,
    readonly range: Range,
    readonly selectionRange: Range,
  ) {
    if (name === '') throw new Error('name must not be falsy');
  }
}

export class DocumentLink {
  tooltip?: string;

  constructor(
    readonly range: Range,
    readonly target?: Uri,
  ) {}
}

export class Hover {
  constructor(readonly contents: { readonly value: string }) {}
}

export class CodeLens {
  constructor(
    readonly range: Range,
    readonly command?: { readonly title: string; readonly command: string; readonly arguments?: readonly unknown[] },
  ) {}
}

export const SymbolKind = { Namespace: 2 } as const;
export const TextEditorRevealType = { Default: 0 } as const;

export class FakeDocument {
  private lines: readonly string[] = [''];

  constructor(
    readonly uri: Uri,
    text: string,
  ) {
    this.setText(text);
  }

  setText(text: string): void {
    this.lines = text.split('\n');
  }

  getText(): string {
    return this.lines.join('\n');
  }

  get lineCount(): number {
    return this.lines.length;
  }

  lineAt(line: number): { readonly text: string } {
    const text = this.lines[line];
    if (text === undefined) throw new Error('Illegal value for `line`');
    return { text };
  }
}

export class FakeDecorationType {
  disposed = false;

  constructor(readonly options: object) {}

  dispose(): void {
    this.disposed = true;
  }
}

/** Shows forty lines. */
export class FakeTextEditor {
  visibleRanges: readonly Range[] = [];
  readonly decorations = new Map<FakeDecorationType, readonly Range[]>();
  readonly revealed: number[] = [];

  constructor(
    readonly document: FakeDocument,
    readonly selection: Range | undefined,
  ) {
    this.scrollTo(selection?.start.line ?? 0);
  }

  setDecorations(type: FakeDecorationType, ranges: readonly Range[]): void {
    this.decorations.set(type, ranges);
  }

  revealRange(range: Range): void {
    this.revealed.push(range.start.line);
    this.scrollTo(range.start.line);
  }

  scrollTo(line: number): void {
    const last = this.document.lineCount - 1;
    this.visibleRanges = [new Range(Math.max(line - 20, 0), 0, Math.min(line + 20, last), 0)];
  }

  /** What is drawn on a line: the options of each, and the columns. */
  drawnOn(line: number): readonly (readonly [object, number, number])[] {
    return [...this.decorations].flatMap(([{ options }, ranges]) =>
      ranges
        .filter(({ start }) => start.line === line)
        .map(({ start, end }) => [options, start.character, end.character] as const),
    );
  }
}

interface ContentProvider {
  readonly onDidChange?: (listener: (uri: Uri) => unknown) => unknown;
  provideTextDocumentContent(uri: Uri): Promise<string>;
}

/** The documents and editors of one window. */
export class Texts {
  readonly editors: FakeTextEditor[] = [];
  readonly documents = new Map<string, FakeDocument>();
  readonly providers: { readonly kind: string; readonly selector: unknown; readonly provider: unknown }[] = [];
  readonly onDidCloseDocument = new EventEmitter<FakeDocument>();
  readonly onDidChangeDocument = new EventEmitter<{ readonly document: FakeDocument }>();
  readonly onDidChangeVisibleEditors = new EventEmitter<readonly FakeTextEditor[]>();
  readonly onDidChangeVisibleRanges = new EventEmitter<{ readonly textEditor: FakeTextEditor }>();
  private readonly contents = new Map<string, ContentProvider>();

  constructor(private readonly journal: Journal) {}

  register(scheme: string, provider: ContentProvider): { dispose(): void } {
    this.contents.set(scheme, provider);
    provider.onDidChange?.((uri) => void this.reload(uri));
    return { dispose: () => void this.contents.delete(scheme) };
  }

  async open(uri: Uri): Promise<FakeDocument> {
    const known = this.documents.get(uri.toString());
    if (known !== undefined) return known;
    const text = await this.contentOf(uri);
    this.journal.note(text);
    const document = new FakeDocument(uri, text);
    this.documents.set(uri.toString(), document);
    return document;
  }

  show(document: FakeDocument, { selection }: { readonly selection?: Range } = {}): FakeTextEditor {
    const known = this.editors.find((one) => one.document === document);
    if (known !== undefined) return known;
    const shown = new FakeTextEditor(document, selection);
    this.editors.push(shown);
    this.onDidChangeVisibleEditors.fire(this.editors);
    return shown;
  }

  close(shown: FakeTextEditor): void {
    this.editors.splice(this.editors.indexOf(shown), 1);
    this.documents.delete(shown.document.uri.toString());
    this.onDidChangeVisibleEditors.fire(this.editors);
    this.onDidCloseDocument.fire(shown.document);
  }

  scroll(shown: FakeTextEditor, line: number): void {
    shown.scrollTo(line);
    this.onDidChangeVisibleRanges.fire({ textEditor: shown });
  }

  provider(kind: string): unknown {
    return this.providers.find((one) => one.kind === kind)?.provider;
  }

  private async contentOf(uri: Uri): Promise<string> {
    const provider = this.contents.get(uri.scheme);
    if (provider === undefined) throw new Error(`cannot open ${uri.toString()}`);
    return provider.provideTextDocumentContent(uri);
  }

  private async reload(uri: Uri): Promise<void> {
    const document = this.documents.get(uri.toString());
    if (document === undefined) return;
    const text = await this.contentOf(uri);
    this.journal.note(text);
    document.setText(text);
    this.onDidChangeDocument.fire({ document });
  }
}
