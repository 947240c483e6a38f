import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonObject, UnexpectedShape } from '../../../../src/core/gitlab/jsonObject';
import { v3 } from '../../../../src/core/gitlab/listing/v3';

const context = {
  project: { id: 1, path: 'group/project', url: 'https://gitlab.com/group/project' },
  server: { api: 'v3', version: '8.17.8-ee' },
} as const;
const read = (row: unknown) => v3.toBuild(new JsonObject(row, 'the build'), context);

describe('v3', () => {
  it('reads a build as 8.17 writes it', () => {
    const build = read({
      id: 8,
      status: 'failed',
      stage: 'test',
      name: 'rubocop',
      ref: 'master',
      tag: true,
      coverage: 30.5,
      created_at: '2016-01-11T10:13:33.506Z',
      started_at: '2016-01-11T10:14:09.526Z',
      finished_at: '2016-01-11T10:15:10.539Z',
      user: { name: 'Administrator', username: 'root' },
      artifacts_file: { filename: 'artifacts.zip', size: 1000 },
      commit: { id: '0ff3ae198f8601a285adcf5c0fff204ee6fba5fd', title: 'Test.', author_name: 'Administrator' },
      runner: { id: 7, description: 'shared', name: 'gitlab-runner' },
      pipeline: { id: 6, sha: '0ff3ae198f8601a285adcf5c0fff204ee6fba5fd', ref: 'master', status: 'pending' },
    });
    assert.deepEqual(build, {
      kind: undefined,
      tags: undefined,
      failureReason: undefined,
      queuedDuration: undefined,
      maybeManual: undefined,
      artifactsExpiredAt: undefined,
      reports: undefined,
      id: 8,
      name: 'rubocop',
      stage: 'test',
      status: 'failed',
      ref: 'master',
      tag: true,
      allowFailure: false,
      createdAt: '2016-01-11T10:13:33.506Z',
      startedAt: '2016-01-11T10:14:09.526Z',
      finishedAt: '2016-01-11T10:15:10.539Z',
      coverage: 30.5,
      artifacts: { filename: 'artifacts.zip', size: 1000, expireAt: undefined },
      user: 'root',
      runner: 'shared',
      pipeline: 6,
      webUrl: `${context.project.url}/builds/8`,
      commit: { sha: '0ff3ae198f8601a285adcf5c0fff204ee6fba5fd', title: 'Test.', author: 'Administrator' },
      denied: ['retryWithInputs', 'deleteArtifacts'],
      attempts: [],
    });
  });

  it('uses the name of a runner that has no description', () => {
    const row = { id: 1, name: 'rspec', status: 'success', runner: { description: null, name: 'gitlab-runner' } };
    assert.equal(read(row).runner, 'gitlab-runner');
  });

  it('reads any JSON as a build or as an unexpected shape, and the build can be serialized as JSON again', () => {
    const key = fc.constantFrom(
      'id',
      'name',
      'status',
      'user',
      'commit',
      'runner',
      'artifacts_file',
      'pipeline',
      'tag',
    );
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.nat(), fc.string(), fc.constant({ id: 1, filename: 'x' }));
    const row = fc.oneof(fc.jsonValue(), fc.dictionary(key, value));
    fc.assert(
      fc.property(row, (given) => {
        try {
          const build = read(given);
          assert.equal(typeof build.name, 'string');
          assert.deepEqual((JSON.parse(JSON.stringify(build)) as typeof build).id, build.id);
        } catch (error) {
          if (!(error instanceof UnexpectedShape)) throw error;
        }
      }),
    );
  });
});
