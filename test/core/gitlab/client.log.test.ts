import assert from 'node:assert/strict';
import { smallProject, type SmallProject } from '../../gitlab/scenarios';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { bytesOf, clientOf, failureOf, unhurried } from '../support';

describe('GitLabClient: the log of a build', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const start = async (profile?: ProfileName) => {
    fake = await startGitLab(profile === undefined ? {} : { profile });
    small = smallProject(fake.world);
    return clientOf(fake, { apiVersion: 'auto' });
  };
  afterEach(() => fake.close());

  for (const profile of ['8.4', '8.17', '9.0', '18.9'] as const)
    it(`comes on ${profile} as bytes, unchanged`, async () => {
      const client = await start(profile);
      const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x0d, 0x1b, 0x5b, 0x30, 0x6d]);
      fake.world.update(small.builds.rspec, { trace: bytes });
      const { body, isUnchanged } = await client.trace(small.project.path, small.builds.rspec.id, unhurried());
      assert.deepEqual([await bytesOf(body), isUnchanged], [bytes, false]);
    });

  it('comes without a body if its ETag still matches, and whole if it has grown', async () => {
    const client = await start();
    const { id } = small.builds.long;
    const first = await client.trace(small.project.path, id, unhurried());
    await bytesOf(first.body);
    const same = await client.trace(small.project.path, id, unhurried(), first.etag);
    assert.deepEqual([same.isUnchanged, (await bytesOf(same.body)).length], [true, 0]);
    fake.world.appendTrace(small.builds.long, 'more\n');
    const grown = await client.trace(small.project.path, id, unhurried(), first.etag);
    assert.deepEqual([grown.isUnchanged, String(await bytesOf(grown.body)).endsWith('more\n')], [false, true]);
  });

  it('is empty if there is none', async () => {
    const client = await start();
    const { body } = await client.trace(small.project.path, small.builds.lint.id, unhurried());
    assert.equal((await bytesOf(body)).length, 0);
  });

  it('is never an HTML page sent in its place', async () => {
    const client = await start();
    await client.project(small.project.path, unhurried());
    const page = { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Sign in</html>' };
    fake.faults = [{ answer: page, when: ({ path }) => path.endsWith('/trace') }];
    const failure = await failureOf(client.trace(small.project.path, small.builds.rspec.id, unhurried()));
    assert.equal(failure.kind, 'notGitLab');
  });

  it('is not found if the build was deleted', async () => {
    const client = await start();
    assert.equal((await failureOf(client.trace(small.project.path, 9999, unhurried()))).kind, 'notFound');
  });
});
