import assert from 'node:assert/strict';
import { GitLabError, type Failure } from '../../../src/core/model/errors';
import { effectOnPipeline, isAnswerLost, type Effect, type LostAction } from '../../../src/core/gitlab/lostAnswer';
import { buildWith, unhurried } from '../support';
import { onEach, type Stage } from './staged';

const some = ['8.5', '8.13', '13.9', '18.9'] as const;

/** What is told of an action whose answer is lost once GitLab has done it, or before it has seen it. */
async function lost(
  stage: Stage,
  id: number,
  name: LostAction['name'],
  reset: 'unanswered' | 'beforeHeaders',
): Promise<readonly [kind: Effect['kind'], id?: number, status?: string]> {
  const { client, fake, small } = stage;
  const before = await client.build(small.project.path, id, unhurried());
  fake.faults = [{ reset, when: ({ method }) => method !== 'GET' }];
  const change =
    name === 'deleteArtifacts'
      ? client.artifacts.delete(small.project.path, id, unhurried())
      : client.act(small.project.path, id, name, unhurried());
  await assert.rejects(change, isAnswerLost);
  const asked = fake.requests.length;
  const effect = await client.builds.effectOf(small.project.path, { name, before, newest: id }, unhurried());
  assert.equal(fake.requests.length, asked + 1);
  return effect.kind === 'done' ? ['done', effect.build.id, effect.build.status] : [effect.kind];
}

describe('A lost response', () => {
  const failures: readonly (readonly [Failure, boolean])[] = [
    [{ kind: 'offline', reason: 'ECONNRESET' }, true],
    [{ kind: 'offline', reason: 'EPIPE' }, true],
    [{ kind: 'offline', reason: 'ERR_STREAM_PREMATURE_CLOSE' }, true],
    [{ kind: 'offline', reason: 'ECONNREFUSED' }, false],
    [{ kind: 'timeout' }, true],
    [{ kind: 'server', status: 502 }, true],
    [{ kind: 'server', status: 504 }, true],
    [{ kind: 'server', status: 500 }, false],
    [{ kind: 'forbidden', status: 403 }, false],
  ];
  for (const [failure, isLost] of failures) {
    const error = new GitLabError(failure);
    it(`is ${isLost ? '' : 'not '}recognized in "${error.message}"`, () => assert.equal(isAnswerLost(error), isLost));
  }

  onEach(
    'to a retry is told by the newer attempt',
    async (stage) => {
      const { id } = stage.add({ status: 'failed' });
      assert.deepEqual(await lost(stage, id, 'retry', 'unanswered'), ['done', id + 1, 'pending']);
    },
    some,
  );

  onEach(
    'to a cancel is told by the status',
    async (stage) => {
      const { id } = stage.add({ status: 'running' });
      assert.deepEqual(await lost(stage, id, 'cancel', 'unanswered'), ['done', id, 'canceled']);
    },
    some,
  );

  onEach(
    'to a play is told by the status, which is manual no longer',
    async (stage) => {
      const { id } = stage.add({ status: 'manual', when: 'manual' });
      assert.deepEqual(await lost(stage, id, 'play', 'unanswered'), ['done', id, 'pending']);
    },
    ['13.9', '18.9'],
  );

  onEach(
    'to an erase is told by when it was erased, before 15.9 by the artifacts',
    async (stage) => {
      const { id } = stage.small.builds.compile;
      assert.deepEqual(await lost(stage, id, 'erase', 'unanswered'), ['done', id, 'success']);
    },
    some,
  );

  onEach(
    'to an erase of a build without artifacts cannot be told before 15.9',
    async (stage) => {
      const { id } = stage.add({ status: 'success', trace: 'a log' });
      const told = stage.has('15.9') ? ['done', id, 'success'] : ['unknown'];
      assert.deepEqual(await lost(stage, id, 'erase', 'unanswered'), told);
    },
    some,
  );

  onEach(
    'to a deletion of artifacts is told by their absence',
    async (stage) => {
      stage.fake.world.setRole(stage.small.project, stage.small.username, 'master');
      const { id } = stage.small.builds.compile;
      assert.deepEqual(await lost(stage, id, 'deleteArtifacts', 'unanswered'), ['done', id, 'success']);
    },
    ['13.9', '18.9'],
  );

  onEach(
    'is a failure where GitLab did nothing',
    async (stage) => {
      const [failed, running] = [stage.add({ status: 'failed' }), stage.add({ status: 'running', name: 'runs' })];
      assert.deepEqual(await lost(stage, failed.id, 'retry', 'beforeHeaders'), ['none']);
      assert.deepEqual(await lost(stage, running.id, 'cancel', 'beforeHeaders'), ['none']);
      assert.deepEqual(await lost(stage, stage.small.builds.compile.id, 'erase', 'beforeHeaders'), ['none']);
    },
    some,
  );

  onEach(
    'to a retry of a superseded attempt is not told by an attempt that was there before',
    async (stage) => {
      const { client, small } = stage;
      const { id } = stage.add({ status: 'failed' });
      const { id: newest } = await stage.act(id, 'retry');
      const before = buildWith({ ...(await client.build(small.project.path, id, unhurried())) });
      const effect = await client.builds.effectOf(small.project.path, { name: 'retry', before, newest }, unhurried());
      assert.equal(effect.kind, 'none');
    },
    some,
  );

  onEach(
    'about a bridge cannot be told, and nothing is asked',
    async ({ client, fake, small }) => {
      const before = buildWith({ kind: 'bridge' });
      await client.project(small.project.path, unhurried());
      const asked = fake.requests.length;
      const effect = await client.builds.effectOf(small.project.path, { name: 'play', before, newest: 1 }, unhurried());
      assert.deepEqual([effect.kind, fake.requests.length], ['unknown', asked]);
    },
    ['18.9'],
  );

  onEach(
    'about a pipeline is told by its status',
    async ({ client, fake, small }) => {
      const { pipelineId } = fake.world.build(small.builds.compile.id);
      fake.faults = [{ reset: 'unanswered', when: ({ method }) => method === 'POST' }];
      const statusNow = () => client.pipelines.status(small.project.path, pipelineId, unhurried());
      const before = await statusNow();
      await assert.rejects(client.pipelines.act(small.project.path, pipelineId, 'cancel', unhurried()), isAnswerLost);
      const after = await statusNow();
      assert.deepEqual([before, effectOnPipeline('cancel', before, after)], ['running', 'done']);
      await assert.rejects(client.pipelines.act(small.project.path, pipelineId, 'retry', unhurried()), isAnswerLost);
      assert.equal(effectOnPipeline('retry', after, await statusNow()), 'done');
    },
    ['8.13', '13.9', '18.9'],
  );

  const pipelines = [
    ['retry', 'failed', 'running', 'done'],
    ['retry', 'failed', 'failed', 'none'],
    ['retry', 'running', 'running', 'unknown'],
    ['cancel', 'running', 'canceled', 'done'],
    ['cancel', 'running', 'canceling', 'done'],
    ['cancel', 'running', 'running', 'none'],
  ] as const;
  for (const [name, before, after, effect] of pipelines)
    it(`to a ${name} of a pipeline: ${before}, then ${after} is ${effect}`, () =>
      assert.equal(effectOnPipeline(name, before, after), effect));
});
