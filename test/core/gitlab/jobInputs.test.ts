import assert from 'node:assert/strict';
import { differingInputs } from '../../../src/core/gitlab/jobInputs';
import { toRequest } from '../../../src/core/gitlab/dialect';
import type { InputSpec } from '../../../src/core/gitlab/inputSpecs';
import type { PipelineInputSpec } from '../../gitlab/model';
import { profileNames } from '../../gitlab/profiles/profiles';
import { unhurried } from '../support';
import { onEach, refusal, type Refusal, type Stage } from './staged';

const inputsSpec: readonly PipelineInputSpec[] = [
  { name: 'env', type: 'STRING', default: 'a', options: ['a', 'b'], description: 'Where' },
  { name: 'count', type: 'NUMBER', default: 1 },
];
const earlier = profileNames.slice(0, profileNames.indexOf('18.10'));
const add = (stage: Stage, status = 'failed') => stage.add({ name: 'deploy', when: 'manual', status, inputsSpec });
const inputsOf = (stage: Stage, id: number) => stage.client.builds.inputs(stage.small.project.path, id, unhurried());
const act = (stage: Stage, id: number, action: 'play' | 'retry', inputs: Readonly<Record<string, string | number>>) =>
  stage.client.act(stage.small.project.path, id, action, unhurried(), { inputs });

describe('The inputs of a build', () => {
  onEach(
    'are told with their values',
    async (stage) => {
      const { id } = add(stage);
      stage.fake.world.update({ id }, { inputs: { env: 'b' } });
      await stage.client.listing(stage.small.project.path, { sha: stage.small.sha }, unhurried());
      const common = { required: false, regex: undefined };
      assert.deepEqual(await inputsOf(stage, id), {
        specs: [
          { ...common, name: 'env', type: 'string', description: 'Where', default: 'a', options: ['a', 'b'] },
          { ...common, name: 'count', type: 'number', description: undefined, default: 1, options: [] },
        ],
        values: { env: 'b' },
      });
      assert.equal(await inputsOf(stage, 4711), undefined);
    },
    ['18.10'],
  );

  onEach(
    'are taken by retry and play, which refuse others in words of their own',
    async (stage) => {
      const retried = await act(stage, add(stage).id, 'retry', { env: 'b' });
      assert.deepEqual(stage.fake.world.build(retried.id).inputs, { env: 'b' });
      const manual = add(stage, 'manual');
      await act(stage, manual.id, 'play', { count: 3 });
      assert.deepEqual(stage.fake.world.build(manual.id).inputs, { count: 3 });
      const refused = async (inputs: Readonly<Record<string, string | number>>): Promise<Refusal> =>
        refusal(act(stage, add(stage).id, 'retry', inputs));
      const words = (reason: string): Refusal => ['refused', 400, `400 Bad request - ${reason}`];
      assert.deepEqual(await refused({ other: 1 }), words('Unknown input: other'));
      assert.deepEqual(await refused({ count: 'x' }), words('`count` input: provided value is not a number'));
      assert.deepEqual(
        await refused({ env: 'c' }),
        words('`env` input: `c` cannot be used because it is not in the list of allowed options'),
      );
    },
    ['18.10'],
  );

  onEach(
    'are asked for nowhere before 18.10',
    async (stage) => {
      const { id } = add(stage);
      await stage.client.listing(stage.small.project.path, { sha: stage.small.sha }, unhurried());
      const before = stage.fake.requests.length;
      assert.equal(await inputsOf(stage, id), undefined);
      const asked = stage.fake.requests.slice(before).filter(({ body }) => body.includes('inputsSpec'));
      assert.deepEqual(asked, []);
    },
    earlier,
  );

  it('are sent under both names that retry has used, and under one for play', () => {
    const inputs = { env: 'b' };
    assert.deepEqual(toRequest('retry', { inputs }), { path: 'retry', body: { job_inputs: inputs, inputs } });
    assert.deepEqual(toRequest('play', { inputs }), { path: 'play', body: { job_inputs: inputs } });
    assert.deepEqual(toRequest('retry', { inputs: {} }), { path: 'retry' });
  });

  it('differ from the requested ones only if their values do', () => {
    const spec = { type: 'string', description: undefined, required: false, options: [], regex: undefined } as const;
    const specs: readonly InputSpec[] = [
      { ...spec, name: 'env', default: 'a' },
      { ...spec, name: 'list', type: 'array', default: ['x'] },
    ];
    const differing = (requested: Readonly<Record<string, string | number | string[]>>, values = {}) =>
      differingInputs(requested, { specs, values });
    assert.deepEqual(differing({ env: 'a', list: ['x'] }), []);
    assert.deepEqual(differing({ env: 'b', list: ['y'] }, { env: 'b' }), ['list']);
    assert.deepEqual(differing({ env: 5 }, { env: '5' }), []);
    assert.deepEqual(differing({ constructor: 'x' }), ['constructor']);
  });
});
