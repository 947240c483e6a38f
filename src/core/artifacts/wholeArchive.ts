import type { Archive } from './archive/archive';
import type { ArtifactsCache, CacheKey } from './artifactCache';
import type { ArchiveFile, ArchiveFolder, ArchiveTree } from './archive/archiveTree';
import { ProgressMeter } from './download/progress';
import { fileAccess, openZip } from './archive/zip';
import { resumableBody, type ResumePoint } from './download/transfer';
import { DiskError } from '../model/errors';
import { systemClock } from '../util/timer';
import type { ArtifactAddress } from './entryCache';
import type { ArtifactsSource } from './openArchive';

/** Number of files above which one download is cheaper than a request for each. */
const maxRequests = 50;

interface WholeArchiveParts {
  readonly cache: ArtifactsCache;
  /** Undefined if the archive's instance is no longer configured. */
  readonly source: Pick<ArtifactsSource, 'archive'> | undefined;
  readonly opened: { readonly address: ArtifactAddress; readonly archive: Archive; readonly tree: ArchiveTree };
}

interface Options {
  readonly progress: Report;
  readonly signal: AbortSignal;
}

type Report = (step: { readonly bytes: number; readonly total?: number | undefined }) => void;

/**
 * Works with a folder of an archive: file by file, or, if that took many requests or most of the bytes anyway, from a
 * downloaded copy in the cache.
 */
export async function withArchive<T>(
  parts: WholeArchiveParts,
  folder: ArchiveFolder,
  options: Options,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const file = needsWhole(folder, parts.opened.tree) ? await fetched(parts, options) : undefined;
  if (file === undefined) return work(parts.opened.archive);
  try {
    return await work(await openZip(file, options.signal));
  } finally {
    await file.close();
  }
}

/** Whether the folder is better taken from the whole archive. */
function needsWhole(folder: ArchiveFolder, { root }: ArchiveTree): boolean {
  if (folder.files > maxRequests || hasDoubt(folder)) return true;
  return folder.files > 1 && packedIn(folder) > packedIn(root) / 2;
}

/** Whether the listing leaves open what may be a link. */
function hasDoubt(node: ArchiveFolder | ArchiveFile): boolean {
  return node.kind === 'file' ? node.entry.mayBeLink === true : node.children.some(hasDoubt);
}

function packedIn(node: ArchiveFolder | ArchiveFile): number {
  if (node.kind === 'file') return node.entry.packed ?? node.size;
  return node.children.reduce((sum, child) => sum + packedIn(child), 0);
}

/** The whole archive from the cache; undefined if it is too large. */
async function fetched(
  { cache, source, opened: { address } }: WholeArchiveParts,
  { progress, signal }: Options,
): Promise<Awaited<ReturnType<typeof fileAccess>> | undefined> {
  const { instance: url, project, build, size } = address;
  if (source === undefined) return undefined;
  const key: CacheKey = { instance: url, project, build, size };
  const open = (from?: ResumePoint) =>
    source.archive(project, build, signal, from && { range: from, validator: from.validator });
  const load = () => counted(resumableBody({ open, signal, clock: systemClock }), size, progress);
  try {
    return await cache.use(key, load, signal, fileAccess);
  } catch (error) {
    if (error instanceof DiskError && error.kind === 'tooBigForCache') return undefined;
    throw error;
  }
}

async function* counted(body: AsyncIterable<Uint8Array>, total: number, progress: Report): AsyncGenerator<Uint8Array> {
  const meter = new ProgressMeter(progress, Date.now);
  let bytes = 0;
  for await (const chunk of body) {
    meter.at((bytes += chunk.byteLength), total);
    yield chunk;
  }
}
