import { timeSlice } from '../../util/timeSlice';
import type { ArchiveEntry } from '../archive/archive';
import { flawOfPath, keyOf, longestPath, namesOf } from '../archive/entryPath';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';
import type { ExtractLimits } from './extractLimits';
import { isHarmless, LeftOutList, type LeftOut, type LeftOutKind } from './leftOut';
import { LinkTargets, type ReadLink } from './links';

/** What to write where, below the target; paths use `/`. */
export interface Plan {
  /** Parents before children. */
  readonly folders: readonly string[];
  readonly files: readonly PlannedFile[];
  readonly leftOut: readonly LeftOut[];
}

interface PlannedFile {
  /** Entry whose contents are written: for a link, the file it points to. */
  readonly entry: ArchiveEntry;
  readonly path: string;
  /** Path in the archive. */
  readonly from: string;
}

export interface Selection {
  /** Selects entries; all if omitted. */
  readonly select?: ((entry: ArchiveEntry) => boolean) | undefined;
  /** A folder of the archive: only its contents are extracted, without its path. */
  readonly strip?: string | undefined;
}

/**
 * What planning needs from the archive and the disk. Without it, links aren't read and colliding names aren't probed.
 */
export interface PlanPort {
  readonly link?: ReadLink | undefined;
  /** Whether the disk keeps a name apart from `first` and from other accepted names with the same `key`. */
  readonly holds?: ((key: string, first: string, name: string) => Promise<boolean>) | undefined;
}

interface Chosen {
  /** Entry whose contents are written: the chosen one, or the file a link points to. */
  readonly entry: ArchiveEntry;
  /** Path in the archive. */
  readonly from: string;
  /** Path without `.` and empty names. */
  readonly path: string;
  readonly flaw: { readonly kind: LeftOutKind; readonly path: string } | undefined;
}

/**
 * Plans an extraction from the directory alone, before anything is written: rejects malicious or damaged archives, and
 * leaves out what can't be written. Throws ArchiveError, errors of the port, or the signal's reason.
 */
export async function planOf(
  entries: readonly ArchiveEntry[],
  selection: Selection,
  limits: ExtractLimits,
  signal: AbortSignal,
  port: PlanPort = {},
): Promise<Plan> {
  const wanted = await selectEntries(entries, selection, signal);
  refuseMore(wanted.length, limits);
  const chosen: Chosen[] = [];
  await forEach(wanted, signal, (entry) => chosen.push(toChosen(entry)));
  for (const { flaw, path } of wanted)
    if (flaw !== undefined && !isHarmless(flaw)) throw new ArchiveError(flaw, { path });
  refuseSizes(chosen, limits);
  const way = new Prefix(limits);
  await forEach(entries, signal, (entry) => way.learn(entry));
  await forEach(chosen, signal, (one) => way.refuse(one));
  const resolved = await resolveLinks(entries, chosen, port, signal);
  if (resolved !== chosen) refuseSizes(resolved, limits);
  const layout = new Layout(limits, port);
  const cut = namesOf(selection.strip ?? '').reduce((length, name) => length + name.length + 1, 0);
  await forEach(resolved, signal, (one) => layout.add(one, cut));
  return layout.plan();
}

/** Prepares an entry. Throws ArchiveError if its path would leave the folder. */
function toChosen(entry: ArchiveEntry): Chosen {
  const names = namesOf(entry.path);
  const [path, flaw] = [names.join('/'), flawOfPath(entry.path)];
  const chosen = { entry, from: entry.path, path };
  if (flaw === undefined) {
    const kind = entry.flaw;
    return { ...chosen, flaw: kind !== undefined && isHarmless(kind) ? { kind, path: entry.path } : undefined };
  }
  const { kind, limit, depth } = flaw;
  if (!isHarmless(kind)) throw new ArchiveError(kind, { path: entry.path, limit });
  return { ...chosen, flaw: { kind, path: depth === undefined ? entry.path : names.slice(0, depth).join('/') } };
}

/** Replaces links to regular files of the archive by those files; others remain and are left out. */
async function resolveLinks(
  entries: readonly ArchiveEntry[],
  chosen: readonly Chosen[],
  { link }: PlanPort,
  signal: AbortSignal,
): Promise<readonly Chosen[]> {
  const links = chosen.flatMap(({ entry, flaw }) => (flaw?.kind === 'symlink' && entry.kind === 'file' ? [entry] : []));
  if (links.length === 0 || link === undefined) return chosen;
  const targets = new LinkTargets();
  await forEach(entries, signal, (entry) => targets.learn(entry));
  const files = await targets.resolve(links, link, signal);
  return chosen.map((one) => {
    const file = files.get(one.entry);
    return file === undefined ? one : { ...one, entry: file, flaw: undefined };
  });
}

/**
 * Runs `work` on each item, yielding to other work: a malicious archive may have a hundred thousand entries with paths
 * of a thousand bytes.
 */
async function forEach<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => unknown): Promise<void> {
  const yieldIfDue = timeSlice();
  for (const item of items) {
    await work(item);
    const turn = yieldIfDue();
    if (turn === undefined) continue;
    await turn;
    signal.throwIfAborted();
  }
}

async function selectEntries(
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

/** Rejects archives that exceed the size limits. Left-out entries don't count. */
function refuseSizes(chosen: readonly Chosen[], { maxBytes, maxRatio, ratioFromBytes }: ExtractLimits): void {
  const isTooMuch = (size: number, packed: number) => size > ratioFromBytes && size > packed * maxRatio;
  let [size, packed] = [0, 0];
  for (const { entry, flaw } of chosen) {
    if (flaw !== undefined) continue;
    size += entry.size;
    packed += entry.packed ?? Infinity;
    if (isTooMuch(entry.size, entry.packed ?? Infinity)) {
      throw new ArchiveError('ratio', { path: entry.path, limit: maxRatio });
    }
  }
  if (size > maxBytes) throw new ArchiveError('tooBig', { limit: maxBytes });
  if (isTooMuch(size, packed)) throw new ArchiveError('ratio', { limit: maxRatio });
}

/** Maximum number of parent folders in a path; the stripped folder's own aren't extracted and not counted. */
const maxStripped = 512;

/** Finds paths that lead through an entry that isn't a folder, even if that one isn't selected itself. */
class Prefix {
  private readonly others = new Map<string, ArchiveFailureKind>();
  private readonly clear = new Set<string>();

  constructor(private readonly limits: ExtractLimits) {}

  learn({ path, kind, flaw }: ArchiveEntry): void {
    if (flaw === 'symlink') this.others.set(namesOf(path).join('/'), 'belowLink');
    else if (kind === 'file') this.others.set(namesOf(path).join('/'), 'belowFile');
  }

  refuse({ from, path }: Chosen): void {
    // It is left out anyway, and may have thousands of parent folders.
    if (path.length > longestPath) return;
    for (const folder of foldersAround(path, this.clear)) {
      const kind = this.others.get(folder);
      if (kind !== undefined) throw new ArchiveError(kind, { path: from, other: folder });
      this.clear.add(folder);
      refuseMore(this.clear.size - maxStripped, this.limits);
    }
  }
}

/** Planned paths, which are all distinct on this disk. */
class Layout {
  /** Paths of entries in the archive. */
  private readonly listed = new Map<string, ArchiveEntry['kind']>();
  /** `lost`: this disk considers the name, or a parent's, the same as another. */
  private readonly placed = new Map<string, ArchiveEntry['kind'] | 'lost'>();
  /** First name per key and folder. */
  private readonly names = new Map<string, string>();
  private readonly files: PlannedFile[] = [];
  private readonly leftOut = new LeftOutList();

  constructor(
    private readonly limits: ExtractLimits,
    private readonly port: PlanPort,
  ) {}

  /** Adds an entry. `cut`: number of characters to strip from its path. */
  async add({ entry, from, path: whole, flaw }: Chosen, cut: number): Promise<void> {
    this.refuseTwice(whole, flaw === undefined ? entry.kind : 'file', from);
    if (flaw !== undefined) {
      this.leftOut.add(flaw.kind, flaw.path);
      return;
    }
    const [above, path] = [whole.slice(0, cut), whole.slice(cut)];
    for (const folder of foldersAround(path, this.placed).reverse()) await this.put(above, folder, 'folder');
    if (!this.placed.has(path)) await this.put(above, path, entry.kind);
    if (this.placed.get(path) === 'file') this.files.push({ entry, path, from });
  }

  plan(): Plan {
    const folders = [...this.placed].filter(([, kind]) => kind === 'folder').map(([path]) => path);
    return { folders, files: this.files, leftOut: this.leftOut.list() };
  }

  /** Throws for a duplicate path, unless both are folders. */
  private refuseTwice(path: string, kind: ArchiveEntry['kind'], from: string): void {
    const found = this.listed.get(path);
    if (found === kind && kind === 'folder') return;
    if (found !== undefined) throw new ArchiveError(found === kind ? 'duplicate' : 'fileAndFolder', { path: from });
    this.listed.set(path, kind);
  }

  private async put(above: string, path: string, kind: ArchiveEntry['kind']): Promise<void> {
    const isLost = this.placed.get(folderOf(path)) === 'lost';
    const isHeld = !isLost && (await this.isHeld(path));
    if (!isLost && !isHeld) this.leftOut.add('collision', above + path);
    this.placed.set(path, isHeld ? kind : 'lost');
    refuseMore(this.placed.size, this.limits);
  }

  /** Whether this disk can keep the name apart from similar ones; always true for the first of them. */
  private async isHeld(path: string): Promise<boolean> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const key = `${folderOf(path)}/${keyOf(name)}`;
    const first = this.names.get(key);
    if (first === undefined) this.names.set(key, name);
    return first === undefined || (await this.port.holds?.(key, first, name)) === true;
  }
}

/** Parents of a path, innermost first, up to the first known one. */
function foldersAround(path: string, known: { has(folder: string): boolean }): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== '' && !known.has(folder); folder = folderOf(folder))
    folders.push(folder);
  return folders;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
