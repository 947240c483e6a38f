import assert from 'node:assert/strict';
import { has, lacks, type Feature } from '../../../src/core/gitlab/features';
import { buildWith } from '../support';

/** What the facts say: the version that has it first, and the one before that. */
const since: Readonly<Record<Feature, { readonly v3?: readonly string[]; readonly v4?: readonly string[] }>> = {
  erase: { v3: ['8.4', '8.5'], v4: ['8.17', '9.0'] },
  keep: { v3: ['8.8', '8.9'], v4: ['8.17', '9.0'] },
  branchPipelines: { v3: ['8.12', '8.13'], v4: ['8.17', '9.0'] },
  latestArtifacts: { v3: ['8.9', '8.10'], v4: ['8.17', '9.0'] },
  artifactEntry: { v4: ['9.5', '10.0'] },
  artifactTree: { v4: ['18.7', '18.8'] },
  deleteArtifacts: { v4: ['11.8', '11.9'] },
  play: { v3: ['8.10', '8.11'], v4: ['8.17', '9.0'] },
  createPipeline: { v3: ['8.13', '8.14'], v4: ['8.17', '9.0'] },
  createMergeRequestPipeline: { v4: ['12.2', '12.3'] },
  pipelineInputs: { v4: ['17.9', '17.10'] },
  lint: { v3: ['8.11', '8.12'], v4: ['8.17', '9.0'] },
  projectLint: { v4: ['13.5', '13.6'] },
  lintOfCommit: { v4: ['16.9', '16.10'] },
  manualStatus: { v3: ['8.17', '9.0'], v4: ['8.17', '9.0'] },
  pipelinesBySha: { v4: ['10.7', '10.8'] },
  mergeRequestPipelines: { v4: ['10.4', '10.5'] },
  bridges: { v4: ['13.1', '13.2'] },
  testReport: { v4: ['12.10', '13.0'] },
  testReportSummary: { v4: ['14.1', '14.2'] },
  attemptsLeftOut: { v4: ['13.4', '13.5'] },
  playBridge: { v4: ['13.7', '13.8'] },
  attemptsOnRequest: { v4: ['13.8', '13.9'] },
  graphql: { v4: ['13.12', '14.0'] },
  graphqlLists: { v4: ['14.0', '14.1'] },
  playWithVariables: { v4: ['14.8', '14.9'] },
  jobInputs: { v4: ['18.9', '18.10'] },
  fileVariables: { v4: ['11.10', '11.11'] },
  ownToken: { v4: ['15.4', '15.5'] },
  failureMessage: { v4: ['16.1', '16.2'] },
  artifactSize: { v4: ['15.3', '15.4'] },
  jobRunner: { v4: ['15.11', '16.0'] },
  pipelineErrors: { v4: ['16.3', '16.4'] },
  artifactExpired: { v4: ['17.2', '17.3'] },
  activeStatuses: { v4: ['17.1', '17.2'] },
  exitCode: { v4: ['17.2', '17.3'] },
  pipelineCommit: { v4: ['14.4', '14.5'] },
  manualConfirmation: { v4: ['17.0', '17.1'] },
  childPipelines: { v4: ['16.11', '17.0'] },
  retryBridge: { v4: ['16.11', '17.0'] },
  forceCancel: { v4: ['17.9', '17.10'] },
};

describe('A feature', () => {
  for (const [feature, apis] of Object.entries(since) as readonly (readonly [Feature, (typeof since)[Feature]])[]) {
    it(`such as ${feature} is available since its version`, () => {
      for (const api of ['v3', 'v4'] as const) {
        const [before = '', first = ''] = apis[api] ?? ['18.99', ''];
        assert.equal(has({ api, version: `${before}.99-ee` }, feature), false);
        if (first !== '') assert.equal(has({ api, version: `${first}.0-pre` }, feature), true);
      }
    });

    it(`such as ${feature} is assumed to be available if the version is unknown, provided that the API ever had it`, () => {
      for (const api of ['v3', 'v4'] as const)
        for (const version of [undefined, 'unknown']) {
          assert.equal(has({ api, version }, feature), apis[api] !== undefined);
        }
    });
  }
});

describe('The features that a release lacks', () => {
  it('are different for bridges and builds', () => {
    const server = { api: 'v4', version: '15.9.8' } as const;
    const [build, bridge] = [buildWith(), buildWith({ kind: 'bridge' })];
    assert.deepEqual([lacks(server, build, 'retry'), lacks(server, bridge, 'retry')], [false, true]);
    const old = { api: 'v4', version: '13.7.0' } as const;
    assert.deepEqual([lacks(old, build, 'play'), lacks(old, bridge, 'play')], [false, true]);
  });
});
