import assert from 'node:assert/strict';
import { profilesBefore, profilesSince } from '../../gitlab/profiles/profiles';
import { unhurried } from '../support';
import { onEach, refusal, type Stage } from './staged';

const create = (stage: Stage, ref: string, variables = {}) =>
  stage.client.pipelines.create(stage.small.project.path, { ref, variables }, unhurried());

describe('Pipelines, in any version,', () => {
  onEach(
    "are run for a branch, or refused in GitLab's words, from 8.14 on",
    async (stage) => {
      const { small, fake } = stage;
      const made = await create(stage, small.ref);
      assert.equal(fake.world.pipelines(small.project).at(-1)?.id, made.id);
      const [kind, status, reason] = await refusal(create(stage, 'no-such-branch'));
      assert.deepEqual([kind, status, reason], ['refused', 400, 'Reference not found']);
      const variables = refusal(create(stage, small.ref, { A: '1' }));
      if (!stage.has('9.0')) assert.deepEqual((await variables)[0], 'unsupported');
    },
    profilesSince('8.17'),
  );

  onEach(
    'are not run before 8.14, which is reported',
    async (stage) => assert.equal((await refusal(create(stage, stage.small.ref)))[0], 'unsupported'),
    profilesBefore('8.17'),
  );
});
