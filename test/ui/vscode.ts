import type * as vscode from 'vscode';
import { type RelativePattern, type Uri } from './fake/basics';
import { FakeInputBox, FakePick, FakeQuickPick } from './fake/boxes';
import { editor } from './fake/editor';
import { FakeFileWatcher } from './fake/fileWatcher';
import { findByName } from './fake/findFiles';
import { Message, type Severity } from './fake/message';
import { FakeTestController } from './fake/tests';
import { FakeLanguageStatus } from './fake/tabs';
import { FakeDiagnosticCollection } from './fake/problems';
import { FakeDecorationType, type FakeDocument, type Range } from './fake/texts';
import { FakeProgress, FakeStatusBarItem, FakeTreeView } from './fake/views';

/** What `import … from 'vscode'` gives in the tests of `src/ui/`: no more than is used there, all in the test's `editor()`. */
export {
  ConfigurationTarget,
  Disposable,
  EventEmitter,
  l10n,
  MarkdownString,
  ProgressLocation,
  QuickInputButtons,
  QuickPickItemKind,
  RelativePattern,
  StatusBarAlignment,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  UIKind,
  Uri,
} from './fake/basics';
export { Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location } from './fake/problems';
export { FileChangeType, FilePermission, FileSystemError, FileType } from './fake/files';
export {
  CodeLens,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Position,
  Range,
  Selection,
  SymbolKind,
  TextEditorRevealType,
} from './fake/texts';
export {
  BranchCoverage,
  FileCoverage,
  StatementCoverage,
  TestMessage,
  TestRunProfileKind,
  TestRunRequest,
  TestTag,
} from './fake/tests';
export { FileDecoration, LanguageStatusSeverity, TabInputText, TabInputTextDiff, ViewColumn } from './fake/tabs';

export const version = '1.100.0';

export const window = {
  get activeTextEditor() {
    const { activeFile, selected } = editor();
    const selection = { isSingleLine: !selected.includes('\n') };
    return activeFile === undefined ? undefined : { document: { uri: activeFile, getText: () => selected }, selection };
  },
  get tabGroups() {
    const { activeFile, texts } = editor();
    const activeTab = activeFile && (texts.tabOf(activeFile) ?? { input: { uri: activeFile } });
    return {
      activeTabGroup: { activeTab, viewColumn: 1 },
      all: [{ tabs: texts.tabs }],
      onDidChangeTabs: (listener: () => unknown) => editor().texts.onDidChangeTabs.event(listener),
    };
  },
  get state() {
    return { focused: editor().focused, active: editor().focused };
  },
  onDidChangeActiveTextEditor: (listener: () => unknown) => editor().onDidChangeActiveEditor.event(listener),
  onDidChangeWindowState: (listener: () => unknown) => editor().onDidChangeFocus.event(listener),
  get visibleTextEditors() {
    return editor().texts.editors;
  },
  onDidChangeVisibleTextEditors: (listener: () => unknown) => editor().texts.onDidChangeVisibleEditors.event(listener),
  onDidChangeTextEditorVisibleRanges: (listener: () => unknown) =>
    editor().texts.onDidChangeVisibleRanges.event(listener),
  registerFileDecorationProvider: (provider: vscode.FileDecorationProvider) => editor().texts.decorate(provider),
  createTextEditorDecorationType: (options: object) => new FakeDecorationType(options),
  showTextDocument: async (
    document: FakeDocument,
    options: { readonly selection?: Range; readonly preview?: boolean },
  ) => editor().texts.show(document, options),
  showSaveDialog: async () => editor().saveTo,
  showOpenDialog: async () => editor().openFrom && [editor().openFrom],
  createTreeView: <T>(id: string, options: vscode.TreeViewOptions<T>) => {
    const view = new FakeTreeView(id, options);
    editor().views.push(view);
    return editor().journal.watched(view);
  },
  createStatusBarItem: (id: string, alignment: number) =>
    kept(editor().statusBarItems, new FakeStatusBarItem(id, alignment)),
  createOutputChannel: () => createLog(),
  createInputBox: () => kept(editor().inputBoxes, new FakeInputBox()),
  createQuickPick: () => kept(editor().quickPicks, new FakeQuickPick()),
  showQuickPick: (items: readonly (string | vscode.QuickPickItem)[], options: vscode.QuickPickOptions = {}) => {
    editor().journal.note(items, options);
    const pick = new FakePick(items, options);
    editor().picks.push(pick);
    return pick.answer;
  },
  showErrorMessage: (text: string, ...rest: readonly unknown[]) => show('error', text, rest),
  showWarningMessage: (text: string, ...rest: readonly unknown[]) => show('warning', text, rest),
  showInformationMessage: (text: string, ...rest: readonly unknown[]) => show('information', text, rest),
  registerUriHandler: (handler: vscode.UriHandler) => {
    editor().uriHandlers.push(handler);
    return { dispose: () => editor().uriHandlers.splice(0) };
  },
  registerTerminalLinkProvider: (provider: vscode.TerminalLinkProvider) => {
    editor().terminalLinks.push(provider);
    return { dispose: () => editor().terminalLinks.splice(0) };
  },
  setStatusBarMessage: (text: string) => {
    editor().journal.note(text);
    editor().statusMessages.push(text);
  },
  withProgress: async <T>(
    options: vscode.ProgressOptions,
    task: (progress: vscode.Progress<object>, token: vscode.CancellationToken) => PromiseLike<T>,
  ): Promise<T> => {
    const { journal, progress } = editor();
    const shown = new FakeProgress(options);
    progress.push(shown);
    journal.note(options);
    const report = (step: object): void => {
      journal.note(step);
      shown.reports.push(step);
    };
    try {
      return await task({ report }, shown.token);
    } finally {
      shown.done = true;
    }
  },
};

function kept<T extends object>(list: T[], one: T): T {
  list.push(one);
  return editor().journal.watched(one);
}

function show(severity: Severity, text: string, rest: readonly unknown[]): Promise<string | undefined> {
  const message = new Message(severity, text, rest);
  editor().journal.note(text, rest);
  editor().messages.push(message);
  return message.answer;
}

function createLog() {
  const home = editor();
  const line = (level: string) => (text: unknown) => {
    home.journal.note(text);
    home.log.push({ level, text: String(text) });
  };
  return {
    trace: line('trace'),
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    show: () => (home.logShown += 1),
    dispose: () => undefined,
  };
}

export const commands = {
  registerCommand: (name: string, handler: (...args: readonly unknown[]) => unknown) => {
    const { commands: known } = editor();
    if (known.has(name)) throw new Error(`command '${name}' already exists`);
    known.set(name, handler);
    return { dispose: () => known.delete(name) };
  },
  executeCommand: async (name: string, ...args: readonly unknown[]): Promise<unknown> => {
    const { commands: known, contextKeys, executed, journal } = editor();
    const handler = known.get(name);
    if (handler !== undefined) return handler(...args);
    journal.note(args);
    if (name === 'vscode.open' && typeof args[2] === 'string') editor().texts.nameTab(args[0] as Uri, args[2]);
    if (name === 'setContext') contextKeys.set(String(args[0]), args[1]);
    else if (ownCommands.has(name) || (name === chatCommand && editor().hasChat))
      executed.push({ command: name, args });
    else throw new Error(`command '${name}' not found`);
    return undefined;
  },
};

/** There is none where the user has no chat. */
const chatCommand = 'workbench.action.chat.open';

/** VS Code's own that the extension runs. */
const ownCommands = new Set([
  'editor.fold',
  'gitlabBuilds.builds.focus',
  'vscode.diff',
  'workbench.actions.view.problems',
  'testing.openCoverage',
  'workbench.view.testing.focus',
  'git.push',
  'git.publish',
  'revealInExplorer',
  'vscode.open',
  'workbench.action.openIssueReporter',
  'workbench.action.openSettings',
]);

/** What tools answer language models with. */
export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export class LanguageModelToolResult {
  constructor(readonly content: readonly LanguageModelTextPart[]) {}
}

export const lm = {
  selectChatModels: async () => (editor().hasChatModel ? [{}] : []),
  registerTool: (name: string, tool: vscode.LanguageModelTool<unknown>) => {
    editor().tools.set(name, tool);
    return { dispose: () => editor().tools.delete(name) };
  },
};

export const workspace = {
  get isTrusted() {
    return editor().isTrusted;
  },
  openTextDocument: (uri: Uri) => editor().texts.open(uri),
  get textDocuments() {
    return [...editor().texts.documents.values()];
  },
  registerFileSystemProvider: (
    scheme: string,
    provider: vscode.FileSystemProvider,
    options?: { readonly isReadonly?: boolean; readonly isCaseSensitive?: boolean },
  ) => editor().fileSystems.register(scheme, provider, options),
  onDidCloseTextDocument: (listener: () => unknown) => editor().texts.onDidCloseDocument.event(listener),
  onDidSaveTextDocument: (listener: () => unknown) => editor().texts.onDidSaveDocument.event(listener),
  onDidChangeTextDocument: (listener: () => unknown) => editor().texts.onDidChangeDocument.event(listener),
  get workspaceFolders() {
    const { folders } = editor();
    return folders.length === 0 ? undefined : folders.map(toFolder);
  },
  getWorkspaceFolder: (uri: Uri) => {
    const around = editor().folders.filter(({ path }) => uri.path === path || uri.path.startsWith(`${path}/`));
    const [nearest] = around.sort((a, b) => b.path.length - a.path.length);
    return nearest === undefined ? undefined : toFolder(nearest);
  },
  asRelativePath: (path: string) => {
    const around = editor().folders.find((folder) => path.startsWith(`${folder.path}/`));
    return around === undefined ? path : path.slice(around.path.length + 1);
  },
  /** By the name alone, which must be free of wildcards: as VS Code does, not in hidden folders of git. */
  findFiles: async ({ baseUri, pattern }: RelativePattern, _exclude: undefined, most: number) =>
    findByName(baseUri, pattern, most),
  createFileSystemWatcher: (pattern: RelativePattern) => new FakeFileWatcher(pattern, editor().fileWatchers),
  getConfiguration: (section: string, scope?: Uri) => editor().configuration.section(section, scope),
  onDidChangeConfiguration: (listener: (event: { affectsConfiguration(section: string): boolean }) => unknown) =>
    editor().configuration.onDidChange(listener),
};

function toFolder(uri: Uri) {
  return { uri, name: uri.path.split('/').at(-1) ?? '', index: editor().folders.indexOf(uri) };
}

export const env = {
  appName: 'Fake Code',
  language: 'en',
  remoteName: undefined,
  get uiKind(): number {
    return editor().uiKind;
  },
  clipboard: {
    readText: async (): Promise<string> => editor().clipboard,
    writeText: async (text: string): Promise<void> => {
      editor().journal.note(text);
      editor().clipboard = text;
    },
  },
  openExternal: async (uri: Uri): Promise<boolean> => {
    editor().journal.note(uri.toString());
    editor().opened.push(uri.toString());
    return true;
  },
};

function registering(kind: string) {
  return (selector: unknown, provider: unknown) => {
    const { providers } = editor().texts;
    providers.push({ kind, selector, provider });
    return { dispose: () => providers.splice(0) };
  };
}

export const languages = {
  createLanguageStatusItem: (id: string, selector: unknown) =>
    kept(editor().texts.languageStatus, new FakeLanguageStatus(id, selector)),
  createDiagnosticCollection: (name: string) => kept(editor().problems, new FakeDiagnosticCollection(name)),
  registerFoldingRangeProvider: registering('folding'),
  registerDocumentSymbolProvider: registering('symbols'),
  registerHoverProvider: registering('hover'),
  registerCodeLensProvider: registering('lens'),
  registerDocumentLinkProvider: registering('links'),
  registerColorProvider: registering('colors'),
};

export const tests = {
  createTestController: (id: string, label: string) =>
    kept(editor().testControllers, new FakeTestController(id, label)),
};

export const authentication = {
  getAccounts: (provider: string) => editor().accounts.accountsOf(provider),
  getSession: (provider: string, scopes: readonly string[], options: vscode.AuthenticationGetSessionOptions) =>
    editor().accounts.session(provider, scopes, options),
  onDidChangeSessions: (listener: (event: { readonly provider: { readonly id: string } }) => unknown) =>
    editor().accounts.onDidChange.event(listener),
};

export const extensions = {
  getExtension: (id: string) => editor().extensions.get(id),
  get all() {
    return [...editor().extensions.values()];
  },
  onDidChange: (listener: () => unknown) => editor().onDidChangeExtensions.event(listener),
};
