import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Gitlab } from '@gitbeaker/rest';
import type { Row } from './ask';
import { withGitLab } from './each';
import { profileNames, profiles } from './profiles/profiles';
import { branchMergeRequestAndChild, manyBuilds, smallProject } from './scenarios';
import { developerToken } from './seed';
import type { FakeGitLab } from './server';

/** Clients that others wrote for the real GitLab. */
describe('The client @gitbeaker/rest', () => {
  const connect = (fake: FakeGitLab): InstanceType<typeof Gitlab> =>
    new Gitlab({ host: fake.url, token: developerToken });

  for (const name of profileNames.filter((each) => profiles[each].v4 !== 'absent' && each !== '8.17')) {
    it(`lists, shows, retries and cancels jobs of ${name}`, () =>
      withGitLab({ profile: name }, async (fake) => {
        const { builds, sha } = smallProject(fake.world);
        const client = connect(fake);
        const pipelines = await client.Pipelines.all(1);
        const pipeline = pipelines.find((each) => each.sha === sha)!;
        const jobs = await client.Jobs.all(1, { pipelineId: pipeline.id });
        assert.ok(jobs.some(({ id }) => id === builds.rspec.id));
        assert.equal((await client.Jobs.show(1, builds.compile.id)).name, 'compile');
        const retried = await client.Jobs.retry(1, builds.odd.id);
        assert.ok(retried.id > builds.odd.id);
        assert.equal((await client.Jobs.cancel(1, builds.long.id)).status, 'canceled');
        assert.match(await client.Jobs.showLog(1, builds.firstRspec.id), /1 example, 1 failure/);
        await assert.rejects(client.Jobs.show(1, 9999), /404 Not [Ff]ound/);
      }));
  }

  it('pages through lists without totals, and by key', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      manyBuilds(fake.world, 250);
      const client = connect(fake);
      assert.equal((await client.Jobs.all(1, { perPage: 100 })).length, 250);
      assert.equal(
        (await client.Jobs.all(1, { perPage: 100, pagination: 'keyset', orderBy: 'id', sort: 'desc' })).length,
        250,
      );
    }));

  it('erases, plays with a variable, keeps and reads artifacts, follows bridges and merge requests', () =>
    withGitLab({ profile: '18.9' }, async (fake) => {
      const { builds, branch, child, merge, sha } = branchMergeRequestAndChild(fake.world);
      const client = connect(fake);
      const played = await client.Jobs.play(1, builds.production.id, {
        jobVariablesAttributes: [{ key: 'TO', value: 'eu' }],
      });
      assert.equal(played.status, 'pending');
      assert.deepEqual(fake.world.build(builds.production.id).variables, { TO: 'eu' });
      assert.equal((await client.JobArtifacts.keep(1, builds.compile.id)).artifacts_expire_at, null);
      const archive = await client.JobArtifacts.downloadArchive(1, { jobId: builds.compile.id });
      assert.equal(archive.size, fake.world.build(builds.compile.id).artifacts?.size);
      const file = await client.JobArtifacts.downloadArchive(1, { jobId: builds.compile.id, artifactPath: 'bin/app' });
      assert.equal(await file.text(), 'an executable\n');
      assert.notEqual((await client.Jobs.erase(1, builds.compile.id)).erased_at, null);
      const [bridge] = await client.Jobs.allPipelineBridges(1, branch.id);
      const downstream = bridge?.downstream_pipeline as { readonly id: number } | undefined;
      assert.equal(downstream?.id, child.id);
      const ofCommit = (await client.Pipelines.all(1, { sha })) as readonly { readonly id: number }[];
      assert.deepEqual(
        ofCommit.map(({ id }) => id),
        [branch.id],
      );
      const ofMergeRequest = (await client.MergeRequests.allPipelines(1, 1)) as readonly { readonly id: number }[];
      assert.deepEqual(
        ofMergeRequest.map(({ id }) => id),
        [merge.id, branch.id],
      );
      assert.equal((await client.Pipelines.cancel(1, merge.id)).status, 'failed');
      const statuses = await client.Commits.allStatuses(1, sha, { all: true });
      assert.ok(statuses.some(({ name }) => name === 'jenkins/acceptance'));
    }));

  it('follows the redirect to the object storage', () =>
    withGitLab({ profile: '18.9', artifacts: 'redirect' }, async (fake) => {
      const { builds } = smallProject(fake.world);
      const archive = await connect(fake).JobArtifacts.downloadArchive(1, { jobId: builds.compile.id });
      assert.equal(archive.size, fake.world.build(builds.compile.id).artifacts?.size);
    }));
});

/** The client of its time, which has callbacks and no types. */
interface OldClient {
  readonly projects: {
    readonly builds: {
      readonly listBuilds: (id: number | string, params: object, done: (rows: readonly Row[]) => void) => void;
      readonly showBuild: (id: number, build: number, done: (row: Row) => void) => void;
    };
    readonly show: (id: number | string, done: (row: Row) => void) => void;
  };
  readonly post: (path: string, data: object, done: (error: unknown, answer: unknown, row: Row) => void) => void;
}

describe('The client gitlab 1.8', () => {
  const create = createRequire(import.meta.url)('gitlab') as (options: object) => OldClient;

  for (const name of profileNames.filter((each) => profiles[each].v3 !== 'gone')) {
    it(`lists, shows, retries and cancels builds of ${name}`, () =>
      withGitLab({ profile: name }, async (fake) => {
        const { builds } = smallProject(fake.world);
        const client = create({ url: fake.url, token: developerToken });
        const rows = await new Promise<readonly Row[]>((done) =>
          client.projects.builds.listBuilds(1, { per_page: 5 }, done),
        );
        assert.deepEqual(
          rows.map(({ id }) => id),
          [11, 10, 9, 8, 7],
        );
        const project = await new Promise<Row>((done) => client.projects.show('group/sub.project', done));
        assert.equal(project.id, 1);
        const build = await new Promise<Row>((done) => client.projects.builds.showBuild(1, builds.compile.id, done));
        assert.equal(build['name'], 'compile');
        const act = (id: number, action: string): Promise<Row> =>
          new Promise((done) => client.post(`projects/1/builds/${id}/${action}`, {}, (_, __, row) => done(row)));
        assert.ok((await act(builds.odd.id, 'retry')).id > builds.odd.id);
        assert.equal((await act(builds.long.id, 'cancel')).status, 'canceled');
        if (name !== '8.4') assert.equal((await act(builds.compile.id, 'erase')).status, 'success');
      }));
  }
});
