import { readFile } from 'node:fs/promises';
import type { ArtifactsCache, CacheKey } from '../../core/artifacts/artifactCache';
import { DiskError } from '../../core/model/errors';
import type { EntryCache } from './archives';
import type { ArtifactAddress } from './artifactUri';

/** Cache for opened entries on disk. If writing fails, they are just downloaded again. */
export function entryCache(cache: ArtifactsCache): EntryCache {
  return {
    get: async (address, path) => {
      const file = await cache.get(keyOf(address, path));
      if (file === undefined) return undefined;
      try {
        return await readFile(file);
      } catch {
        return undefined; // Another window just removed it.
      }
    },
    put: async (address, path, bytes, signal) => {
      try {
        await cache.put(keyOf(address, path), () => once(bytes), signal);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    },
  };
}

function keyOf({ instance, project, build, size }: ArtifactAddress, entry: string): CacheKey {
  return { instance, project, build, size, entry };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
