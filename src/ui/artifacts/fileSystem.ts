import { FilePermission, FileSystemError, FileType, l10n, type FileStat, type Uri } from 'vscode';
import type { ArchiveNode } from '../../core/artifacts/archive/archiveTree';
import { isAbort } from '../../core/model/errors';
import { timeSlice } from '../../core/util/timeSlice';
import { sentenceFor } from '../report';
import type { Archives, OpenArchive } from '../../core/artifacts/archives';
import { parseArtifactUri } from '../../core/artifacts/artifactUri';
import type { ReadableFiles } from '../readOnlyFiles';

/** Read-only file system for build artifacts. All methods throw FileSystemError with a message for the user. */
export class ArtifactFiles implements ReadableFiles {
  /** @param slice starts a time slice for long-running work */
  constructor(
    private readonly archives: Archives,
    private readonly slice: () => () => Promise<void> | undefined = timeSlice,
  ) {}

  async stat(uri: Uri): Promise<FileStat> {
    const { node } = await this.at(uri);
    const time = node.kind === 'file' ? (node.entry.modifiedAt ?? 0) : 0;
    return { type: typeOf(node), ctime: time, mtime: time, size: node.size, permissions: FilePermission.Readonly };
  }

  async readDirectory(uri: Uri): Promise<[string, FileType][]> {
    const { node } = await this.at(uri);
    if (node.kind === 'file') throw FileSystemError.FileNotADirectory(uri);
    const yieldIfDue = this.slice();
    const found: [string, FileType][] = [];
    for (const child of node.children) {
      if (child.isOpenable) found.push([child.name, typeOf(child)]);
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    return found;
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const { opened, node } = await this.at(uri);
    if (node.kind === 'folder') throw FileSystemError.FileIsADirectory(uri);
    return asFileSystemError(() => this.archives.read(opened, node.entry));
  }

  private async at(uri: Uri): Promise<{ readonly opened: OpenArchive; readonly node: ArchiveNode }> {
    const place = parseArtifactUri(uri);
    if (place === undefined) throw FileSystemError.FileNotFound(uri);
    const opened = await asFileSystemError(() => this.archives.of(place));
    const node = opened.tree.byPath.get(place.path);
    if (node === undefined) throw FileSystemError.FileNotFound(uri);
    return { opened, node };
  }
}

function typeOf({ kind }: ArchiveNode): FileType {
  return kind === 'file' ? FileType.File : FileType.Directory;
}

/** Converts errors so that VS Code shows their message in place of the file. */
async function asFileSystemError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const words = isAbort(error) ? l10n.t('These artifacts no longer exist, or you signed out.') : sentenceFor(error);
    throw FileSystemError.Unavailable(words);
  }
}
