import assert from 'node:assert/strict';
import { GitLabClient } from '../../../src/core/gitlab/client';
import type { Listing } from '../../../src/core/model/pipeline';
import { rateLimited } from '../../gitlab/faults';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { manyBuilds, smallProject, type SmallProject } from '../../gitlab/scenarios';
import { developerToken, reporterToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { systemClock } from '../../../src/core/util/timer';
import { clientOf, failureOf, httpWith, Journal, unhurried } from '../support';

const asked = ({ requests }: FakeGitLab) => requests.map(({ status, bytes }) => [status, bytes > 0]);

describe("GitLabClient: data that hasn't changed since the last refresh", () => {
  let fake: FakeGitLab;
  let client: GitLabClient;
  const start = async (profile?: ProfileName) => {
    fake = await startGitLab({ now: () => Date.UTC(2016, 1, 22, 12), ...(profile === undefined ? {} : { profile }) });
    client = clientOf(fake, { apiVersion: 'auto' });
  };
  const list = (sha: string, path: string): Promise<Listing> => client.listing(path, { sha }, unhurried());
  afterEach(() => fake.close());

  for (const profile of ['8.5', '8.13'] as const) {
    it(`comes on ${profile} without a body, as the same objects, including pipelines`, async () => {
      await start(profile);
      const { sha, project } = manyBuilds(fake.world, 250);
      const first = await list(sha, project.path);
      fake.requests.length = 0;
      const again = await list(sha, project.path);
      assert.deepEqual(asked(fake), Array(3).fill([304, false]));
      assert.deepEqual(again, first);
      assert.ok(again.builds.every((build, at) => build === first.builds[at]));
      assert.equal(again.pipelines.length > 0, profile === '8.13');
    });
  }

  it('is distinguished from data that has changed', async () => {
    await start();
    const { sha, project } = manyBuilds(fake.world, 250);
    const first = await list(sha, project.path);
    const changed = first.builds.find(({ status }) => status === 'running');
    fake.world.setStatus(changed!, 'failed');
    fake.world.addBuild(project, { sha, name: 'late', stage: 'test' });
    fake.requests.length = 0;
    const again = await list(sha, project.path);
    assert.equal(again.builds.length, 251);
    assert.equal(again.builds.find(({ id }) => id === changed!.id)?.status, 'failed');
    assert.ok(fake.requests.some(({ status }) => status === 200));
  });

  it("doesn't hide a new page behind unchanged ones", async () => {
    await start();
    const { sha, project } = manyBuilds(fake.world, 100);
    await list(sha, project.path);
    for (let count = 0; count < 150; count += 1) fake.world.addBuild(project, { sha, name: `late ${count}` });
    assert.equal((await list(sha, project.path)).builds.length, 250);
  });

  it('is requested in full with another token', async () => {
    await start();
    const { sha, project } = manyBuilds(fake.world, 2);
    let token = developerToken;
    const instance = { url: fake.url, hosts: [], apiVersion: 'v3' } as const;
    client = new GitLabClient(instance, httpWith(), async () => token, new Journal());
    await list(sha, project.path);
    token = reporterToken;
    fake.requests.length = 0;
    await list(sha, project.path);
    assert.ok(fake.requests.every(({ headers }) => headers['if-none-match'] === undefined));
  });

  it('is checked again if a person asks', async () => {
    await start();
    const { sha, project, builds } = smallProject(fake.world);
    await list(sha, project.path);
    fake.requests.length = 0;
    for (let times = 0; times < 2; times += 1) {
      await client.build(project.path, builds.compile.id, unhurried());
      await client.builds.recent(project.path, undefined, unhurried());
    }
    assert.ok(fake.requests.every(({ status, headers }) => status === 200 && headers['if-none-match'] === undefined));
  });
});

describe('GitLabClient: its requests', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
    client = clientOf(fake);
  });
  afterEach(async () => {
    client.dispose();
    await fake.close();
  });

  it('are counted', async () => {
    for (let times = 0; times < 25; times += 1)
      await client.build(small.project.path, small.builds.compile.id, unhurried());
    const waiting = new AbortController();
    const admitted = client.admit('active', waiting.signal).then(
      () => 'admitted',
      () => 'waiting',
    );
    await client.admit('asked', unhurried());
    waiting.abort();
    assert.equal(await admitted, 'waiting');
  });

  it("stop once GitLab asks to be left alone, except for a user's actions", async () => {
    const { path } = small.project;
    await client.build(path, small.builds.compile.id, unhurried());
    fake.faults = [{ ...rateLimited({ retryAfter: 90 }), times: 1 }];
    const limitedFrom = Date.now();
    await failureOf(client.build(path, small.builds.compile.id, unhurried()));
    fake.requests.length = 0;
    const failures = [
      await failureOf(client.admit('asked', unhurried())),
      await failureOf(client.listing(path, { sha: small.sha }, unhurried())),
    ];
    for (const { kind, retryAt = 0 } of failures) {
      assert.equal(kind, 'rateLimited');
      assert.ok(retryAt >= limitedFrom + 90_000 && retryAt <= Date.now() + 90_000);
    }
    assert.equal(fake.requests.length, 0);
    await client.act(path, small.builds.long.id, 'cancel', unhurried());
    assert.equal(fake.requests.length, 1);
  });
});

describe('GitLabClient: the usual durations of builds', () => {
  it('are requested twice an hour, from successful builds', async () => {
    const fake = await startGitLab({ now: () => Date.UTC(2016, 1, 22, 12) });
    const { project, builds } = smallProject(fake.world);
    const client = clientOf(fake);
    const expected = await client.builds.expectedSeconds(project.path, unhurried());
    const { name, startedAt, finishedAt } = await client.build(project.path, builds.compile.id, unhurried());
    assert.equal(expected[name], (Date.parse(finishedAt!) - Date.parse(startedAt!)) / 1000);
    fake.requests.length = 0;
    assert.equal(await client.builds.expectedSeconds(project.path, unhurried()), expected);
    assert.equal(fake.requests.length, 0);
    await fake.close();
  });

  it('are requested again once the clock is set back', async () => {
    const fake = await startGitLab();
    const { project } = smallProject(fake.world);
    let now = 0;
    const instance = { url: fake.url, hosts: [], apiVersion: 'v3' } as const;
    const clock = { ...systemClock, now: () => now };
    const client = new GitLabClient(instance, httpWith(), async () => developerToken, new Journal(), clock);
    await client.builds.expectedSeconds(project.path, unhurried());
    fake.requests.length = 0;
    now = -1;
    await client.builds.expectedSeconds(project.path, unhurried());
    assert.ok(fake.requests.length > 0);
    await fake.close();
  });

  it("are not requested over and over if GitLab doesn't provide them", async () => {
    const fake = await startGitLab();
    const { project } = smallProject(fake.world);
    const client = clientOf(fake);
    fake.faults = [{ when: ({ path }) => path.includes('scope=success'), answer: { status: 403, body: 'no' } }];
    assert.equal((await failureOf(client.builds.expectedSeconds(project.path, unhurried()))).kind, 'forbidden');
    assert.deepEqual(await client.builds.expectedSeconds(project.path, unhurried()), {});
    await fake.close();
  });
});
