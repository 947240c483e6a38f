import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/core/util/timer';
import { GitLabClient } from '../../../../src/core/gitlab/client';
import type { ProfileName } from '../../../gitlab/profiles/profile';
import { manyBuilds, smallProject, type SmallProject } from '../../../gitlab/scenarios';
import { developerToken } from '../../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../../gitlab/server';
import { buildsAt, clientOf, httpWith, Journal, unhurried } from '../../support';
import { idsOf } from '../branch';

const json = { 'Content-Type': 'application/json' };

describe('The builds of a commit by REST', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  const start = async (profile: ProfileName) => {
    fake = await startGitLab({ profile });
    small = smallProject(fake.world);
    client = clientOf(fake, { apiVersion: 'auto' });
  };
  const list = (sha = small.sha) => buildsAt(client, small.project.path, sha);
  /** What is asked below the project meanwhile. */
  const asked = async (work: () => Promise<unknown> = list) => {
    const since = fake.requests.length;
    await work();
    const paths = fake.requests.slice(since).map(({ path }) => path.replace(/[?&](per_page|page)=\d+/g, ''));
    return paths.map((path) => path.replace(/^\/api\/v[34]\/projects\/1\//, '')).sort();
  };
  /** The same server, of another version. */
  const saying = (version: string) => {
    const body = JSON.stringify({ version, revision: '4e963fe' });
    fake.faults = [{ when: ({ path }) => path.endsWith('/version'), answer: { status: 200, headers: json, body } }];
  };

  afterEach(() => fake.close());

  describe('from 13.5 to 13.8, which list no attempts of a pipeline', () => {
    it('have the attempts that the project lists', async () => {
      await start('13.9');
      saying('13.6.1-ee');
      const rspec = (await list()).find(({ name }) => name === 'rspec');
      assert.deepEqual(idsOf(rspec?.attempts ?? []), [small.builds.firstRspec.id]);
      assert.equal(client.server?.version, '13.6.1-ee');
    });

    it('have those of a long pipeline, and no others', async () => {
      await start('13.9');
      saying('13.8.8');
      const { project, sha } = manyBuilds(fake.world, 250);
      const [first = 0] = fake.world.buildIds(project).filter((id) => fake.world.build(id).status === 'success');
      const again = fake.world.retry({ id: first });
      fake.world.addBuild(project, { sha: small.sha, name: 'of another commit' });
      const builds = await buildsAt(client, project.path, sha);
      assert.equal(builds.length, 250);
      const attempts = builds.flatMap((build) => idsOf(build.attempts).map((id) => [build.id, id]));
      assert.deepEqual(attempts, [[again.id, first]]);
    });

    it('are searched up to the oldest build and no further', async () => {
      await start('13.9');
      saying('13.5.0');
      await list();
      const lists = (await asked()).filter((path) => path === 'jobs');
      assert.equal(lists.length, 1);
    });
  });

  describe("up to 10.7, which can't find a pipeline by its commit", () => {
    it('are found by the statuses, and the pipeline of each is requested once', async () => {
      await start('9.0');
      const { world } = fake;
      const tag = world.addPipeline(small.project, { sha: small.sha, ref: 'v2.0', tag: true });
      world.addBuild(small.project, { sha: small.sha, pipeline: tag, name: 'publish' });
      world.addBuild(small.project, { sha: small.sha, kind: 'external', name: 'jenkins', status: 'success' });
      const builds = await list();
      assert.deepEqual([builds.length, builds.filter(({ kind }) => kind === 'external').length], [9, 1]);
      const { pipelineId } = world.build(small.builds.compile.id);
      const warm = [`pipelines/${pipelineId}/jobs`, `pipelines/${tag.id}/jobs`];
      assert.deepEqual(await asked(), [...warm, `repository/commits/${small.sha}/statuses?all=true`]);
    });

    it('include a pipeline that was added later', async () => {
      await start('9.0');
      await list();
      const tag = fake.world.addPipeline(small.project, { sha: small.sha, ref: 'v2.0', tag: true });
      fake.world.addBuild(small.project, { sha: small.sha, pipeline: tag, name: 'publish' });
      const builds = await list();
      assert.equal(builds.find(({ name }) => name === 'publish')?.pipeline, tag.id);
      fake.world.retry(small.builds.lint);
      assert.equal((await list()).find(({ name }) => name === 'lint')?.attempts.length, 1);
    });
  });

  for (const profile of ['10.8', '13.9'] as const) {
    it(`take one request per pipeline, and one more, on ${profile}`, async () => {
      await start(profile);
      await list(small.olderSha);
      const ids = idsOf(fake.world.pipelines(small.project).filter(({ sha }) => sha === small.olderSha));
      const query = profile === '13.9' ? '?include_retried=true' : '';
      const jobs = ids.map((id) => `pipelines/${id}/jobs${query}`);
      assert.deepEqual(await asked(() => list(small.olderSha)), [...jobs, `pipelines?sha=${small.olderSha}`].sort());
    });
  }

  for (const profile of ['8.5', '9.0', '13.9'] as const) {
    it(`include what other CI systems report, requested once a minute, on ${profile}`, async () => {
      await start(profile);
      let now = Date.UTC(2020, 0, 1);
      const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
      client = new GitLabClient(instance, httpWith(), async () => developerToken, new Journal(), {
        ...systemClock,
        now: () => now,
      });
      const external = `repository/commits/${small.sha}/statuses?stage=external`;
      await list();
      const init = { sha: small.sha, kind: 'external', name: 'jenkins', status: 'running' } as const;
      const { id } = fake.world.addBuild(small.project, { ...init, targetUrl: 'https://jenkins.example.com/7' });
      now += 59_999;
      assert.ok(!(await asked()).includes(external));
      now += 1;
      assert.ok((await asked()).includes(external));
      const row = (await list()).find((build) => build.id === id);
      const { kind, stage, status, webUrl, denied } = row!;
      assert.deepEqual(
        [kind, stage, status, webUrl],
        ['external', 'external', 'running', 'https://jenkins.example.com/7'],
      );
      assert.equal(denied, undefined);
    });

    it(`keep a build whose stage is called external apart from those on ${profile}`, async () => {
      await start(profile);
      const { id } = fake.world.addBuild(small.project, { sha: small.sha, stage: 'external', name: 'own' });
      const found = (await list()).filter((build) => build.stage === 'external');
      assert.deepEqual(
        found.map((build) => [build.id, build.kind]),
        [[id, undefined]],
      );
    });
  }

  const refused = { status: 403, headers: json, body: '{"message":"403 Forbidden"}' };

  for (const profile of ['8.5', '9.0', '13.9'] as const)
    it(`include what other CI systems report as soon as that is available on ${profile}`, async () => {
      await start(profile);
      const init = { sha: small.sha, kind: 'external', name: 'jenkins', status: 'running' } as const;
      const { id } = fake.world.addBuild(small.project, init);
      fake.faults = [{ when: ({ path }) => path.includes('stage=external'), answer: refused }];
      assert.ok(!idsOf(await list()).includes(id));
      fake.faults = [];
      assert.ok(idsOf(await list()).includes(id));
    });

  it('include merge request pipelines as soon as those are available', async () => {
    await start('13.9');
    const { ref, sha, project } = small;
    const requests = () => asked(() => client.listing(project.path, { sha, ref }, unhurried()));
    const isAsked = async () => (await requests()).some((path) => path.startsWith('merge_requests'));
    fake.faults = [{ when: ({ path }) => path.includes('/merge_requests'), answer: refused }];
    assert.equal(await isAsked(), true);
    fake.faults = [];
    assert.deepEqual([await isAsked(), await isAsked()], [true, false]);
  });

  it('include a pipeline on 9.0 as soon as one of its jobs is available', async () => {
    await start('9.0');
    const isOne = ({ path }: { readonly path: string }) => /\/(1\/jobs\?.*|jobs\/\d+|pipelines\?.*)$/.test(path);
    const missing = { status: 404, headers: json, body: '{"message":"404 Not found"}' };
    fake.faults = [{ when: isOne, answer: missing }];
    assert.deepEqual(await list(), []);
    fake.faults = [];
    assert.equal((await list()).length, 7);
  });

  it("come from v3 on 10.8 if the user's settings say so", async () => {
    await start('10.8');
    client = clientOf(fake, { apiVersion: 'v3' });
    const { builds, pipelines } = await client.listing(small.project.path, { sha: small.sha }, unhurried());
    assert.deepEqual([builds.length, pipelines.length], [7, 1]);
    assert.ok(fake.requests.every(({ path }) => path.startsWith('/api/v3/')));
  });
});
