import {
  Disposable,
  EventEmitter,
  FileSystemError,
  workspace,
  type FileChangeEvent,
  type FileSystemProvider,
} from 'vscode';

export type ReadableFiles = Pick<FileSystemProvider, 'stat' | 'readDirectory' | 'readFile'> &
  Partial<Pick<FileSystemProvider, 'onDidChangeFile'>>;

/**
 * Files of ours that editors can show and nobody can change. There at once, since VS Code asks for the files of editors
 * that it brings back as soon as we are active; who asks waits for `started`.
 */
export function registerReadOnlyFiles(
  scheme: string,
  started: Promise<ReadableFiles>,
  refusal: () => string,
): Disposable {
  const changed = new EventEmitter<FileChangeEvent[]>();
  const refuse = (): never => {
    throw FileSystemError.NoPermissions(refusal());
  };
  const provider: FileSystemProvider = {
    onDidChangeFile: changed.event,
    // Whoever has files that change tells of them unasked.
    watch: () => new Disposable(() => undefined),
    stat: async (uri) => (await started).stat(uri),
    readDirectory: async (uri) => (await started).readDirectory(uri),
    readFile: async (uri) => (await started).readFile(uri),
    writeFile: refuse,
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
  void started.then(
    ({ onDidChangeFile }) => onDidChangeFile?.((events) => changed.fire(events)),
    // Whoever asks for a file is told.
    () => undefined,
  );
  const options = { isReadonly: true, isCaseSensitive: true };
  return Disposable.from(changed, workspace.registerFileSystemProvider(scheme, provider, options));
}
