import { timeSlice } from '../../util/timeSlice';
import type { ArchiveEntry } from '../archive/archive';
import { flawOfPath, keyOf, longestPath, namesOf } from '../archive/entryPath';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';
import type { ExtractLimits } from './extractLimits';
import { isHarmless, LeftOutList, type LeftOut, type LeftOutKind } from './leftOut';
import { LinkTargets, type ReadLink } from './links';

/** What will be written, and where below the target; paths with `/`. */
export interface Plan {
  /** Each before those in it. */
  readonly folders: readonly string[];
  readonly files: readonly PlannedFile[];
  readonly leftOut: readonly LeftOut[];
}

export interface PlannedFile {
  /** Whose bytes are written: in place of a link, those of the file that it leads to. */
  readonly entry: ArchiveEntry;
  readonly path: string;
  /** The path that the archive has for it. */
  readonly from: string;
}

export interface Selection {
  /** All, where it is not given. */
  readonly select?: ((entry: ArchiveEntry) => boolean) | undefined;
  /** A folder of the archive: only what is below it is taken, without its path. */
  readonly strip?: string | undefined;
}

/** What a plan needs to know of the archive and the disk. Without it, no link is read, and no colliding name is tried. */
export interface PlanPort {
  readonly link?: ReadLink | undefined;
  /** Whether the disk holds a name beside the `first` of those that have `key` in common, and those it held since. */
  readonly holds?: ((key: string, first: string, name: string) => Promise<boolean>) | undefined;
}

interface Chosen {
  /** The bytes that are written: those of the entry, or of the file that a link leads to. */
  readonly entry: ArchiveEntry;
  /** As the archive has it. */
  readonly from: string;
  /** Without `.` and empty names. */
  readonly path: string;
  readonly flaw: { readonly kind: LeftOutKind; readonly path: string } | undefined;
}

/**
 * Refuses what the archive's directory gives away, before a byte is written, and leaves out what could not be written.
 * Throws ArchiveError, what the port throws, or the signal's reason.
 */
export async function planOf(
  entries: readonly ArchiveEntry[],
  selection: Selection,
  limits: ExtractLimits,
  signal: AbortSignal,
  port: PlanPort = {},
): Promise<Plan> {
  const wanted = await choose(entries, selection, signal);
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

/** Throws ArchiveError where its path would lead elsewhere. */
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

/** Each link to a regular file of the archive becomes that file; the others stay what they are, and are left out. */
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

/** Others have their turns: a hostile archive can have a hundred thousand entries, each a thousand bytes long. */
async function forEach<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => unknown): Promise<void> {
  const share = timeSlice();
  for (const item of items) {
    await work(item);
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

/** What is left out has no size. */
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

  refuse({ from, path }: Chosen): void {
    // It is left out anyway, and may lead through thousands of folders.
    if (path.length > longestPath) return;
    for (const folder of foldersAround(path, this.clear)) {
      const kind = this.others.get(folder);
      if (kind !== undefined) throw new ArchiveError(kind, { path: from, other: folder });
      this.clear.add(folder);
      refuseMore(this.clear.size - mostStripped, this.limits);
    }
  }
}

/** What lies where: no two of them are one on this disk. */
class Layout {
  /** The entries' own paths. */
  private readonly listed = new Map<string, ArchiveEntry['kind']>();
  /** `lost`: this disk takes its name, or that of a folder around it, for the name of something else. */
  private readonly placed = new Map<string, ArchiveEntry['kind'] | 'lost'>();
  /** The first name of each key in each folder. */
  private readonly names = new Map<string, string>();
  private readonly files: PlannedFile[] = [];
  private readonly leftOut = new LeftOutList();

  constructor(
    private readonly limits: ExtractLimits,
    private readonly port: PlanPort,
  ) {}

  /** `cut`: characters at the start of the path that are not unpacked. */
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

  /** Only a folder may be there twice. */
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

  /** The first of several names that some disk takes for one always is. */
  private async isHeld(path: string): Promise<boolean> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const key = `${folderOf(path)}/${keyOf(name)}`;
    const first = this.names.get(key);
    if (first === undefined) this.names.set(key, name);
    return first === undefined || (await this.port.holds?.(key, first, name)) === true;
  }
}

/** The folders that a path leads through, the innermost first, up to the first one that is known. */
function foldersAround(path: string, known: { has(folder: string): boolean }): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== '' && !known.has(folder); folder = folderOf(folder))
    folders.push(folder);
  return folders;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
