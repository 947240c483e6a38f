import type { Archive, ArchiveEntry } from '../../src/core/artifacts/archive/archive';
import type { Build } from '../../src/core/model/build';
import { Archives, type ArchivesPort } from '../../src/core/artifacts/archives';
import type { ArtifactAddress, EntryCache } from '../../src/core/artifacts/entryCache';
import { aBuild, aTarget } from './samples';

/** An archive of these files, by path; what is no text is thrown when it is read. */
export function anArchive(files: Readonly<Record<string, string | Error>>, folders: readonly string[] = []): Archive {
  const entries = [
    ...folders.map((path): ArchiveEntry => ({ path, kind: 'folder', size: 0 })),
    ...Object.entries(files).map(([path, content]): ArchiveEntry => {
      return { path, kind: 'file', size: typeof content === 'string' ? Buffer.byteLength(content) : 1 };
    }),
  ];
  return {
    entries,
    async *open({ path }, signal) {
      signal.throwIfAborted();
      const content = files[path];
      if (typeof content !== 'string') throw content ?? new Error(`no ${path}`);
      yield Buffer.from(content);
    },
  };
}

/** Where archives come from in tests: what was asked is written down. */
export class FakeArchives {
  readonly asked: ArtifactAddress[] = [];
  readonly signals: AbortSignal[] = [];
  readonly cached = new Map<string, Uint8Array>();
  /** Thrown instead of an archive. */
  failure: Error | undefined;
  /** Until it is resolved, no archive comes. */
  gate: Promise<void> = Promise.resolve();
  archive: Archive = anArchive({});
  instances = [aTarget().instance];
  readonly archives: Archives;

  constructor() {
    const cache: EntryCache = {
      get: async ({ build }, path) => this.cached.get(`${build} ${path}`),
      put: async ({ build }, path, bytes) => void this.cached.set(`${build} ${path}`, bytes),
    };
    const open: ArchivesPort['open'] = async (_, address, signal) => {
      this.asked.push(address);
      this.signals.push(signal);
      await this.gate;
      if (this.failure !== undefined) throw this.failure;
      return this.archive;
    };
    this.archives = new Archives({
      instances: async () => this.instances,
      isSignedIn: async () => true,
      isKnown: async () => true,
      open,
      cache,
    });
  }
}

export function withArtifacts(changes: Partial<Build> = {}, size = 1000): Build {
  return aBuild({ artifacts: { filename: 'artifacts.zip', size }, ...changes });
}
