import type { ArchiveEntry } from '../artifacts/archive/archive';
import { ArtifactsOfBuild, latestArtifacts, type FileRange } from './buildArtifacts';
import type { ClientCaches } from './clientCaches';
import type { ProjectCaller } from './dialect';
import type { StreamAnswer } from './http/request';

/** Artifacts of builds. */
export class ArtifactCalls {
  constructor(
    private readonly client: ProjectCaller,
    private readonly caches: ClientCaches,
  ) {}

  /** The archive of a build, or a part of it; where a storage has it, that one is asked for further parts straight away. */
  async archive(project: string, id: number, signal: AbortSignal, part: FileRange = {}): Promise<StreamAnswer> {
    return this.client.inProject(project, signal, (found, call) =>
      new ArtifactsOfBuild(call, found, id).archive(part, this.caches.signedUrls.of(`${found.id} ${id}`)),
    );
  }

  /** Downloads the archive of a build in the newest successful pipeline of a branch or tag. */
  async latest(
    project: string,
    ref: string,
    job: string,
    signal: AbortSignal,
    part: FileRange = {},
  ): Promise<StreamAnswer> {
    return this.client.inProject(project, signal, (found, call) => latestArtifacts(call, found, { ...part, ref, job }));
  }

  /** Lists the contents of a build's archive; `unsupported` before 18.8. */
  async tree(project: string, id: number, signal: AbortSignal): Promise<readonly ArchiveEntry[]> {
    return this.client.inProject(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).tree());
  }

  /** Downloads one file of a build's archive, extracted; `unsupported` before 10.0. */
  async entry(project: string, id: number, path: string, signal: AbortSignal): Promise<StreamAnswer> {
    return this.client.inProject(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).entry(path));
  }

  /**
   * Deletes archive and reports of a build, and keeps its log. Requires the Maintainer role; `unsupported` before 11.9.
   */
  async delete(project: string, id: number, signal: AbortSignal): Promise<void> {
    this.caches.signedUrls.clear();
    await this.client.change(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).delete());
  }
}
