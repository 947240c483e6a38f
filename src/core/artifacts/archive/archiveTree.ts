import { timeSlice, sortInSlices } from '../../util/timeSlice';
import type { ArchiveEntry } from './archive';

/** A folder of an archive, or, with an empty path, the archive itself. */
export interface ArchiveFolder {
  readonly kind: 'folder';
  /** As the archive has it: to be made safe before it is shown. */
  readonly name: string;
  readonly path: string;
  /** Bytes of all files below it, unpacked. */
  readonly size: number;
  /** How many there are below it. */
  readonly files: number;
  /** Folders first, then by name. */
  readonly children: readonly ArchiveNode[];
  readonly isOpenable: boolean;
}

export interface ArchiveFile {
  readonly kind: 'file';
  /** Of a path that leads nowhere safe, the whole of it. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly entry: ArchiveEntry;
  /** Whether its path names it and nothing else, so that an address can be made of it. */
  readonly isOpenable: boolean;
}

export type ArchiveNode = ArchiveFolder | ArchiveFile;

export interface ArchiveTree {
  readonly root: ArchiveFolder;
  /** What can be opened, by its path; the root by an empty one. */
  readonly byPath: ReadonlyMap<string, ArchiveNode>;
}

/** Nobody nests deeper, but a zip's names may have 32,000 parts. */
const deepest = 64;
/** Characters of a path that can be opened; longer ones no system takes. */
const longestPath = 4096;
/** Characters of a name by which it is sorted. */
const longestKey = 200;
/** A hostile archive of few MB could otherwise ask for millions of them. */
const mostFolders = 100_000;

const natural = new Intl.Collator('en', { numeric: true });

/**
 * The entries of an archive as a tree. Folders that it does not list are made. What is oddly named (`..`, an absolute
 * path, backslashes…) stands at the top under its whole name, and cannot be opened: nothing stands for another place. Yields while it works.
 */
export async function toFolders(entries: readonly ArchiveEntry[]): Promise<ArchiveTree> {
  const growing = new TreeBuilder();
  const share = timeSlice();
  for (const { kind, path } of entries) {
    if (kind === 'folder' && !isOdd(path)) growing.folderAt(path);
    await share();
  }
  // All folders first: a file of the same name is the one that can't be opened.
  const placed: { readonly entry: ArchiveEntry; readonly folder: Folder | undefined }[] = [];
  for (const entry of entries) {
    if (entry.kind === 'file')
      placed.push({ entry, folder: isOdd(entry.path) ? undefined : growing.around(entry.path) });
    await share();
  }
  for (const { entry, folder } of placed) {
    growing.put(entry, folder);
    await share();
  }
  return growing.grown(share);
}

/** Names that no address can carry, or that mean another place. */
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

type Share = () => Promise<void> | undefined;

class TreeBuilder {
  private readonly root: Folder = { name: '', path: '', folders: [], files: [] };
  private readonly folders = new Map<string, Folder>([['', this.root]]);
  private readonly byPath = new Map<string, ArchiveNode>();

  /** undefined: there are too many. */
  folderAt(path: string): Folder | undefined {
    const known = this.folders.get(path);
    if (known !== undefined) return known;
    const around = this.around(path);
    if (around === undefined || this.folders.size > mostFolders) return undefined;
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

  async grown(share: Share): Promise<ArchiveTree> {
    return { root: await this.finished(this.root, share), byPath: this.byPath };
  }

  private async finished({ name, path, folders, files }: Folder, share: Share): Promise<ArchiveFolder> {
    const below: ArchiveFolder[] = [];
    for (const folder of folders) below.push(await this.finished(folder, share));
    const children = [...(await sortInSlices(below, byName, share)), ...(await sortInSlices(files, byName, share))];
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
    const turn = share();
    if (turn !== undefined) await turn;
    return folder;
  }
}

/** As people count, by what a name begins with; what is alike so far, by as much as a path can have. */
function byName(a: ArchiveNode, b: ArchiveNode): number {
  const first = natural.compare(a.name.slice(0, longestKey), b.name.slice(0, longestKey));
  if (first !== 0) return first;
  const [one, other] = [a.name.slice(0, longestPath), b.name.slice(0, longestPath)];
  return one < other ? -1 : Number(one > other);
}
