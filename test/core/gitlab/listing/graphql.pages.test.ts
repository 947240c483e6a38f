import assert from 'node:assert/strict';
import { GitLabClient } from '../../../../src/core/gitlab/client';
import { withGitLab } from '../../../gitlab/each';
import { manyBuilds } from '../../../gitlab/scenarios';
import type { FakeGitLab } from '../../../gitlab/server';
import { httpWith, Journal, unhurried } from '../../support';
import { isGraphql } from '../branch';
import { Rounds } from '../rounds';

const each = ['14.9', '15.9', '18.9'] as const;

/** A commit with the given number of builds in one pipeline, and a client whose requests are counted. */
async function withBuilds(
  profile: (typeof each)[number],
  count: number,
  test: (world: Awaited<ReturnType<typeof opened>>) => Promise<void>,
): Promise<void> {
  await withGitLab({ profile }, async (fake) => test(await opened(fake, count)));
}

async function opened(fake: FakeGitLab, count: number) {
  const { project, sha, ref, token } = manyBuilds(fake.world, count);
  const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
  const rounds = new Rounds(httpWith());
  const client = new GitLabClient(instance, rounds, async () => token, new Journal());
  const ids = async (): Promise<readonly number[]> => {
    // Requested by the user, so that no short query is used.
    const { builds, isPartial } = await client.listing(project.path, { sha, ref }, unhurried(), true);
    assert.equal(isPartial, undefined);
    return builds.flatMap(({ id, attempts }) => [id, ...attempts.map((attempt) => attempt.id)]).sort((a, b) => a - b);
  };
  const all = () => [...fake.world.buildIds(project)].sort((a, b) => a - b);
  /** Round trips and requests of a listing, which must be whole. */
  const counts = async (): Promise<readonly [roundTrips: number, requests: number]> => {
    const before = fake.requests.length;
    const trips = await rounds.during(async () => assert.deepEqual(await ids(), all()));
    assert.ok(fake.requests.slice(before).every((request) => isGraphql(request) || !request.path.includes('/jobs')));
    return [trips, fake.requests.length - before];
  };
  return { fake, project, sha, client, rounds, counts, all };
}

describe('The pages of jobs by GraphQL', () => {
  for (const profile of each)
    it(`are read one by one the first time, and in parallel from then on, on ${profile}`, () =>
      withBuilds(profile, 1000, async ({ rounds, counts, all, client, project, sha }) => {
        // What the server is, and ten pages.
        const cold = await rounds.during(() => client.listing(project.path, { sha }, unhurried()));
        assert.equal(cold, 11);
        assert.equal(all().length, 1000);
        // Its own list of pages per commit and branch.
        await counts();
        assert.deepEqual(await counts(), [2, 10]);
      }));

  it('are complete if builds were added since, with one more request', () =>
    withBuilds('18.9', 450, async ({ fake, project, counts, all }) => {
      await counts();
      assert.deepEqual(await counts(), [1, 5]);
      for (let round = 0; round < 4; round += 1) {
        const [pipeline] = fake.world.pipelines(project);
        const build = fake.world.inPipeline(pipeline!).find(({ retried }) => !retried);
        fake.world.setStatus(build!, 'failed');
        fake.world.retry(build!);
        const [trips, requests] = await counts();
        assert.ok(trips <= 3 && requests <= 7, `${trips} round trips, ${requests} requests`);
      }
      assert.equal(all().length, 454);
    }));

  it('are complete if more than a page of builds was added since', () =>
    withBuilds('18.9', 250, async ({ fake, project, sha, counts }) => {
      await counts();
      const [pipeline] = fake.world.pipelines(project);
      for (let index = 0; index < 230; index += 1)
        fake.world.addBuild(project, { sha, pipeline: pipeline!, name: `later ${index}` });
      await counts();
      await counts();
    }));
});
