/**
 * What GitLab's GraphQL says of CI, release by release: `@since` marks what a release brought, `@before` what it took
 * away or gave another type. A mark names the first release of those we know that has the change, which may have come
 * a little earlier. Without a mark: since 14.0.
 */
const connections = (names: readonly string[]): string =>
  names
    .map(
      (name) => `
type ${name}Connection { nodes: [${name}] edges: [${name}Edge] pageInfo: PageInfo! }
type ${name}Edge { cursor: String! node: ${name} }`,
    )
    .join('\n');

const counted = (name: string, count: string): string => `
type ${name}Connection { ${count} nodes: [${name}] edges: [${name}Edge] pageInfo: PageInfo! }
type ${name}Edge { cursor: String! node: ${name} }`;

const page = 'first: Int, after: String, last: Int, before: String';

const statuses = `
  CREATED WAITING_FOR_RESOURCE PREPARING PENDING RUNNING SUCCESS FAILED CANCELED SKIPPED MANUAL SCHEDULED
  WAITING_FOR_CALLBACK @since(release: "17.2")
  CANCELING @since(release: "17.2")`;

/** Of a list of pipelines, of a project or of a merge request. */
const pipelineFilters = `
    sha: String, ref: String, status: PipelineStatusEnum,
    scope: PipelineScopeEnum @since(release: "14.9"), source: String @since(release: "14.9"),
    username: String @since(release: "14.9"),
    updatedAfter: Time @since(release: "14.9"), updatedBefore: Time @since(release: "14.9"),`;

const user = 'id: ID! username: String! name: String! webUrl: String! webPath: String! avatarUrl: String';

export const sdl = `
directive @since(release: String!) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @before(release: String!) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE

scalar Time
scalar BigInt
scalar Duration
scalar JobID
scalar CiBuildID
scalar CiProcessableID
scalar CiPipelineID
scalar CiJobArtifactID
scalar CiRunnerID
scalar CiRunnerManagerID

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

type Query {
  project(fullPath: ID!): Project
  currentUser: UserCore @before(release: "17.2")
  currentUser: CurrentUser @since(release: "17.2")
  metadata: Metadata
  queryComplexity: QueryComplexity @since(release: "14.9")
}

type QueryComplexity { score: Int limit: Int }
type Metadata { version: String! revision: String! enterprise: Boolean! }
type CurrentUser { ${user} }
type UserCore { ${user} }

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
  pipelines(${pipelineFilters} ids: [ID!] @since(release: "18.9"), ${page}): PipelineConnection
  ciPipelineCreationInputs(ref: String!): [CiInputsSpec!] @since(release: "17.10")
  pipeline(id: CiPipelineID @since(release: "17.2"), iid: ID, sha: String): Pipeline
  job(id: JobID!): CiJob @since(release: "15.7")
  jobs(statuses: [CiJobStatus!], withArtifacts: Boolean @since(release: "15.7"), ${page}): CiJobConnection
  mergeRequests(iids: [String!], sourceBranches: [String!], state: MergeRequestState, ${page}): MergeRequestConnection
}

type CiInputsSpec {
  name: String!
  type: CiInputsType!
  description: String
  required: Boolean!
  default: CiInputsValue
  options: CiInputsValue
  regex: String
}

type CiInputsField { name: String! value: CiInputsValue }

enum CiInputsType { ARRAY BOOLEAN NUMBER STRING }

scalar CiInputsValue

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
  pipelines(${pipelineFilters} ids: [ID!] @since(release: "18.9"), ${page}): PipelineConnection
}

enum PipelineScopeEnum { RUNNING PENDING FINISHED BRANCHES TAGS }
enum PipelineStatusEnum { ${statuses} }
enum CiJobStatus { ${statuses} }
enum CiJobKind { BUILD BRIDGE }
enum ShaFormat { LONG SHORT }
enum CiRunnerType { INSTANCE_TYPE GROUP_TYPE PROJECT_TYPE }
enum PipelineMergeRequestEventType { MERGED_RESULT DETACHED MERGE_TRAIN @since(release: "15.7") }
enum JobArtifactFileType {
  ARCHIVE METADATA TRACE JUNIT METRICS METRICS_REFEREE NETWORK_REFEREE DOTENV COBERTURA CLUSTER_APPLICATIONS LSIF SAST
  SECRET_DETECTION DEPENDENCY_SCANNING CONTAINER_SCANNING DAST LICENSE_SCANNING ACCESSIBILITY CODEQUALITY PERFORMANCE
  BROWSER_PERFORMANCE LOAD_PERFORMANCE TERRAFORM REQUIREMENTS COVERAGE_FUZZING API_FUZZING
  LICENSE_MANAGEMENT @before(release: "14.9")
  CLUSTER_IMAGE_SCANNING @since(release: "14.9")
  CYCLONEDX @since(release: "15.3")
  REQUIREMENTS_V2 @since(release: "15.7")
  ANNOTATIONS @since(release: "17.2")
  REPOSITORY_XRAY @since(release: "17.2")
}

type DetailedStatus {
  id: String! @since(release: "14.9")
  name: String @since(release: "17.2")
  group: String label: String text: String icon: String favicon: String tooltip: String
  hasDetails: Boolean detailsPath: String action: StatusAction
}
type StatusAction {
  id: String! @since(release: "14.9")
  confirmationMessage: String @since(release: "17.2")
  buttonTitle: String icon: String method: String path: String title: String
}

type Pipeline {
  id: ID!
  iid: String!
  sha: String! @before(release: "14.9")
  sha(format: ShaFormat): String @since(release: "14.9")
  ref: String @since(release: "14.9")
  status: PipelineStatusEnum!
  source: String @since(release: "17.2")
  name: String @since(release: "17.2")
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
  usesNeeds: Boolean
  stuck: Boolean! @since(release: "17.2")
  child: Boolean! @since(release: "17.2")
  latest: Boolean! @since(release: "17.2")
  totalJobs: Int! @since(release: "17.2")
  failedJobsCount: Int @since(release: "18.9")
  hasManualActions: Boolean @since(release: "18.9")
  path: String
  yamlErrors: Boolean! @since(release: "17.2")
  yamlErrorMessages: String @since(release: "17.2")
  failureReason: String @since(release: "17.2")
  detailedStatus: DetailedStatus!
  user: UserCore
  project: Project
  userPermissions: PipelinePermissions!
  mergeRequest: MergeRequest @since(release: "17.2")
  mergeRequestEventType: PipelineMergeRequestEventType @since(release: "15.3")
  stages(${page}): CiStageConnection
  jobs(
    statuses: [CiJobStatus!], retried: Boolean @since(release: "15.3"),
    whenExecuted: [String!] @since(release: "15.8"), jobKind: CiJobKind @since(release: "16.2"), ${page}
  ): CiJobConnection
  job(id: JobID, name: String): CiJob
  jobArtifacts: [CiJobArtifact!] @since(release: "14.9")
  sourceJob: CiJob
  commit: Commit @since(release: "14.9")
  downstream(${page}): PipelineConnection
  upstream: Pipeline
  testReportSummary: TestReportSummary!
  testSuite(buildIds: [ID!]!): TestSuite
}
type TestReportSummary { total: TestReportTotal! testSuites(${page}): TestSuiteSummaryConnection! }
type TestReportTotal {
  time: Float count: Int success: Int failed: Int skipped: Int error: Int suiteError: String
}
type TestSuiteSummary {
  name: String totalTime: Float totalCount: Int successCount: Int failedCount: Int skippedCount: Int errorCount: Int
  suiteError: String buildIds: [ID!]
}
type TestSuite {
  name: String totalTime: Float totalCount: Int successCount: Int failedCount: Int skippedCount: Int errorCount: Int
  suiteError: String testCases(${page}): TestCaseConnection
}
type TestCase {
  status: TestCaseStatus name: String classname: String executionTime: Float file: String
  attachmentUrl: String systemOutput: String stackTrace: String recentFailures: RecentFailures
}
type RecentFailures { count: Int baseBranch: String }
enum TestCaseStatus { error failed skipped success }
type PipelinePermissions {
  adminPipeline: Boolean! destroyPipeline: Boolean! updatePipeline: Boolean!
  cancelPipeline: Boolean! @since(release: "17.2")
}

type Commit { id: ID! sha: String! shortId: String! title: String message: String authorName: String webUrl: String! }

type CiStage {
  id: ID! @since(release: "14.9")
  name: String
  status: String @since(release: "14.9")
  detailedStatus: DetailedStatus
  jobs(${page}): CiJobConnection
}

type CiJob {
  id: JobID
  name: String
  status: CiJobStatus
  kind: CiJobKind! @since(release: "15.3")
  stage: CiStage
  allowFailure: Boolean!
  retried: Boolean @since(release: "15.3")
  retryable: Boolean!
  cancelable: Boolean!
  playable: Boolean!
  canPlayJob: Boolean! @since(release: "16.2")
  manualJob: Boolean
  scheduled: Boolean! @since(release: "16.2")
  scheduledAt: Time
  schedulingType: String
  active: Boolean!
  stuck: Boolean!
  triggered: Boolean
  tags: [String!]
  needs(${page}): CiBuildNeedConnection
  previousStageJobs(${page}): CiJobConnection @since(release: "17.2")
  detailedStatus: DetailedStatus
  createdAt: Time!
  queuedAt: Time
  startedAt: Time
  finishedAt: Time
  erasedAt: Time @since(release: "16.2")
  duration: Int
  queuedDuration: Duration
  coverage: Float
  refName: String
  shortSha: String!
  commitPath: String
  createdByTag: Boolean!
  webPath: String @since(release: "15.7")
  playPath: String @since(release: "16.2")
  retryPath: String @since(release: "18.9")
  browseArtifactsPath: String @since(release: "15.7")
  artifacts(${page}): CiJobArtifactConnection
  trace: CiJobTrace @since(release: "16.2")
  failureMessage: String @since(release: "16.2")
  exitCode: Int @since(release: "18.9")
  source: String @since(release: "18.9")
  runner: CiRunner @since(release: "16.2")
  runnerManager: CiRunnerManager @since(release: "16.2")
  downstreamPipeline: Pipeline @since(release: "14.9")
  project: Project @since(release: "16.2")
  pipeline: Pipeline
  userPermissions: JobPermissions!
  manualVariables(${page}): CiManualVariableConnection @since(release: "15.3")
  inputs: [CiInputsField!] @since(release: "18.10")
  inputsSpec: [CiInputsSpec!] @since(release: "18.10")
}
type JobPermissions {
  readJobArtifacts: Boolean! readBuild: Boolean! updateBuild: Boolean!
  cancelBuild: Boolean! @since(release: "17.2")
}
type CiBuildNeed { id: ID! @since(release: "14.9") name: String }
type CiManualVariable { id: ID! key: String value: String }
type CiJobTrace {
  htmlSummary: String! @before(release: "17.2")
  htmlSummary(lastLines: Int): String! @since(release: "17.2")
}
type CiRunner { id: CiRunnerID! description: String runnerType: CiRunnerType! paused: Boolean! }
type CiRunnerManager { id: CiRunnerManagerID! systemId: String! version: String }
type CiJobArtifact {
  id: CiJobArtifactID! @since(release: "15.7")
  name: String @since(release: "14.9")
  fileType: JobArtifactFileType
  size: Int! @since(release: "15.7") @before(release: "16.2")
  size: BigInt! @since(release: "16.2")
  downloadPath: String
  expireAt: Time @since(release: "15.7")
  expired: Boolean @since(release: "18.9")
}

${connections(['CiStage', 'CiJobArtifact', 'CiBuildNeed', 'CiManualVariable'])}
${counted('CiJob', 'count: Int! @before(release: "15.3") count(limit: Int): Int! @since(release: "15.3")')}
${counted('Pipeline', 'count: Int!')}
${counted('TestSuiteSummary', 'count: Int!')}
${counted('TestCase', 'count: Int!')}
${counted('MergeRequest', 'count: Int!')}

type Mutation {
  jobCancel(input: JobCancelInput!): JobPayload @since(release: "14.9")
  jobRetry(input: JobRetryInput!): JobPayload
  jobPlay(input: JobPlayInput!): JobPayload
  jobUnschedule(input: JobUnscheduleInput!): JobPayload
  pipelineCancel(input: PipelineCancelInput!): PipelineCancelPayload
  pipelineRetry(input: PipelineRetryInput!): PipelineRetryPayload
}
input JobCancelInput { id: CiBuildID! clientMutationId: String }
input JobRetryInput {
  id: CiBuildID! @before(release: "17.2")
  id: CiProcessableID! @since(release: "17.2")
  variables: [CiVariableInput!] @since(release: "15.3")
  clientMutationId: String
}
input JobPlayInput {
  id: CiBuildID! @before(release: "18.9")
  id: CiProcessableID! @since(release: "18.9")
  variables: [CiVariableInput!] @since(release: "16.2")
  clientMutationId: String
}
input JobUnscheduleInput { id: CiBuildID! clientMutationId: String }
input PipelineCancelInput { id: CiPipelineID! clientMutationId: String }
input PipelineRetryInput { id: CiPipelineID! clientMutationId: String }
input CiVariableInput { key: String! value: String! }
type JobPayload { job: CiJob errors: [String!]! }
type PipelineCancelPayload { errors: [String!]! }
type PipelineRetryPayload { pipeline: Pipeline errors: [String!]! }
`;
