import type { Archive, ArchiveInit } from './archive';

/** What the fake GitLab knows. All of it is plain data that never changes: a change puts a new object in the old one's place. */
export type Role = 'guest' | 'reporter' | 'developer' | 'master' | 'owner';
export type Visibility = 'private' | 'internal' | 'public';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly token: string;
  readonly admin: boolean;
  readonly state: 'active' | 'blocked';
  readonly createdAtMs: number;
}

/** A personal access token besides the user's own. */
export interface Token {
  readonly id: number;
  readonly token: string;
  readonly name: string;
  readonly user: string;
  readonly scopes: readonly string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revoked: boolean;
  /** Of an OAuth application: taken as a bearer token alone. */
  readonly oauth: boolean;
}

export interface Project {
  readonly id: number;
  /** With namespace, as in the URL: `group/sub.project`. */
  readonly path: string;
  /** Those it had before it was moved. */
  readonly formerPaths: readonly string[];
  readonly visibility: Visibility;
  readonly publicBuilds: boolean;
  readonly defaultBranch: string;
  /** Branches and tags that only Masters may push to. */
  readonly protectedRefs: readonly string[];
  readonly members: Readonly<Record<string, Role>>;
  /** GitLab masks it in logs. */
  readonly runnersToken: string;
  /** What its `.gitlab-ci.yml` declares, on every branch. */
  readonly pipelineInputs: readonly PipelineInputSpec[];
  readonly createdAtMs: number;
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** ISO 8601 with the committer's zone. */
  readonly createdAt: string;
  readonly parents: readonly string[];
}

export interface Runner {
  readonly id: number;
  readonly description: string;
  /** Ends a canceled build itself, after it has cleaned up. */
  readonly graceful: boolean;
}

export interface MergeRequest {
  readonly iid: number;
  readonly projectId: number;
  readonly title: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  /** Head of the source branch. */
  readonly sha: string;
  readonly state: 'opened' | 'closed' | 'merged';
  readonly createdAtMs: number;
}

export interface Pipeline {
  readonly id: number;
  /** Counts within the project. */
  readonly iid: number;
  readonly projectId: number;
  readonly sha: string;
  readonly ref: string;
  readonly tag: boolean;
  /** `push`, `merge_request_event`, `parent_pipeline`, `schedule`, `web`, `api`, … */
  readonly source: string;
  readonly name: string | null;
  readonly user: User | null;
  readonly mergeRequestIid: number | null;
  /** In their order; those that are missing here follow in the order of their first build. */
  readonly stages: readonly string[];
  /** What is wrong with its configuration: then it has failed, and there are no builds. */
  readonly yamlErrors: string | null;
  readonly createdAtMs: number;
}

/** Bridges start another pipeline; external ones are commit statuses that another CI system reports. */
export type Kind = 'build' | 'bridge' | 'external';

/** An artifacts file besides the archive. */
export interface Report {
  readonly fileType: string;
  readonly filename: string;
  readonly format: 'gzip' | 'raw' | 'zip';
  readonly size: number;
}

/** A test in the `junit` report of a build, as GitLab reads it. */
export interface FakeTest {
  readonly status: 'success' | 'failed' | 'skipped' | 'error';
  readonly name: string;
  readonly classname?: string | undefined;
  readonly file?: string | undefined;
  /** Seconds. */
  readonly time?: number | undefined;
  /** What the report says of a failure. */
  readonly output?: string | undefined;
  readonly trace?: string | undefined;
  readonly recentFailures?: { readonly count: number; readonly baseBranch: string } | undefined;
}

/** One build as it stands now: a snapshot. `world.build(id)` gives the present one. */
export interface FakeBuild {
  readonly id: number;
  readonly projectId: number;
  readonly pipelineId: number;
  readonly kind: Kind;
  readonly sha: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly stage: string;
  readonly name: string;
  readonly status: string;
  readonly allowFailure: boolean;
  readonly when: When;
  /** A newer attempt is in the same pipeline. */
  readonly retried: boolean;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly erasedAtMs: number | null;
  /** When a delayed build starts by itself. */
  readonly scheduledAtMs: number | null;
  readonly coverage: number | null;
  readonly user: User | null;
  readonly runner: Runner | null;
  readonly runnerTags: readonly string[];
  readonly artifacts: Archive | null;
  readonly artifactsExpireAtMs: number | null;
  readonly reports: readonly Report[];
  /** In its `junit` reports. */
  readonly tests: readonly FakeTest[];
  /** Why GitLab couldn't read its `junit` reports. */
  readonly suiteError: string | null;
  readonly trace: Buffer;
  /** False: without commands, so never to be retried. */
  readonly commands: boolean;
  readonly failureReason: string;
  /** Of its script; null where that did not end by itself. */
  readonly exitCode: number | null;
  /** It is pending, and no runner can take it. */
  readonly stuck: boolean;
  /** One build of a group runs at a time. */
  readonly resourceGroup: string | null;
  /** Names of the builds that it needs; null: it waits for the stages before its own. */
  readonly needs: readonly string[] | null;
  /** What GitLab asks before it is played. */
  readonly manualConfirmation: string | null;
  /** Those it was played with. */
  readonly variables: Readonly<Record<string, string>>;
  /** Inputs that its job declares. */
  readonly inputsSpec: readonly PipelineInputSpec[];
  /** Values other than the defaults that it was started with. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The pipeline that a bridge started. */
  readonly downstreamId: number | null;
  /** Of an external status. */
  readonly targetUrl: string | null;
  readonly description: string | null;
}

export type When = 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed';

/** Milliseconds since 1970, or ISO 8601. */
export type Time = number | string;

export interface UserInit {
  readonly username: string;
  readonly token: string;
  readonly name?: string | undefined;
  readonly admin?: boolean | undefined;
  readonly state?: User['state'] | undefined;
}

export interface TokenInit {
  readonly token: string;
  /** Username. */
  readonly user: string;
  readonly name?: string | undefined;
  /** Default: `api`. */
  readonly scopes?: readonly string[] | undefined;
  readonly expiresAt?: Time | null | undefined;
  readonly revoked?: boolean | undefined;
  /** Default: false. */
  readonly oauth?: boolean | undefined;
}

/** An input of `spec:inputs` or of a job, by its name. */
export interface PipelineInputSpec {
  readonly name: string;
  readonly type: 'STRING' | 'NUMBER' | 'BOOLEAN' | 'ARRAY';
  readonly description?: string;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly regex?: string;
  /** Values that depend on other inputs: then options and default are not told. */
  readonly rules?: true;
}

export interface ProjectInit {
  readonly path: string;
  readonly visibility?: Visibility | undefined;
  readonly publicBuilds?: boolean | undefined;
  readonly defaultBranch?: string | undefined;
  readonly protectedRefs?: readonly string[] | undefined;
  readonly members?: Readonly<Record<string, Role>> | undefined;
}

export interface CommitInit {
  readonly sha: string;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  readonly authorName?: string | undefined;
  readonly authorEmail?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly parents?: readonly string[] | undefined;
  /** `[ci skip]`: GitLab keeps a CI record of the commit, without builds. */
  readonly ciSkipped?: boolean | undefined;
}

export interface MergeRequestInit {
  readonly sourceBranch: string;
  readonly sha: string;
  readonly title?: string | undefined;
  readonly targetBranch?: string | undefined;
  readonly state?: MergeRequest['state'] | undefined;
}

export interface PipelineInit {
  readonly sha: string;
  readonly ref?: string | undefined;
  readonly tag?: boolean | undefined;
  readonly source?: string | undefined;
  readonly name?: string | undefined;
  /** Username. */
  readonly user?: string | undefined;
  readonly mergeRequest?: { readonly iid: number } | undefined;
  readonly stages?: readonly string[] | undefined;
  readonly yamlErrors?: string | undefined;
  readonly createdAt?: Time | undefined;
}

export interface BuildInit {
  /** A sha that no commit was added for is one that git has lost: such builds have `commit: null`. */
  readonly sha: string;
  readonly name: string;
  /** Default: the newest one of this sha and ref, else a new one. A named pipeline decides over sha, ref and tag. */
  readonly pipeline?: { readonly id: number } | undefined;
  readonly kind?: Kind | undefined;
  readonly ref?: string | undefined;
  readonly stage?: string | undefined;
  readonly status?: string | undefined;
  readonly allowFailure?: boolean | undefined;
  readonly when?: When | undefined;
  readonly tag?: boolean | undefined;
  readonly createdAt?: Time | undefined;
  readonly startedAt?: Time | null | undefined;
  readonly finishedAt?: Time | null | undefined;
  readonly scheduledAt?: Time | undefined;
  readonly coverage?: number | null | undefined;
  readonly artifacts?: ArchiveInit | undefined;
  readonly artifactsExpireAt?: Time | undefined;
  readonly reports?: readonly Report[] | undefined;
  /** With them the build has a `junit` report. */
  readonly tests?: readonly FakeTest[] | undefined;
  readonly suiteError?: string | undefined;
  readonly trace?: string | Buffer | undefined;
  /** Username. */
  readonly user?: string | undefined;
  /** Description. */
  readonly runner?: string | undefined;
  readonly runnerTags?: readonly string[] | undefined;
  readonly commands?: boolean | undefined;
  readonly failureReason?: string | undefined;
  /** Default: 1 of a script that failed. */
  readonly exitCode?: number | undefined;
  readonly stuck?: boolean | undefined;
  readonly resourceGroup?: string | undefined;
  readonly needs?: readonly string[] | undefined;
  readonly manualConfirmation?: string | undefined;
  readonly inputsSpec?: readonly PipelineInputSpec[] | undefined;
  readonly downstream?: { readonly id: number } | undefined;
  readonly targetUrl?: string | undefined;
  readonly description?: string | undefined;
}
