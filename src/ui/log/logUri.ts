import { Uri } from 'vscode';
import { safeName } from '../../core/artifacts/fileNames';
import type { Build } from '../../core/model/build';
import { fieldsOf, toQuery } from '../../core/util/uriQuery';

export const logScheme = 'gitlab-builds-log';
/** Of what a diff editor compares. */
export const comparedScheme = 'gitlab-builds-log-compared';

/** Which log it is, as the address of its document says it. */
export interface LogAddress {
  /** Root of the repository that it was opened from. */
  readonly root: string;
  /** Base URL. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
}

/** The name is the title of the editor; the rest is the query, written so that no reader of addresses changes it. */
export function toLogUri(address: LogAddress, { name, id }: Pick<Build, 'name' | 'id'>, scheme = logScheme): Uri {
  const query = toQuery(address);
  return Uri.parse(`${scheme}:/${encodeURIComponent(`${safeName(name).toWellFormed()} #${id}.log`)}?${query}`, true);
}

/** undefined: the address of no log of ours. Anybody may have written it. */
export function toLogAddress({ scheme, query }: Uri): LogAddress | undefined {
  if (scheme !== logScheme && scheme !== comparedScheme) return undefined;
  const { root, instance, project, build } = fieldsOf(query);
  const isWhole = typeof root === 'string' && typeof instance === 'string' && typeof project === 'string';
  return isWhole && typeof build === 'number' && Number.isSafeInteger(build) && build > 0
    ? { root, instance, project, build }
    : undefined;
}
