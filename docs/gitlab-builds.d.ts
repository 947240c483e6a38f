// Types of the API of the extension `gitlab-builds.gitlab-builds`. Copy this file into your own extension.
import type { Event } from 'vscode';

/** What the extension's `activate()` returns. */
export interface Exports {
  /** Throws for any version but 1. */
  getAPI(version: 1): GitLabBuildsAPI;
}

/** All data is plain, read-only and safe to serialize. */
export interface GitLabBuildsAPI {
  /** Every open repository. Empty until the extension has started. */
  readonly repositories: readonly RepositoryBuilds[];
  /** Fires once for each change of `repositories`. */
  readonly onDidChange: Event<void>;
  /** Resolves when every repository shows the result. */
  refresh(): Promise<void>;
}

export interface RepositoryBuilds {
  /** URI of the repository's root folder. */
  readonly rootUri: string;
  readonly state: 'noProject' | 'signedOut' | 'loading' | 'ready' | 'failed';
  /** Base URL of the GitLab. */
  readonly instance?: string;
  /** Path or id of the project. */
  readonly project?: string;
  readonly apiVersion?: 'v3' | 'v4';
  readonly commit?: { readonly sha: string; readonly ref?: string };
  /** The commit whose builds these are if `commit` has none: `back` commits before it. */
  readonly ancestor?: { readonly sha: string; readonly back: number };
  /** The newest attempt of each build, in the order of the stages, then by id. */
  readonly builds: readonly Build[];
  /** Newest first. Empty for GitLab up to 8.12, which doesn't report pipelines. */
  readonly pipelines: readonly Pipeline[];
  /** True if the token is only allowed to read. */
  readonly readOnly?: boolean;
  /** Why the builds are out of date, if they are. */
  readonly stale?: string;
  /** What the user reads in the state `failed`. */
  readonly error?: string;
}

/** Times are in ISO 8601, by the clock of the user's machine where that differs from GitLab's. */
export interface Build {
  /** Undefined for an ordinary build. A bridge starts another pipeline; an external status comes from another CI system. */
  readonly kind?: 'bridge' | 'external' | undefined;
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  /** As GitLab reports it, for example `running`, `success` or `failed`. Later versions of GitLab may add some. */
  readonly status: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly allowFailure: boolean;
  readonly createdAt: string;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  /** Percent. */
  readonly coverage?: number | undefined;
  readonly artifacts?: Artifacts | undefined;
  /** Files beside the archive, such as test results. */
  readonly reports?: readonly Report[] | undefined;
  /** When artifacts that no longer exist expired. */
  readonly artifactsExpiredAt?: string | undefined;
  readonly user?: string | undefined;
  readonly runner?: string | undefined;
  /** Tags that a runner needs to run this build. */
  readonly tags?: readonly string[] | undefined;
  /** Id of the pipeline. */
  readonly pipeline?: number | undefined;
  readonly webUrl?: string | undefined;
  readonly commit?: Commit | undefined;
  /** When a delayed build starts by itself. */
  readonly scheduledAt?: string | undefined;
  /** What GitLab asks before a manual build is started. */
  readonly confirmation?: string | undefined;
  /** Why it failed, in GitLab's word: for example `script_failure` or `job_execution_timeout`. */
  readonly failureReason?: string | undefined;
  /** Why it failed, in GitLab's sentence, if it wasn't the script. */
  readonly failureMessage?: string | undefined;
  /** Exit code of the script that failed. */
  readonly exitCode?: number | undefined;
  /** True if it is pending and no online runner can take it. */
  readonly stuck?: boolean | undefined;
  /** Seconds that it was pending before it started. */
  readonly queuedDuration?: number | undefined;
  /** Id of the pipeline that a bridge started. */
  readonly downstream?: number | undefined;
  /** The pipeline that a bridge triggered in another project: `project` is its path, or its id in digits. */
  readonly elsewhere?: { readonly pipeline: number; readonly project: string } | undefined;
  /** True if a skipped build may be a manual one: GitLab before 9.0 doesn't tell them apart. */
  readonly maybeManual?: boolean | undefined;
  /** What this GitLab or the user's role doesn't allow, whatever the status. */
  readonly denied?: readonly BuildAbility[] | undefined;
  /** Earlier runs of the same build that a retry replaced, newest first. */
  readonly attempts: readonly Build[];
}

export type BuildAbility =
  | 'retry'
  | 'cancel'
  | 'forceCancel'
  | 'erase'
  | 'play'
  | 'playWithVariables'
  | 'playWithInputs'
  | 'retryWithInputs'
  | 'keep'
  | 'deleteArtifacts';

export interface Artifacts {
  readonly filename: string;
  /** Bytes; 0 where GitLab doesn't tell. */
  readonly size: number;
  readonly expireAt?: string | undefined;
}

export interface Report {
  /** For example `junit`, `sast` or `dotenv`. */
  readonly type: string;
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
}

export interface Pipeline {
  readonly id: number;
  /** A branch, a tag, or `refs/merge-requests/…`. */
  readonly ref: string;
  /** Differs from the commit's if GitLab tests the result of a merge. */
  readonly sha: string;
  readonly status: string;
  /** What started it, for example `push`, `schedule` or `parent_pipeline`. */
  readonly source?: string | undefined;
  readonly webUrl?: string | undefined;
  /** From `workflow:name`. */
  readonly name?: string | undefined;
  /** What GitLab says is wrong with the CI/CD configuration. */
  readonly yamlErrors?: string | undefined;
  /** Why the pipeline failed if it wasn't because of a build, in GitLab's words. */
  readonly failureReason?: string | undefined;
  readonly mergeRequest?: MergeRequest | undefined;
  /** Names of the stages, in order. */
  readonly stages?: readonly string[] | undefined;
}

export interface MergeRequest {
  /** Number within the project: 7 for `!7`. */
  readonly iid: number;
  readonly title: string;
}
