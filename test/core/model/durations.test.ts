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

describe('How long a build is expected to take', () => {
  it('is what the one in the middle took', () => {
    assert.deepEqual(expectedSeconds(took(['rspec', 10], ['rspec', 900], ['rspec', 30])), { rspec: 30 });
  });

  it('of two is between them', () => {
    assert.deepEqual(expectedSeconds(took(['rspec', 10], ['rspec', 30])), { rspec: 20 });
  });

  it('is told by name', () => {
    assert.deepEqual(expectedSeconds(took(['rspec', 10], ['lint', 3], ['rspec', 10])), { rspec: 10, lint: 3 });
  });

  it('comes from the last five runs, in whatever order they are given', () => {
    const runs = took(...[1, 1, 1, 50, 60, 70, 80, 90].map((seconds) => ['rspec', seconds] as const));
    assert.deepEqual(expectedSeconds(runs), { rspec: 70 });
    assert.deepEqual(expectedSeconds([...runs].reverse()), { rspec: 70 });
  });

  it('is not told by what did not pass, still runs, or has times that make no sense', () => {
    const [passed] = took(['rspec', 10]);
    assert.ok(passed);
    for (const odd of [{ status: 'failed' }, { status: 'running' }, { finishedAt: undefined }, { finishedAt: 'soon' }])
      assert.deepEqual(expectedSeconds([{ ...passed, ...odd }]), {});
  });

  it('is there for every name, odd ones too', () => {
    const expected = expectedSeconds(took(['__proto__', 5], ['constructor', 6]));
    assert.deepEqual(Object.entries(expected), [
      ['__proto__', 5],
      ['constructor', 6],
    ]);
  });
});
