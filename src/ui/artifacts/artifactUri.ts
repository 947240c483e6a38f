import { Uri } from 'vscode';
import { safeName } from '../../core/artifacts/fileNames';
import type { Build } from '../../core/model/build';
import type { Target } from '../../core/model/snapshot';
import { fieldsOf, toQuery } from '../../core/util/uriQuery';
import { artifactScheme } from './register';

/** Which artifacts they are, as the address of what is in them says it. */
export interface ArtifactAddress {
  /** Root of the repository that they were opened from. */
  readonly root: string;
  /** Base URL. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Bytes of the archive: another one has another address. */
  readonly size: number;
}

/** Throws for a build without artifacts, which has no such address. */
export function toArtifactAddress(root: string, { instance, project }: Target, build: Build): ArtifactAddress {
  if (build.artifacts === undefined) throw new Error(`build ${build.id} has no artifacts`);
  return { root, instance: instance.url, project, build: build.id, size: build.artifacts.size };
}

/**
 * The path is what titles and breadcrumbs show: the build, then `path` in its archive, none for all of it. The rest is
 * the query, written so that no reader of addresses changes it.
 */
export function toArtifactUri(address: ArtifactAddress, { name, id }: Pick<Build, 'name' | 'id'>, path = ''): Uri {
  const { root, instance, project, build, size } = address;
  const query = toQuery({ root, instance, project, build, size });
  const parts = [`${safeName(name)} #${id}`, ...(path === '' ? [] : path.split('/'))];
  return Uri.parse(
    `${artifactScheme}:/${parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}?${query}`,
    true,
  );
}

/** undefined: the address of nothing of ours. Anybody may have written it. */
export function toArtifactPlace({
  scheme,
  path,
  query,
}: Uri): (ArtifactAddress & { readonly path: string }) | undefined {
  if (scheme !== artifactScheme) return undefined;
  const { root, instance, project, build, size } = fieldsOf(query);
  const [, , ...parts] = path.replace(/\/$/, '').split('/');
  const isWhole = typeof root === 'string' && typeof instance === 'string' && typeof project === 'string';
  return isWhole && isCount(build) && build > 0 && isCount(size)
    ? { root, instance, project, build, size, path: parts.join('/') }
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
