import assert from 'node:assert/strict';
import { type Feature, has } from '../../src/core/gitlab/features';
import type { Api, Profile, RouteName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { hasField, hasValue } from './graphql/schema';
import { served } from './versionTable';

type IsThere = (api: Api, profile: Profile) => boolean;

const route =
  (name: RouteName): IsThere =>
  ({ routes }) =>
    routes.includes(name);

const graphqlField =
  (type: string, field: string): IsThere =>
  (_, profile) =>
    hasField(profile, type, field);

/** What a profile says of each thing that the product takes to depend on the version. */
const isThere: Readonly<Record<Feature, IsThere>> = {
  erase: route('erase'),
  keep: route('keep'),
  branchPipelines: ({ routes, keys: { build } }) => routes.includes('pipelines') && build.includes('pipeline'),
  latestArtifacts: route('refArtifacts'),
  artifactEntry: route('artifactFile'),
  artifactTree: route('artifactTree'),
  deleteArtifacts: route('deleteArtifacts'),
  play: route('play'),
  lint: ({ routes }) => routes.includes('lint') || routes.includes('projectLint'),
  createPipeline: route('createPipeline'),
  createMergeRequestPipeline: route('createMergeRequestPipeline'),
  pipelineInputs: graphqlField('Project', 'ciPipelineCreationInputs'),
  projectLint: route('projectLint'),
  lintOfCommit: (_, { rules }) => rules.lintsCommits,
  manualStatus: (_, { statuses }) => statuses.includes('manual'),
  pipelinesBySha: ({ pipelineFilters }) => pipelineFilters.includes('sha'),
  mergeRequestPipelines: route('mergeRequestPipelines'),
  bridges: route('bridges'),
  attemptsLeftOut: ({ pipelineBuilds }) => pipelineBuilds.retried !== 'included',
  playBridge: (_, { rules }) => rules.playOfBridge,
  attemptsOnRequest: ({ pipelineBuilds }) => pipelineBuilds.retried === 'asked',
  graphql: (_, { graphql }) => graphql !== 'absent',
  graphqlLists: graphqlField('CiJob', 'downstreamPipeline'),
  playWithVariables: ({ playVariables }) => playVariables,
  ownToken: route('ownToken'),
  failureMessage: graphqlField('CiJob', 'failureMessage'),
  artifactSize: graphqlField('CiJobArtifact', 'size'),
  jobRunner: graphqlField('CiJob', 'runner'),
  artifactExpired: graphqlField('CiJobArtifact', 'expired'),
  pipelineErrors: graphqlField('Pipeline', 'yamlErrorMessages'),
  activeStatuses: (_, profile) => hasValue(profile, 'CiJobStatus', 'CANCELING'),
  exitCode: graphqlField('CiJob', 'exitCode'),
  testReport: route('testReport'),
  testReportSummary: route('testReportSummary'),
  pipelineCommit: graphqlField('Pipeline', 'commit'),
  manualConfirmation: graphqlField('StatusAction', 'confirmationMessage'),
  childPipelines: ({ childPipelines }) => childPipelines === 'bySource',
  retryBridge: (_, { rules }) => rules.retryOfBridge,
  forceCancel: ({ forceCancel }) => forceCancel,
  fileVariables: ({ fileVariables }) => fileVariables,
  jobInputs: ({ jobInputs }) => jobInputs !== 'none',
};
const features = Object.keys(isThere) as readonly Feature[];

describe('The features that the product assumes for a version', () => {
  for (const name of profileNames) {
    const profile = profiles[name];
    const { api, speaks, version } = served(profile);
    // Up to 8.12 there is no version to ask for.
    const tells = api.routes.includes('version');
    const server = { api: speaks, version: tells ? version : undefined };

    it(`match GitLab ${name}${tells ? '' : ', or might as far as is known'}`, () => {
      for (const feature of features) {
        const present = isThere[feature](api, profile);
        if (tells) assert.equal(has(server, feature), present, feature);
        else assert.ok(has(server, feature) || !present, feature);
      }
    });
  }

  it('include nothing that came with v4, if only v3 is used and the version is unknown', () => {
    const inV3 = profileNames.map((name) => profiles[name]).filter(({ v4 }) => v4 === 'absent');
    const old = features.filter((feature) => has({ api: 'v3', version: undefined }, feature));
    const known = features.filter((feature) => inV3.some((profile) => isThere[feature](served(profile).api, profile)));
    assert.deepEqual(old, [...known, 'createPipeline', 'manualStatus']);
  });
});
