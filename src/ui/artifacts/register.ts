import {
  Disposable,
  EventEmitter,
  FileSystemError,
  l10n,
  workspace,
  type FileChangeEvent,
  type FileSystemProvider,
} from 'vscode';

export const artifactScheme = 'gitlab-artifacts';

export type ReadableFiles = Pick<FileSystemProvider, 'stat' | 'readDirectory' | 'readFile'>;

/**
 * Registers the read-only file system for artifacts. Done immediately, because VS Code asks for the files of restored
 * editors as soon as the extension is active; requests wait for `started`.
 */
export function registerArtifactFiles(started: Promise<{ readonly files: ReadableFiles }>): Disposable {
  const changed = new EventEmitter<FileChangeEvent[]>();
  const refuse = (): never => {
    throw FileSystemError.NoPermissions(l10n.t('Artifacts are read-only. Download them to make changes.'));
  };
  const provider: FileSystemProvider = {
    onDidChangeFile: changed.event,
    // Files never change: a replaced archive has different URIs.
    watch: () => new Disposable(() => undefined),
    stat: async (uri) => (await started).files.stat(uri),
    readDirectory: async (uri) => (await started).files.readDirectory(uri),
    readFile: async (uri) => (await started).files.readFile(uri),
    writeFile: refuse,
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
  const options = { isReadonly: true, isCaseSensitive: true };
  return Disposable.from(changed, workspace.registerFileSystemProvider(artifactScheme, provider, options));
}
