import assert from 'node:assert/strict';
import { GitLabClient } from '../../../../src/core/gitlab/client';
import { changesQuery } from '../../../../src/core/gitlab/listing/graphqlChanges';
import type { Listing } from '../../../../src/core/model/pipeline';
import { systemClock } from '../../../../src/core/util/timer';
import { withGitLab } from '../../../gitlab/each';
import { weightOf } from '../../../gitlab/graphql/complexity';
import type { Fault } from '../../../gitlab/faults';
import type { BuildInit, FakeBuild, Pipeline } from '../../../gitlab/model';
import type { ProfileName, VariantName } from '../../../gitlab/profiles/profile';
import { developerToken, seedProject, type Seed } from '../../../gitlab/seed';
import type { FakeGitLab } from '../../../gitlab/server';
import type { World } from '../../../gitlab/world';
import { httpWith, Journal, unhurried } from '../../support';
import { Branch, isGraphql } from '../branch';

/** More than two pages. */
const jobs = 230;

/** A pipeline of 230 jobs with a child pipeline, and a client whose time passes when the test says so. */
class Calm {
  readonly seed: Seed;
  readonly pipeline: Pipeline;
  readonly running: FakeBuild;
  readonly failed: FakeBuild;
  readonly manual: FakeBuild;
  readonly bridge: FakeBuild;
  readonly ofChild: FakeBuild;
  now = Date.now();
  /** Texts of the queries that reached GitLab. */
  queries: string[] = [];
  private readonly client: GitLabClient;

  constructor(readonly fake: FakeGitLab) {
    const { world } = fake;
    this.seed = seedProject(world);
    const { project, sha, ref } = this.seed;
    this.pipeline = world.addPipeline(project, { sha, ref });
    const child = world.addPipeline(project, { sha, ref, source: 'parent_pipeline' });
    const add = (name: string, init: Partial<BuildInit>): FakeBuild =>
      world.addBuild(project, { sha, ref, pipeline: this.pipeline, name, status: 'success', ...init });
    for (let index = 0; index < jobs; index += 1) add(`job ${index}`, {});
    this.running = add('running', { status: 'running' });
    this.failed = add('failed', { status: 'failed' });
    this.manual = add('manual', { status: 'manual', when: 'manual' });
    this.bridge = add('child', { kind: 'bridge', downstream: child });
    this.ofChild = add('of child', { status: 'running', pipeline: child });
    const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
    const log = new Journal();
    this.client = new GitLabClient(instance, httpWith({ log }), async () => developerToken, log, {
      ...systemClock,
      now: () => this.now,
    });
    this.listen();
  }

  /** Records queries from now on, and applies `further` to them. */
  listen(further: Fault = {}): void {
    const when = (request: { readonly path: string; readonly body: string; readonly method: string }): boolean => {
      if (isGraphql(request)) this.queries.push((JSON.parse(request.body) as { readonly query: string }).query);
      return false;
    };
    this.fake.faults = [{ when }, ...(further.when === undefined ? [] : [further])];
  }

  listing(isAsked = false): Promise<Listing> {
    const { project, sha } = this.seed;
    return this.client.listing(project.path, { sha }, unhurried(), isAsked);
  }

  /** Lists until two listings in a row were the same, after which the short query may come. */
  async settle(): Promise<void> {
    await this.listing();
    await this.listing();
  }

  /** The queries that a listing takes: the short one, or those for everything. */
  async kinds(isAsked = false): Promise<readonly ('short' | 'whole')[]> {
    this.queries = [];
    await this.listing(isAsked);
    return this.queries.map((query) => (isShort(query) ? 'short' : 'whole'));
  }
}

function isShort(query: string): boolean {
  return query.includes('newest:');
}

const wholeListing = ['whole', 'whole', 'whole', 'whole'] as const;

const changes: Readonly<Record<string, (world: World, calm: Calm) => unknown>> = {
  'a build ends': (world, { running }) => world.setStatus(running, 'failed'),
  'a build is being canceled': (world, { running }) => world.setStatus(running, 'canceling'),
  'a build of a child pipeline ends': (world, { ofChild }) => world.setStatus(ofChild, 'success'),
  'a manual build is started': (world, { manual }) => world.play(manual),
  'a build is retried': (world, { failed }) => world.retry(failed),
  'a build is retried and its retry has already ended': (world, { failed }) =>
    world.setStatus(world.retry(failed), 'failed'),
  'there is a new pipeline': (world, { seed: { project, sha, ref } }) =>
    world.addBuild(project, { sha, ref, pipeline: world.addPipeline(project, { sha, ref }), name: 'new' }),
};

describe('A GraphQL listing of unchanged builds', () => {
  it('takes one short query', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const calm = new Calm(fake);
      await calm.settle();
      const before = await calm.listing(true);
      await calm.settle();
      assert.deepEqual(await calm.kinds(), ['short']);
      assert.deepEqual(await calm.listing(), before);
    }));

  for (const [name, change] of Object.entries(changes))
    it(`is loaded in full when ${name}`, () =>
      withGitLab({ profile: '18.9' }, async (fake) => {
        const calm = new Calm(fake);
        await calm.settle();
        assert.deepEqual(await calm.kinds(), ['short']);
        change(fake.world, calm);
        const polled = await calm.listing();
        assert.deepEqual(polled, await calm.listing(true));
      }));

  it('takes one short query if a merge result has pipelines, too', async () => {
    const at = await Branch.start('18.9');
    try {
      await at.listing();
      await at.listing();
      const queries: string[] = [];
      at.fake.faults = [{ when: (request) => isGraphql(request) && queries.push(request.body) < 0 }];
      const unchanged = await at.listing();
      assert.deepEqual(queries.map(isShort), [true]);
      assert.ok(unchanged.pipelines.some(({ id }) => id === at.made.merge.id));
      at.fake.world.retry(at.made.builds.mergeTest);
      assert.deepEqual(await at.listing(), await at.refreshed());
      assert.deepEqual(queries.slice(0, 2).map(isShort), [true, true]);
    } finally {
      await at.fake.close();
    }
  });

  it("takes no short query if that can't cover everything: more than a hundred active builds", () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const calm = new Calm(fake);
      const { project, sha, ref } = calm.seed;
      for (let index = 0; index < 100; index += 1)
        fake.world.addBuild(project, { sha, ref, pipeline: calm.pipeline, name: `new ${index}`, status: 'running' });
      await calm.settle();
      assert.ok(!(await calm.kinds()).includes('short'));
    }));

  it('is loaded in full when the user asks, and after half a minute at the latest', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const calm = new Calm(fake);
      await calm.settle();
      assert.deepEqual(await calm.kinds(true), wholeListing);
      calm.now += 29_000;
      assert.deepEqual(await calm.kinds(), ['short']);
      calm.now += 2000;
      assert.deepEqual(await calm.kinds(), wholeListing);
    }));

  it('takes no short query while builds change from one listing to the next', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const calm = new Calm(fake);
      await calm.listing();
      fake.world.setStatus(calm.running, 'success');
      assert.deepEqual(await calm.kinds(), wholeListing);
      fake.world.setStatus(calm.ofChild, 'success');
      assert.deepEqual(await calm.kinds(), wholeListing);
    }));

  it('works without the short query if GitLab refuses it', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const calm = new Calm(fake);
      await calm.settle();
      calm.listen({
        when: ({ body }) => isShort(body),
        answer: { status: 200, body: JSON.stringify({ errors: [{ message: 'Timeout on Pipeline.jobs' }] }) },
      });
      assert.deepEqual(await calm.kinds(), ['short', ...wholeListing]);
      assert.deepEqual(await calm.kinds(), wholeListing);
      assert.deepEqual(await calm.kinds(), wholeListing);
    }));

  it('takes no short query before 17.2, which lacks some of its statuses', () =>
    withGitLab({ profile: '15.9' }, async (fake) => {
      const calm = new Calm(fake);
      await calm.settle();
      assert.ok(!(await calm.kinds()).includes('short'));
    }));

  for (const profile of ['17.2', '18.9', '18.10'] as const satisfies readonly (ProfileName | VariantName)[])
    it(`has a low complexity on ${profile}`, () =>
      withGitLab({ profile }, async ({ world }) => {
        const commits = ['a', 'b'].map((digit) => ({ sha: digit.repeat(40), hasChildren: true }));
        const { text, variables } = changesQuery('group/project', commits);
        const { complexity, recursion } = weightOf(world.profile, text, { ...variables });
        assert.equal(recursion, undefined);
        assert.ok(complexity <= 200, String(complexity));
      }));
});
