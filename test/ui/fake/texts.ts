import type * as vscode from 'vscode';
import { EventEmitter, type Uri } from './basics';
import type { Journal } from './journal';
import { TabInputText, type FakeLanguageStatus, type FakeTab } from './tabs';

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

export class Selection extends Range {
  get anchor(): Position {
    return this.start;
  }

  get active(): Position {
    return this.end;
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
export const TextEditorRevealType = { Default: 0, InCenterIfOutsideViewport: 2, AtTop: 3 } as const;

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

interface Drawn {
  readonly range: Range;
  /** What is this one's alone. */
  readonly renderOptions?: {
    readonly before?: { readonly contentText?: string };
    readonly after?: { readonly contentText?: string };
  };
}

/** Shows forty lines. */
export class FakeTextEditor {
  visibleRanges: readonly Range[] = [];
  /** The next one takes its place. */
  isPreview = false;
  selection: Selection;
  readonly decorations = new Map<FakeDecorationType, readonly Drawn[]>();
  readonly revealed: number[] = [];

  constructor(
    readonly document: FakeDocument,
    selection: Range | undefined,
  ) {
    const { line, character } = selection?.start ?? { line: 0, character: 0 };
    this.selection = new Selection(line, character, line, character);
    this.scrollTo(line);
  }

  setDecorations(type: FakeDecorationType, ranges: readonly (Range | Drawn)[]): void {
    this.decorations.set(
      type,
      ranges.map((one) => (one instanceof Range ? { range: one } : one)),
    );
  }

  revealRange(range: Range, type?: number): void {
    this.revealed.push(range.start.line);
    // Below the five lines for what sticks to the top.
    if (type === TextEditorRevealType.AtTop) this.scrollTo(range.start.line - 5 + 20);
    else this.scrollTo(range.start.line);
  }

  scrollTo(line: number): void {
    const last = this.document.lineCount - 1;
    this.visibleRanges = [new Range(Math.max(line - 20, 0), 0, Math.min(line + 20, last), 0)];
  }

  /** What is drawn on a line: the options of each, and the columns. */
  drawnOn(line: number): readonly (readonly [object, number, number])[] {
    return [...this.decorations].flatMap(([{ options }, ranges]) =>
      ranges
        .filter(({ range }) => range.start.line === line)
        .map(({ range: { start, end } }) => [options, start.character, end.character] as const),
    );
  }
}

/** A read-only file system, as far as editors use one. */
interface Files {
  readonly onDidChangeFile: (listener: (events: readonly { readonly uri: Uri }[]) => unknown) => unknown;
  stat(uri: Uri): Promise<{ readonly mtime: number; readonly size: number }>;
  readFile(uri: Uri): Promise<Uint8Array>;
}

/** The documents and editors of one window. */
export class Texts {
  readonly editors: FakeTextEditor[] = [];
  readonly documents = new Map<string, FakeDocument>();
  /** As VS Code has them, in one group. */
  readonly tabs: FakeTab[] = [];
  readonly languageStatus: FakeLanguageStatus[] = [];
  decorations: vscode.FileDecorationProvider | undefined;
  /** Of which the file decorations have changed. */
  readonly redecorated: string[] = [];
  readonly providers: { readonly kind: string; readonly selector: unknown; readonly provider: unknown }[] = [];
  readonly onDidCloseDocument = new EventEmitter<FakeDocument>();
  readonly onDidChangeDocument = new EventEmitter<{
    readonly document: FakeDocument;
    /** Empty if only its being saved has changed. */
    readonly contentChanges: readonly object[];
  }>();
  readonly onDidSaveDocument = new EventEmitter<FakeDocument>();
  readonly onDidChangeTabs = new EventEmitter<{
    readonly opened: readonly FakeTab[];
    readonly closed: readonly FakeTab[];
    readonly changed: readonly FakeTab[];
  }>();
  readonly onDidChangeVisibleEditors = new EventEmitter<readonly FakeTextEditor[]>();
  readonly onDidChangeVisibleRanges = new EventEmitter<{ readonly textEditor: FakeTextEditor }>();
  /** File systems by their scheme. */
  private readonly files = new Map<string, Files>();
  /** What VS Code compares before it reads a file again. */
  private readonly etags = new Map<string, string>();

  constructor(private readonly journal: Journal) {}

  /** As VS Code does, what is open of the scheme is read again. */
  register(scheme: string, files: Files): void {
    this.files.set(scheme, files);
    files.onDidChangeFile((events) => events.forEach(({ uri }) => void this.reload(uri)));
    for (const { uri } of this.documents.values()) if (uri.scheme === scheme) void this.reload(uri);
  }

  unregister(scheme: string): void {
    this.files.delete(scheme);
  }

  decorate(provider: vscode.FileDecorationProvider): { dispose(): void } {
    this.decorations = provider;
    provider.onDidChangeFileDecorations?.((uri) => this.redecorated.push(String(uri)));
    return { dispose: () => (this.decorations = undefined) };
  }

  async open(uri: Uri): Promise<FakeDocument> {
    const known = this.documents.get(uri.toString());
    if (known !== undefined) return known;
    const text = await this.contentOf(uri);
    this.journal.note(text);
    const opened = this.documents.get(uri.toString());
    if (opened !== undefined) return opened;
    const document = new FakeDocument(uri, text);
    this.documents.set(uri.toString(), document);
    return document;
  }

  show(
    document: FakeDocument,
    options: { readonly selection?: Range; readonly preview?: boolean } = {},
  ): FakeTextEditor {
    const known = this.editors.find((one) => one.document === document);
    if (known !== undefined) {
      if (options.preview === false) known.isPreview = false;
      return known;
    }
    const shown = new FakeTextEditor(document, options.selection);
    shown.isPreview = options.preview !== false;
    this.editors.push(shown);
    this.openTab(new TabInputText(document.uri));
    this.onDidChangeVisibleEditors.fire(this.editors);
    return shown;
  }

  openTab(input: unknown): FakeTab {
    const label = input instanceof TabInputText ? (input.uri.path.split('/').at(-1) ?? '') : '';
    const tab = { input, label, isPreview: true };
    this.tabs.push(tab);
    this.onDidChangeTabs.fire({ opened: [tab], closed: [], changed: [] });
    return tab;
  }

  tabOf(uri: Uri): FakeTab | undefined {
    return this.tabs.find(({ input }) => input instanceof TabInputText && input.uri.toString() === uri.toString());
  }

  /** As VS Code does where a file is opened with a name. */
  nameTab(uri: Uri, label: string): void {
    const tab = this.tabOf(uri);
    if (tab === undefined || tab.label === label) return;
    tab.label = label;
    this.onDidChangeTabs.fire({ opened: [], closed: [], changed: [tab] });
  }

  closeTab(tab: FakeTab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.onDidChangeTabs.fire({ opened: [], closed: [tab], changed: [] });
  }

  /** The editor alone: VS Code keeps its document for minutes. */
  hide(shown: FakeTextEditor): void {
    this.editors.splice(this.editors.indexOf(shown), 1);
    const tab = this.tabOf(shown.document.uri);
    this.onDidChangeVisibleEditors.fire(this.editors);
    if (tab !== undefined) this.closeTab(tab);
  }

  close(shown: FakeTextEditor): void {
    this.hide(shown);
    this.documents.delete(shown.document.uri.toString());
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
    const files = this.files.get(uri.scheme);
    if (files === undefined) throw new Error(`cannot open ${uri.toString()}`);
    this.etags.set(uri.toString(), await etagOf(files, uri));
    // Without the mark at its beginning, if it has one.
    return new TextDecoder().decode(await files.readFile(uri));
  }

  private async reload(uri: Uri): Promise<void> {
    const document = this.documents.get(uri.toString());
    const files = this.files.get(uri.scheme);
    if (document === undefined || files === undefined) return;
    if ((await etagOf(files, uri)) === this.etags.get(uri.toString())) return;
    const text = await this.contentOf(uri);
    this.journal.note(text);
    // As VS Code does: what is the same is no change.
    if (text === document.getText()) return;
    document.setText(text);
    this.onDidChangeDocument.fire({ document, contentChanges: [{}] });
  }

  /** A file of the disk, in an editor. */
  edit(uri: Uri, text: string): FakeDocument {
    const document = this.documents.get(uri.toString()) ?? new FakeDocument(uri, text);
    this.documents.set(uri.toString(), document);
    document.setText(text);
    this.onDidChangeDocument.fire({ document, contentChanges: [{}] });
    return document;
  }
}

async function etagOf(files: Files, uri: Uri): Promise<string> {
  const { mtime, size } = await files.stat(uri);
  return `${mtime} ${size}`;
}
