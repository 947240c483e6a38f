import { timeSlice, sortInSlices } from '../../util/timeSlice';
import type { ArchiveEntry } from './archive';

/** A folder of an archive, or the archive itself if the path is empty. */
export interface ArchiveFolder {
  readonly kind: 'folder';
  /** Name in the archive; must be sanitized before display. */
  readonly name: string;
  readonly path: string;
  /** Total uncompressed size in bytes of the files below it. */
  readonly size: number;
  /** Number of files below it. */
  readonly files: number;
  /** Folders first, then by name. */
  readonly children: readonly ArchiveNode[];
  readonly isOpenable: boolean;
}

export interface ArchiveFile {
  readonly kind: 'file';
  /** File name; the whole path if that is unsafe. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly entry: ArchiveEntry;
  /** Whether the path is safe and unique, so that a URI can be made of it. */
  readonly isOpenable: boolean;
}

export type ArchiveNode = ArchiveFolder | ArchiveFile;

export interface ArchiveTree {
  readonly root: ArchiveFolder;
  /** Nodes that can be opened, by path; the root has an empty one. */
  readonly byPath: ReadonlyMap<string, ArchiveNode>;
}

/** Maximum nesting depth of folders. A path in a zip may have 32,000 segments. */
const deepest = 64;
/** Maximum length of a path that can be opened, in characters. */
const longestPath = 4096;
/** Length of the prefix by which names are sorted, in characters. */
const longestKey = 200;
/** Maximum number of folders. A malicious archive of a few MB could otherwise create millions. */
const maxFolders = 100_000;

const natural = new Intl.Collator('en', { numeric: true });

/**
 * Builds a tree of an archive's entries, adding folders that it doesn't list. Entries with odd paths (`..`, absolute,
 * backslashes…) are at the top level with their whole path as name, and can't be opened. Yields to other work
 * meanwhile.
 */
export async function toFolders(entries: readonly ArchiveEntry[]): Promise<ArchiveTree> {
  const growing = new TreeBuilder();
  const yieldIfDue = timeSlice();
  for (const { kind, path } of entries) {
    if (kind === 'folder' && !isOdd(path)) growing.folderAt(path);
    await yieldIfDue();
  }
  // Create all folders first: if a file has the same path, it is the file that can't be opened.
  const placed: { readonly entry: ArchiveEntry; readonly folder: Folder | undefined }[] = [];
  for (const entry of entries) {
    if (entry.kind === 'file')
      placed.push({ entry, folder: isOdd(entry.path) ? undefined : growing.around(entry.path) });
    await yieldIfDue();
  }
  for (const { entry, folder } of placed) {
    growing.put(entry, folder);
    await yieldIfDue();
  }
  return growing.grown(yieldIfDue);
}

/** Whether a path can't be part of a URI or would mean a different place. */
function isOdd(path: string): boolean {
  if (path.length > longestPath) return true;
  const parts = path.split('/');
  return parts.length > deepest || /[\p{Cc}\p{Cs}\\]/u.test(path) || parts.some((part) => /^\.{0,2}$/.test(part));
}

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly folders: Folder[];
  readonly files: ArchiveFile[];
}

type TimeSlice = () => Promise<void> | undefined;

class TreeBuilder {
  private readonly root: Folder = { name: '', path: '', folders: [], files: [] };
  private readonly folders = new Map<string, Folder>([['', this.root]]);
  private readonly byPath = new Map<string, ArchiveNode>();

  /** Finds or creates a folder; undefined if there are too many. */
  folderAt(path: string): Folder | undefined {
    const known = this.folders.get(path);
    if (known !== undefined) return known;
    const around = this.around(path);
    if (around === undefined || this.folders.size > maxFolders) return undefined;
    const folder: Folder = { name: path.slice(path.lastIndexOf('/') + 1), path, folders: [], files: [] };
    around.folders.push(folder);
    this.folders.set(path, folder);
    return folder;
  }

  around(path: string): Folder | undefined {
    return this.folderAt(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
  }

  put(entry: ArchiveEntry, folder: Folder | undefined): void {
    const { path, size } = entry;
    const isOpenable = folder !== undefined && !this.folders.has(path) && !this.byPath.has(path);
    const name = folder === undefined ? path : path.slice(path.lastIndexOf('/') + 1);
    const file: ArchiveFile = { kind: 'file', name, path, size, entry, isOpenable };
    (folder ?? this.root).files.push(file);
    if (isOpenable) this.byPath.set(path, file);
  }

  async grown(yieldIfDue: TimeSlice): Promise<ArchiveTree> {
    return { root: await this.finished(this.root, yieldIfDue), byPath: this.byPath };
  }

  private async finished({ name, path, folders, files }: Folder, yieldIfDue: TimeSlice): Promise<ArchiveFolder> {
    const below: ArchiveFolder[] = [];
    for (const folder of folders) below.push(await this.finished(folder, yieldIfDue));
    const children = [
      ...(await sortInSlices(below, byName, yieldIfDue)),
      ...(await sortInSlices(files, byName, yieldIfDue)),
    ];
    const folder: ArchiveFolder = {
      kind: 'folder',
      name,
      path,
      size: children.reduce((sum, { size }) => sum + size, 0),
      files: below.reduce((sum, one) => sum + one.files, files.length),
      children,
      isOpenable: true,
    };
    this.byPath.set(path, folder);
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
    return folder;
  }
}

/** Natural sort order of the prefixes of names, then by whole path. */
function byName(a: ArchiveNode, b: ArchiveNode): number {
  const first = natural.compare(a.name.slice(0, longestKey), b.name.slice(0, longestKey));
  if (first !== 0) return first;
  const [one, other] = [a.name.slice(0, longestPath), b.name.slice(0, longestPath)];
  return one < other ? -1 : Number(one > other);
}
