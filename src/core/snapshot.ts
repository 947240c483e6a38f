import type { Build } from './build';
import type { Failure } from './errors';
import type { Instance } from './instance';
import type { Listing, Pipeline } from './pipeline';

/** Whose builds are wanted. */
export interface Target {
  readonly instance: Instance;
  /** Path or numeric id. */
  readonly project: string;
  /** The full 40 hex digits. */
  readonly sha: string;
  /** Branch or tag, where HEAD is on one. */
  readonly ref?: string | undefined;
  /** The user chose this commit; HEAD is not followed. */
  readonly pinned: boolean;
}

export type NoProject =
  | 'noGit' // VS Code's git extension is off
  | 'noRepository'
  | 'noCommit' // an unborn branch
  | 'noRemote'
  | 'notGitLab'; // a host that is known to be something else

/** Everything a view needs to draw one repository. */
export type Snapshot =
  /** `host`: the one that is no GitLab. */
  | { readonly kind: 'noProject'; readonly reason: NoProject; readonly host?: string }
  /** `url`: where to sign in; `known`: an instance that the user configured, else a guess from the remote. */
  | { readonly kind: 'signedOut'; readonly url: string; readonly known: boolean }
  | { readonly kind: 'loading'; readonly target: Target }
  /** `stale`: why the builds are not fresh, when they are not. */
  | {
      readonly kind: 'ready';
      readonly target: Target;
      readonly builds: readonly Build[];
      readonly pipelines: readonly Pipeline[];
      readonly apiVersion: 'v3' | 'v4';
      /** The token may read and nothing else. */
      readonly readOnly: boolean;
      readonly stale?: Failure | undefined;
    }
  | { readonly kind: 'failed'; readonly target?: Target | undefined; readonly failure: Failure };

/** What to load, or why there is nothing to load. */
export type Resolution =
  Extract<Snapshot, { kind: 'noProject' | 'signedOut' }> | { readonly kind: 'target'; readonly target: Target };

export function targetOf(snapshot: Snapshot | undefined): Target | undefined {
  return snapshot !== undefined && 'target' in snapshot ? snapshot.target : undefined;
}

export function buildsOf(snapshot: Snapshot | undefined): readonly Build[] {
  return snapshot?.kind === 'ready' ? snapshot.builds : [];
}

const nothing: Listing = { builds: [], pipelines: [] };

export function listingOf(snapshot: Snapshot | undefined): Listing {
  return snapshot?.kind === 'ready' ? snapshot : nothing;
}

export function isSameTarget(a: Target | undefined, b: Target | undefined): boolean {
  return a !== undefined && a.instance.url === b?.instance.url && a.project === b.project && a.sha === b.sha;
}
