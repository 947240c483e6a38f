import type { Archive } from '../../core/artifacts/archive/archive';
import type { CacheKey } from '../../core/artifacts/artifactCache';
import type { ArchiveFile, ArchiveFolder } from '../../core/artifacts/archive/archiveTree';
import { ProgressMeter } from '../../core/artifacts/download/progress';
import { fileAccess, openZip } from '../../core/artifacts/archive/zip';
import { resumableBody, type ResumePoint } from '../../core/artifacts/download/transfer';
import { DiskError } from '../../core/model/errors';
import { systemClock } from '../../core/util/timer';
import type { EntrySubjects } from './entrySubjects';
import type { CommandContext } from './command';
import { toPart, type Step } from './downloads';

/** Number of files above which one download is cheaper than a request for each. */
const mostRequests = 50;

interface Options {
  readonly progress: (step: Step) => void;
  readonly signal: AbortSignal;
}

/**
 * Works with a folder of an archive: file by file, or, if that took many requests or most of the bytes anyway, from a
 * downloaded copy in the cache.
 */
export async function withArchive<T>(
  context: CommandContext,
  subject: EntrySubjects,
  folder: ArchiveFolder,
  options: Options,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const file = isMostOf(folder, subject) ? await fetched(context, subject, options) : undefined;
  if (file === undefined) return work(subject.opened.archive);
  try {
    return await work(await openZip(file, options.signal));
  } finally {
    await file.close();
  }
}

function isMostOf(folder: ArchiveFolder, { opened }: EntrySubjects): boolean {
  if (folder.files > mostRequests) return true;
  return folder.files > 1 && packedIn(folder) > packedIn(opened.tree.root) / 2;
}

function packedIn(node: ArchiveFolder | ArchiveFile): number {
  if (node.kind === 'file') return node.entry.packed ?? node.size;
  return node.children.reduce((sum, child) => sum + packedIn(child), 0);
}

/** The whole archive from the cache; undefined if it is too large. */
async function fetched(
  { cache, clients, session }: CommandContext,
  { opened: { address } }: EntrySubjects,
  { progress, signal }: Options,
): Promise<Awaited<ReturnType<typeof fileAccess>> | undefined> {
  const { instance: url, project, build, size } = address;
  const instance = (await session.instances()).find((one) => one.url === url);
  if (instance === undefined) return undefined;
  const key: CacheKey = { instance: url, project, build, size };
  const client = clients.of(instance);
  const open = (from?: ResumePoint) => client.artifacts(project, build, signal, toPart(from));
  const load = () => counted(resumableBody({ open, signal, clock: systemClock }), size, progress);
  try {
    return await cache.use(key, load, signal, fileAccess);
  } catch (error) {
    if (error instanceof DiskError && error.kind === 'tooBigForCache') return undefined;
    throw error;
  }
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  total: number,
  progress: (step: Step) => void,
): AsyncGenerator<Uint8Array> {
  const meter = new ProgressMeter(progress, Date.now);
  let bytes = 0;
  for await (const chunk of body) {
    meter.at((bytes += chunk.byteLength), total);
    yield chunk;
  }
}
