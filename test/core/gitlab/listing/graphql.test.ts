import assert from 'node:assert/strict';
import { can } from '../../../../src/core/model/abilities';
import type { ProfileName, VariantName } from '../../../gitlab/profiles/profile';
import { reporterToken } from '../../../gitlab/seed';
import { withGitLab } from '../../../gitlab/each';
import { everyPipeline } from '../../../gitlab/scenarios';
import { clientOf, unhurried } from '../../support';
import { assertWhole, Branch, countsOf, idsOf, isGraphql, named, pipelineIn } from '../branch';

const json = { 'Content-Type': 'application/json' };
/** As JSON has it, without the fields of those names. */
const plain = (value: object, names: readonly string[]) =>
  Object.fromEntries(Object.entries(value).filter(([name, field]) => field !== undefined && !names.includes(name)));

describe('The commit of builds that GraphQL lists', () => {
  for (const release of ['15.9', '18.9'] as const)
    it(`has its title and author on ${release}, and so do those of child pipelines`, () =>
      withGitLab({ profile: release }, async (fake) => {
        const { project, sha, ref } = everyPipeline(fake.world);
        const { builds } = await clientOf(fake, { apiVersion: 'auto' }).listing(
          project.path,
          { sha, ref },
          unhurried(),
        );
        const known = fake.world.commit(project.id, sha);
        const own = builds.filter(({ commit }) => commit?.sha === sha);
        assert.ok(known && own.some(({ pipeline }) => pipeline !== own[0]?.pipeline));
        for (const { commit } of own) assert.deepEqual(commit, { sha, title: known.title, author: known.authorName });
      }));
});

describe('GraphQL', () => {
  let at: Branch;
  const start = async (profile: ProfileName | VariantName) => (at = await Branch.start(profile));
  afterEach(() => at.fake.close());

  for (const profile of ['15.9', '18.9'] as const) {
    it(`returns on ${profile} what REST returns`, async () => {
      await start(profile);
      const byGraphql = await at.listing();
      assert.equal(at.client.usesGraphql, true);
      at.fresh();
      at.fake.faults = [{ when: isGraphql, answer: { status: 404, headers: json, body: '{}' } }];
      const byRest = await at.listing();
      assert.equal(at.client.usesGraphql, false);
      for (const build of byRest.builds) {
        const other = byGraphql.builds.find(({ id }) => id === build.id)!;
        // GraphQL tells neither who started a build nor the words of its commit; REST tells neither what is denied nor exit codes.
        const differing = [
          'denied',
          'user',
          'commit',
          'scheduledAt',
          'attempts',
          'exitCode',
          ...(profile === '15.9' ? ['runner', 'failureReason'] : []),
        ];
        assert.deepEqual(plain(other, differing), plain(build, differing));
        assert.deepEqual(idsOf(other.attempts), idsOf(build.attempts));
        assert.equal(other.commit?.sha, pipelineIn(byGraphql, { id: build.pipeline! }).sha);
      }
      // What made a pipeline is not told before 16.4.
      const untold = profile === '15.9' ? ['source', 'name'] : ['name'];
      assert.deepEqual(
        byGraphql.pipelines.map((pipeline) => plain(pipeline, ['stages', ...untold])),
        byRest.pipelines.map((pipeline) => plain(pipeline, untold)),
      );
    });

    it(`says on ${profile} when a delayed build starts`, async () => {
      await start(profile);
      const { scheduledAt } = named(await at.listing(), 'staging');
      assert.equal(Date.parse(scheduledAt ?? ''), at.made.builds.staging.scheduledAtMs);
    });

    for (const [count, pages] of [
      [100, 1],
      [101, 2],
      [250, 3],
    ] as const) {
      it(`reads ${count} jobs of a pipeline on ${profile} in ${pages} requests`, async () => {
        await start(profile);
        const { project, sha } = at.made;
        const pipeline = at.fake.world.addPipeline(project, { sha, ref: 'main', source: 'schedule' });
        const made = Array.from({ length: count }, (_, index) =>
          at.fake.world.addBuild(project, { sha, pipeline, name: `job ${index}`, status: 'success' }),
        );
        await at.listing();
        const listing = await at.listing();
        const ids = idsOf(listing.builds.filter((build) => build.pipeline === pipeline.id));
        assert.deepEqual(
          [...ids].sort((a, b) => a - b),
          idsOf(made),
        );
        // Side by side with the first page: the pipeline of the merge result, and the children.
        assert.deepEqual(await countsOf(at, () => at.refreshed()), { byGraphql: pages + 2, byRest: 0 });
      });
    }

    it(`finds on ${profile} what a bridge beyond the first hundred jobs started`, async () => {
      await start(profile);
      const { project, sha, branch } = at.made;
      for (let index = 0; index < 120; index += 1) {
        at.fake.world.addBuild(project, { sha, pipeline: branch, name: `job ${index}`, status: 'success' });
      }
      const listing = await at.listing();
      assert.equal(named(listing, 'packages').downstream, at.made.child.id);
      assert.equal(named(listing, 'install').pipeline, at.made.child.id);
      assert.equal(at.client.usesGraphql, true);
    });

    it(`says on ${profile} what a Reporter can't do`, async () => {
      await start(profile);
      at.fresh(() => reporterToken);
      const { builds } = await at.listing();
      assert.equal(at.client.usesGraphql, true);
      for (const build of builds) {
        const may = (['retry', 'cancel', 'erase', 'keep', 'play'] as const).map((ability) => can(build, ability));
        assert.deepEqual([build.name, ...may], [build.name, false, false, false, false, false]);
      }
    });

    it(`says on ${profile} what a Developer can do`, async () => {
      await start(profile);
      const listing = await at.listing();
      assert.ok(can(named(listing, 'compile'), 'retry') && can(named(listing, 'compile'), 'erase'));
      assert.ok(can(named(listing, 'compile'), 'keep') && can(named(listing, 'staging'), 'play'));
      assert.ok(can(named(listing, 'production'), 'play') && can(named(listing, 'install'), 'cancel'));
      const { id, attempts } = named(listing, 'rspec 1/2', at.made.branch);
      assert.equal(id, at.made.builds.rspec.id);
      // A superseded attempt is not retried again.
      assert.deepEqual(
        attempts.map((build) => can(build, 'retry')),
        [false],
      );
    });
  }

  it("recognizes builds that wait but can't be played", async () => {
    await start('18.9');
    const { project, sha, branch } = at.made;
    at.fake.world.addBuild(project, { sha, pipeline: branch, name: 'archived', status: 'manual', when: 'on_success' });
    assert.equal(can(named(await at.listing(), 'archived'), 'play'), false);
  });

  for (const release of ['15.9', '17.2'] as const)
    it(`does not request what ${release} is known to lack`, async () => {
      await start(release);
      const cold = await countsOf(at);
      assert.ok(at.log.lines.every((line) => !line.startsWith('GraphQL lacks')));
      assert.deepEqual([cold.byGraphql, await countsOf(at)], [3, { byGraphql: 3, byRest: 0 }]);
    });

  it('leaves out what the server lacks after requesting it once', async () => {
    await start('17.2');
    const body = JSON.stringify({ version: '17.3.0-ee', revision: '4e963fe' });
    const answer = { status: 200, headers: { 'Content-Type': 'application/json' }, body };
    at.fake.faults = [{ when: ({ path }) => path.endsWith('/version'), answer }];
    const cold = await countsOf(at);
    assert.equal(cold.byRest, 1); // The parents of the merge commit.
    const lacking = at.log.lines.filter((line) => line.startsWith('GraphQL lacks'));
    assert.deepEqual(lacking, ['GraphQL lacks CiJob.exitCode, CiJobArtifact.expired']);
    // Refused once; then the commit, the pipeline of the merge result and the child, which are one round trip when warm.
    assert.deepEqual([cold.byGraphql, await countsOf(at)], [4, { byGraphql: 3, byRest: 0 }]);
    await assertWhole(at);
  });

  it('requests more children than it can at once in batches', async () => {
    await start('18.9');
    const { project, sha, ref, branch } = at.made;
    for (let index = 0; index < 25; index += 1) {
      const downstream = at.fake.world.addPipeline(project, { source: 'parent_pipeline', sha, ref });
      at.fake.world.addBuild(project, { sha, pipeline: downstream, name: `below ${index}` });
      const init = { kind: 'bridge', name: `to ${index}`, downstream } as const;
      at.fake.world.addBuild(project, { sha, pipeline: branch, ...init });
    }
    for (const expected of ['cold', 'warm']) {
      const { builds, pipelines } = await at.listing();
      assert.equal(builds.filter(({ name }) => name.startsWith('below')).length, 25, expected);
      assert.equal(pipelines.length, 28);
    }
    assert.equal(at.client.usesGraphql, true);
    // The commit, the merge result, and two pages of children.
    assert.equal((await countsOf(at)).byGraphql, 4);
  });
});
