import assert from 'node:assert/strict';
import { blockers } from '../../../src/core/model/blocked';
import type { Build } from '../../../src/core/model/build';
import { buildWith, sha } from '../support';

const pipeline = { id: 7, ref: 'master', sha, status: 'manual' };
const approve = buildWith({ id: 1, name: 'approve', status: 'manual', pipeline: 7 });
const publish = buildWith({ id: 2, name: 'publish', status: 'created', pipeline: 7 });

function blocking(builds: readonly Build[], status = 'manual'): readonly string[] {
  return (blockers({ builds, pipelines: [{ ...pipeline, status }] }).get(7) ?? []).map(({ name }) => name);
}

describe('What holds up a pipeline', () => {
  it('is what a person must start', () => assert.deepEqual(blocking([approve, publish]), ['approve']));

  it('is one of several', () => {
    const other = { ...approve, id: 3, name: 'sign' };
    assert.deepEqual(blocking([approve, other, publish]), ['approve', 'sign']);
  });

  it('is nothing while GitLab does not call the pipeline manual: it goes on without', () => {
    for (const status of ['running', 'created', 'success', ''])
      assert.deepEqual(blocking([approve, publish], status), []);
  });

  it('is nothing while something runs: that may be what is waited for', () =>
    assert.deepEqual(blocking([approve, { ...approve, id: 3, status: 'running' }, publish]), []));

  it('is not a build that is allowed to fail', () =>
    assert.deepEqual(blocking([{ ...approve, allowFailure: true }, publish]), []));

  it('is in the same pipeline', () => {
    assert.deepEqual(blocking([{ ...approve, pipeline: 8 }, publish]), []);
    assert.deepEqual(blocking([{ ...approve, pipeline: undefined }, publish]), []);
    assert.deepEqual(blocking([approve, { ...publish, pipeline: 8, status: 'running' }]), ['approve']);
  });
});
