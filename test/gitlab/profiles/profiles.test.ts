import assert from 'node:assert/strict';
import { isSince } from '../graphql/schema';
import type { Api, Profile, ProfileName, RouteName, VariantName } from './profile';
import { profileNames, profiles } from './profiles';
import { variants } from './variants';

const all: Readonly<Record<ProfileName | VariantName, Profile>> = { ...profiles, ...variants };
const allNames = Object.keys(all) as readonly (ProfileName | VariantName)[];

/** Facts say since when; the table says what is. Of what came between two profiles, the later one has it. */
const has = isSince;

function apiOf(name: ProfileName | VariantName, version: 'v3' | 'v4'): Api | undefined {
  const api = all[name][version];
  return typeof api === 'string' ? undefined : api;
}

const never = '99.0';

const v3routes: Readonly<Partial<Record<RouteName, string>>> = {
  ...{ user: '8.4', project: '8.4', builds: '8.4', commitBuilds: '8.4', build: '8.4', trace: '8.4', cancel: '8.4' },
  ...{ retry: '8.4', commitStatuses: '8.1', artifacts: '8.5', erase: '8.5', keep: '8.9', refArtifacts: '8.10' },
  ...{ play: '8.11', pipelines: '8.11', pipeline: '8.11', pipelineRetry: '8.11', pipelineCancel: '8.11' },
  ...{
    version: '8.13',
    createPipeline: '8.14',
    artifactFile: never,
    pipelineBuilds: never,
    bridges: never,
    metadata: never,
  },
};

const v4routes: Readonly<Partial<Record<RouteName, string>>> = {
  ...{ builds: '9.0', build: '9.0', pipelineBuilds: '9.0', trace: '9.0', cancel: '9.0', retry: '9.0', erase: '9.0' },
  ...{
    play: '9.0',
    createPipeline: '9.0',
    keep: '9.0',
    artifacts: '9.0',
    refArtifacts: '9.0',
    pipelines: '9.0',
    commitStatuses: '9.0',
  },
  ...{ artifactFile: '10.0', mergeRequestPipelines: '10.5', refArtifactFile: '11.5', deleteArtifacts: '11.9' },
  ...{
    createMergeRequestPipeline: '12.3',
    latestPipeline: '12.3',
    bridges: '13.2',
    jobOfToken: '13.10',
    metadata: '15.2',
    ownToken: '15.5',
  },
  ...{ artifactTree: '18.8', triggerJobs: '19.2', commitBuilds: never },
};

const jobKeys: Readonly<Record<string, string>> = {
  ...{ duration: '10.2', artifacts_expire_at: '11.0', web_url: '11.2', artifacts: '11.3', allow_failure: '12.0' },
  ...{ tag_list: '13.9', failure_reason: '14.6', queued_duration: '15.2', project: '15.4', erased_at: '15.9' },
  ...{ archived: '16.8', runner_manager: '17.1', source: never, download_url: never, retried: never },
};

const statusesSince: Readonly<Record<string, string>> = {
  ...{ pending: '8.0', running: '8.0', success: '8.0', failed: '8.0', canceled: '8.0', skipped: '8.8' },
  ...{ created: '8.11', manual: '9.0', scheduled: '11.4', preparing: '12.4', waiting_for_resource: '12.7' },
  ...{ canceling: '17.0', waiting_for_callback: '17.0' },
};

/** What holds from a version on. */
const rulesSince: readonly (readonly [what: string, since: string, holds: (profile: Profile) => boolean])[] = [
  ['a missing build is 404 for retry', '8.5', ({ rules }) => rules.retryOfMissingBuild === 'notFound'],
  ['only what has ended is retried', '8.9', ({ rules }) => rules.retryableFrom !== 'any'],
  ['a new attempt belongs to who asked', '8.9', ({ rules }) => rules.retriedBy === 'caller'],
  ['expired artifacts are hidden', '8.9', ({ rules }) => rules.hidesExpired],
  ['statuses without CI are an empty list', '8.6', ({ rules }) => rules.statusesWithoutCi === 'empty'],
  ['a commit that git knows is no 404', '8.10', ({ rules }) => rules.commitLookup === 'revision'],
  ['skipped builds are revived', '8.11', ({ rules }) => rules.retryRevivesSkipped],
  ['created builds are canceled', '8.11', ({ rules }) => rules.cancelableFrom.includes('created')],
  ['later stages are created at once', '8.11', ({ stages }) => stages === 'created'],
  ['Rails asks for a sign-in', '8.13', ({ unrouted }) => unrouted === 'signIn'],
  ['an odd id is a bad parameter', '8.14', ({ invalidId }) => invalidId === 'badParameter'],
  ['Guests read public builds of private projects', '8.15', ({ rules }) => rules.guestReadsPrivateBuilds],
  ['v4 is there', '8.17', ({ v4 }) => v4 !== 'absent'],
  ['manual builds are manual', '9.0', ({ rules }) => rules.manualStatus === 'manual'],
  ['manual builds are canceled', '9.0', ({ rules }) => rules.cancelableFrom.includes('manual')],
  ['protected branches count', '9.2', ({ rules }) => rules.protectedRefs],
  ['playing needs a Developer', '9.2', ({ rules }) => rules.playNeeds === 'updateBuild'],
  ['an empty list has a page', '9.5', ({ pagination }) => pagination.pagesOfNothing === 1],
  ['no page comes before one past the end', '9.5', ({ pagination }) => pagination.previousPastEnd === 'empty'],
  ['private tokens are gone', '10.2', ({ tokens }) => !tokens.private],
  ['a bad token is worse than none', '10.2', ({ tokens }) => tokens.bad === 'refused'],
  ['stale tokens say why', '10.2', ({ tokens }) => tokens.stale === 'explained'],
  ['erasing is for who triggered it', '10.3', ({ rules }) => rules.eraseNeeds === 'owner'],
  ['totals come after Link', '10.8', ({ pagination }) => pagination.totals === 'afterLink'],
  ['v3 is gone', '11.0', ({ v3 }) => v3 === 'gone'],
  ['jobs have several artifacts', '11.3', ({ rules }) => rules.jobArtifacts],
  ['the list of jobs needs who may read them', '11.4', ({ rules }) => rules.buildsNeed === 'readBuild'],
  ['tokens are bearers', '12.2', ({ tokens }) => tokens.bearer],
  ['tokens may only read', '12.10', ({ tokens }) => tokens.readApi],
  ['bridges are played', '13.8', ({ rules }) => rules.playOfBridge],
  ['GraphQL is worth asking', '14.0', ({ graphql }) => graphql !== 'absent'],
  ['no list is counted over 10,000', '14.10', ({ pagination }) => pagination.countedUpTo === 10_000],
  ['job lists are limited', '16.0', ({ jobListsPerMinute }) => jobListsPerMinute === 600],
  ['old paths lead on', '16.7', ({ movedProjects }) => movedProjects === 'redirect'],
  ['bridges are retried', '17.0', ({ rules }) => rules.retryOfBridge],
  ['runners cancel with grace', '17.0', ({ rules }) => rules.gracefulCancel],
];

/** What holds of v4 from a version on. */
const v4since: readonly (readonly [what: string, since: string, holds: (api: Api) => boolean])[] = [
  ['jobs are called jobs', '9.0', ({ noun }) => noun === 'job'],
  ['lists of scopes are taken', '9.0', ({ scope }) => scope.list === 'taken'],
  ['paths have dots', '9.1', ({ dottedIds }) => dottedIds.includes('builds')],
  ['artifacts are public', '10.0', ({ anonymous }) => anonymous.includes('artifacts')],
  ['a missing job is Not found', '10.0', ({ missingBuild }) => missingBuild === '404 Not found'],
  ['pipelines are found by sha', '10.8', ({ pipelineFilters }) => pipelineFilters.includes('sha')],
  ['pipelines are public', '12.3', ({ anonymous }) => anonymous.includes('pipelines')],
  ['hashes of scopes are refused below pipelines', '13.5', ({ pipelineScope }) => pipelineScope.hash === 'invalid'],
  ['attempts are asked for', '13.9', ({ pipelineBuilds }) => pipelineBuilds.retried === 'asked'],
  ['jobs of pipelines come newest first', '13.5', ({ pipelineBuilds }) => pipelineBuilds.order === 'descending'],
  ['playing takes variables', '14.9', ({ playVariables }) => playVariables],
  ['jobs are not counted', '15.7', ({ buildsTotal }) => buildsTotal === 'omitted'],
  ['jobs have keys to page by', '15.9', ({ keysetBuilds }) => keysetBuilds],
  ['children are found by source', '17.0', ({ childPipelines }) => childPipelines === 'bySource'],
  ['variables are files', '11.11', ({ fileVariables }) => fileVariables],
  ['jobs take inputs', '18.10', ({ jobInputs }) => jobInputs !== 'none'],
  ['cancel takes force', '17.10', ({ forceCancel }) => forceCancel],
];

describe('The table of profiles', () => {
  it('has one row per version, oldest first, each of which names its version', () => {
    assert.equal(profileNames.length, 14);
    for (const name of allNames) {
      assert.equal(all[name].name, name);
      assert.ok(all[name].version.startsWith(`${name}.`));
    }
  });

  for (const name of allNames) {
    it(`matches the facts for ${name}`, () => {
      for (const [what, since, holds] of rulesSince) {
        assert.deepEqual([what, holds(all[name])], [what, has(name, since)]);
      }
      for (const [status, since] of Object.entries(statusesSince)) {
        assert.deepEqual([status, all[name].statuses.includes(status)], [status, has(name, since)]);
      }
    });

    it(`has the routes, keys and habits of ${name}`, () => {
      const [v3, v4] = [apiOf(name, 'v3'), apiOf(name, 'v4')];
      for (const [route, since] of Object.entries(v3 ? v3routes : {}) as readonly (readonly [RouteName, string])[]) {
        assert.deepEqual([route, v3?.routes.includes(route)], [route, has(name, since)]);
      }
      if (!v4 || name === '8.17') return;
      for (const [route, since] of Object.entries(v4routes) as readonly (readonly [RouteName, string])[]) {
        assert.deepEqual([route, v4.routes.includes(route)], [route, has(name, since)]);
      }
      for (const [key, since] of Object.entries(jobKeys)) {
        assert.deepEqual([key, v4.keys.build.includes(key)], [key, has(name, since)]);
      }
      for (const [what, since, holds] of v4since) assert.deepEqual([what, holds(v4)], [what, has(name, since)]);
    });
  }
});
