import assert from 'node:assert/strict';
import { buildsByJob, jobNameOf } from '../../../src/core/ciFile/jobNames';
import { buildWith } from '../support';

describe('The job of a build', () => {
  const jobs = new Set(['rspec', 'deploy', 'test 1/2', 'a b']);
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['rspec', 'rspec'],
    ['rspec 1/3', 'rspec'],
    ['deploy: [eu, 1]', 'deploy'],
    ['test 1/2', 'test 1/2'],
    ['test 2/2', undefined],
    ['a b', 'a b'],
    ['a b 2/2', 'a b'],
    ['constructor', undefined],
    ['rspec:other', undefined],
  ];
  for (const [name, expected] of cases)
    it(`of ${name} is ${expected ?? 'none'}`, () => assert.equal(jobNameOf({ name }, jobs), expected));

  it('has all of its builds, but no status of another CI system', () => {
    const builds = [
      buildWith({ id: 1, name: 'rspec 1/2' }),
      buildWith({ id: 2, name: 'rspec 2/2' }),
      buildWith({ id: 3, name: 'rspec', kind: 'external' }),
      buildWith({ id: 4, name: 'other' }),
    ];
    const found = buildsByJob(builds, ['rspec', 'deploy']);
    assert.deepEqual(
      [...found].map(([name, all]) => [name, all.map(({ id }) => id)]),
      [['rspec', [1, 2]]],
    );
  });
});
