import type * as vscode from 'vscode';
import type { Uri } from './basics';
import type { Texts } from './texts';

/** VS Code's view of file systems that extensions bring. */

export const FileType = { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 } as const;
export const FileChangeType = { Changed: 1, Created: 2, Deleted: 3 } as const;
export const FilePermission = { Readonly: 1 } as const;

export class FileSystemError extends Error {
  private constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  static readonly FileNotFound = (about: string | Uri) => new FileSystemError('FileNotFound', String(about));
  static readonly FileIsADirectory = (about: string | Uri) => new FileSystemError('FileIsADirectory', String(about));
  static readonly FileNotADirectory = (about: string | Uri) => new FileSystemError('FileNotADirectory', String(about));
  static readonly NoPermissions = (about: string | Uri) => new FileSystemError('NoPermissions', String(about));
  static readonly Unavailable = (about: string | Uri) => new FileSystemError('Unavailable', String(about));
}

interface Registered {
  readonly provider: vscode.FileSystemProvider;
  readonly options: { readonly isReadonly?: boolean; readonly isCaseSensitive?: boolean };
}

/** The file systems of one window, by their scheme. */
export class FileSystems {
  private readonly known = new Map<string, Registered>();

  constructor(private readonly texts: Texts) {}

  register(scheme: string, provider: vscode.FileSystemProvider, options: Registered['options'] = {}) {
    if (this.known.has(scheme)) throw new Error(`a provider for the scheme '${scheme}' is already registered`);
    this.known.set(scheme, { provider, options });
    this.texts.register(scheme, provider as never);
    return {
      dispose: () => {
        this.known.delete(scheme);
        this.texts.unregister(scheme);
      },
    };
  }

  of(scheme: string): Registered | undefined {
    return this.known.get(scheme);
  }
}
