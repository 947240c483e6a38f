import type { Build, BuildAbility } from '../model/build';
import type { Server } from './detect';
import { isAtLeast, parseVersion } from './version';

type Since = readonly [major: number, minor: number];

/** First version with each feature, by API; an API without an entry never had it. */
const features = {
  erase: { v3: [8, 5], v4: [9, 0] },
  /** Pipelines of a branch; a build names its pipeline since the same release, which v3 needs to list the builds of one. */
  branchPipelines: { v3: [8, 13], v4: [9, 0] },
  /** Artifacts of the newest pipeline of a branch or tag. */
  latestArtifacts: { v3: [8, 10], v4: [9, 0] },
  /** Single file of an archive. */
  artifactEntry: { v4: [10, 0] },
  artifactTree: { v4: [18, 8] },
  deleteArtifacts: { v4: [11, 9] },
  keep: { v3: [8, 9], v4: [9, 0] },
  play: { v3: [8, 11], v4: [9, 0] },
  /** `POST /pipeline`; v3 takes no variables. */
  createPipeline: { v3: [8, 14], v4: [9, 0] },
  /** `POST /merge_requests/:iid/pipelines` */
  createMergeRequestPipeline: { v4: [12, 3] },
  /** Variables of type `file` for a pipeline. */
  fileVariables: { v4: [11, 11] },
  /** Typed inputs of a pipeline (`spec:inputs`). */
  pipelineInputs: { v4: [17, 10] },
  /** `POST /ci/lint`, which knows no project. */
  lint: { v3: [8, 12], v4: [9, 0] },
  /** `POST /projects/:id/ci/lint` */
  projectLint: { v4: [13, 6] },
  /** `content_ref` of `GET /projects/:id/ci/lint`; 16.5 to 16.9 called it `sha`. */
  lintOfCommit: { v4: [16, 10] },
  /** Status `manual`; earlier versions use `skipped`. */
  manualStatus: { v3: [9, 0], v4: [9, 0] },
  /** `/pipelines?sha=`; earlier versions ignore the filter. */
  pipelinesBySha: { v4: [10, 8] },
  mergeRequestPipelines: { v4: [10, 5] },
  /** `/pipelines/:id/bridges` */
  bridges: { v4: [13, 2] },
  /** `/pipelines/:id/test_report`; in 13.x a flag may hide it. */
  testReport: { v4: [13, 0] },
  testReportSummary: { v4: [14, 2] },
  /** `/pipelines/:id/jobs` omits superseded attempts; `include_retried` was added four versions later. */
  attemptsLeftOut: { v4: [13, 5] },
  playBridge: { v4: [13, 8] },
  attemptsOnRequest: { v4: [13, 9] },
  graphql: { v4: [14, 0] },
  /** Downstream pipeline of a job in GraphQL, required for listing builds; added in a release after 14.0. */
  graphqlLists: { v4: [14, 1] },
  playWithVariables: { v4: [14, 9] },
  /** Typed inputs of a job. */
  jobInputs: { v4: [18, 10] },
  /** `/personal_access_tokens/self` */
  ownToken: { v4: [15, 5] },
  /** Failure message of a job in GraphQL. */
  failureMessage: { v4: [16, 2] },
  /** Size and expiry of a file in GraphQL; added by some release after 15.3. */
  artifactSize: { v4: [15, 4] },
  /** Runner of a job, and whether it can be played, in GraphQL; added by some release after 15.9. */
  jobRunner: { v4: [16, 0] },
  /** Source, name and failure reason of a pipeline in GraphQL; added by some release after 16.3. */
  pipelineErrors: { v4: [16, 4] },
  /** Whether a file has expired, in GraphQL; added by some release after 17.2. */
  artifactExpired: { v4: [17, 3] },
  /** GraphQL filter by all statuses of active jobs; the last two statuses were added in a release up to 17.2. */
  activeStatuses: { v4: [17, 2] },
  /**
   * Exit code of a job in GraphQL; added in a release after 17.2. The 16.10 in its documentation is the release since
   * which jobs have one.
   */
  exitCode: { v4: [17, 3] },
  /** Commit of a pipeline in GraphQL. */
  pipelineCommit: { v4: [14, 5] },
  /** Question before a manual build is started; GraphQL only. */
  manualConfirmation: { v4: [17, 1] },
  /** `/pipelines?source=parent_pipeline`; other lists omit child pipelines. */
  childPipelines: { v4: [17, 0] },
  retryBridge: { v4: [17, 0] },
  forceCancel: { v4: [17, 10] },
} as const satisfies Readonly<Record<string, { readonly v3?: Since; readonly v4?: Since }>>;

export type Feature = keyof typeof features;

/** Whether the server has a feature. An unknown version is assumed to have it; the server will say if it doesn't. */
export function has({ api, version }: Server, feature: Feature): boolean {
  const since: { readonly v3?: Since; readonly v4?: Since } = features[feature];
  const [major, minor] = since[api] ?? [Infinity, 0];
  const parsed = parseVersion(version ?? '');
  return major !== Infinity && (parsed === undefined || isAtLeast(parsed, major, minor));
}

/** Whether the server is known to have a feature. Up to 8.12 no GitLab reports a version. */
export function isKnownToHave(server: Server, feature: Feature): boolean {
  return server.version !== undefined && has(server, feature);
}

/** Whether the server is known not to run pipelines on request. API v3 reports its version since 8.13. */
export function lacksRunPipeline(server: Server): boolean {
  return !has(server, 'createPipeline') || (server.api === 'v3' && server.version === undefined);
}

/** Whether this version of GitLab lacks an ability for such a build. */
export function lacks(server: Server, { kind }: Build, ability: BuildAbility): boolean {
  switch (ability) {
    case 'retry':
      return kind === 'bridge' && !has(server, 'retryBridge');
    case 'play':
      return !has(server, kind === 'bridge' ? 'playBridge' : 'play');
    case 'retryWithInputs':
    case 'playWithInputs':
      return !has(server, 'jobInputs');
    case 'cancel':
      return false;
    case 'erase':
    case 'keep':
    case 'forceCancel':
    case 'playWithVariables':
    case 'deleteArtifacts':
      return !has(server, ability);
    default:
      return ability satisfies never;
  }
}
