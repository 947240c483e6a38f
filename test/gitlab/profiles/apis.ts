import { keys } from './keys';
import type { Api, RouteName, Scope } from './profile';
import { statuses } from './statuses';

/** The rows of the two REST APIs, each as what differs from the row before it. */
const v3scope84: Scope = {
  values: statuses['8.4'],
  list: 'unknown',
  hash: 'taken',
  empty: 'ignored',
  checkedBy: 'endpoint',
};

const v3of84: Api = {
  noun: 'build',
  routes: [
    'user',
    'project',
    'builds',
    'commitBuilds',
    'build',
    'trace',
    'cancel',
    'retry',
    'commitStatuses',
    'commit',
  ],
  dottedIds: ['project'],
  anonymous: [],
  catchAll: false,
  keys: keys['8.4'],
  scope: v3scope84,
  pipelineScope: v3scope84,
  missingBuild: '404 Not Found',
  unplayable: '400 (Bad request) "Unplayable Build" not given',
  pipelineBuilds: { order: 'descending', retried: 'included' },
  pipelineFilters: [],
  childPipelines: 'listed',
  playVariables: false,
  fileVariables: false,
  jobInputs: 'none',
  forceCancel: false,
  buildsTotal: 'counted',
  keysetBuilds: false,
  project: 'v3',
};

const v3of85: Api = { ...v3of84, keys: keys['8.5'], routes: [...v3of84.routes, 'artifacts', 'erase'] };

const v3of89: Api = {
  ...v3of85,
  keys: keys['8.9'],
  routes: [...v3of85.routes, 'keep'],
  scope: { ...v3scope84, values: statuses['8.8'] },
};

const v3of810: Api = { ...v3of89, routes: [...v3of89.routes, 'refArtifacts'] };

const v3of813: Api = {
  ...v3of810,
  keys: keys['8.13'],
  routes: [...v3of810.routes, 'play', 'pipelines', 'pipeline', 'pipelineRetry', 'pipelineCancel', 'version', 'lint'],
  catchAll: true,
  scope: { ...v3scope84, values: statuses['8.11'] },
  pipelineFilters: ['scope'],
};

const v3of817: Api = {
  ...v3of813,
  routes: [...v3of813.routes, 'createPipeline'],
  keys: keys['8.17'],
  scope: { values: statuses['8.4'], list: 'unknown', hash: 'taken', empty: 'unknown', checkedBy: 'grape' },
  unplayable: '400 (Bad request) "Unplayable Job" not given',
};

const v3of90: Api = { ...v3of817, keys: keys['v3 9.0'], scope: { ...v3of817.scope, values: statuses['8.8'] } };

const allRoutes: readonly RouteName[] = [
  'project',
  'builds',
  'commitBuilds',
  'build',
  'trace',
  'artifacts',
  'artifactFile',
  'refArtifacts',
  'keep',
  'cancel',
  'retry',
  'erase',
  'play',
  'createPipeline',
  'pipelines',
  'pipeline',
  'pipelineBuilds',
  'pipelineRetry',
  'pipelineCancel',
  'commit',
  'commitStatuses',
  'mergeRequests',
  'mergeRequest',
  'mergeRequestPipelines',
];

const testRoutes: readonly RouteName[] = ['testReport', 'testReportSummary'];

const lintRoutes: readonly RouteName[] = ['projectLint', 'commitLint', 'file'];

const notIn90: readonly RouteName[] = ['commitBuilds', 'artifactFile', 'mergeRequestPipelines'];

const v3of108: Api = { ...v3of90, keys: keys['v3 10.8'], dottedIds: allRoutes };

/** 8.17 has `/api/v4` already, but it still speaks of builds. */
const v4of817: Api = v3of817;

const v4scope: Scope = {
  values: statuses['9.0'],
  list: 'taken',
  hash: 'taken',
  empty: 'unknown',
  checkedBy: 'grape',
};

const v4of90: Api = {
  ...v4of817,
  noun: 'job',
  routes: [...allRoutes.filter((name) => !notIn90.includes(name)), 'user', 'version', 'lint'],
  keys: keys['9.0'],
  scope: v4scope,
  pipelineScope: v4scope,
  pipelineBuilds: { order: 'unordered', retried: 'included' },
  pipelineFilters: ['scope', 'status', 'ref', 'yaml_errors', 'username'],
  project: 'v4',
};

const v4of108: Api = {
  ...v4of90,
  routes: [...v4of90.routes, 'artifactFile', 'mergeRequestPipelines'],
  dottedIds: allRoutes,
  anonymous: ['project', 'artifacts', 'artifactFile', 'refArtifacts', 'commit'],
  keys: keys['10.8'],
  missingBuild: '404 Not found',
  pipelineBuilds: { order: 'ascending', retried: 'included' },
  pipelineFilters: [...v4of90.pipelineFilters, 'sha'],
};

const v4of110: Api = { ...v4of108, keys: keys['11.0'] };

const scope134: Scope = { ...v4scope, values: statuses['13.4'] };

const v4of134: Api = {
  ...v4of110,
  routes: [
    ...v4of110.routes,
    'refArtifactFile',
    'deleteArtifacts',
    'bridges',
    'latestPipeline',
    'testReport',
    'createMergeRequestPipeline',
  ],
  dottedIds: [...allRoutes, 'bridges', 'refArtifactFile', 'deleteArtifacts', 'latestPipeline', ...testRoutes],
  anonymous: [
    ...v4of110.anonymous,
    'refArtifactFile',
    'pipelines',
    'pipeline',
    'latestPipeline',
    'bridges',
    ...testRoutes,
  ],
  keys: keys['13.4'],
  fileVariables: true,
  scope: scope134,
  pipelineScope: scope134,
  childPipelines: 'hidden',
};

const v4of139: Api = {
  ...v4of134,
  routes: [...v4of134.routes, ...lintRoutes],
  dottedIds: [...v4of134.dottedIds, ...lintRoutes],
  keys: keys['13.9'],
  anonymous: [...v4of134.anonymous, 'pipelineBuilds'],
  pipelineScope: { ...scope134, hash: 'invalid' },
  unplayable: '400 Bad request - Unplayable Job',
  pipelineBuilds: { order: 'descending', retried: 'asked' },
};

const v4of159: Api = {
  ...v4of139,
  routes: [...v4of139.routes, 'metadata', 'ownToken', 'jobOfToken', 'testReportSummary'],
  keys: keys['15.9'],
  pipelineFilters: [...v4of139.pipelineFilters, 'source'],
  playVariables: true,
  buildsTotal: 'omitted',
  keysetBuilds: true,
};

const v4of189: Api = {
  ...v4of159,
  routes: [...v4of159.routes.filter((name) => name !== 'lint'), 'artifactTree'],
  keys: keys['18.9'],
  scope: { ...scope134, values: statuses['18.9'] },
  pipelineScope: { ...scope134, values: statuses['18.9'], hash: 'invalid' },
  childPipelines: 'bySource',
  forceCancel: true,
};

const v4of1810: Api = { ...v4of189, jobInputs: { retry: 'job_inputs', play: 'job_inputs' } };

/** Of the releases that only variants of GraphQL have. */
const v4of140: Api = { ...v4of139, keys: keys['14.0'], routes: [...v4of139.routes, 'jobOfToken'] };

const v4of149: Api = {
  ...v4of140,
  keys: keys['14.9'],
  routes: [...v4of140.routes, 'testReportSummary'],
  pipelineFilters: [...v4of139.pipelineFilters, 'source'],
  playVariables: true,
};

const v4of153: Api = { ...v4of149, keys: keys['15.3'], routes: [...v4of149.routes, 'metadata'] };

const v4of158: Api = {
  ...v4of153,
  keys: keys['15.8'],
  routes: [...v4of153.routes, 'ownToken'],
  buildsTotal: 'omitted',
};

const v4of163: Api = { ...v4of159, keys: keys['16.3'] };

const v4of172: Api = {
  ...v4of163,
  keys: keys['17.2'],
  scope: v4of189.scope,
  pipelineScope: v4of189.pipelineScope,
  childPipelines: 'bySource',
};

const v4of192: Api = {
  ...v4of1810,
  routes: [...v4of189.routes, 'triggerJobs'],
  dottedIds: [...v4of189.dottedIds, 'triggerJobs'],
  anonymous: [...v4of189.anonymous, 'triggerJobs'],
};

export const v3 = {
  '8.4': v3of84,
  '8.5': v3of85,
  '8.9': v3of89,
  '8.10': v3of810,
  '8.13': v3of813,
  '8.17': v3of817,
  '9.0': v3of90,
  '10.8': v3of108,
} as const;

export const v4 = {
  '8.17': v4of817,
  '9.0': v4of90,
  '10.8': v4of108,
  '11.0': v4of110,
  '13.4': v4of134,
  '13.9': v4of139,
  '14.0': v4of140,
  '14.9': v4of149,
  '15.3': v4of153,
  '15.8': v4of158,
  '15.9': v4of159,
  '16.3': v4of163,
  '17.2': v4of172,
  '18.9': v4of189,
  '18.10': v4of1810,
  '19.2': v4of192,
} as const;
