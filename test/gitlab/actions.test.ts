import assert from 'node:assert/strict';
import { ask, post, type Reply, rowOf } from './ask';
import { smallProject, type SmallProject } from './scenarios';
import { type FakeGitLab, startGitLab } from './server';

describe('The actions of the fake GitLab', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let now = Date.parse('2016-03-01T12:00:00Z');
  const act = (id: number, action: string): Promise<Reply> =>
    post(`${fake.url}/api/v3/projects/1/builds/${id}/${action}`);

  beforeEach(async () => {
    fake = await startGitLab({ now: () => now });
    small = smallProject(fake.world);
    now += 60_000;
  });
  afterEach(() => fake.close());

  describe('cancel', () => {
    it('ends a running and a pending build with 201', async () => {
      const { long, deploy } = small.builds;
      const running = await act(long.id, 'cancel');
      assert.deepEqual([running.status, rowOf(running).status], [201, 'canceled']);
      assert.equal(rowOf(running)['finished_at'], new Date(now).toISOString());
      assert.equal(rowOf(await act(deploy.id, 'cancel'))['started_at'], null);
      assert.equal(fake.world.build(deploy.id).status, 'canceled');
    });

    it('leaves a finished build unchanged, also with 201', async () => {
      for (const { id } of [small.builds.compile, small.builds.odd, small.builds.lint]) {
        const before = await ask(`${fake.url}/api/v3/projects/1/builds/${id}`);
        const after = await act(id, 'cancel');
        assert.deepEqual([after.status, after.text], [201, before.text]);
      }
    });
  });

  describe('retry', () => {
    it('creates a new pending build without a runner, and leaves the old one', async () => {
      const { odd } = small.builds;
      const reply = await act(odd.id, 'retry');
      const row = rowOf(reply);
      assert.equal(reply.status, 201);
      assert.ok(row.id > small.builds.deploy.id);
      const { status, stage, name, ref, user, runner, started_at, coverage } = row;
      assert.deepEqual(
        { status, stage, name, ref, user, runner, started_at, coverage },
        { ...pendingBuild, stage: 'test', name: odd.name, ref: 'master' },
      );
      assert.equal('artifacts_file' in row, false);
      assert.equal(fake.world.build(odd.id).status, 'failed');
      assert.equal((await ask(`${fake.url}/api/v3/projects/1/builds/${row.id}/trace`)).text, '');
    });

    it('accepts a running build too, as 8.5 does', async () => {
      assert.equal((await act(small.builds.long.id, 'retry')).status, 201);
      assert.equal(fake.world.build(small.builds.long.id).status, 'running');
    });

    it('is 403 with a reason if there is nothing to run', async () => {
      const { id } = fake.world.addBuild(small.project, {
        sha: small.sha,
        name: 'x',
        status: 'failed',
        commands: false,
      });
      const { status, text } = await act(id, 'retry');
      assert.deepEqual([status, text], [403, '{"message":"403 Forbidden - Build is not retryable"}']);
    });
  });

  describe('erase', () => {
    it('removes artifacts and log', async () => {
      const { id } = small.builds.compile;
      const reply = await act(id, 'erase');
      assert.equal(reply.status, 201);
      assert.equal('artifacts_file' in rowOf(reply), false);
      assert.equal(rowOf(reply).status, 'success');
      const url = `${fake.url}/api/v3/projects/1/builds/${id}`;
      assert.equal((await ask(`${url}/artifacts`)).status, 404);
      const trace = await ask(`${url}/trace`);
      assert.deepEqual([trace.status, trace.text], [200, '']);
    });

    it('is 403 with a reason for a running build, for one with nothing to erase, and when repeated', async () => {
      const refusal = [403, '{"message":"403 Forbidden - Build is not erasable!"}'];
      const { long, lint, assets } = small.builds;
      await act(assets.id, 'erase');
      for (const { id } of [long, lint, assets]) {
        const { status, text } = await act(id, 'erase');
        assert.deepEqual([status, text], refusal);
      }
      assert.notEqual(fake.world.build(long.id).trace.length, 0);
    });
  });

  it("are 404 for another project's build, and for an ID that is not a number", async () => {
    const other = fake.world.addBuild(fake.world.addProject({ path: 'group/other' }), { sha: small.sha, name: 'x' });
    for (const id of [String(other.id), '9999', 'abc', '1x', '-1']) {
      for (const action of ['cancel', 'retry', 'erase']) {
        const { status, text } = await post(`${fake.url}/api/v3/projects/1/builds/${id}/${action}`);
        assert.deepEqual([id, action, status, text], [id, action, 404, '{"message":"404 Not Found"}']);
      }
    }
  });

  it('happen only once their request has arrived completely: one that was reset changes nothing', async () => {
    fake.faults = [{ reset: 'beforeHeaders' }];
    await assert.rejects(act(small.builds.long.id, 'cancel'), { code: 'ECONNRESET' });
    assert.equal(fake.world.build(small.builds.long.id).status, 'running');
  });
});

const pendingBuild = { status: 'pending', user: null, runner: null, started_at: null, coverage: null };
