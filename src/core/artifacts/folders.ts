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
/** A hostile archive of few MB could otherwise ask for millions of them. */
const mostFolders = 100_000;

const natural = new Intl.Collator('en', { numeric: true });

/**
 * The entries of an archive as a tree. Folders that it does not list are made. What is oddly named (`..`, an absolute
 * path, backslashes…) stands at the top under its whole name, and cannot be opened: nothing stands for another place.
 */
export function toFolders(entries: readonly ArchiveEntry[]): ArchiveTree {
  const growing = new Growing();
  const files = entries.filter(({ kind }) => kind === 'file');
  for (const { kind, path } of entries) if (kind === 'folder' && !isOdd(path)) growing.folderAt(path);
  // All folders first: a file of the same name is the one that cannot be opened.
  const placed = files.map((entry) => ({ entry, folder: isOdd(entry.path) ? undefined : growing.around(entry.path) }));
  for (const { entry, folder } of placed) growing.put(entry, folder);
  return growing.grown();
}

/** Names that no address can carry, or that mean another place. */
function isOdd(path: string): boolean {
  const parts = path.split('/');
  return parts.length > deepest || /[\p{Cc}\p{Cs}\\]/u.test(path) || parts.some((part) => /^\.{0,2}$/.test(part));
}

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly folders: Folder[];
  readonly files: ArchiveFile[];
}

class Growing {
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

  grown(): ArchiveTree {
    return { root: this.finished(this.root), byPath: this.byPath };
  }

  private finished({ name, path, folders, files }: Folder): ArchiveFolder {
    const below = folders.map((folder) => this.finished(folder)).sort(byName);
    const children = [...below, ...files.sort(byName)];
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
    return folder;
  }
}

function byName(a: ArchiveNode, b: ArchiveNode): number {
  return natural.compare(a.name, b.name) || (a.name < b.name ? -1 : Number(a.name > b.name));
}
