import type * as vscode from 'vscode';

/** VS Code's plain classes and enums, as far as the extension uses them. */

export class Disposable {
  constructor(private readonly end: () => unknown) {}

  static from(...all: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }

  dispose(): void {
    this.end();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<(event: T) => unknown>();

  readonly event: vscode.Event<T> = (listener, thisArgs, disposables) => {
    const call = (event: T): unknown => listener.call(thisArgs, event) as unknown;
    this.listeners.add(call);
    const subscription = new Disposable(() => this.listeners.delete(call));
    disposables?.push(subscription);
    return subscription;
  };

  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }

  get listenerCount(): number {
    return this.listeners.size;
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
    readonly fragment: string,
  ) {}

  static parse(text: string, strict = false): Uri {
    const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
      /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?/s.exec(text) ?? [];
    if (strict && scheme === '') throw new Error(`[UriError]: Scheme is missing: ${text}`);
    return new Uri(scheme, authority, decodeURIComponent(path), query, fragment);
  }

  static file(path: string): Uri {
    return new Uri('file', '', path, '', '');
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    const end = `${this.query === '' ? '' : `?${this.query}`}${this.fragment === '' ? '' : `#${this.fragment}`}`;
    return `${this.scheme}://${this.authority}${this.path.split('/').map(encodeURIComponent).join('/')}${end}`;
  }
}

export class RelativePattern {
  constructor(
    readonly baseUri: Uri,
    readonly pattern: string,
  ) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class ThemeIcon {
  /** Of the user's icons for files. */
  static readonly File = new ThemeIcon('file');
  static readonly Folder = new ThemeIcon('folder');

  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

export class MarkdownString {
  isTrusted?: boolean | { readonly enabledCommands: readonly string[] };
  supportHtml?: boolean;

  constructor(
    public value = '',
    public supportThemeIcons = false,
  ) {}
}

export class TreeItem {
  id?: string;
  iconPath?: ThemeIcon;
  description?: string;
  tooltip?: string | MarkdownString;
  contextValue?: string;
  command?: vscode.Command;
  accessibilityInformation?: vscode.AccessibilityInformation;
  resourceUri?: Uri;

  constructor(
    readonly label: string,
    readonly collapsibleState = 0,
  ) {}
}

export const UIKind = { Desktop: 1, Web: 2 } as const;
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const;
export const StatusBarAlignment = { Left: 1, Right: 2 } as const;
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 } as const;
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 } as const;

export const QuickInputButtons = { Back: { iconPath: new ThemeIcon('arrow-left'), tooltip: 'Back' } } as const;

export const QuickPickItemKind = { Separator: -1, Default: 0 } as const;

/** `{0}` is replaced once: what an argument brings is not looked at again. `bundle`: the translated texts, if any. */
export const l10n = {
  bundle: undefined as Readonly<Record<string, string>> | undefined,
  t(message: string, ...args: readonly (string | number | boolean)[]): string {
    return (this.bundle?.[message] ?? message).replace(/\{(\d+)\}/g, (whole, index: string) =>
      String(args[Number(index)] ?? whole),
    );
  },
};
