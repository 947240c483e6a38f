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

describe('The builds that block a pipeline', () => {
  it('include one that a person must start', () => assert.deepEqual(blocking([approve, publish]), ['approve']));

  it('may be several', () => {
    const other = { ...approve, id: 3, name: 'sign' };
    assert.deepEqual(blocking([approve, other, publish]), ['approve', 'sign']);
  });

  it('are none unless GitLab calls the pipeline manual, since otherwise it continues without them', () => {
    for (const status of ['running', 'created', 'success', ''])
      assert.deepEqual(blocking([approve, publish], status), []);
  });

  it('are none while another build runs, since that may be what the pipeline waits for', () =>
    assert.deepEqual(blocking([approve, { ...approve, id: 3, status: 'running' }, publish]), []));

  it("don't include a build that is allowed to fail", () =>
    assert.deepEqual(blocking([{ ...approve, allowFailure: true }, publish]), []));

  it('are in the same pipeline', () => {
    assert.deepEqual(blocking([{ ...approve, pipeline: 8 }, publish]), []);
    assert.deepEqual(blocking([{ ...approve, pipeline: undefined }, publish]), []);
    assert.deepEqual(blocking([approve, { ...publish, pipeline: 8, status: 'running' }]), ['approve']);
  });
});
