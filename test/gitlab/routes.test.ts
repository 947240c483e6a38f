import assert from 'node:assert/strict';
import { ask, post, rowOf, rowsOf } from './ask';
import { smallProject, type SmallProject } from './scenarios';
import { developerToken, reporterToken, strangerToken } from './seed';
import { type FakeGitLab, startGitLab } from './server';

const unauthorized = [401, '{"message":"401 Unauthorized"}'];
const forbidden = [403, '{"message":"403 Forbidden"}'];
const projectNotFound = [404, '{"message":"404 Project Not Found"}'];

describe('The routes of the fake GitLab', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const paths = (): readonly string[] => {
    const { compile } = small.builds;
    const build = `projects/1/builds/${compile.id}`;
    return [
      'projects/1',
      'projects/1/builds',
      `projects/1/repository/commits/${small.sha}/builds`,
      build,
      `${build}/trace`,
      `${build}/artifacts`,
    ];
  };
  const statusAndText = async (path: string, token: string | null, method = 'GET'): Promise<readonly unknown[]> => {
    const { status, text } = await ask(`${fake.url}/api/v3/${path}`, { token, method });
    return [status, text];
  };

  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
  });
  afterEach(() => fake.close());

  describe('for users', () => {
    it('are 401 without a token, with an unknown one, and for a blocked user', async () => {
      fake.world.setUserState('rita', 'blocked');
      for (const token of [null, 'unknown', reporterToken]) {
        for (const path of ['user', ...paths()]) assert.deepEqual(await statusAndText(path, token), unauthorized);
      }
    });

    it('are 401 without a token even on a public project', async () => {
      const { id } = fake.world.addProject({ path: 'group/open', visibility: 'public' });
      assert.deepEqual(await statusAndText(`projects/${id}/builds`, null), unauthorized);
    });

    it('use the token in the query before the one in the header', async () => {
      const url = `${fake.url}/api/v3/user?private_token=${reporterToken}`;
      assert.equal(rowOf(await ask(url))['username'], 'rita');
      assert.equal(rowOf(await ask(url, { token: 'unknown' }))['username'], 'rita');
    });

    it('let a Reporter read everything and change nothing', async () => {
      for (const path of paths()) assert.equal((await statusAndText(path, reporterToken))[0], 200);
      for (const action of ['cancel', 'retry', 'erase']) {
        const path = `projects/1/builds/${small.builds.compile.id}/${action}`;
        assert.deepEqual(await statusAndText(path, reporterToken, 'POST'), forbidden);
      }
    });

    it('hide a private project from a non-member', async () => {
      for (const path of paths()) assert.deepEqual(await statusAndText(path, strangerToken), projectNotFound);
      const cancel = `projects/1/builds/${small.builds.long.id}/cancel`;
      assert.deepEqual(await statusAndText(cancel, strangerToken, 'POST'), projectNotFound);
      assert.deepEqual(await statusAndText('projects/999', developerToken), projectNotFound);
      assert.deepEqual(await statusAndText('projects/group%2Fnothing', developerToken), projectNotFound);
    });

    it('let a Guest in a private project list builds and read none', async () => {
      fake.world.setRole(small.project, 'stan', 'guest');
      const [project, builds, ...rest] = paths();
      for (const path of [project!, builds!]) assert.equal((await statusAndText(path, strangerToken))[0], 200);
      for (const path of rest) assert.deepEqual(await statusAndText(path, strangerToken), forbidden);
    });

    it('let any signed-in user read a public or internal project with public builds', async () => {
      for (const visibility of ['public', 'internal'] as const) {
        const project = fake.world.addProject({ path: `group/${visibility}`, visibility });
        const { id } = fake.world.addBuild(project, { sha: small.sha, name: 'x' });
        const path = `projects/${project.id}/builds/${id}`;
        assert.equal((await statusAndText(path, strangerToken))[0], 200);
        assert.deepEqual(await statusAndText(`${path}/cancel`, strangerToken, 'POST'), forbidden);
      }
    });

    it('let an administrator do everything', async () => {
      fake.world.addUser({ username: 'root', token: 'root-token', admin: true });
      const cancel = `projects/1/builds/${small.builds.long.id}/cancel`;
      assert.equal((await statusAndText(cancel, 'root-token', 'POST'))[0], 201);
    });
  });

  describe('a project', () => {
    it('is found by ID, and by path with %2F, dots and any case', async () => {
      for (const id of ['1', 'group%2Fsub.project', 'Group%2FSUB.project']) {
        const row = rowOf(await ask(`${fake.url}/api/v3/projects/${id}`));
        assert.deepEqual([row.id, row['path_with_namespace']], [1, 'group/sub.project']);
        assert.equal(row['web_url'], `${fake.url}/group/sub.project`);
      }
    });

    it('with a dot in its path has no builds by that path on 8.x, only by ID', async () => {
      fake.world.addBuild(fake.world.addProject({ path: 'group/plain', members: { dana: 'developer' } }), {
        sha: small.sha,
        name: 'x',
      });
      assert.equal(rowsOf(await ask(`${fake.url}/api/v3/projects/group%2Fplain/builds`)).length, 1);
      const dotted = await ask(`${fake.url}/api/v3/projects/group%2Fsub.project/builds`);
      assert.equal(dotted.status, 404);
      assert.match(String(dotted.headers['content-type']), /^text\/html/);
    });

    it('is not found with an unencoded slash', async () => {
      const { status, text } = await ask(`${fake.url}/api/v3/projects/group/sub.project`);
      assert.equal(status, 404);
      assert.match(text, /<h1>404/);
    });
  });

  describe('trace', () => {
    it('is text with the build as file name', async () => {
      const { firstRspec } = small.builds;
      const { headers, text } = await ask(`${fake.url}/api/v3/projects/1/builds/${firstRspec.id}/trace`);
      assert.equal(headers['content-type'], 'text/plain');
      assert.equal(headers['content-disposition'], `infile; filename="${firstRspec.id}.log"`);
      assert.equal(text, firstRspec.trace.toString());
    });

    it('is empty, not 404, if there is none', async () => {
      const { status, text } = await ask(`${fake.url}/api/v3/projects/1/builds/${small.builds.lint.id}/trace`);
      assert.deepEqual([status, text], [200, '']);
    });

    it('is sent unchanged byte by byte, except that the runners token is masked', async () => {
      const odd = Buffer.from([0xff, 0xfe, 0x0d, 0x1b, 0xc3]);
      const trace = Buffer.concat([odd, Buffer.from(` ${small.project.runnersToken}\n`)]);
      const { id } = fake.world.addBuild(small.project, { sha: small.sha, name: 'x', trace });
      const { bytes } = await ask(`${fake.url}/api/v3/projects/1/builds/${id}/trace`);
      assert.deepEqual(bytes, Buffer.concat([odd, Buffer.from(' xxxxxx\n')]));
    });
  });

  describe('HTTP', () => {
    it('names JSON without a charset', async () => {
      assert.equal((await ask(`${fake.url}/api/v3/user`)).headers['content-type'], 'application/json');
      assert.equal((await ask(`${fake.url}/api/v3/user`, { token: null })).headers['content-type'], 'application/json');
    });

    it('answers HEAD with the headers of GET', async () => {
      const url = `${fake.url}/api/v3/projects/1/builds`;
      const [head, get] = await Promise.all([ask(url, { method: 'HEAD' }), ask(url)]);
      assert.deepEqual([head.status, head.bytes.length], [200, 0]);
      for (const name of ['content-length', 'x-total', 'etag']) assert.equal(head.headers[name], get.headers[name]);
    });

    it('responds to another method with 405, no body and the allowed methods', async () => {
      const reply = await ask(`${fake.url}/api/v3/projects/1/builds`, { method: 'DELETE' });
      assert.deepEqual([reply.status, reply.text, reply.headers.allow], [405, '', 'OPTIONS, GET, HEAD']);
      const get = await ask(`${fake.url}/api/v3/projects/1/builds/${small.builds.long.id}/cancel`);
      assert.deepEqual([get.status, get.headers.allow], [405, 'OPTIONS, POST']);
    });

    it('keeps connections alive', async () => {
      const { headers } = await fetch(`${fake.url}/api/v3/user`, { headers: { 'PRIVATE-TOKEN': small.token } });
      assert.equal(headers.get('connection'), 'keep-alive');
    });
  });

  describe('outside of the API', () => {
    it('is the static 404 page for unknown API paths, even v4 and version with a valid token', async () => {
      for (const path of ['/api/v4/version', '/api/v3/version', '/api/v4/projects/1/jobs', '/api/v3/nothing']) {
        const { status, headers, text } = await ask(`${fake.url}${path}`);
        assert.equal(status, 404);
        assert.match(String(headers['content-type']), /^text\/html/);
        assert.match(text, /^<!DOCTYPE html>/);
      }
    });

    it('is Rails JSON, without a message, if only JSON is accepted', async () => {
      const { status, text } = await ask(`${fake.url}/api/v4/version`, { headers: { Accept: 'application/json' } });
      assert.deepEqual([status, text], [404, '{"status":"404","error":"Not Found"}']);
    });

    it('redirects web pages to the sign-in page, which is a 200 page', async () => {
      const page = await ask(`${fake.url}/group/sub.project/builds/1`);
      assert.deepEqual([page.status, page.headers.location], [302, `${fake.url}/users/sign_in`]);
      const signIn = await ask(`${fake.url}/users/sign_in`);
      assert.equal(signIn.status, 200);
      assert.match(String(signIn.headers['content-type']), /^text\/html/);
    });
  });

  describe('a relative URL root', () => {
    let rooted: FakeGitLab;
    beforeEach(async () => {
      rooted = await startGitLab({ root: '/gitlab' });
      smallProject(rooted.world);
    });
    afterEach(() => rooted.close());

    it('comes before everything', async () => {
      assert.match(rooted.url, /\/gitlab$/);
      const list = await ask(`${rooted.url}/api/v3/projects/1/builds`);
      assert.match(String(list.headers['link']), new RegExp(`^<${rooted.url}/api/v3/projects/1/builds\\?`));
      const withArtifacts = rowsOf(list).find((row) => 'artifacts_file' in row);
      assert.match(String(withArtifacts?.['download_url']), /^\/gitlab\/group\/sub\.project\/builds\//);
      const page = await ask(`${rooted.url}/group/sub.project`);
      assert.equal(page.headers.location, `${rooted.url}/users/sign_in`);
    });

    it('has nothing outside', async () => {
      const { status, text } = await ask(`${new URL(rooted.url).origin}/api/v3/user`);
      assert.equal(status, 404);
      assert.match(text, /nginx/);
      assert.equal((await ask(`${new URL(rooted.url).origin}/gitlabx/api/v3/user`)).status, 404);
    });
  });

  it('record requests in order of arrival', async () => {
    await ask(`${fake.url}/api/v3/user?a=1`, { headers: { 'X-Test': 'yes' } });
    await post(`${fake.url}/api/v3/projects/1/builds/${small.builds.long.id}/cancel`);
    const [first, second] = fake.requests;
    assert.deepEqual([first?.method, first?.path, first?.status], ['GET', '/api/v3/user?a=1', 200]);
    assert.equal(first?.headers['private-token'], small.token);
    assert.equal(first.headers['x-test'], 'yes');
    assert.deepEqual([second?.method, second?.status], ['POST', 201]);
    assert.ok((second?.bytes ?? 0) > 100);
  });
});
