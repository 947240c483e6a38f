import { readFile } from 'node:fs/promises';
import type { ArtifactsCache, CacheKey } from './artifactCache';
import { DiskError } from '../model/errors';

/** Identifies a build's artifacts in a URI. */
export interface ArtifactAddress {
  /** Root of the repository that they were opened from. */
  readonly root: string;
  /** Base URL. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Size of the archive in bytes, so that a replaced archive has a different URI. */
  readonly size: number;
}

/** Disk cache for the uncompressed contents of single entries. */
export interface EntryCache {
  /** Cached contents; undefined if missing or unreadable. */
  get(address: ArtifactAddress, path: string): Promise<Uint8Array | undefined>;
  /** Caches contents. Doesn't fail if they can't be written. */
  put(address: ArtifactAddress, path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

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
