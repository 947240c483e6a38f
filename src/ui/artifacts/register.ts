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
 * What is in builds' artifacts as a read-only file system, so that anything with an editor opens. There at once, since
 * VS Code asks for the files of editors that it brings back as soon as we are active; who asks waits for `started`.
 */
export function registerArtifactFiles(started: Promise<{ readonly files: ReadableFiles }>): Disposable {
  const changed = new EventEmitter<FileChangeEvent[]>();
  const refuse = (): never => {
    throw FileSystemError.NoPermissions(l10n.t('Artifacts are read-only. Download them to make changes.'));
  };
  const provider: FileSystemProvider = {
    onDidChangeFile: changed.event,
    // Nothing changes: another archive has another address.
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
