import type { Build } from './build';
import type { Failure } from './errors';
import type { Ancestor, Head } from './head';
import type { Instance } from './instance';
import type { Listing, Pipeline } from './pipeline';
import type { RemoteProject } from './remotes';

/** The commit whose builds are wanted. */
export interface Target {
  readonly instance: Instance;
  /** Project path or numeric id. */
  readonly project: string;
  /** Full SHA, 40 hex digits. */
  readonly sha: string;
  /** Branch or tag that is checked out, if any. */
  readonly ref?: string | undefined;
  /** The user chose this commit, so it doesn't follow HEAD. */
  readonly pinned: boolean;
  /** Git's view of HEAD; undefined for a pinned commit. */
  readonly head?: Head | undefined;
}

export type NoProject =
  | 'noGit' // VS Code's Git extension is disabled
  | 'noRepository'
  | 'noCommit' // the branch has no commits yet
  | 'noRemote'
  | 'missingRemote' // the remote named in the settings doesn't exist
  | 'notGitLab'; // the host is known not to be GitLab

/** Everything that views need to render one repository. */
export type Snapshot =
  /** `host`: the host that isn't GitLab; `remote`: the remote that doesn't exist. */
  | {
      readonly kind: 'noProject';
      readonly reason: NoProject;
      readonly host?: string | undefined;
      readonly remote?: string | undefined;
    }
  /** `url`: where to sign in; `known`: whether the user configured it (otherwise derived from the remote). */
  | { readonly kind: 'signedOut'; readonly url: string; readonly known: boolean }
  | { readonly kind: 'loading'; readonly target: Target }
  | {
      readonly kind: 'ready';
      readonly target: Target;
      readonly builds: readonly Build[];
      readonly pipelines: readonly Pipeline[];
      readonly apiVersion: 'v3' | 'v4';
      /** The list was truncated at a limit. */
      readonly isPartial?: boolean | undefined;
      /** The token can only read. */
      readonly readOnly: boolean;
      /** The builds belong to the nearest ancestor that has some, because HEAD has none or isn't pushed. */
      readonly ancestor?: Ancestor | undefined;
      /** GitLab refuses the list of builds: CI/CD is disabled for the project, or hidden from this role. */
      readonly ciHidden?: boolean | undefined;
      /** This version of GitLab doesn't run pipelines on request. */
      readonly lacksRunPipeline?: boolean | undefined;
      /** GitLab confirmed that it doesn't have HEAD. */
      readonly unpushed?: boolean | undefined;
      /**
       * Since when builds are awaited (ms since 1970), for HEAD or, if it isn't pushed, for its nearest pushed
       * ancestor; undefined if there are some.
       */
      readonly watchingSince?: number | undefined;
      /** Project of another remote that has builds for the commit, if this one has none. */
      readonly elsewhere?: RemoteProject | undefined;
      /** Expected duration in seconds by build name. */
      readonly expected?: Readonly<Record<string, number>> | undefined;
      /** Why the builds are out of date; undefined if they are current. */
      readonly stale?: Staleness | undefined;
    }
  | { readonly kind: 'failed'; readonly target?: Target | undefined; readonly failure: Failure };

/** Snapshot of a commit whose builds are known. */
export type Ready = Extract<Snapshot, { kind: 'ready' }>;

export interface Staleness {
  /** When the builds were loaded, in ms since 1970. */
  readonly asOf: number;
  /** What prevents an update; undefined: restored from an earlier session, and the first response is pending. */
  readonly failure?: Failure | undefined;
}

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

/** Whether HEAD is followed and GitLab doesn't have it. */
export function isUnpushed(snapshot: Snapshot | undefined): boolean {
  if (snapshot?.kind !== 'ready' || snapshot.unpushed !== true) return false;
  const { pinned, head } = snapshot.target;
  return !pinned && head?.pushed !== true;
}

export function isSameTarget(a: Target | undefined, b: Target | undefined): boolean {
  return a !== undefined && a.instance.url === b?.instance.url && a.project === b.project && a.sha === b.sha;
}
