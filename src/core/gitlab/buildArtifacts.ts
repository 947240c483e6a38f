import { longestTarget, type ArchiveEntry } from '../artifacts/archive/archive';
import { GitLabError } from '../model/errors';
import type { Call, Project } from './dialect';
import { has, type Feature } from './features';
import type { JsonObject } from './jsonObject';
import type { StreamAnswer } from './http/request';
import { allPages } from './http/pages';
import type { SignedUrl } from './http/signedUrlCache';
import type { ByteRange } from './http/ranges';

/** Most pages to load, of 100 entries each. */
const maxPages = 100;

/** Range of a file to download. */
export interface FileRange {
  readonly range?: ByteRange | undefined;
  /** Validator from an earlier response; if the file has changed since, the server sends the whole file. */
  readonly validator?: string | undefined;
}

/** The artifacts of one build. */
export class ArtifactsOfBuild {
  private readonly path: string;

  constructor(
    private readonly call: Call,
    project: Project,
    build: number,
  ) {
    this.path = `projects/${project.id}/${call.dialect.segment}/${build}/artifacts`;
  }

  async archive(part: FileRange, place: SignedUrl): Promise<StreamAnswer> {
    return this.call.api.stream(this.path, { ...part, signedUrl: place });
  }

  /** Lists files and folders in the archive. Throws `unsupported` if that would take more requests than it saves. */
  async tree(): Promise<readonly ArchiveEntry[]> {
    needs(this.call, 'artifactTree');
    const { items } = await allPages(async (page) => {
      const answer = await this.call.api.page(`${this.path}/tree?recursive=true`, page, toEntry);
      const pages = Math.max(answer.items.length === 0 ? 0 : page, Number(answer.headers.get('x-total-pages') ?? 0));
      if (pages > maxPages) throw new GitLabError({ kind: 'unsupported' });
      return answer;
    });
    return items;
  }

  async entry(path: string): Promise<StreamAnswer> {
    needs(this.call, 'artifactEntry');
    return this.call.api.stream(`${this.path}/${segmentsOf(path).join('/')}`);
  }

  async delete(): Promise<void> {
    needs(this.call, 'deleteArtifacts');
    return this.call.api.delete(this.path);
  }
}

/** Downloads the archive of a build in the newest successful pipeline of a branch or tag. */
export async function latestArtifacts(
  call: Call,
  project: Project,
  wanted: FileRange & { readonly ref: string; readonly job: string },
): Promise<StreamAnswer> {
  needs(call, 'latestArtifacts');
  const { ref, job, ...part } = wanted;
  if (isDots(ref)) throw notThere();
  const query = `job=${encodeURIComponent(job.toWellFormed())}`;
  const path = `projects/${project.id}/${call.dialect.segment}/artifacts/${encodeURIComponent(ref.toWellFormed())}/download?${query}`;
  return call.api.stream(path, part);
}

function needs({ server }: Call, feature: Feature): void {
  if (!has(server, feature)) throw new GitLabError({ kind: 'unsupported' });
}

/** Splits a path and rejects dot segments, encoded or not, which would leave the archive. GitLab refuses them, too. */
function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || isDots(segment))) throw notThere();
  return segments.map((part) => encodeURIComponent(part.toWellFormed()));
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..';
}

function notThere(): GitLabError {
  return new GitLabError({ kind: 'notFound' });
}

/** Mode of a link on Linux, where GitLab keeps nothing but permissions. Other files may have it, too. */
const linkModes = ['777', '0777'];

/**
 * Converts an entry of GitLab's listing. Folders end with a slash and have no size. For a link, GitLab returns the name
 * of its target.
 */
function toEntry(row: JsonObject): ArchiveEntry {
  const kind = row.string('type') === 'directory' ? 'folder' : 'file';
  const [mode, size] = [row.string('mode') ?? '', row.size('size')];
  const flaw = /^0?12\d{4}$/.test(mode) ? 'symlink' : undefined;
  const mayBeLink = kind === 'file' && linkModes.includes(mode) && size > 0 && size <= longestTarget;
  return {
    path: row.requireString('path').replace(/\/$/, ''),
    kind,
    size,
    flaw,
    ...(mayBeLink ? { mayBeLink } : {}),
  };
}
