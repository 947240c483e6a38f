import { v3, v4 } from './apis';
import type { GraphQL, Pagination, Profile, ProfileName, Rules, TokenRules } from './profile';
import { statuses } from './statuses';

const rules84: Rules = {
  lintWords: 'old',
  mergedKeys: 'symbols',
  lintsCommits: false,
  commitLookup: 'ciRecord',
  statusesWithoutCi: 'notFound',
  cancelableFrom: ['pending', 'running'],
  gracefulCancel: false,
  retryableFrom: 'any',
  retryOfSuperseded: 'allowed',
  retryOfMissingBuild: 'notRetryable',
  retryOfBridge: false,
  playOfBridge: false,
  retriedBy: 'nobody',
  retryRevivesSkipped: false,
  playableFrom: [],
  manualStatus: 'skipped',
  playNeeds: 'readBuild',
  eraseNeeds: 'developer',
  protectedRefs: false,
  guestReadsPrivateBuilds: false,
  buildsNeed: 'readProject',
  jobArtifacts: false,
  testReports: false,
  hidesExpired: false,
};

const tokens84: TokenRules = {
  private: true,
  personal: false,
  scopes: 'none',
  readApi: false,
  bearer: false,
  bad: 'anonymous',
  stale: 'unauthorized',
  blocked: 'unauthorized',
};

const pagination84: Pagination = {
  pagesOfNothing: 0,
  previousPastEnd: 'shown',
  perPageZero: 20,
  countedUpTo: 0,
  linkHost: 'request',
  totals: 'first',
};

const v84: Profile = {
  name: '8.4',
  version: '8.4.11-ee',
  v3: v3['8.4'],
  v4: 'absent',
  graphql: 'absent',
  unrouted: 'staticPage',
  statuses: statuses['8.4'],
  rules: rules84,
  tokens: tokens84,
  etag: 'md5',
  invalidId: 'notFound',
  metaHeader: false,
  disposition: 'bare',
  methodNotAllowed: '',
  pagination: pagination84,
  webPaths: { build: 'builds', pipeline: 'pipelines', user: 'u/' },
  movedProjects: 'notFound',
  stages: 'lazy',
  jobListsPerMinute: 0,
};

const v85: Profile = {
  ...v84,
  name: '8.5',
  version: '8.5.13-ee',
  v3: v3['8.5'],
  rules: { ...rules84, retryOfMissingBuild: 'notFound' },
};

const finished = ['success', 'failed', 'canceled'];

const v89: Profile = {
  ...v85,
  name: '8.9',
  version: '8.9.11-ee',
  v3: v3['8.9'],
  statuses: statuses['8.8'],
  rules: {
    ...v85.rules,
    commitLookup: 'onePipeline',
    statusesWithoutCi: 'empty',
    retryableFrom: finished,
    retriedBy: 'caller',
    hidesExpired: true,
  },
  tokens: { ...tokens84, personal: true },
};

const v810: Profile = {
  ...v89,
  name: '8.10',
  version: '8.10.13-ee',
  v3: v3['8.10'],
  rules: { ...v89.rules, commitLookup: 'revision' },
};

const v813: Profile = {
  ...v810,
  name: '8.13',
  version: '8.13.12-ee',
  v3: v3['8.13'],
  unrouted: 'signIn',
  statuses: statuses['8.11'],
  rules: {
    ...v810.rules,
    cancelableFrom: ['created', 'pending', 'running'],
    retryRevivesSkipped: true,
    playableFrom: ['skipped'],
  },
  methodNotAllowed: '{"error":"405 Not Allowed"}',
  stages: 'created',
};

const v817: Profile = {
  ...v813,
  name: '8.17',
  version: '8.17.8-ee',
  v3: v3['8.17'],
  v4: v4['8.17'],
  rules: { ...v813.rules, guestReadsPrivateBuilds: true },
  tokens: { ...v813.tokens, scopes: 'unauthorized' },
  invalidId: 'badParameter',
  webPaths: { ...v813.webPaths, user: '' },
};

const v90: Profile = {
  ...v817,
  name: '9.0',
  version: '9.0.13-ee',
  v3: v3['9.0'],
  v4: v4['9.0'],
  statuses: statuses['9.0'],
  rules: {
    ...v817.rules,
    cancelableFrom: ['created', 'pending', 'running', 'manual'],
    playableFrom: ['manual'],
    manualStatus: 'manual',
  },
  webPaths: { build: 'builds', pipeline: 'pipelines', user: '' },
};

const v108: Profile = {
  ...v90,
  name: '10.8',
  version: '10.8.7-ee',
  v3: v3['10.8'],
  v4: v4['10.8'],
  rules: {
    ...v90.rules,
    playableFrom: ['manual', 'skipped', ...finished],
    playNeeds: 'updateBuild',
    eraseNeeds: 'owner',
    protectedRefs: true,
  },
  tokens: {
    ...v90.tokens,
    private: false,
    scopes: 'forbidden',
    bad: 'refused',
    stale: 'explained',
    blocked: 'forbidden',
  },
  pagination: {
    ...pagination84,
    pagesOfNothing: 1,
    previousPastEnd: 'empty',
    perPageZero: 500,
    totals: 'afterLink',
  },
  webPaths: { build: '-/jobs', pipeline: 'pipelines', user: '' },
};

const v110: Profile = {
  ...v108,
  name: '11.0',
  version: '11.0.6-ee',
  v3: 'gone',
  v4: v4['11.0'],
  rules: { ...v108.rules, playableFrom: ['manual', ...finished] },
};

const v134: Profile = {
  ...v110,
  name: '13.4',
  version: '13.4.7-ee',
  v4: v4['13.4'],
  statuses: statuses['13.4'],
  rules: {
    ...v110.rules,
    cancelableFrom: statuses['13.4'].filter((status) => ![...finished, 'skipped'].includes(status)),
    playableFrom: ['manual', 'scheduled', ...finished],
    buildsNeed: 'readBuild',
    jobArtifacts: true,
  },
  tokens: { ...v110.tokens, readApi: true, bearer: true },
  etag: 'sha256',
  metaHeader: true,
  disposition: 'quoted',
  webPaths: { build: '-/jobs', pipeline: '-/pipelines', user: '' },
};

const v139: Profile = {
  ...v134,
  name: '13.9',
  version: '13.9.7-ee',
  v4: v4['13.9'],
  rules: { ...v134.rules, playOfBridge: true, testReports: true, lintWords: 'trigger' },
};

const v159: Profile = {
  ...v139,
  name: '15.9',
  version: '15.9.8-ee',
  v4: v4['15.9'],
  graphql: {
    ...{ release: '15.9', childrenBySource: false, toldErrors: 5 },
    ...{ suggestions: false, pipelineDiscount: 0 },
  },
  rules: { ...v139.rules, retryOfSuperseded: 'refused', mergedKeys: 'strings' },
  pagination: { ...v139.pagination, countedUpTo: 10_000, perPageZero: 'badParameter' },
};

const graphql189: GraphQL = {
  ...{ release: '18.9', childrenBySource: true, toldErrors: 5 },
  ...{ suggestions: true, pipelineDiscount: 10 },
};

const v189: Profile = {
  ...v159,
  name: '18.9',
  version: '18.9.0-ee',
  v4: v4['18.9'],
  graphql: graphql189,
  statuses: statuses['18.9'],
  rules: {
    ...v159.rules,
    cancelableFrom: statuses['18.9'].filter((status) => ![...finished, 'skipped', 'canceling'].includes(status)),
    gracefulCancel: true,
    lintWords: 'run',
    lintsCommits: true,
    retryableFrom: [...finished, 'canceling'],
    retryOfBridge: true,
  },
  pagination: { ...v159.pagination, linkHost: 'configured' },
  movedProjects: 'redirect',
  jobListsPerMinute: 600,
};

/** Not held to a schema of GitLab's: made for job inputs, by its source and documentation; all else is 18.9's. */
const v1810: Profile = {
  ...v189,
  name: '18.10',
  version: '18.10.0-ee',
  v4: v4['18.10'],
  graphql: { ...graphql189, release: '18.10' },
};

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  '8.4': v84,
  '8.5': v85,
  '8.9': v89,
  '8.10': v810,
  '8.13': v813,
  '8.17': v817,
  '9.0': v90,
  '10.8': v108,
  '11.0': v110,
  '13.4': v134,
  '13.9': v139,
  '15.9': v159,
  '18.9': v189,
  '18.10': v1810,
};

/** Oldest first. */
export const profileNames = Object.keys(profiles) as readonly ProfileName[];

export function profilesSince(since: ProfileName): readonly ProfileName[] {
  return profileNames.slice(profileNames.indexOf(since));
}

export function profilesBefore(end: ProfileName): readonly ProfileName[] {
  return profileNames.slice(0, profileNames.indexOf(end));
}
