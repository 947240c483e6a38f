import { timeSlice } from '../../util/timeSlice';
import type { ArchiveEntry } from '../archive/archive';
import { keyOf, namesOf, toSafePath } from '../archive/entryPath';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';
import type { ExtractLimits } from './extractLimits';

/** What will be written, and where below the target; paths with `/`. */
export interface Plan {
  /** Each before those in it. */
  readonly folders: readonly string[];
  readonly files: readonly { readonly entry: ArchiveEntry; readonly path: string }[];
}

export interface Selection {
  /** All, where it is not given. */
  readonly select?: ((entry: ArchiveEntry) => boolean) | undefined;
  /** A folder of the archive: only what is below it is taken, without its path. */
  readonly strip?: string | undefined;
}

interface Chosen {
  readonly entry: ArchiveEntry;
  /** Safe, and without `.` and empty names. */
  readonly path: string;
}

/**
 * Refuses what the archive's directory gives away, before a byte is written. Throws ArchiveError, or the signal's reason.
 */
export async function planOf(
  entries: readonly ArchiveEntry[],
  selection: Selection,
  limits: ExtractLimits,
  signal: AbortSignal,
): Promise<Plan> {
  const wanted = await choose(entries, selection, signal);
  refuseMore(wanted.length, limits);
  const chosen: Chosen[] = [];
  await forEach(wanted, signal, (entry) => chosen.push({ entry, path: toSafePath(entry.path).join('/') }));
  for (const { flaw, path } of wanted) if (flaw !== undefined) throw new ArchiveError(flaw, { path });
  refuseSizes(wanted, limits);
  const way = new Prefix(limits);
  await forEach(entries, signal, (entry) => way.learn(entry));
  await forEach(chosen, signal, (one) => way.refuse(one));
  const layout = new Layout(limits);
  const cut = namesOf(selection.strip ?? '').reduce((length, name) => length + name.length + 1, 0);
  await forEach(chosen, signal, ({ entry, path }) => layout.add(entry, path.slice(cut)));
  return layout.plan();
}

/** Others have their turns: a hostile archive can have a hundred thousand entries, each a thousand bytes long. */
async function forEach<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => unknown): Promise<void> {
  const share = timeSlice();
  for (const item of items) {
    work(item);
    const turn = share();
    if (turn === undefined) continue;
    await turn;
    signal.throwIfAborted();
  }
}

async function choose(
  entries: readonly ArchiveEntry[],
  { select, strip }: Selection,
  signal: AbortSignal,
): Promise<readonly ArchiveEntry[]> {
  const folder = namesOf(strip ?? '');
  const isBelow = (entry: ArchiveEntry) => {
    const names = namesOf(entry.path);
    return names.length > folder.length && folder.every((name, index) => names[index] === name);
  };
  const chosen: ArchiveEntry[] = [];
  await forEach(entries, signal, (entry) => {
    if ((folder.length === 0 || isBelow(entry)) && (select === undefined || select(entry))) chosen.push(entry);
  });
  return chosen;
}

function refuseMore(count: number, { maxEntries }: ExtractLimits): void {
  if (count > maxEntries) throw new ArchiveError('tooManyEntries', { count, limit: maxEntries });
}

function refuseSizes(entries: readonly ArchiveEntry[], { maxBytes, maxRatio, ratioFromBytes }: ExtractLimits): void {
  const isTooMuch = (size: number, packed: number) => size > ratioFromBytes && size > packed * maxRatio;
  let [size, packed] = [0, 0];
  for (const entry of entries) {
    size += entry.size;
    packed += entry.packed ?? Infinity;
    if (isTooMuch(entry.size, entry.packed ?? Infinity)) {
      throw new ArchiveError('ratio', { path: entry.path, limit: maxRatio });
    }
  }
  if (size > maxBytes) throw new ArchiveError('tooBig', { limit: maxBytes });
  if (isTooMuch(size, packed)) throw new ArchiveError('ratio', { limit: maxRatio });
}

/** Folders that a path has at most: those of a selection's own path are not unpacked, and not counted. */
const mostStripped = 512;

/** What leads through an entry that is no folder, even if that one is not wanted itself. */
class Prefix {
  private readonly others = new Map<string, ArchiveFailureKind>();
  private readonly clear = new Set<string>();

  constructor(private readonly limits: ExtractLimits) {}

  learn({ path, kind, flaw }: ArchiveEntry): void {
    if (flaw === 'symlink') this.others.set(namesOf(path).join('/'), 'belowLink');
    else if (kind === 'file') this.others.set(namesOf(path).join('/'), 'belowFile');
  }

  refuse({ entry, path }: Chosen): void {
    for (const folder of foldersAround(path, this.clear)) {
      const kind = this.others.get(folder);
      if (kind !== undefined) throw new ArchiveError(kind, { path: entry.path, other: folder });
      this.clear.add(folder);
      refuseMore(this.clear.size - mostStripped, this.limits);
    }
  }
}

interface PlannedPath {
  readonly kind: ArchiveEntry['kind'];
  /** The same for all paths that some disk takes for one. */
  readonly key: string;
}

/** What lies where; no two of them are one on any disk. */
class Layout {
  private readonly places = new Map<string, PlannedPath>();
  private readonly keys = new Map<string, string>();
  private readonly files: { readonly entry: ArchiveEntry; readonly path: string }[] = [];

  constructor(private readonly limits: ExtractLimits) {}

  add(entry: ArchiveEntry, path: string): void {
    for (const folder of foldersAround(path, this.places).reverse()) this.put(folder, 'folder', entry);
    const found = this.places.get(path);
    if (found === undefined) this.put(path, entry.kind, entry);
    // Only a folder may be there twice.
    else if (found.kind !== entry.kind) throw new ArchiveError('fileAndFolder', { path: entry.path });
    else if (found.kind === 'file') throw new ArchiveError('duplicate', { path: entry.path });
    if (entry.kind === 'file') this.files.push({ entry, path });
  }

  plan(): Plan {
    const folders = [...this.places].filter(([, { kind }]) => kind === 'folder').map(([path]) => path);
    return { folders, files: this.files };
  }

  private put(path: string, kind: ArchiveEntry['kind'], { path: from }: ArchiveEntry): void {
    const around = this.places.get(folderOf(path))?.key ?? '';
    const key = `${around}/${keyOf(path.slice(path.lastIndexOf('/') + 1))}`;
    const other = this.keys.get(key);
    if (other !== undefined) throw new ArchiveError('collision', { path: from, other });
    this.keys.set(key, path);
    this.places.set(path, { kind, key });
    refuseMore(this.places.size, this.limits);
  }
}

/** The folders that a path leads through, the innermost first, up to the first one that is known. */
function foldersAround(path: string, known: { has(folder: string): boolean }): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== '' && !known.has(folder); folder = folderOf(folder))
    folders.push(folder);
  return folders;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
