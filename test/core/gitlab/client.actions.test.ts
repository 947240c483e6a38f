import assert from 'node:assert/strict';
import type { BuildAction, Build } from '../../../src/core/model/build';
import { smallProject, type SmallBuild, type SmallProject } from '../../gitlab/scenarios';
import { developerToken, reporterToken, strangerToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { clientOf, failureOf, unhurried } from '../support';

describe('GitLabClient: an action', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const act = (name: SmallBuild, action: BuildAction, token = developerToken): Promise<Build> =>
    clientOf(fake, { token }).act('group/sub.project', small.builds[name].id, action, unhurried());
  const refusal = async (promise: Promise<unknown>) => {
    const { kind, status, reason } = await failureOf(promise);
    return [kind, status, reason];
  };

  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
  });
  afterEach(() => fake.close());

  it('of retry returns a new pending build, and keeps the old one', async () => {
    const retried = await act('firstRspec', 'retry');
    assert.ok(retried.id > small.builds.deploy.id);
    assert.deepEqual([retried.name, retried.stage, retried.status], ['rspec', 'test', 'pending']);
    assert.equal(fake.world.build(small.builds.firstRspec.id).status, 'failed');
  });

  it('of cancel returns the build as canceled', async () => {
    assert.equal((await act('long', 'cancel')).status, 'canceled');
    assert.equal((await act('deploy', 'cancel')).status, 'canceled');
  });

  it("of cancel returns a finished build unchanged, which GitLab doesn't treat as an error", async () => {
    assert.equal((await act('compile', 'cancel')).status, 'success');
  });

  it('of erase removes the artifacts', async () => {
    const erased = await act('compile', 'erase');
    assert.deepEqual([erased.id, erased.status, erased.artifacts], [small.builds.compile.id, 'success', undefined]);
  });

  it('of erase is refused on a running build, and when repeated', async () => {
    const notErasable = ['forbidden', 403, '403 Forbidden - Build is not erasable!'];
    assert.deepEqual(await refusal(act('long', 'erase')), notErasable);
    await act('compile', 'erase');
    assert.deepEqual(await refusal(act('compile', 'erase')), notErasable);
  });

  it('of retry is refused on a build without commands', async () => {
    fake.world.update(small.builds.lint, { commands: false });
    const notRetryable = ['forbidden', 403, '403 Forbidden - Build is not retryable'];
    assert.deepEqual(await refusal(act('lint', 'retry')), notRetryable);
  });

  for (const action of ['retry', 'cancel', 'erase'] as const) {
    it(`of ${action} is forbidden to a Reporter`, async () => {
      assert.deepEqual(await refusal(act('compile', action, reporterToken)), ['forbidden', 403, '403 Forbidden']);
    });

    it(`of ${action} on a build that doesn't exist is not found`, async () => {
      const missing = clientOf(fake).act('group/sub.project', 4711, action, unhurried());
      assert.deepEqual(await refusal(missing), ['notFound', 404, '404 Not Found']);
    });
  }

  it("in a project that the user can't see is not found", async () => {
    assert.deepEqual(await refusal(act('compile', 'retry', strangerToken)), ['notFound', 404, '404 Project Not Found']);
  });

  it('is sent as JSON, even without parameters', async () => {
    await act('compile', 'retry');
    const { headers } = fake.requests.find(({ method }) => method === 'POST')!;
    assert.deepEqual([headers['content-type'], headers['content-length']], ['application/json', '2']);
  });

  it('of deleting artifacts is sent as JSON', async () => {
    const newest = await startGitLab({ profile: '18.9' });
    try {
      const { builds, project, username } = smallProject(newest.world);
      newest.world.setRole(project, username, 'master');
      const client = clientOf(newest, { apiVersion: 'auto' });
      await client.artifacts.delete(project.path, builds.compile.id, unhurried());
      const { headers } = newest.requests.find(({ method }) => method === 'DELETE')!;
      assert.equal(headers['content-type'], 'application/json');
    } finally {
      await newest.close();
    }
  });

  it("reports GitLab's reason if GitLab is in maintenance mode", async () => {
    const message = 'GitLab is undergoing maintenance';
    const answer = { status: 503, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ message }) };
    fake.faults = [{ when: ({ method }) => method === 'POST', answer }];
    assert.deepEqual(await refusal(act('compile', 'retry')), ['server', 503, message]);
  });

  it('is sent once, whatever happens to it', async () => {
    fake.faults = [{ when: ({ method }) => method === 'POST', reset: 'beforeHeaders' }];
    assert.equal((await refusal(act('compile', 'retry')))[0], 'offline');
    assert.equal(fake.requests.filter(({ method }) => method === 'POST').length, 1);
  });
});
