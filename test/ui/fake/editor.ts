import type { LanguageModelTool, TerminalLinkProvider, UriHandler } from 'vscode';
import manifest from '../../../package.json';
import { EventEmitter, UIKind, type Uri } from './basics';
import type { FakeInputBox, FakePick, FakeQuickPick } from './boxes';
import { FakeAccounts } from './accounts';
import { FakeConfiguration } from './configuration';
import { FileSystems } from './files';
import type { FakeFileWatcher } from './fileWatcher';
import { Journal } from './journal';
import type { Message } from './message';
import type { FakeDiagnosticCollection } from './problems';
import type { FakeTestController } from './tests';
import { Texts } from './texts';
import type { FakeProgress, FakeStatusBarItem, FakeTreeView } from './views';

type Handler = (...args: readonly unknown[]) => unknown;

export interface FakeExtension {
  readonly packageJSON?: unknown;
  activate(): Promise<unknown>;
}

export interface LogLine {
  readonly level: string;
  readonly text: string;
}

const properties: Readonly<Record<string, { default: unknown }>> = Object.fromEntries(
  manifest.contributes.configuration.flatMap((section) => Object.entries<{ default: unknown }>(section.properties)),
);

/** One VS Code window: what the extension put into it, and what a user does there. Every test has one of its own. */
export class Editor {
  readonly journal = new Journal();
  readonly configuration = new FakeConfiguration(
    Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, property.default])),
  );
  readonly commands = new Map<string, Handler>();
  /** Of VS Code's own commands, those that were run. */
  readonly executed: { readonly command: string; readonly args: readonly unknown[] }[] = [];
  readonly texts = new Texts(this.journal);
  readonly fileSystems = new FileSystems(this.texts);
  readonly contextKeys = new Map<string, unknown>();
  readonly messages: Message[] = [];
  readonly statusMessages: string[] = [];
  readonly picks: FakePick[] = [];
  readonly quickPicks: FakeQuickPick[] = [];
  readonly inputBoxes: FakeInputBox[] = [];
  readonly accounts = new FakeAccounts();
  readonly problems: FakeDiagnosticCollection[] = [];
  readonly progress: FakeProgress[] = [];
  readonly testControllers: FakeTestController[] = [];
  readonly views: FakeTreeView<unknown>[] = [];
  readonly statusBarItems: FakeStatusBarItem[] = [];
  readonly log: LogLine[] = [];
  /** How often the log was brought to the front. */
  logShown = 0;
  readonly opened: string[] = [];
  clipboard = '';
  uiKind: number = UIKind.Desktop;
  /** The text that is selected in the active editor. */
  selected = '';
  readonly uriHandlers: UriHandler[] = [];
  readonly terminalLinks: TerminalLinkProvider[] = [];
  /** What the user chooses where something is saved; undefined: backs out. */
  saveTo: Uri | undefined;
  /** The file that the user chooses where one is to be opened; undefined: backs out. */
  openFrom: Uri | undefined;
  folders: Uri[] = [];
  activeFile: Uri | undefined;
  focused = true;
  readonly fileWatchers = new Set<FakeFileWatcher>();
  readonly extensions = new Map<string, FakeExtension>();
  /** For language models, by their names. */
  readonly tools = new Map<string, LanguageModelTool<unknown>>();
  isTrusted = true;
  /** Whether VS Code has a chat. */
  hasChat = true;
  hasChatModel = true;
  readonly onDidChangeExtensions = new EventEmitter<void>();
  readonly onDidChangeActiveEditor = new EventEmitter<void>();
  readonly onDidChangeFocus = new EventEmitter<{ focused: boolean }>();

  turnTo(file: Uri | undefined): void {
    this.activeFile = file;
    this.onDidChangeActiveEditor.fire();
  }

  focus(focused: boolean): void {
    this.focused = focused;
    this.onDidChangeFocus.fire({ focused });
  }
}

const current = { editor: new Editor() };
beforeEach(() => {
  current.editor = new Editor();
});

/** The window of the test that runs. */
export function editor(): Editor {
  return current.editor;
}

/** Texts of the messages that the window has shown. */
export function messageTexts(): readonly string[] {
  return editor().messages.map(({ text }) => text);
}
