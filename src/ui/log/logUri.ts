import { Uri } from 'vscode';
import { safeName } from '../../core/artifacts/fileNames';
import type { Build } from '../../core/model/build';
import { fieldsOfQuery, toQuery } from '../../core/util/uriQuery';
import { comparedScheme, logScheme } from '../../core/util/fileSchemes';

/** Identifies a log in a URI. */
export interface LogAddress {
  /** Root of the repository that it was opened from. */
  readonly root: string;
  /** Base URL. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
}

/** URI of a log. The path is the editor's title; the query holds the rest, encoded to survive URI parsers. */
export function toLogUri(address: LogAddress, { name, id }: Pick<Build, 'name' | 'id'>, scheme = logScheme): Uri {
  const query = toQuery(address);
  return Uri.parse(`${scheme}:/${encodeURIComponent(`${safeName(name).toWellFormed()} #${id}.log`)}?${query}`, true);
}

/** Parses a URI from `toLogUri`; undefined for any other. URIs are untrusted. */
export function toLogAddress({ scheme, query }: Uri): LogAddress | undefined {
  if (scheme !== logScheme && scheme !== comparedScheme) return undefined;
  const { root, instance, project, build } = fieldsOfQuery(query);
  const isWhole = typeof root === 'string' && typeof instance === 'string' && typeof project === 'string';
  return isWhole && typeof build === 'number' && Number.isSafeInteger(build) && build > 0
    ? { root, instance, project, build }
    : undefined;
}
