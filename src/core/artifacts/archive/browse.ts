import { GitLabError, isAbort, type FailureKind } from '../../model/errors';
import type { Archive, ArchiveEntry, RandomAccess } from './archive';
import { ArchiveError } from '../archiveErrors';
import { remoteFile, type RequestRange, type FileResponse } from './remoteArchive';
import { openZip } from './zip';

/** Access to the artifacts of one build. All methods throw GitLabError, or the signal's reason. */
export interface ArtifactsPort {
  /** Size of the archive in bytes, if GitLab reported it. */
  readonly size?: number | undefined;
  readonly ask: RequestRange;
  /** GitLab's own listing of the contents; `unsupported` if there is none. */
  tree(signal: AbortSignal): Promise<readonly ArchiveEntry[]>;
  /** Downloads a single file, extracted by GitLab. */
  entry(path: string, signal: AbortSignal): Promise<Pick<FileResponse, 'body'>>;
  /** Downloads the whole archive to a place where it is kept as long as needed. */
  download(signal: AbortSignal): Promise<RandomAccess>;
}

/**
 * How files are read. `range`: one range request per file. `tree`: one request per file, extracted by GitLab.
 * `download`: from the whole archive on disk.
 */
type AccessMode = 'range' | 'tree' | 'download';
export type Browsed = Archive & { readonly via: AccessMode };

/** Failures after which another way is tried. */
const retryOtherMode = new Set<FailureKind>([
  'unsupported',
  'notFound',
  'refused',
  'notGitLab',
  'invalidAnswer',
  'server',
]);

/**
 * Opens a build's artifacts in the cheapest way: by ranges of the archive, by GitLab's own listing, or by downloading
 * everything. Throws ArchiveError, errors of the port, or the signal's reason.
 */
export async function openArtifacts(port: ArtifactsPort, signal: AbortSignal): Promise<Browsed> {
  const remote = await remoteFile(port.ask, { size: port.size, signal });
  if (remote !== undefined) return named(await openZip(remote, signal), 'range');
  const whole = new WholeArchive(port);
  const tree = await treeOf(port, signal);
  return tree === undefined ? named(await whole.archive(signal), 'download') : byTree(tree, port, whole);
}

function named(archive: Archive, via: AccessMode): Browsed {
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
    if (error instanceof GitLabError && retryOtherMode.has(error.failure.kind)) return undefined;
    throw error;
  }
}

function byTree(entries: readonly ArchiveEntry[], port: ArtifactsPort, whole: WholeArchive): Browsed {
  return {
    entries,
    via: 'tree',
    async *open(entry, signal) {
      if (entry.flaw !== undefined) throw new ArchiveError(entry.flaw, { path: entry.path });
      if (!isAddressable(entry.path)) return yield* whole.open(entry, signal);
      const contents = checked(entry, (await port.entry(entry.path, signal)).body);
      if (entry.mayBeLink !== true) return yield* contents;
      const bytes = await gathered(contents);
      if (mayBeTarget(bytes)) yield* whole.open(entry, signal);
      else yield bytes;
    },
  };
}

async function gathered(contents: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of contents) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Whether the contents may be the target of a link, which only the whole archive can show. */
function mayBeTarget(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20);
}

/**
 * Whether GitLab's API can serve the path: `tree` is the listing's own route, and a path can't contain dot segments.
 */
function isAddressable(path: string): boolean {
  return path !== 'tree' && !path.split('/').some((segment) => ['', '.', '..'].includes(segment));
}

async function* checked({ path, size }: ArchiveEntry, body: FileResponse['body']): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > size) break;
    yield piece;
  }
  if (bytes !== size) throw new ArchiveError('damaged', { path });
}

/** The whole archive, downloaded on demand, and again after a failure. */
class WholeArchive {
  private opened: Promise<Archive> | undefined;

  constructor(private readonly port: ArtifactsPort) {}

  async archive(signal: AbortSignal): Promise<Archive> {
    for (;;) {
      const opened = (this.opened ??= this.port.download(signal).then((file) => openZip(file, signal)));
      try {
        return await opened;
      } catch (error) {
        if (this.opened === opened) this.opened = undefined;
        // Another caller who shared the download aborted it.
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
