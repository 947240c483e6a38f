import { safeName } from './fileNames';
import type { ArtifactAddress } from './entryCache';
import type { Build } from '../model/build';
import type { Target } from '../model/snapshot';
import { artifactScheme } from '../util/fileSchemes';
import { fieldsOfQuery, toQuery } from '../util/uriQuery';

/** Address of a build's artifacts. Throws for a build that has none. */
export function toArtifactAddress(root: string, { instance, project }: Target, build: Build): ArtifactAddress {
  if (build.artifacts === undefined) throw new Error(`build ${build.id} has no artifacts`);
  return { root, instance: instance.url, project, build: build.id, size: build.artifacts.size };
}

/**
 * URI of a file in the artifacts. The path is for titles and breadcrumbs: build name plus `path` in the archive, if
 * any. The query holds the rest, encoded to survive URI parsers.
 */
export function toArtifactUri(address: ArtifactAddress, { name, id }: Pick<Build, 'name' | 'id'>, path = ''): string {
  const { root, instance, project, build, size } = address;
  const query = toQuery({ root, instance, project, build, size });
  const parts = [`${safeName(name)} #${id}`, ...(path === '' ? [] : path.split('/'))];
  return `${artifactScheme}:/${parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}?${query}`;
}

interface UriParts {
  readonly scheme: string;
  /** Decoded. */
  readonly path: string;
  readonly query: string;
}

/** A file or folder in artifacts; an empty path is the archive itself. */
interface ArtifactPlace extends ArtifactAddress {
  readonly path: string;
}

/** Parses a URI from `toArtifactUri`; undefined for any other. URIs are untrusted. */
export function parseArtifactUri({ scheme, path, query }: UriParts): ArtifactPlace | undefined {
  if (scheme !== artifactScheme) return undefined;
  const { root, instance, project, build, size } = fieldsOfQuery(query);
  const [, , ...parts] = path.replace(/\/$/, '').split('/');
  const isWhole = typeof root === 'string' && typeof instance === 'string' && typeof project === 'string';
  return isWhole && isCount(build) && build > 0 && isCount(size)
    ? { root, instance, project, build, size, path: parts.join('/') }
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
