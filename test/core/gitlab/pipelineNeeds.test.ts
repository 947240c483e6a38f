import assert from 'node:assert/strict';
import { withGitLab } from '../../gitlab/each';
import { serverError } from '../../gitlab/faults';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { smallProject } from '../../gitlab/scenarios';
import { clientOf, unhurried } from '../support';

async function needsOn(
  profile: ProfileName | VariantName,
  { jobs = 1, isBroken = false, isListed = false } = {},
): Promise<readonly (readonly [string, readonly string[]])[] | undefined> {
  let told: ReadonlyMap<string, readonly string[]> | undefined;
  await withGitLab({ profile }, async (fake) => {
    const { project, sha, ref } = smallProject(fake.world);
    const docs = fake.world.addBuild(project, { sha, name: 'docs', needs: ['compile', 'assets'] });
    for (let index = 1; index < jobs; index++)
      fake.world.addBuild(project, { sha, name: `docs ${index}/${jobs}`, needs: [] });
    const client = clientOf(fake, { apiVersion: 'auto' });
    if (isListed) await client.listing(project.path, { sha, ref }, unhurried());
    if (isBroken) fake.faults.push({ ...serverError(), when: ({ path }) => path.includes('graphql') });
    told = await client.pipelines.needsOf(project.path, { id: docs.pipelineId, sha }, unhurried());
  });
  return told && [...told];
}

describe('The needs of a build', () => {
  for (const profile of ['8.5', '10.8', '13.9'] as const)
    it(`are not available on ${profile}`, async () => assert.equal(await needsOn(profile), undefined));

  for (const profile of ['14.0', '14.9', '15.9', '17.2', '18.9'] as const)
    it(`are available on ${profile}, for builds that don't wait for stages`, async () =>
      assert.deepEqual(await needsOn(profile), [['docs', ['compile', 'assets']]]));

  it('are read over several pages, also if a listing has provided the number of the pipeline', async () =>
    assert.equal((await needsOn('18.9', { jobs: 150, isListed: true }))?.length, 150));

  it('are unknown if GitLab fails', async () => assert.equal(await needsOn('18.9', { isBroken: true }), undefined));
});
