import {
  Disposable,
  EventEmitter,
  FilePermission,
  FileSystemError,
  FileType,
  workspace,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
} from 'vscode';

/** Makes VS Code read UTF-8 whatever encoding the user has set for files; the mark itself isn't shown. */
const byteOrderMark = '\uFEFF';

/** Content of a read-only file. */
export function textBytes(text: string): Uint8Array {
  return Buffer.from(byteOrderMark + text);
}

/** Facts of a read-only file. Its size isn't known before it is read. */
export function readOnlyStat(mtime: number): FileStat {
  return { type: FileType.File, ctime: 0, mtime, size: 0, permissions: FilePermission.Readonly };
}

export type ReadableFiles = Pick<FileSystemProvider, 'stat' | 'readDirectory' | 'readFile'> &
  Partial<Pick<FileSystemProvider, 'onDidChangeFile'>>;

/**
 * Registers files that editors can show but nobody can change. They are registered before `started` resolves, because VS
 * Code asks for the files of restored editors as soon as the extension is active; such requests wait for it.
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
    // Files that change report it without being watched.
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
    // Every request for a file reports the error.
    () => undefined,
  );
  const options = { isReadonly: true, isCaseSensitive: true };
  return Disposable.from(changed, workspace.registerFileSystemProvider(scheme, provider, options));
}
