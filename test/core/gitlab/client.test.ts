import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { GitLabClient } from '../../../src/core/gitlab/client';
import { oddName, smallProject, type SmallProject } from '../../gitlab/scenarios';
import { developerToken, reporterToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { bytesOf, clientOf, failureOf, httpWith, Journal, unhurried, buildsAt } from '../support';

const path = 'group/sub.project';

describe('GitLabClient on 8.5', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  const paths = () => fake.requests.map(({ method, path: asked }) => `${method} ${asked.replace('/api/v3/', '')}`);
  const builds = (sha = small.sha) => buildsAt(client, path, sha);
  const named = async (name: string): Promise<Build> => {
    const found = (await builds()).find((build) => build.name === name);
    return found ?? assert.fail(`no ${name}`);
  };

  beforeEach(async () => {
    fake = await startGitLab({ now: () => Date.UTC(2016, 1, 22, 12) });
    small = smallProject(fake.world);
    client = clientOf(fake);
  });
  afterEach(() => fake.close());

  it("requests each of its endpoints by the project's ID, which it looks up once", async () => {
    const { compile, rspec, lint, long } = small.builds;
    await buildsAt(client, path, small.sha);
    await client.builds.recent(path, undefined, unhurried());
    await client.build(path, compile.id, unhurried());
    await bytesOf((await client.artifacts.archive(path, compile.id, unhurried())).body);
    await client.act(path, long.id, 'cancel', unhurried());
    await client.act(path, lint.id, 'retry', unhurried());
    await client.act(path, rspec.id, 'erase', unhurried());
    assert.deepEqual(paths(), [
      'GET projects/group%2Fsub.project',
      `GET projects/1/repository/commits/${small.sha}/builds?per_page=100&page=1`,
      `GET projects/1/repository/commits/${small.sha}/statuses?stage=external&per_page=100&page=1`,
      'GET projects/1/builds?per_page=100&page=1',
      `GET projects/1/builds/${compile.id}`,
      `GET projects/1/builds/${compile.id}/artifacts`,
      `POST projects/1/builds/${long.id}/cancel`,
      `POST projects/1/builds/${lint.id}/retry`,
      `POST projects/1/builds/${rspec.id}/erase`,
    ]);
    assert.ok(fake.requests.every(({ headers }) => headers['private-token'] === developerToken));
  });

  it('sends no request until it is asked for something', async () => {
    const instance = { url: fake.url, hosts: [], apiVersion: 'v3' } as const;
    const connected = new GitLabClient(instance, httpWith(), async () => developerToken, new Journal());
    assert.equal(connected.server, undefined);
    assert.equal(fake.requests.length, 0);
    assert.equal(await connected.user(unhurried()), 'dana');
    assert.deepEqual(paths(), ['GET user']);
  });

  it('keeps path segments from escaping the path', async () => {
    await failureOf(client.project('../../user?private_token=x#', unhurried()));
    assert.deepEqual(paths(), ['GET projects/..%2F..%2Fuser%3Fprivate_token%3Dx%23']);
  });

  it('uses the current token for each request', async () => {
    const tokens = [developerToken, reporterToken];
    const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
    const turning = new GitLabClient(instance, httpWith(), async () => tokens.shift(), new Journal());
    assert.deepEqual([await turning.user(unhurried()), await turning.user(unhurried())], ['dana', 'rita']);
  });

  it('lists the builds of the commit, the newest attempts in stage order', async () => {
    const found = await builds();
    const { builds: made } = small;
    const expected = [made.compile, made.assets, made.odd, made.long, made.lint, made.rspec, made.deploy];
    assert.deepEqual(
      found.map(({ id, stage, status }) => [id, stage, status]),
      expected.map(({ id, stage, status }) => [id, stage, status]),
    );
    assert.deepEqual(
      found.flatMap(({ attempts }) => attempts.map(({ id }) => id)),
      [made.firstRspec.id],
    );
  });

  it('reads every field of a build', async () => {
    const { id } = small.builds.rspec;
    const { attempts, ...rspec } = await named('rspec');
    assert.equal(attempts.length, 1);
    assert.deepEqual(rspec, {
      kind: undefined,
      tags: undefined,
      failureReason: undefined,
      queuedDuration: undefined,
      maybeManual: undefined,
      artifactsExpiredAt: undefined,
      reports: undefined,
      id,
      name: 'rspec',
      stage: 'test',
      status: 'success',
      ref: 'master',
      tag: false,
      allowFailure: false,
      createdAt: '2016-02-22T11:48:00.000Z',
      startedAt: '2016-02-22T11:48:00.000Z',
      finishedAt: '2016-02-22T11:52:00.000Z',
      coverage: 98.29,
      denied: ['retryWithInputs'],
      artifacts: undefined,
      user: undefined,
      runner: 'docker-01',
      pipeline: undefined,
      webUrl: `${fake.url}/${path}/builds/${id}`,
      commit: { sha: small.sha, title: 'Test the CI integration.', author: 'Administrator' },
    });
  });

  it('reads absent and null fields as undefined', async () => {
    const deploy = await named('production');
    const { user, runner, coverage, startedAt, finishedAt, artifacts } = deploy;
    assert.deepEqual(
      { user, runner, coverage, startedAt, finishedAt, artifacts },
      {
        ...{ user: undefined, runner: undefined, coverage: undefined },
        ...{ startedAt: undefined, finishedAt: undefined, artifacts: undefined },
      },
    );
  });

  it('reads the artifacts with their name and size, and names unchanged', async () => {
    const { artifacts, user } = await named(oddName);
    const { size } = small.builds.odd.artifacts!;
    assert.deepEqual([artifacts, user], [{ filename: 'test reports.zip', size, expireAt: undefined }, 'dana']);
  });

  it('lists the builds of a commit that git has lost', async () => {
    const [build, ...others] = await builds(small.lostSha);
    assert.deepEqual([build?.name, build?.commit, others], ['lost', undefined, []]);
  });

  it('lists the builds of all refs of a commit, separated by ref', async () => {
    const found = await builds(small.olderSha);
    assert.deepEqual(
      found.map(({ name, ref, tag }) => [name, ref, tag]),
      [
        ['rspec', 'master', false],
        ['rspec', 'v1.0', true],
      ],
    );
  });

  it('finds no builds if the commit never had CI, if CI was skipped, and if there is no such commit', async () => {
    const skipped = 'c'.repeat(40);
    fake.world.addCommit(small.project, { sha: skipped, ciSkipped: true });
    for (const sha of [small.shaWithoutCi, skipped, 'd'.repeat(40)]) assert.deepEqual(await builds(sha), []);
  });

  it('keeps the stage order when a whole stage was retried', async () => {
    fake.world.retry(small.builds.compile);
    fake.world.retry(small.builds.assets);
    const stages = (await builds()).map(({ stage }) => stage);
    assert.deepEqual([...new Set(stages)], ['build', 'test', 'deploy']);
    assert.deepEqual((await named('compile')).attempts[0]?.id, small.builds.compile.id);
  });

  it("passes through a status that it doesn't know", async () => {
    fake.world.setStatus(small.builds.long, 'waiting_for_godot');
    assert.ok((await builds()).some(({ status }) => status === 'waiting_for_godot'));
  });

  it('lists the newest builds of the project, newest first, one page of them', async () => {
    const recent = await client.builds.recent(path, undefined, unhurried());
    const ids = fake.world.buildIds(small.project);
    assert.deepEqual(
      recent.map(({ id }) => id),
      [...ids].reverse(),
    );
    assert.equal(fake.requests.length, 2);
  });

  it('lists the newest builds with one status', async () => {
    const failed = await client.builds.recent(path, 'failed', unhurried());
    assert.equal(failed.length, 3);
    assert.ok(failed.every(({ status }) => status === 'failed'));
    const { kind, reason } = await failureOf(client.builds.recent(path, 'a b&c', unhurried()));
    assert.deepEqual([kind, reason], ['refused', 'Scope contains invalid value(s)']);
  });

  it('reads a single build', async () => {
    const { id } = small.builds.compile;
    assert.deepEqual(await client.build(path, id, unhurried()), await named('compile'));
    assert.equal((await failureOf(client.build(path, 4711, unhurried()))).kind, 'notFound');
  });

  it('streams the artifacts', async () => {
    const { id, artifacts } = small.builds.compile;
    const { size, body } = await client.artifacts.archive(path, id, unhurried());
    const bytes = await bytesOf(body);
    assert.deepEqual([size, bytes.length], [artifacts!.size, artifacts!.size]);
    assert.equal(bytes.subarray(0, 2).toString(), 'PK');
    assert.equal((await failureOf(client.artifacts.archive(path, small.builds.lint.id, unhurried()))).kind, 'notFound');
  });

  it('rejects with the reason when it is aborted', async () => {
    const reason = new Error('no longer wanted');
    const aborted = AbortSignal.abort(reason);
    await assert.rejects(buildsAt(client, path, small.sha, aborted), (error) => error === reason);
    assert.equal(fake.requests.length, 0);
  });
});
