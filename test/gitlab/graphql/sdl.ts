/** What section after section of GitLab 18.9's schema says of CI; older versions lack some of it (see the profiles). */
const connections = (names: readonly string[]): string =>
  names
    .map(
      (name) => `
type ${name}Connection { count: Int! nodes: [${name}] edges: [${name}Edge] pageInfo: PageInfo! }
type ${name}Edge { cursor: String! node: ${name} }`,
    )
    .join('\n');

const page = 'first: Int, after: String, last: Int, before: String';

export const sdl = `
scalar Time
scalar BigInt
scalar JSON
scalar CiPipelineID
scalar JobID
scalar Duration

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

type Query {
  project(fullPath: ID!): Project
  currentUser: CurrentUser
  metadata: Metadata
  queryComplexity: QueryComplexity
}

type QueryComplexity { score: Int limit: Int }
type Metadata { version: String! revision: String! enterprise: Boolean! }
type CurrentUser { id: ID! username: String! name: String! webUrl: String! webPath: String! avatarUrl: String }
type UserCore { id: ID! username: String! name: String! webUrl: String! webPath: String! avatarUrl: String }

type Project {
  id: ID!
  name: String!
  path: String!
  fullPath: ID!
  nameWithNamespace: String!
  webUrl: String
  visibility: String
  archived: Boolean
  userPermissions: ProjectPermissions!
  pipelines(
    sha: String, ref: String, status: PipelineStatusEnum, scope: PipelineScopeEnum, source: String,
    ids: [CiPipelineID!], username: String, updatedAfter: Time, updatedBefore: Time, ${page}
  ): PipelineConnection
  pipeline(id: CiPipelineID, iid: ID, sha: String): Pipeline
  job(id: JobID!): CiJob
  jobs(statuses: [CiJobStatus!], ${page}): CiJobConnection
  mergeRequests(iids: [String!], sourceBranches: [String!], state: MergeRequestState, ${page}): MergeRequestConnection
}

type ProjectPermissions { readProject: Boolean! adminProject: Boolean! }

enum MergeRequestState { opened closed merged locked all }

type MergeRequest {
  id: ID!
  iid: String!
  title: String!
  state: MergeRequestState!
  sourceBranch: String!
  targetBranch: String!
  diffHeadSha: String
  webUrl: String
  headPipeline: Pipeline
  pipelines(sha: String, ref: String, status: PipelineStatusEnum, source: String, ${page}): PipelineConnection
}

enum PipelineScopeEnum { RUNNING PENDING FINISHED BRANCHES TAGS }
enum PipelineStatusEnum {
  CREATED WAITING_FOR_RESOURCE PREPARING WAITING_FOR_CALLBACK PENDING RUNNING FAILED SUCCESS CANCELED CANCELING
  SKIPPED MANUAL SCHEDULED
}
enum CiJobStatus {
  CREATED WAITING_FOR_RESOURCE PREPARING WAITING_FOR_CALLBACK PENDING RUNNING SUCCESS FAILED CANCELED CANCELING
  SKIPPED MANUAL SCHEDULED
}
enum CiJobKind { BUILD BRIDGE }

type DetailedStatus {
  id: String! group: String label: String text: String icon: String tooltip: String
  hasDetails: Boolean detailsPath: String action: StatusAction
}
type StatusAction { id: ID! buttonTitle: String icon: String method: String path: String title: String }

type Pipeline {
  id: ID!
  iid: String!
  sha: String
  ref: String
  status: PipelineStatusEnum!
  source: String
  name: String
  createdAt: Time!
  updatedAt: Time!
  startedAt: Time
  finishedAt: Time
  committedAt: Time
  duration: Int
  queuedDuration: Duration
  coverage: Float
  cancelable: Boolean!
  retryable: Boolean!
  active: Boolean!
  complete: Boolean!
  warnings: Boolean!
  stuck: Boolean!
  child: Boolean!
  totalJobs: Int!
  failedJobsCount: Int
  hasManualActions: Boolean
  path: String
  yamlErrors: Boolean!
  yamlErrorMessages: String
  detailedStatus: DetailedStatus!
  user: UserCore
  project: Project
  userPermissions: PipelinePermissions!
  stages(${page}): CiStageConnection
  jobs(
    retried: Boolean, statuses: [CiJobStatus!], jobKind: CiJobKind, whenExecuted: [String!], ${page}
  ): CiJobConnection
  job(id: JobID, name: String): CiJob
  jobArtifacts: [CiJobArtifact!]
  downstream(${page}): PipelineConnection
  upstream: Pipeline
}
type PipelinePermissions { adminPipeline: Boolean! destroyPipeline: Boolean! updatePipeline: Boolean! cancelPipeline: Boolean! }

type CiStage {
  id: ID!
  name: String
  status: String
  detailedStatus: DetailedStatus
  jobs(${page}): CiJobConnection
}

type CiJob {
  id: JobID
  name: String
  status: CiJobStatus
  kind: CiJobKind!
  stage: CiStage
  allowFailure: Boolean!
  retried: Boolean
  retryable: Boolean!
  cancelable: Boolean!
  playable: Boolean!
  canPlayJob: Boolean!
  manualJob: Boolean
  scheduled: Boolean!
  scheduledAt: Time
  schedulingType: String
  active: Boolean!
  stuck: Boolean!
  triggered: Boolean
  tags: [String!]
  needs(${page}): CiBuildNeedConnection
  previousStageJobs(${page}): CiJobConnection
  detailedStatus: DetailedStatus
  createdAt: Time!
  queuedAt: Time
  startedAt: Time
  finishedAt: Time
  erasedAt: Time
  duration: Int
  queuedDuration: Duration
  coverage: Float
  refName: String
  shortSha: String!
  commitPath: String
  createdByTag: Boolean!
  webPath: String
  playPath: String
  retryPath: String
  browseArtifactsPath: String
  artifacts(${page}): CiJobArtifactConnection
  trace: CiJobTrace
  failureMessage: String
  exitCode: Int
  source: String
  runner: CiRunner
  runnerManager: CiRunnerManager
  downstreamPipeline: Pipeline
  project: Project
  pipeline: Pipeline
  userPermissions: JobPermissions!
  manualVariables(${page}): CiManualVariableConnection
}
type JobPermissions { readJobArtifacts: Boolean! readBuild: Boolean! updateBuild: Boolean! cancelBuild: Boolean! }
type CiBuildNeed { id: ID! name: String }
type CiManualVariable { id: ID! key: String value: String }
type CiJobTrace { htmlSummary(lastLines: Int = 10): String! }
type CiRunner { id: ID! description: String runnerType: String paused: Boolean }
type CiRunnerManager { id: ID! systemId: String! version: String }
type CiJobArtifact {
  id: ID! name: String fileType: String size: BigInt! downloadPath: String expireAt: Time expired: Boolean
}

${connections(['Pipeline', 'CiStage', 'CiJob', 'CiJobArtifact', 'CiBuildNeed', 'CiManualVariable', 'MergeRequest'])}

type Mutation {
  jobCancel(input: JobCancelInput!): JobPayload
  jobRetry(input: JobRetryInput!): JobPayload
  jobPlay(input: JobPlayInput!): JobPayload
  jobUnschedule(input: JobUnscheduleInput!): JobPayload
  pipelineCancel(input: PipelineCancelInput!): PipelineCancelPayload
  pipelineRetry(input: PipelineRetryInput!): PipelineRetryPayload
}
input JobCancelInput { id: ID! clientMutationId: String }
input JobRetryInput { id: ID! variables: [CiVariableInput!] clientMutationId: String }
input JobPlayInput { id: ID! variables: [CiVariableInput!] clientMutationId: String }
input JobUnscheduleInput { id: ID! clientMutationId: String }
input PipelineCancelInput { id: ID! clientMutationId: String }
input PipelineRetryInput { id: ID! clientMutationId: String }
input CiVariableInput { key: String! value: String! }
type JobPayload { job: CiJob errors: [String!]! }
type PipelineCancelPayload { errors: [String!]! }
type PipelineRetryPayload { pipeline: Pipeline errors: [String!]! }
`;
