import type { Keys } from './keys';

/** What differs between GitLab versions, as data: one row per version. Nothing else in this folder asks for a version. */
export interface Profile {
  readonly name: ProfileName | VariantName;
  /** As `/version` tells it. */
  readonly version: string;
  /** `gone`: 410 for everything but `/user`. */
  readonly v3: Api | 'gone';
  readonly v4: Api | 'absent';
  readonly graphql: GraphQL | 'absent';
  /** What Rails makes of an API path that no API knows: its static page, or a question for the sign-in. */
  readonly unrouted: 'staticPage' | 'signIn';
  /** Statuses that builds can have. */
  readonly statuses: readonly string[];
  readonly rules: Rules;
  readonly tokens: TokenRules;
  /** Rack 1.6 and 2.2 digest differently. */
  readonly etag: 'md5' | 'sha256';
  /** Whether an id that is no number is no record, or a bad parameter. */
  readonly invalidId: 'notFound' | 'badParameter';
  /** Whether every answer of the API has `X-Gitlab-Meta`. */
  readonly metaHeader: boolean;
  /** How `Content-Disposition` names a file. */
  readonly disposition: 'bare' | 'quoted';
  /** Body of 405. */
  readonly methodNotAllowed: string;
  readonly pagination: Pagination;
  /** Builds are shown with these web addresses: `/group/project/-/jobs/1`. */
  readonly webPaths: { readonly build: string; readonly pipeline: string; readonly user: string };
  /** What the path of a project that has moved answers. */
  readonly movedProjects: 'notFound' | 'redirect';
  /** Whether the builds of a stage are only created once the stage before it has succeeded. */
  readonly stages: 'lazy' | 'created';
  /** Jobs lists that one user may ask for in a minute; 0: any number. */
  readonly jobListsPerMinute: number;
}

export type ProfileName =
  | '8.4'
  | '8.5'
  | '8.9'
  | '8.10'
  | '8.13'
  | '8.17'
  | '9.0'
  | '10.8'
  | '11.0'
  | '13.4'
  | '13.9'
  | '15.9'
  | '18.9'
  | '18.10';

/** Further releases, for what differs between releases of GraphQL only. */
export type VariantName = '14.0' | '14.9' | '15.3' | '15.8' | '16.3' | '17.2' | '19.2';

export type RouteName =
  | 'user'
  | 'version'
  | 'metadata'
  | 'ownToken'
  | 'jobOfToken'
  | 'project'
  | 'builds'
  | 'commitBuilds'
  | 'build'
  | 'trace'
  | 'artifacts'
  | 'artifactTree'
  | 'artifactFile'
  | 'refArtifacts'
  | 'refArtifactFile'
  | 'keep'
  | 'deleteArtifacts'
  | 'cancel'
  | 'retry'
  | 'erase'
  | 'play'
  | 'createPipeline'
  | 'lint'
  | 'projectLint'
  | 'commitLint'
  | 'file'
  | 'createMergeRequestPipeline'
  | 'pipelines'
  | 'latestPipeline'
  | 'pipeline'
  | 'pipelineBuilds'
  | 'bridges'
  | 'triggerJobs'
  | 'testReport'
  | 'testReportSummary'
  | 'pipelineRetry'
  | 'pipelineCancel'
  | 'commit'
  | 'commitStatuses'
  | 'mergeRequests'
  | 'mergeRequest'
  | 'mergeRequestPipelines';

/** One version of the REST API on one GitLab. */
export interface Api {
  /** In paths, parameters and refusals. */
  readonly noun: 'build' | 'job';
  /** Routes that exist. */
  readonly routes: readonly RouteName[];
  /** Which path parameters take a dot: only those of these routes. Elsewhere a dot ends the parameter, and no route matches. */
  readonly dottedIds: readonly RouteName[];
  /** Routes that need no token on a public project. */
  readonly anonymous: readonly RouteName[];
  /** Whether a path that it does not know is 404 as JSON; else Rails answers. */
  readonly catchAll: boolean;
  readonly keys: Keys;
  readonly scope: Scope;
  /** Of the lists below a pipeline. */
  readonly pipelineScope: Scope;
  /** Message where a build is missing. */
  readonly missingBuild: string;
  readonly unplayable: string;
  readonly pipelineBuilds: PipelineBuilds;
  /** Query parameters that filter pipelines. The others are ignored. */
  readonly pipelineFilters: readonly string[];
  /** Whether child pipelines are listed. */
  readonly childPipelines: 'listed' | 'hidden' | 'bySource';
  /** The playing of builds takes `job_variables_attributes`. */
  readonly playVariables: boolean;
  /** Variables of a new pipeline may be files. */
  readonly fileVariables: boolean;
  /** Which field of retry and play takes a job's inputs; the others are ignored. `none`: no field does. */
  readonly jobInputs: { readonly retry: string; readonly play: string } | 'none';
  readonly forceCancel: boolean;
  /** Whether the total of the list of all builds is left out. */
  readonly buildsTotal: 'counted' | 'omitted';
  readonly keysetBuilds: boolean;
  /** What `/projects/:id` shows. */
  readonly project: 'v3' | 'v4';
}

export interface Scope {
  readonly values: readonly string[];
  /** `scope[]=x` */
  readonly list: 'taken' | 'unknown';
  /** `scope[0]=x` */
  readonly hash: 'taken' | 'invalid';
  /** `scope=` */
  readonly empty: 'ignored' | 'unknown';
  /** Grape's own check comes before all else and repeats the list in `Link`. */
  readonly checkedBy: 'endpoint' | 'grape';
}

export interface PipelineBuilds {
  /** `unordered`: as the database likes. */
  readonly order: 'unordered' | 'ascending' | 'descending';
  readonly retried: 'included' | 'excluded' | 'asked';
}

export interface Pagination {
  /** Total pages that an empty list announces. */
  readonly pagesOfNothing: 0 | 1;
  /** `X-Prev-Page` of a page past the end. */
  readonly previousPastEnd: 'shown' | 'empty';
  readonly perPageZero: number | 'badParameter';
  /** Longer lists do not say how long they are; 0: all do. */
  readonly countedUpTo: number;
  readonly linkHost: 'request' | 'configured';
  readonly totals: 'first' | 'afterLink';
}

export interface Rules {
  /** How GitLab words a job without a script. */
  readonly lintWords: 'old' | 'trigger' | 'run';
  /** Keys of the merged configuration: `:job` or `job`. */
  readonly mergedKeys: 'symbols' | 'strings';
  /** Whether the lint of a committed file takes `content_ref`. */
  readonly lintsCommits: boolean;
  /**
   * `ciRecord`: one record per sha holds the builds of all refs, and no record is 404, although the commit exists.
   * `onePipeline`: the first pipeline of the sha. `revision`: what git knows is no 404; all pipelines.
   */
  readonly commitLookup: 'ciRecord' | 'onePipeline' | 'revision';
  /** Statuses of a commit without CI. */
  readonly statusesWithoutCi: 'notFound' | 'empty';
  readonly cancelableFrom: readonly string[];
  /** Runners that can take their time end a canceled build themselves. */
  readonly gracefulCancel: boolean;
  /** `any`: whatever state it is in, running too. */
  readonly retryableFrom: 'any' | readonly string[];
  readonly retryOfSuperseded: 'allowed' | 'refused';
  readonly retryOfMissingBuild: 'notFound' | 'notRetryable';
  readonly retryOfBridge: boolean;
  readonly playOfBridge: boolean;
  /** Whom a new attempt belongs to. */
  readonly retriedBy: 'nobody' | 'caller';
  /** A retry turns the skipped builds of later stages back to `created`. */
  readonly retryRevivesSkipped: boolean;
  /** Statuses that a manual or delayed build can be played from. */
  readonly playableFrom: readonly string[];
  /** Status of a manual build that waits. */
  readonly manualStatus: string;
  readonly playNeeds: 'readBuild' | 'updateBuild';
  /** Whether erasing is for the Master, and for the Developer who triggered the build. */
  readonly eraseNeeds: 'developer' | 'owner';
  /** Whether actions on builds of protected refs are for those who may push there. */
  readonly protectedRefs: boolean;
  /** Whether `public_builds` lets a Guest of a private project read builds. */
  readonly guestReadsPrivateBuilds: boolean;
  /** The list of all builds asks for nothing but the project, or for builds to be readable. */
  readonly buildsNeed: 'readProject' | 'readBuild';
  /** Files besides the archive (log, metadata, reports) are artifacts too. */
  readonly jobArtifacts: boolean;
  /** The flag that lets pipelines show their tests is on; else the route answers 404. */
  readonly testReports: boolean;
  /** Expired artifacts are no longer shown. */
  readonly hidesExpired: boolean;
}

export interface TokenRules {
  /** Each account's own token; later the same token counts as a personal access token. */
  readonly private: boolean;
  readonly personal: boolean;
  /** What a token without the scope gets. */
  readonly scopes: 'none' | 'unauthorized' | 'forbidden';
  readonly readApi: boolean;
  /** Personal tokens as `Authorization: Bearer`. */
  readonly bearer: boolean;
  /** A bad token is refused where none is needed; else it is nobody's. */
  readonly bad: 'anonymous' | 'refused';
  /** Expired and revoked tokens are told apart. */
  readonly stale: 'unauthorized' | 'explained';
  readonly blocked: 'unauthorized' | 'forbidden';
}

export interface GraphQL {
  /** Whose types there are; see the table of types. */
  readonly release: string;
  /** What of these is not there all the same: `CiJob.tags`, `Project.pipelines(source)`. Default: none. */
  readonly lacks?: readonly string[];
  /** The source `parent_pipeline` finds child pipelines; else it finds none. */
  readonly childrenBySource: boolean;
  /** Errors of a query that are told at once. */
  readonly toldErrors: number;
  /** Refusals of unknown names say what may have been meant. */
  readonly suggestions: boolean;
  /** What a pipeline that is asked for by an argument counts less. */
  readonly pipelineDiscount: number;
}
