import assert from 'node:assert/strict';
import { ask, post, type Row, rowOf, rowsOf } from './ask';
import { oddName, smallProject, type SmallProject } from './scenarios';
import { reporterToken } from './seed';
import { type FakeGitLab, startGitLab } from './server';

const keysOf85 =
  'id status stage name ref tag coverage created_at started_at finished_at user download_url artifacts_file commit runner';
const userKeys = 'name username id state avatar_url web_url created_at is_admin bio skype linkedin twitter website_url';

function keys(value: unknown): string {
  return Object.keys(value as object).join(' ');
}

describe('A build of the fake GitLab', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const build = async (id: number): Promise<Row> => rowOf(await ask(`${fake.url}/api/v3/projects/1/builds/${id}`));

  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
  });
  afterEach(() => fake.close());

  it('has the keys of 8.5 in their order', async () => {
    const row = await build(small.builds.compile.id);
    assert.equal(keys(row), keysOf85);
    assert.equal(keys(row['user']), userKeys);
    assert.equal(keys(row['commit']), 'id short_id title author_name author_email created_at message');
    assert.equal(keys(row['runner']), 'id description active is_shared name');
    assert.deepEqual(row['artifacts_file'], {
      filename: 'artifacts.zip',
      size: fake.world.build(row.id).artifacts!.size,
    });
  });

  it('has no artifacts_file key, not even null, without artifacts', async () => {
    const row = await build(small.builds.lint.id);
    assert.equal(keys(row), keysOf85.replace(' artifacts_file', ''));
    assert.equal(row['download_url'], null);
  });

  it('has neither artifacts_file nor artifacts nor erase on 8.4', async () => {
    const old = await startGitLab({ profile: '8.4' });
    try {
      const { builds } = smallProject(old.world);
      const url = `${old.url}/api/v3/projects/1/builds/${builds.compile.id}`;
      assert.equal(keys(rowOf(await ask(url))), keysOf85.replace(' artifacts_file', ''));
      assert.equal((await ask(`${url}/artifacts`)).status, 404);
      assert.match((await post(`${url}/erase`)).text, /<h1>404/);
      const missing = await post(`${old.url}/api/v3/projects/1/builds/9999/retry`);
      assert.equal(missing.status, 403);
    } finally {
      await old.close();
    }
  });

  it('may have null for user, runner, coverage, times and commit', async () => {
    const { deploy, rspec } = small.builds;
    const { user, runner, coverage, started_at, finished_at } = await build(deploy.id);
    assert.deepEqual([user, runner, coverage, started_at, finished_at], [null, null, null, null, null]);
    assert.equal((await build(rspec.id))['coverage'], 98.29);
    const [lost] = rowsOf(await ask(`${fake.url}/api/v3/projects/1/repository/commits/${small.lostSha}/builds`));
    assert.equal(lost?.['commit'], null);
  });

  it('writes CI times in UTC with milliseconds and the commit time in its zone', async () => {
    const row = await build(small.builds.compile.id);
    for (const key of ['created_at', 'started_at', 'finished_at']) {
      assert.match(String(row[key]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    const commit = row['commit'] as Row;
    assert.match(String(commit['created_at']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+01:00$/);
    assert.equal(commit['short_id'], small.sha.slice(0, 8));
  });

  it('is serialized anew when it has changed', async () => {
    const { id } = small.builds.long;
    assert.equal((await build(id)).status, 'running');
    fake.world.setStatus({ id }, 'success');
    assert.equal((await build(id)).status, 'success');
  });

  it('escapes markup as Rails does, without changing the meaning', async () => {
    const { id } = small.builds.odd;
    const { text } = await ask(`${fake.url}/api/v3/projects/1/builds/${id}`);
    assert.ok(text.includes('\\u003cb\\u003e\\u0026amp;'), text);
    assert.equal((JSON.parse(text) as Row)['name'], oddName);
  });

  it("hides download_url from users who can't read builds, in the public list", async () => {
    const open = fake.world.addProject({ path: 'group/open', visibility: 'public', publicBuilds: false });
    fake.world.addBuild(open, { sha: small.sha, name: 'x', artifacts: { filename: 'x.zip', files: { a: 'a' } } });
    const [row] = rowsOf(await ask(`${fake.url}/api/v3/projects/${open.id}/builds`));
    assert.equal(row?.['download_url'], null);
    assert.equal(keys(row), keysOf85);
    fake.world.setRole(open, 'rita', 'reporter');
    const [seen] = rowsOf(await ask(`${fake.url}/api/v3/projects/${open.id}/builds`, { token: reporterToken }));
    assert.equal(seen?.['download_url'], `/group/open/builds/${seen?.id}/artifacts/download`);
  });
});
