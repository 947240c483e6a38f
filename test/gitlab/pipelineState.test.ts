import assert from 'node:assert/strict';
import type { BuildInit } from './model';
import { stateOf } from './pipelineState';
import { profiles } from './profiles/profiles';
import { World } from './world';

const sha = 'a'.repeat(40);

function stateWith(...inits: readonly Partial<BuildInit>[]): ReturnType<typeof stateOf> {
  const world = new World(profiles['18.9'], () => 1_000_000);
  const project = world.addProject({ path: 'group/x' });
  const pipeline = world.addPipeline(project, { sha, stages: ['build', 'test'] });
  for (const [index, init] of inits.entries())
    world.addBuild(project, { sha, name: `job ${index}`, pipeline, ...init });
  return world.pipelineState(pipeline);
}

const allowed = { allowFailure: true };

/** Statuses of the builds, `?` where failure is allowed, and what the pipeline makes of them. */
const cases: readonly (readonly [builds: string, pipeline: string])[] = [
  ['success success', 'success'],
  ['success failed', 'failed'],
  ['success failed?', 'success'],
  ['success canceled?', 'success'],
  ['success canceled', 'canceled'],
  ['failed canceled', 'failed'],
  ['skipped skipped', 'skipped'],
  ['success skipped', 'success'],
  ['created created', 'created'],
  ['pending created', 'pending'],
  ['success pending', 'running'],
  ['running failed', 'running'],
  ['success created', 'running'],
  ['success manual', 'manual'],
  ['success manual?', 'success'],
  ['success scheduled', 'scheduled'],
  ['success canceling', 'canceling'],
  ['success preparing', 'preparing'],
  ['success waiting_for_resource', 'waiting_for_resource'],
];

describe('The state of a pipeline', () => {
  for (const [builds, expected] of cases) {
    it(`is ${expected} with ${builds}`, () => {
      const inits = builds.split(' ').map((text) => {
        const status = text.replace('?', '');
        const when = status === 'manual' ? ({ when: 'manual' } as const) : {};
        return { status, ...when, ...(text.endsWith('?') ? allowed : {}) };
      });
      assert.equal(stateWith(...inits).status, expected);
    });
  }

  it('counts only the latest attempt of each name', () => {
    assert.equal(stateWith({ name: 'x', status: 'failed' }, { name: 'x', status: 'success' }).status, 'success');
  });

  it('has its stages in order: as declared or first seen, with .pre first, .post and external last', () => {
    const { stages } = stateWith(
      ...['.post', 'late', 'test', 'build', '.pre'].map((stage) => ({ stage, status: 'success' })),
      { kind: 'external', status: 'failed' },
    );
    assert.deepEqual(
      stages.map(({ name }) => name),
      ['.pre', 'build', 'test', 'late', '.post', 'external'],
    );
    assert.equal(stages.at(-1)?.status, 'failed');
  });

  it('lasts from its first start to its last end, and averages coverage', () => {
    const done = { status: 'success' } as const;
    const { startedAtMs, finishedAtMs, coverage } = stateWith(
      { ...done, startedAt: 5000, finishedAt: 9000, coverage: 80 },
      { ...done, startedAt: 2000, finishedAt: 7000, coverage: 90 },
    );
    assert.deepEqual([startedAtMs, finishedAtMs, coverage], [2000, 9000, 85]);
    assert.equal(stateWith({ ...done, finishedAt: 7000 }, { status: 'running' }).finishedAtMs, null);
  });
});
