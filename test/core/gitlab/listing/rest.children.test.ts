import assert from 'node:assert/strict';
import { GitLabClient } from '../../../../src/core/gitlab/client';
import type { FakeBuild, Pipeline } from '../../../gitlab/model';
import { smallProject } from '../../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { httpWith, Journal, unhurried } from '../../support';
import { named } from '../branch';
import { Rounds } from '../rounds';

interface Child {
  readonly pipeline: Pipeline;
  readonly build: FakeBuild;
}

/** A commit with the given number of passed children, and one that is running. */
class Commit {
  readonly client: GitLabClient;
  readonly rounds = new Rounds(httpWith());
  readonly children: readonly Child[];
  readonly running: Child;
  private readonly small;
  private readonly branch: Pipeline;

  constructor(
    readonly fake: FakeGitLab,
    count: number,
  ) {
    this.small = smallProject(fake.world);
    const { project, sha, ref, token } = this.small;
    this.branch = fake.world.addPipeline(project, { sha, ref });
    this.children = Array.from({ length: count }, (_, index) => this.add(`below ${index}`, 'success'));
    this.running = this.add('runs', 'running');
    const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
    this.client = new GitLabClient(instance, this.rounds, async () => token, new Journal());
  }

  add(name: string, status: string, parent = this.branch): Child {
    const { world } = this.fake;
    const { project, sha, ref } = this.small;
    const pipeline = world.addPipeline(project, { source: 'parent_pipeline', sha, ref });
    const build = world.addBuild(project, { sha, pipeline, name, status });
    world.addBuild(project, { sha, pipeline: parent, kind: 'bridge', name: `to ${name}`, downstream: pipeline });
    return { pipeline, build };
  }

  async listing(isAsked = false) {
    const { project, sha, ref } = this.small;
    let listing: Awaited<ReturnType<GitLabClient['listing']>> | undefined;
    const load = async () => {
      listing = await this.client.listing(project.path, { sha, ref }, unhurried(), isAsked);
    };
    const trips = await this.rounds.during(load);
    assert.ok(listing);
    return { listing, trips };
  }

  /** Round trips and requests of a listing. */
  async counts(isAsked = false): Promise<readonly [roundTrips: number, requests: number]> {
    const before = this.fake.requests.length;
    const { trips } = await this.listing(isAsked);
    return [trips, this.fake.requests.length - before];
  }
}

/** The list of pipelines, and jobs and bridges of the branch's two and of the child that runs; the child has no bridges. */
const others = 5;

describe('Child pipelines that have ended, by REST', () => {
  let at: Commit;
  const start = async (profile: '13.4' | '13.9' | '14.0', count: number): Promise<Commit> => {
    at = new Commit(await startGitLab({ profile }), count);
    // The newest ones are read before their bridges report that they have ended, so they are read once more.
    for (let round = 0; round < 2; round += 1) await at.listing();
    return at;
  };
  afterEach(() => at.fake.close());

  for (const profile of ['13.4', '13.9', '14.0'] as const)
    it(`are not requested again on ${profile}, and are shown as before`, async () => {
      await start(profile, 40);
      const { listing } = await at.listing();
      assert.equal(listing.builds.filter(({ name }) => name.startsWith('below')).length, 40);
      const [trips, requests] = await at.counts();
      assert.ok(trips <= 1 && requests <= others, `${trips} round trips, ${requests} requests`);
      assert.deepEqual((await at.listing()).listing, listing);
    });

  it('are requested again if one has changed, and only that one', async () => {
    const { children } = await start('13.9', 4);
    const { id } = at.fake.world.retry(children[0]!.build);
    const [, most] = await at.counts();
    assert.ok(most <= others + 2, `${most} requests`);
    const { listing } = await at.listing();
    assert.equal(named(listing, 'below 0').id, id);
    at.fake.world.setStatus(at.fake.world.build(id), 'success');
    await at.listing();
    assert.equal(named((await at.listing()).listing, 'below 0').status, 'success');
    assert.ok((await at.counts())[1] <= others);
  });

  it('are shown as they ended, even if they were read while they ran', async () => {
    const { running } = await start('13.9', 1);
    // Its jobs are read before it ends, its bridge after that.
    let isRead = false;
    at.fake.faults = [
      {
        when: ({ path }) => {
          if (isRead && path.includes('/bridges')) at.fake.world.setStatus(running.build, 'failed');
          isRead ||= path.includes(`pipelines/${running.pipeline.id}/jobs`);
          return false;
        },
      },
    ];
    await at.listing();
    at.fake.faults = [];
    at.fake.world.setStatus(running.build, 'failed');
    for (let round = 0; round < 3; round += 1)
      assert.equal(named((await at.listing()).listing, 'runs').status, 'failed');
  });

  it('are requested again when a person asks', async () => {
    const { children } = await start('13.9', 4);
    // Nothing of this shows in the state of the pipeline.
    at.fake.world.update(children[0]!.build, { tag: true });
    assert.equal(named((await at.listing()).listing, 'below 0').tag, false);
    assert.equal(named((await at.listing(true)).listing, 'below 0').tag, true);
    assert.equal(named((await at.listing()).listing, 'below 0').tag, true);
  });

  it('are requested every time if they have children themselves', async () => {
    at = new Commit(await startGitLab({ profile: '13.9' }), 1);
    const nested = at.add('nested', 'success', at.children[0]!.pipeline);
    for (let round = 0; round < 3; round += 1) await at.listing();
    const { id } = at.fake.world.retry(nested.build);
    assert.equal(named((await at.listing()).listing, 'nested').id, id);
  });
});
