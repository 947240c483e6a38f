import assert from 'node:assert/strict';
import type * as published from '../../docs/gitlab-builds';
import type * as real from '../../src/ui/api';
import type { Build } from '../../src/core/model/build';
import type { Pipeline } from '../../src/core/model/pipeline';

/** `true` if both types have the same keys; anything else fails the type check. */
type SameKeys<A, B> = [Exclude<keyof A, keyof B>, Exclude<keyof B, keyof A>] extends [never, never] ? true : never;

const sameKeys: readonly true[] = [
  true satisfies SameKeys<published.Exports, real.Exports>,
  true satisfies SameKeys<published.GitLabBuildsAPI, real.GitLabBuildsAPI>,
  true satisfies SameKeys<published.RepositoryBuilds, real.RepositoryBuilds>,
  true satisfies SameKeys<published.Build, Build>,
  true satisfies SameKeys<published.Artifacts, NonNullable<Build['artifacts']>>,
  true satisfies SameKeys<published.Report, NonNullable<Build['reports']>[number]>,
  true satisfies SameKeys<published.Commit, NonNullable<Build['commit']>>,
  true satisfies SameKeys<published.Pipeline, Pipeline>,
  true satisfies SameKeys<published.MergeRequest, NonNullable<Pipeline['mergeRequest']>>,
];

const toPublished = (exports: real.Exports): published.Exports => exports;
const toReal = (exports: published.Exports): real.Exports => exports;

describe('The published types of the API', () => {
  it('are those of the real API, in both directions (checked by the compiler)', () => {
    const exports: real.Exports = {
      getAPI: () => assert.fail('not called'),
    };
    assert.equal(toReal(toPublished(exports)), exports);
    assert.equal(sameKeys.length, 9);
  });
});
