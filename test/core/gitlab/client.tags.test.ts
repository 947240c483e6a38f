import assert from 'node:assert/strict';
import { profileNames } from '../../gitlab/profiles/profiles';
import { seedProject } from '../../gitlab/seed';
import { startGitLab } from '../../gitlab/server';
import { clientOf, unhurried } from '../support';

describe('The tags that a runner must have', () => {
  for (const profile of profileNames) {
    it(`come from ${profile}, if it provides them, in a list and for a single build`, async () => {
      const fake = await startGitLab({ profile });
      try {
        const { project, sha, ref } = seedProject(fake.world);
        const tagged = { sha, ref, stage: 'test', status: 'pending', runnerTags: ['linux', 'docker'] } as const;
        const { id } = fake.world.addBuild(project, { ...tagged, name: 'rspec' });
        fake.world.addBuild(project, { ...tagged, name: 'lint', runnerTags: [] });
        const client = clientOf(fake, { apiVersion: 'auto' });
        const { builds } = await client.listing(project.path, { sha, ref }, unhurried());
        const tags = new Map(builds.map((build) => [build.name, build.tags]));
        // The job entity has them since 13.9.
        const expected = Number.parseFloat(profile) >= 13.9 ? ['docker', 'linux'] : undefined;
        assert.deepEqual([tags.get('rspec'), tags.get('lint')], [expected, undefined]);
        assert.deepEqual((await client.build(project.path, id, unhurried())).tags, expected);
      } finally {
        await fake.close();
      }
    });
  }
});
