import assert from 'node:assert/strict';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import { strangerToken } from '../../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../../gitlab/server';
import { bytesOf, clientOf, failureOf, unhurried, buildsAt } from '../support';

const notFound = { status: 404, headers: { 'Content-Type': 'application/json' } };
const projectNotFound = { ...notFound, body: '{"message":"404 Project Not Found"}' };

describe('GitLabClient: the project', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  let client: GitLabClient;
  const start = async (options: FakeOptions = {}, path = 'group/sub.project') => {
    fake = await startGitLab(options);
    small = smallProject(fake.world, { path });
    client = clientOf(fake);
  };
  const builds = (project: string) => buildsAt(client, project, small.sha);
  const lookUps = () => fake.requests.map(({ path }) => path).filter((path) => /\/projects\/[^/]+$/.test(path));

  afterEach(() => fake.close());

  for (const path of ['group/sub.project', 'a.b/c.d.e', 'group/with space & (more)', 'gruppe/prüfung', '1984/42']) {
    it(`is found by its path ${path}`, async () => {
      await start({}, path);
      assert.equal((await builds(path)).length, 7);
    });
  }

  it('is found by its ID', async () => {
    await start();
    const [build] = await builds('1');
    assert.equal(build?.webUrl, `${fake.url}/group/sub.project/builds/${build?.id}`);
  });

  it('is found below a relative URL root, and so are its pages', async () => {
    await start({ root: '/git/lab' });
    const [build] = await builds('group/sub.project');
    assert.equal(build?.webUrl, `${fake.url}/group/sub.project/builds/${build?.id}`);
    assert.ok(fake.requests.every(({ path }) => path.startsWith('/git/lab/api/v3/')));
  });

  it('is looked up once, and once more by another client', async () => {
    await start();
    for (let times = 0; times < 3; times += 1) await builds('group/sub.project');
    assert.equal(lookUps().length, 1);
    client = clientOf(fake);
    await builds('group/sub.project');
    assert.equal(lookUps().length, 2);
  });

  it('is looked up again after a failed lookup', async () => {
    await start();
    fake.faults = [{ answer: { status: 500 }, times: 1 }];
    assert.equal((await failureOf(builds('group/sub.project'))).kind, 'server');
    assert.equal((await builds('group/sub.project')).length, 7);
  });

  it("that doesn't exist, or that the user can't see, is not found", async () => {
    await start();
    const missing = await failureOf(builds('group/other'));
    assert.deepEqual([missing.kind, missing.reason], ['notFound', '404 Project Not Found']);
    client = clientOf(fake, { token: strangerToken });
    assert.equal((await failureOf(builds('group/sub.project'))).kind, 'notFound');
  });

  it('that was deleted since it was looked up is reported as not found, rather than without builds', async () => {
    await start();
    await builds('group/sub.project');
    fake.faults = [{ answer: projectNotFound }];
    assert.equal((await failureOf(builds('group/sub.project'))).kind, 'notFound');
  });

  it("that only the list can't see is not found, and not requested a third time", async () => {
    await start();
    await builds('group/sub.project');
    fake.requests.length = 0;
    fake.faults = [{ when: ({ path }) => path.includes('/repository/'), answer: projectNotFound }];
    assert.equal((await failureOf(builds('group/sub.project'))).kind, 'notFound');
    assert.equal(fake.requests.length, 2);
  });

  describe('that was recreated under another ID', () => {
    let id: number;
    const signal = unhurried();
    const path = 'group/sub.project';
    beforeEach(async () => {
      await start();
      await builds(path);
      const anew = fake.world.addProject({ path: 'group/new', members: { dana: 'developer' } });
      const artifacts = { filename: 'new.zip', content: Buffer.from('new') };
      const init = { sha: small.sha, name: 'new', status: 'success', artifacts };
      id = fake.world.addBuild(anew, init).id;
      const body = JSON.stringify({ id: anew.id, path_with_namespace: path });
      const headers = { 'Content-Type': 'application/json' };
      fake.faults = [
        { when: ({ path: asked }) => asked.includes('/projects/1/'), answer: projectNotFound },
        { when: ({ path: asked }) => asked.endsWith('sub.project'), answer: { status: 200, headers, body } },
      ];
    });

    it('is found with its builds', async () => {
      assert.deepEqual(
        (await builds(path)).map(({ name }) => name),
        ['new'],
      );
    });

    it('is found with its recent builds', async () => {
      assert.equal((await client.builds.recent(path, undefined, signal))[0]?.name, 'new');
    });

    it('is found for a single build, an action and a download', async () => {
      assert.equal((await client.build(path, id, signal)).name, 'new');
      client = clientOf(fake);
      assert.equal((await client.act(path, id, 'retry', signal)).name, 'new');
      client = clientOf(fake);
      assert.equal((await bytesOf((await client.artifacts.archive(path, id, signal)).body)).toString(), 'new');
    });
  });

  for (const body of ['[]', 'null', '{}', '{"id":"1","path_with_namespace":"a/b"}', '{"id":1}']) {
    it(`can't be read from ${body}`, async () => {
      await start();
      fake.faults = [{ answer: { status: 200, headers: { 'Content-Type': 'application/json' }, body } }];
      assert.equal((await failureOf(builds('group/sub.project'))).kind, 'invalidAnswer');
    });
  }
});
