import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { expectedEnd } from '../../../src/core/model/expectedEnd';
import { buildWith, pipelineWith } from '../support';

const now = Date.UTC(2024, 1, 1, 12);
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const expected = { compile: 60, rspec: 300, lint: 10, production: 30 };

function secondsLeft(builds: readonly Build[], status = 'running'): number | undefined {
  const numbered = builds.map((build, index) => ({ ...build, id: index + 1, pipeline: 1 }));
  const end = expectedEnd({ builds: numbered, pipelines: [pipelineWith({ status })] }, expected, now);
  return end === undefined ? undefined : (end - now) / 1000;
}

describe('The time at which a commit is expected to end', () => {
  const compile = buildWith({ stage: 'build', name: 'compile', status: 'running', startedAt: ago(20) });
  const rspec = buildWith({ stage: 'test', name: 'rspec', status: 'created' });
  const lint = buildWith({ stage: 'test', name: 'lint', status: 'created' });
  const production = buildWith({ stage: 'deploy', name: 'production', status: 'created' });

  it('is the usual remaining time of what runs, plus the longest build of each later stage', () =>
    assert.equal(secondsLeft([compile, rspec, lint, production]), 40 + 300 + 30));

  it('is now at the earliest, even if a build takes longer than usual', () =>
    assert.equal(secondsLeft([{ ...compile, startedAt: ago(900) }]), 0));

  it('counts pending builds from now on', () =>
    assert.equal(secondsLeft([{ ...compile, status: 'pending', startedAt: undefined }]), 60));

  it('leaves out builds that wait for a person', () =>
    assert.equal(secondsLeft([compile, { ...production, status: 'manual', allowFailure: true }]), 40));

  it('is unknown while a manual build blocks the pipeline', () =>
    assert.equal(secondsLeft([{ ...rspec, status: 'manual' }, production], 'manual'), undefined));

  it('is unknown if a build never ran before', () =>
    assert.equal(secondsLeft([compile, { ...lint, name: 'constructor' }]), undefined));

  it('is undefined if everything has ended', () =>
    assert.equal(secondsLeft([{ ...compile, status: 'success' }]), undefined));

  it('is unknown until the usual durations are known', () =>
    assert.equal(expectedEnd({ builds: [compile], pipelines: [] }, undefined, now), undefined));

  it('is that of the pipeline that ends last', () => {
    const other = { ...production, id: 9, pipeline: 2, status: 'pending' };
    const pipelines = [pipelineWith({ id: 2, ref: 'other' }), pipelineWith()];
    const end = expectedEnd({ builds: [{ ...compile, pipeline: 1 }, other], pipelines }, expected, now);
    assert.equal(end, now + 40_000);
  });
});
