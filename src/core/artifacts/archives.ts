import type { Disposable } from '../util/emitter';
import type { Archive, ArchiveEntry } from './archive/archive';
import { toFolders, type ArchiveTree } from './archive/archiveTree';
import { flatten } from '../model/arrange';
import type { Instance } from '../model/instance';
import { buildsOf, type Snapshot } from '../model/snapshot';
import { ArchiveRefusal } from './archiveErrors';
import type { ArtifactAddress, EntryCache } from './entryCache';
import { reportsIn } from './tests/testReports';

/** An open archive, whose entries are known. */
export interface OpenArchive {
  readonly address: ArtifactAddress;
  readonly archive: Archive;
  readonly tree: ArchiveTree;
  /** Files that may be test reports. */
  readonly reports: readonly ArchiveEntry[];
  /** Aborted when the archive may no longer be read. */
  readonly signal: AbortSignal;
}

export interface ArchivesPort {
  /** The configured instances; no others receive requests. */
  readonly instances: () => Promise<readonly Instance[]>;
  /** Whether the user is signed in to an instance. */
  readonly isSignedIn: (instance: Instance) => Promise<boolean>;
  /** Whether this workspace shows, or has shown, a project. */
  readonly isKnown: (address: ArtifactAddress) => Promise<boolean>;
  readonly open: (instance: Instance, address: ArtifactAddress, signal: AbortSignal) => Promise<Archive>;
  readonly cache: EntryCache;
}

interface Kept {
  readonly address: ArtifactAddress;
  readonly opened: Promise<OpenArchive>;
  readonly end: AbortController;
}

/** Maximum number of open archives, each of which may have 100,000 entries. */
const maxKept = 8;
/** Largest file to open in an editor, in uncompressed bytes. */
export const largestInEditor = 100_000_000;

/** Opens each build's archive once for the tree, editors and commands. Failures aren't cached. */
export class Archives implements Disposable {
  /** Most recently used last. */
  private readonly entries = new Map<string, Kept>();
  private readonly reading = new Map<string, Promise<Uint8Array>>();

  constructor(private readonly port: ArchivesPort) {}

  /**
   * Opens an archive. Throws ArchiveRefusal for an unknown instance or project, since anyone can write a URI, and errors of
   * the archive.
   */
  async of(address: ArtifactAddress): Promise<OpenArchive> {
    const key = keyOf(address);
    const known = this.entries.get(key);
    const kept = known ?? this.start(address);
    this.entries.delete(key);
    this.entries.set(key, kept);
    // Callers that still wait for it get it anyway.
    for (const old of [...this.entries.keys()].slice(0, -maxKept)) this.entries.delete(old);
    return kept.opened;
  }

  /** Reads a whole file. Throws ArchiveRefusal if it is too large for an editor. */
  async read(opened: OpenArchive, entry: ArchiveEntry): Promise<Uint8Array> {
    if (entry.size > largestInEditor) throw tooLarge(entry);
    const key = `${keyOf(opened.address)} ${entry.path}`;
    const known = this.reading.get(key);
    if (known !== undefined) return known;
    const bytes = this.fetch(opened, entry).finally(() => this.reading.delete(key));
    this.reading.set(key, bytes);
    return bytes;
  }

  /** Closes all archives and aborts pending reads. */
  clear(): void {
    for (const key of [...this.entries.keys()]) this.drop(key);
  }

  /** Closes archives that the current builds of a commit no longer have. */
  dropReplaced(snapshot: Snapshot | undefined): void {
    if (snapshot?.kind !== 'ready' || this.entries.size === 0) return;
    const { instance, project } = snapshot.target;
    const sizes = new Map(flatten(buildsOf(snapshot)).map(({ id, artifacts }) => [id, artifacts?.size]));
    for (const [key, { address }] of [...this.entries]) {
      if (address.instance !== instance.url || address.project !== project || !sizes.has(address.build)) continue;
      const size = sizes.get(address.build);
      // 0: GitLab didn't report the size.
      if (size === undefined || (size !== address.size && size * address.size !== 0)) this.drop(key);
    }
  }

  /** Closes archives of instances that the user has signed out of. */
  async dropSignedOut(): Promise<void> {
    for (const [key, { address }] of [...this.entries]) {
      const instance = (await this.port.instances()).find(({ url }) => url === address.instance);
      if (instance === undefined || !(await this.port.isSignedIn(instance))) this.drop(key);
    }
  }

  dispose(): void {
    this.clear();
  }

  private start(address: ArtifactAddress): Kept {
    const end = new AbortController();
    const kept: Kept = { address, end, opened: this.open(address, end.signal) };
    // Failures aren't cached; the next caller tries again.
    kept.opened.catch(() => {
      if (this.entries.get(keyOf(address)) === kept) this.entries.delete(keyOf(address));
    });
    return kept;
  }

  private async open(address: ArtifactAddress, signal: AbortSignal): Promise<OpenArchive> {
    const instance = (await this.port.instances()).find(({ url }) => url === address.instance);
    if (instance === undefined || !(await this.port.isSignedIn(instance)))
      throw new ArchiveRefusal({ kind: 'signedOut' });
    if (!(await this.port.isKnown(address))) throw new ArchiveRefusal({ kind: 'unknownProject' });
    const archive = await this.port.open(instance, address, signal);
    signal.throwIfAborted();
    const tree = await toFolders(archive.entries);
    const reports = await reportsIn(tree);
    signal.throwIfAborted();
    return { address, archive, tree, reports, signal };
  }

  private async fetch({ address, archive, signal }: OpenArchive, entry: ArchiveEntry): Promise<Uint8Array> {
    const { cache } = this.port;
    const there = await cache.get(address, entry.path);
    if (there !== undefined) return there;
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of archive.open(entry, signal)) {
      // Count the actual bytes; the announced size isn't trustworthy.
      size += piece.length;
      if (size > largestInEditor) throw tooLarge(entry);
      pieces.push(piece);
    }
    const bytes = Buffer.concat(pieces);
    await cache.put(address, entry.path, bytes, signal);
    return bytes;
  }

  private drop(key: string): void {
    const kept = this.entries.get(key);
    if (kept === undefined) return;
    this.entries.delete(key);
    kept.end.abort();
  }
}

/** Cache key, independent of the repository from which the archive was opened. */
function keyOf({ instance, project, build, size }: ArtifactAddress): string {
  return JSON.stringify([instance, project, build, size]);
}

function tooLarge({ path, size }: ArchiveEntry): ArchiveRefusal {
  return new ArchiveRefusal({ kind: 'tooLargeForEditor', path, size });
}
