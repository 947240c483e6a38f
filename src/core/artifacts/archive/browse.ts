import { GitLabError, isAbort, type FailureKind } from '../../model/errors';
import type { Archive, ArchiveEntry, RandomAccess } from './archive';
import { ArchiveError } from '../archiveErrors';
import { remoteFile, type AskForPart, type Given } from './remoteArchive';
import { openZip } from './zip';

/** How one gets at the artifacts of one build. All throw GitLabError, or the signal's reason. */
export interface ArtifactsPort {
  /** Bytes of the archive, where GitLab has told them. */
  readonly size?: number | undefined;
  readonly ask: AskForPart;
  /** What is in it, in GitLab's words; `unsupported` where it has none. */
  tree(signal: AbortSignal): Promise<readonly ArchiveEntry[]>;
  /** One file of it, unpacked. */
  entry(path: string, signal: AbortSignal): Promise<Pick<Given, 'body'>>;
  /** All of it, to a place where it stays for as long as it is needed. */
  download(signal: AbortSignal): Promise<RandomAccess>;
}

/**
 * `range`: a request for each file that is opened. `tree`: so, too, but GitLab unpacks it. `download`: the whole archive
 * is here.
 */
export type Via = 'range' | 'tree' | 'download';
export type Browsed = Archive & { readonly via: Via };

/** Of these another way may do. */
const anotherWay = new Set<FailureKind>(['unsupported', 'notFound', 'refused', 'notGitLab', 'invalidAnswer', 'server']);

/**
 * What is in a build's artifacts, by the way that costs least: by parts of the archive, by GitLab's own list of it, or
 * by all of it. Throws ArchiveError, what the port throws, or the signal's reason.
 */
export async function openArtifacts(port: ArtifactsPort, signal: AbortSignal): Promise<Browsed> {
  const remote = await remoteFile(port.ask, { size: port.size, signal });
  if (remote !== undefined) return named(await openZip(remote, signal), 'range');
  const whole = new Whole(port);
  const tree = await treeOf(port, signal);
  return tree === undefined ? named(await whole.archive(signal), 'download') : byTree(tree, port, whole);
}

function named(archive: Archive, via: Via): Browsed {
  return {
    entries: archive.entries,
    via,
    open: (entry, signal) => archive.open(entry, signal),
    link: async (entry, signal) => archive.link?.(entry, signal),
  };
}

async function treeOf(port: ArtifactsPort, signal: AbortSignal): Promise<readonly ArchiveEntry[] | undefined> {
  try {
    return await port.tree(signal);
  } catch (error) {
    if (error instanceof GitLabError && anotherWay.has(error.failure.kind)) return undefined;
    throw error;
  }
}

function byTree(entries: readonly ArchiveEntry[], port: ArtifactsPort, whole: Whole): Browsed {
  return {
    entries,
    via: 'tree',
    async *open(entry, signal) {
      if (entry.flaw !== undefined) throw new ArchiveError(entry.flaw, { path: entry.path });
      if (isAddressable(entry.path)) yield* checked(entry, (await port.entry(entry.path, signal)).body);
      else yield* whole.open(entry, signal);
    },
  };
}

/** `tree` is the address of the list; and no address leads through what is nothing but dots. */
function isAddressable(path: string): boolean {
  return path !== 'tree' && !path.split('/').some((segment) => ['', '.', '..'].includes(segment));
}

async function* checked({ path, size }: ArchiveEntry, body: Given['body']): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > size) break;
    yield piece;
  }
  if (bytes !== size) throw new ArchiveError('damaged', { path });
}

/** The whole archive, which is got when it is first needed, and again where that failed. */
class Whole {
  private opened: Promise<Archive> | undefined;

  constructor(private readonly port: ArtifactsPort) {}

  async archive(signal: AbortSignal): Promise<Archive> {
    for (;;) {
      const opened = (this.opened ??= this.port.download(signal).then((file) => openZip(file, signal)));
      try {
        return await opened;
      } catch (error) {
        if (this.opened === opened) this.opened = undefined;
        // Somebody else who waited for it, too, does not want it any more.
        if (signal.aborted || !isAbort(error)) throw error;
      }
    }
  }

  async *open({ path }: ArchiveEntry, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const archive = await this.archive(signal);
    const entry = archive.entries.find((one) => one.path === path && one.kind === 'file');
    if (entry === undefined) throw new ArchiveError('missing', { path });
    yield* archive.open(entry, signal);
  }
}
