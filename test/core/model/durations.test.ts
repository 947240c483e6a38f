import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { expectedSeconds } from '../../../src/core/model/durations';
import { buildWith } from '../support';

/** Builds of these names that took so many seconds; the last has the highest id. */
function took(...runs: readonly (readonly [name: string, seconds: number])[]): readonly Build[] {
  const start = Date.UTC(2016, 1, 22);
  return runs.map(([name, seconds], index) =>
    buildWith({
      id: index + 1,
      name,
      startedAt: new Date(start).toISOString(),
      finishedAt: new Date(start + seconds * 1000).toISOString(),
    }),
  );
}

describe('The expected duration of a build', () => {
  it('is the median of past durations', () => {
    assert.deepEqual(expectedSeconds(took(['rspec', 10], ['rspec', 900], ['rspec', 30])), { rspec: 30 });
  });

  it('is the mean of two past durations', () => {
    assert.deepEqual(expectedSeconds(took(['rspec', 10], ['rspec', 30])), { rspec: 20 });
  });

  it('is determined separately for each build name', () => {
    assert.deepEqual(expectedSeconds(took(['rspec', 10], ['lint', 3], ['rspec', 10])), { rspec: 10, lint: 3 });
  });

  it('comes from the last five runs, in any order', () => {
    const runs = took(...[1, 1, 1, 50, 60, 70, 80, 90].map((seconds) => ['rspec', seconds] as const));
    assert.deepEqual(expectedSeconds(runs), { rspec: 70 });
    assert.deepEqual(expectedSeconds([...runs].reverse()), { rspec: 70 });
  });

  it("ignores runs that didn't pass, still run, or have times that make no sense", () => {
    const [passed] = took(['rspec', 10]);
    assert.ok(passed);
    for (const odd of [{ status: 'failed' }, { status: 'running' }, { finishedAt: undefined }, { finishedAt: 'soon' }])
      assert.deepEqual(expectedSeconds([{ ...passed, ...odd }]), {});
  });

  it('supports every name, even odd ones', () => {
    const expected = expectedSeconds(took(['__proto__', 5], ['constructor', 6]));
    assert.deepEqual(Object.entries(expected), [
      ['__proto__', 5],
      ['constructor', 6],
    ]);
  });
});
