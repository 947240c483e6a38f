import assert from 'node:assert/strict';
import { flatten } from '../../../src/core/model/arrange';
import type { Build } from '../../../src/core/model/build';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import { serverError } from '../../gitlab/faults';
import { withGitLab } from '../../gitlab/each';
import type { ProfileName, VariantName } from '../../gitlab/profiles/profile';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import type { FakeGitLab } from '../../gitlab/server';
import { clientOf, errorOf, unhurried } from '../support';

interface Opened {
  readonly fake: FakeGitLab;
  readonly client: GitLabClient;
  readonly small: SmallProject;
  /** As the list tells it. */
  readonly listed: (id: number) => Promise<Build>;
  readonly completed: (build: Build) => Promise<Build>;
  /** How many requests `work` takes. */
  readonly requests: (work: () => Promise<unknown>) => Promise<number>;
}

async function on(profile: ProfileName | VariantName, test: (opened: Opened) => Promise<void>): Promise<void> {
  await withGitLab({ profile }, async (fake) => {
    const small = smallProject(fake.world);
    const client = clientOf(fake, { apiVersion: 'auto' });
    const { path } = small.project;
    await test({
      fake,
      client,
      small,
      listed: async (id) => {
        const { builds } = await client.listing(path, { sha: small.sha, ref: small.ref }, unhurried());
        return flatten(builds).find((build) => build.id === id) ?? assert.fail(`no build ${id}`);
      },
      completed: (build) => client.builds.completed(path, build, unhurried()),
      requests: async (work) => {
        const before = fake.requests.length;
        await work();
        return fake.requests.length - before;
      },
    });
  });
}

describe('The fields that an older GraphQL list lacks', () => {
  for (const profile of ['14.9', '15.3'] as const)
    it(`are loaded from the build itself, in one request, on ${profile}`, () =>
      on(profile, async ({ client, small, listed, completed, requests, fake }) => {
        const expireAt = Date.UTC(2030, 0, 1);
        fake.world.update(small.builds.compile, { artifactsExpireAtMs: expireAt });
        const build = await listed(small.builds.compile.id);
        assert.deepEqual([client.usesGraphql, build.runner, build.artifacts?.size], [true, undefined, 0]);
        const asked = await requests(async () => {
          const [told, same] = await Promise.all([completed(build), completed(build)]);
          assert.equal(told.runner, fake.world.build(build.id).runner?.description);
          assert.equal(told.artifacts?.size, fake.world.build(build.id).artifacts?.size);
          assert.equal(Date.parse(told.artifacts?.expireAt ?? ''), expireAt);
          assert.deepEqual([told.denied?.includes('keep') ?? false, same], [false, told]);
        });
        assert.equal(asked, 1);
      }));

  it('are loaded from the build itself if only the runner is missing, on 15.8', () =>
    on('15.8', async ({ small, listed, completed, requests, fake }) => {
      const build = await listed(small.builds.rspec.id);
      assert.equal(build.runner, undefined);
      assert.equal(await requests(() => completed(build)), 1);
      assert.equal((await completed(build)).runner, fake.world.build(build.id).runner?.description);
    }));

  for (const profile of ['8.13', '13.9', '14.0', '16.3', '18.9'] as const)
    it(`are none on ${profile}`, () =>
      on(profile, async ({ small, listed, completed, requests, client }) => {
        const build = await listed(small.builds.compile.id);
        assert.equal(client.builds.isIncomplete(build), false);
        assert.equal(await requests(async () => assert.equal(await completed(build), build)), 0);
      }));

  it("are kept in the lists from then on, as long as the build's status stays the same", () =>
    on('15.3', async ({ small, listed, completed, requests, fake }) => {
      const { id } = small.builds.long;
      const build = await listed(id);
      const { runner } = await completed(build);
      assert.ok(runner);
      assert.equal((await listed(id)).runner, runner);
      assert.equal(await requests(() => completed(build)), 0);
      fake.world.setStatus({ id }, 'success');
      const ended = await listed(id);
      assert.equal(ended.runner, undefined);
      assert.equal(await requests(() => completed(ended)), 1);
    }));

  it('are requested again after a failure, and after the build was changed', () =>
    on('15.3', async ({ small, listed, completed, requests, fake, client }) => {
      const build = await listed(small.builds.compile.id);
      fake.faults = [{ ...serverError(), times: 1 }];
      await errorOf(completed(build));
      assert.equal(await requests(() => completed(build)), 1);
      await client.act(small.project.path, build.id, 'keep', unhurried());
      assert.equal(await requests(() => completed(build)), 1);
    }));

  it('are not requested for a build that starts another pipeline', () =>
    on('15.3', async ({ small, completed, requests, listed, fake }) => {
      const { id } = fake.world.addBuild(small.project, {
        sha: small.sha,
        kind: 'bridge',
        name: 'b',
        status: 'failed',
      });
      const bridge = await listed(id);
      assert.equal(await requests(() => completed(bridge)), 0);
    }));
});
