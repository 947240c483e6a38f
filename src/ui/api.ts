import type { Event } from 'vscode';
import type { Build } from '../core/model/build';
import type { Pipeline } from '../core/model/pipeline';
import type { Snapshot } from '../core/model/snapshot';

/** The extension's public API, returned by `activate()`. All data is read-only, plain, and safe to serialize. */
export interface Exports {
  /** Throws for any version other than 1. */
  getAPI(version: 1): GitLabBuildsAPI;
}

export interface GitLabBuildsAPI {
  readonly repositories: readonly RepositoryBuilds[];
  readonly onDidChange: Event<void>;
  /** Resolves when the result is shown for all repositories. */
  refresh(): Promise<void>;
}

export interface RepositoryBuilds {
  readonly rootUri: string;
  readonly state: Snapshot['kind'];
  /** Base URL. */
  readonly instance?: string;
  /** Project path or id. */
  readonly project?: string;
  readonly apiVersion?: 'v3' | 'v4';
  readonly commit?: { readonly sha: string; readonly ref?: string };
  /** The ancestor that the builds belong to if `commit` has none of its own; `back`: number of commits before it. */
  readonly ancestor?: { readonly sha: string; readonly back: number };
  /** Newest attempts, in stage order, then by id. */
  readonly builds: readonly Build[];
  /** Newest first; none on GitLab up to 8.12, which does not name them. */
  readonly pipelines: readonly Pipeline[];
  /** The token can only read. */
  readonly readOnly?: boolean;
  /** Why the builds are out of date; undefined if they are current. */
  readonly stale?: string;
  /** The message that the user sees in state `failed`. */
  readonly error?: string;
}

interface Source {
  repositories(): readonly RepositoryBuilds[];
  refresh(): Promise<void>;
}

/** Creates the API. Until the source has started there are no repositories, and `refresh` waits for it. */
export function createExports(started: Promise<Source>, onDidChange: Event<void>): Exports {
  let source: Source | undefined;
  const known = started.then((one) => (source = one));
  const api: GitLabBuildsAPI = Object.freeze({
    get repositories() {
      return source?.repositories() ?? [];
    },
    onDidChange,
    refresh: async () => (await known).refresh(),
  });
  return {
    getAPI(version: number) {
      if (version !== 1) throw new Error(`GitLab Builds has no API version ${version}, only 1.`);
      return api;
    },
  };
}
