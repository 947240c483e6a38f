import type { RandomAccess, Archive, ArchiveEntry } from './archive/archive';
import { openArtifacts } from './archive/browse';
import type { ArtifactsCache, CacheKey } from './artifactCache';
import type { FileResponse, RangeRequest } from './archive/remoteArchive';
import { resumableBody } from './download/transfer';
import { fileAccess } from './archive/zip';
import type { Instance } from '../model/instance';
import { systemClock } from '../util/timer';
import type { ArtifactAddress } from './entryCache';

/** What GitLab gives of builds' artifacts. */
export interface ArtifactsSource {
  archive(project: string, build: number, signal: AbortSignal, part?: Part): Promise<FileResponse>;
  tree(project: string, build: number, signal: AbortSignal): Promise<readonly ArchiveEntry[]>;
  entry(project: string, build: number, path: string, signal: AbortSignal): Promise<Pick<FileResponse, 'body'>>;
}

interface Part {
  readonly range?: RangeRequest | { readonly start: number } | undefined;
  readonly validator?: string | undefined;
}

interface ArchiveParts {
  readonly clients: { of(instance: Instance): { readonly artifacts: ArtifactsSource } };
  readonly cache: ArtifactsCache;
}

/** Opens a build's archive in the cheapest way. Throws like `openArtifacts`. */
export async function openArchive(
  { clients, cache }: ArchiveParts,
  instance: Instance,
  address: ArtifactAddress,
  signal: AbortSignal,
): Promise<Archive> {
  const { project, build, size } = address;
  const { artifacts } = clients.of(instance);
  const whole = (until: AbortSignal) =>
    resumableBody({
      open: (from) => artifacts.archive(project, build, until, from && { range: from, validator: from.validator }),
      signal: until,
      clock: systemClock,
    });
  return openArtifacts(
    {
      size,
      ask: (range, validator, until) => artifacts.archive(project, build, until, { range, validator }),
      tree: (until) => artifacts.tree(project, build, until),
      entry: (path, until) => artifacts.entry(project, build, path, until),
      download: (until) => cachedArchive(cache, { instance: instance.url, project, build, size }, whole, until),
    },
    signal,
  );
}

/** An archive in the cache, which may be emptied at any time; it is then downloaded again at the next read. */
async function cachedArchive(
  cache: ArtifactsCache,
  key: CacheKey,
  whole: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<RandomAccess> {
  const access = (until: AbortSignal) => cache.use(key, () => whole(until), until, fileAccess);
  const file = await access(signal);
  await file.close();
  return {
    size: file.size,
    async *read(start, end, until = signal) {
      const again = await access(until);
      try {
        yield* again.read(start, end, until);
      } finally {
        await again.close();
      }
    },
  };
}
