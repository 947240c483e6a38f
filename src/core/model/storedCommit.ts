import { createHash } from 'node:crypto';
import { fieldsOf } from '../util/fields';
import type { Build } from './build';
import type { Ancestor } from './head';
import type { Pipeline } from './pipeline';

/** A stored snapshot. `sha` may be HEAD's while the builds are the `ancestor`'s. */
export interface StoredCommit {
  /** Base URL of the instance. */
  readonly instance: string;
  readonly project: string;
  readonly sha: string;
  /** When GitLab returned it, in ms since 1970. */
  readonly asOf: number;
  readonly apiVersion: 'v3' | 'v4';
  readonly readOnly: boolean;
  readonly ancestor?: Ancestor | undefined;
  readonly expected?: Readonly<Record<string, number>> | undefined;
  readonly builds: readonly Build[];
  readonly pipelines: readonly Pipeline[];
  /** The list of builds was truncated at a limit. */
  readonly isPartial?: boolean | undefined;
}

/** Version of the format. Raise it when builds or pipelines change so that stored ones of earlier versions must not be shown. */
const format = 1;

/** A commit as it is stored, with a checksum to recognize damage and other formats. */
type SealedCommit = StoredCommit & { readonly checksum: string };

export function sealed(commit: StoredCommit): SealedCommit {
  return { checksum: checksumOf(commit), ...commit };
}

/** A stored commit; undefined if another format was stored, or if it is damaged. */
export function unsealed(value: unknown): StoredCommit | undefined {
  const { checksum, ...commit } = fieldsOf(value);
  return checksum === checksumOf(commit) ? (commit as unknown as StoredCommit) : undefined;
}

function checksumOf(commit: object): string {
  return createHash('sha256')
    .update(`${format} ${JSON.stringify(commit)}`)
    .digest('hex')
    .slice(0, 16);
}
