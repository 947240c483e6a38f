import { mapLimit } from '../../util/mapLimit';
import type { ArchiveEntry } from '../archive/archive';
import { flawOfPath, namesOf } from '../archive/entryPath';

/** Reads the target of a link in an archive. */
export type ReadLink = (entry: ArchiveEntry, signal: AbortSignal) => Promise<string | undefined>;

/** Number of links read concurrently. */
const atOnce = 6;

/** Regular files and folders of an archive by path, which symbolic links can point to. */
export class LinkTargets {
  /** `undefined`: the path occurs twice, or isn't a regular file. */
  private readonly files = new Map<string, ArchiveEntry | undefined>();
  private readonly folders = new Set<string>();

  learn(entry: ArchiveEntry): void {
    // Limits the number of parent folders.
    if (flawOfPath(entry.path) !== undefined) return;
    const names = namesOf(entry.path);
    const path = names.join('/');
    const isRegular = entry.kind === 'file' && entry.flaw === undefined;
    if (isRegular && !this.files.has(path)) this.files.set(path, entry);
    else if (entry.kind === 'file' || entry.flaw !== undefined) this.files.set(path, undefined);
    const last = entry.kind === 'folder' && entry.flaw === undefined ? names.length : names.length - 1;
    for (let depth = last; depth > 0; depth -= 1) {
      const folder = names.slice(0, depth).join('/');
      if (this.folders.has(folder)) break;
      this.folders.add(folder);
    }
  }

  /** Maps links to the regular files they point to; links to anything else are omitted. */
  async resolve(
    links: readonly ArchiveEntry[],
    read: ReadLink,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<ArchiveEntry, ArchiveEntry>> {
    const found = new Map<ArchiveEntry, ArchiveEntry>();
    await mapLimit(links, atOnce, async (link) => {
      signal.throwIfAborted();
      const target = await read(link, signal);
      const file = target === undefined ? undefined : this.fileAt(link.path, target);
      if (file !== undefined) found.set(link, file);
    });
    return found;
  }

  /** The file that a link points to. Follows no links on the way, and never leaves the archive. */
  private fileAt(link: string, target: string): ArchiveEntry | undefined {
    if (target === '' || target.startsWith('/') || target.endsWith('/')) return undefined;
    const at = namesOf(link).slice(0, -1);
    for (const name of namesOf(target)) {
      if (at.length > 0 && !this.folders.has(at.join('/'))) return undefined;
      if (name !== '..') at.push(name);
      else if (at.pop() === undefined) return undefined;
    }
    return this.files.get(at.join('/'));
  }
}
