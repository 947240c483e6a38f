import assert from 'node:assert/strict';
import { ask, type Reply, rowsOf } from './ask';
import { manyBuilds, smallProject, type SmallProject } from './scenarios';
import { type FakeGitLab, startGitLab } from './server';

function pagination({ headers }: Reply): readonly (string | string[] | undefined)[] {
  return ['total', 'total-pages', 'per-page', 'page', 'next-page', 'prev-page'].map((name) => headers[`x-${name}`]);
}

describe('The build lists of the fake GitLab', () => {
  let fake: FakeGitLab;
  let small: SmallProject;
  const list = (query = ''): Promise<Reply> => ask(`${fake.url}/api/v3/projects/1/builds${query}`);
  const listCommit = (sha: string, query = ''): Promise<Reply> =>
    ask(`${fake.url}/api/v3/projects/1/repository/commits/${sha}/builds${query}`);

  beforeEach(async () => {
    fake = await startGitLab();
    small = smallProject(fake.world);
  });
  afterEach(() => fake.close());

  describe('rows', () => {
    it('come newest first, superseded attempts among them', async () => {
      const rows = rowsOf(await listCommit(small.sha));
      assert.deepEqual(
        rows.map(({ id }) => id),
        Object.values(small.builds)
          .map(({ id }) => id)
          .sort((a, b) => b - a),
      );
      assert.equal(rows.filter(({ name }) => name === 'rspec').length, 2);
    });

    it('include all refs of a commit, and all commits of a project', async () => {
      const older = rowsOf(await listCommit(small.olderSha));
      assert.deepEqual(
        older.map(({ ref, tag }) => [ref, tag]),
        [
          ['v1.0', true],
          ['master', false],
        ],
      );
      assert.equal(rowsOf(await list()).length, Object.keys(small.builds).length + 3);
    });
  });

  describe('a sha', () => {
    it('without a CI record is 404, even if git has the commit', async () => {
      const reply = await listCommit(small.shaWithoutCi);
      assert.deepEqual([reply.status, reply.text], [404, '{"message":"404 Not Found"}']);
    });

    it('that is abbreviated, a branch or unknown is 404', async () => {
      for (const sha of [small.sha.slice(0, 8), 'master', 'f'.repeat(40)]) {
        assert.deepEqual([(await listCommit(sha)).status, sha], [404, sha]);
      }
    });

    it('whose CI was skipped has an empty list', async () => {
      fake.world.addCommit(small.project, { sha: 'a'.repeat(40), ciSkipped: true });
      const reply = await listCommit('a'.repeat(40));
      assert.deepEqual([reply.status, reply.text], [200, '[]']);
    });
  });

  describe('pagination', () => {
    beforeEach(() => {
      small = { ...small, ...manyBuilds(fake.world, 45, { path: 'group/many' }) };
    });
    const page = (query: string): Promise<Reply> => ask(`${fake.url}/api/v3/projects/2/builds${query}`);

    it('has 20 rows a page, and an empty string where there is no adjacent page', async () => {
      const first = await page('');
      assert.deepEqual(pagination(first), ['45', '3', '20', '1', '2', '']);
      assert.equal(rowsOf(first).length, 20);
      const last = await page('?page=3');
      assert.deepEqual(pagination(last), ['45', '3', '20', '3', '', '2']);
      assert.equal(rowsOf(last).length, 5);
    });

    it('limits per_page to 100 and uses 20 for an invalid value', async () => {
      const cases = { 1000: '100', 100: '100', 7: '7', '7x': '7', 0: '20', '-5': '20', x: '20' };
      for (const [asked, given] of Object.entries(cases)) {
        assert.deepEqual([asked, (await page(`?per_page=${asked}`)).headers['x-per-page']], [asked, given]);
      }
    });

    it('treats a page below 1 as page 1', async () => {
      for (const query of ['?page=0', '?page=-3', '?page=x']) {
        assert.equal((await page(query)).headers['x-page'], '1');
      }
    });

    it('returns an empty list past the end', async () => {
      const reply = await page('?page=9');
      assert.equal(reply.text, '[]');
      assert.deepEqual(pagination(reply), ['45', '3', '20', '9', '', '8']);
    });

    it('announces no pages for an empty list, and page 0 as the last', async () => {
      const reply = await page('?scope=pending');
      assert.deepEqual(pagination(reply), ['0', '0', '20', '1', '', '']);
      const url = `${fake.url}/api/v3/projects/2/builds?id=2`;
      assert.equal(
        reply.headers['link'],
        `<${url}&page=1&per_page=20&scope=pending>; rel="first", <${url}&page=0&per_page=20&scope=pending>; rel="last"`,
      );
    });

    it('covers every row once', async () => {
      const pages = await Promise.all([1, 2, 3, 4, 5].map((number) => page(`?per_page=10&page=${number}`)));
      const ids = pages.flatMap((reply) => rowsOf(reply).map(({ id }) => id));
      assert.deepEqual(ids, [...fake.world.buildIds(small.project)].reverse());
    });

    it('links with all parameters, including those in the path and the token', async () => {
      const { headers } = await ask(`${fake.url}/api/v3/projects/2/builds?private_token=${small.token}&page=2`, {
        token: null,
      });
      const url = (number: number): string =>
        `<${fake.url}/api/v3/projects/2/builds?id=2&page=${number}&per_page=20&private_token=${small.token}>`;
      assert.equal(
        headers['link'],
        `${url(1)}; rel="prev", ${url(3)}; rel="next", ${url(1)}; rel="first", ${url(3)}; rel="last"`,
      );
    });

    it('links to the host that the client named', async () => {
      const { headers } = await ask(`${fake.url}/api/v3/projects/2/builds`, { headers: { Host: 'inner:8080' } });
      assert.match(String(headers['link']), /^<http:\/\/inner:8080\/api\/v3\/projects\/2\/builds\?/);
    });
  });

  describe('scope', () => {
    const statuses = async (query: string): Promise<readonly string[]> =>
      [...new Set(rowsOf(await listCommit(small.sha, query)).map(({ status }) => status))].sort();

    it('is one status, or several in a hash', async () => {
      assert.deepEqual(await statuses('?scope=failed'), ['failed']);
      assert.deepEqual(await statuses('?scope[0]=failed&scope[1]=running'), ['failed', 'running']);
      assert.equal((await list('?scope=failed')).headers['x-total'], '3');
    });

    it('filters nothing when it is empty', async () => {
      assert.deepEqual(await statuses('?scope='), ['canceled', 'failed', 'pending', 'running', 'success']);
    });

    it('is 400 for an array, and for a status of later versions', async () => {
      for (const query of [
        '?scope[]=failed',
        '?scope[]=failed&scope[]=running',
        '?scope=skipped',
        '?scope[0]=created',
      ]) {
        const { status, text } = await list(query);
        assert.deepEqual([query, status, text], [query, 400, '{"message":"Scope contains invalid value(s)"}']);
      }
    });
  });
});
