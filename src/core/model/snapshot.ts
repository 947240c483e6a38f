import type { Build } from './build';
import type { Failure } from './errors';
import type { Ancestor, Head } from './head';
import type { Instance } from './instance';
import type { Listing, Pipeline } from './pipeline';
import type { RemoteProject } from './remotes';

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
  /** What git says of it, where HEAD is followed. */
  readonly head?: Head | undefined;
}

export type NoProject =
  | 'noGit' // VS Code's git extension is off
  | 'noRepository'
  | 'noCommit' // an unborn branch
  | 'noRemote'
  | 'missingRemote' // there are remotes, and none of the name in the settings
  | 'notGitLab'; // a host that is known to be something else

/** Everything a view needs to draw one repository. */
export type Snapshot =
  /** `host`: the one that is no GitLab; `remote`: the name of the one that is missing. */
  | {
      readonly kind: 'noProject';
      readonly reason: NoProject;
      readonly host?: string | undefined;
      readonly remote?: string | undefined;
    }
  /** `url`: where to sign in; `known`: an instance that the user configured, else a guess from the remote. */
  | { readonly kind: 'signedOut'; readonly url: string; readonly known: boolean }
  | { readonly kind: 'loading'; readonly target: Target }
  | {
      readonly kind: 'ready';
      readonly target: Target;
      readonly builds: readonly Build[];
      readonly pipelines: readonly Pipeline[];
      readonly apiVersion: 'v3' | 'v4';
      /** There are more builds than these: a bound cut the list. */
      readonly isPartial?: boolean | undefined;
      /** The token may read and nothing else. */
      readonly readOnly: boolean;
      /** HEAD has no builds, or is not pushed: these are of the nearest commit before it that has some. */
      readonly ancestor?: Ancestor | undefined;
      /** The project's CI/CD is off, or the user's role doesn't show it: GitLab refuses its builds, and nothing else. */
      readonly ciHidden?: boolean | undefined;
      /** GitLab was asked, and doesn't have HEAD. */
      readonly unpushed?: boolean | undefined;
      /**
       * Since when builds of HEAD, or where that is not pushed of the nearest commit that is, are waited for, in ms since
       * 1970; undefined where there are some.
       */
      readonly watchingSince?: number | undefined;
      /** The project of another remote that has builds for the commit, while this one has none. */
      readonly elsewhere?: RemoteProject | undefined;
      /** How long a build of that name took the last times it succeeded, in seconds. */
      readonly expected?: Readonly<Record<string, number>> | undefined;
      /** Why the builds are not fresh, when they are not. */
      readonly stale?: Staleness | undefined;
    }
  | { readonly kind: 'failed'; readonly target?: Target | undefined; readonly failure: Failure };

export interface Staleness {
  /** When the builds were told, in ms since 1970. */
  readonly asOf: number;
  /** What keeps them from being fresh; undefined: they are remembered from an earlier session, and the first answer is awaited. */
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

/** HEAD is followed, and GitLab is known to lack it. */
export function isUnpushed(snapshot: Snapshot | undefined): boolean {
  if (snapshot?.kind !== 'ready' || snapshot.unpushed !== true) return false;
  const { pinned, head } = snapshot.target;
  return !pinned && head?.pushed !== true;
}

export function isSameTarget(a: Target | undefined, b: Target | undefined): boolean {
  return a !== undefined && a.instance.url === b?.instance.url && a.project === b.project && a.sha === b.sha;
}
