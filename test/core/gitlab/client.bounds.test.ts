import assert from 'node:assert/strict';
import { clientOf, failureOf, listen, unhurried, type Listening } from '../support';

const sha = 'a'.repeat(40);
const headers = { 'Content-Type': 'application/json' };

describe('GitLabClient: a list', () => {
  let server: Listening | undefined;
  afterEach(async () => server?.close());

  const row = (id: number, title = 'x') => ({
    id,
    name: `job ${id}`,
    stage: 'test',
    status: 'success',
    ref: 'main',
    tag: false,
    created_at: '2016-01-11T10:13:33.506Z',
    commit: { id: sha, title, author_name: 'Dana' },
  });

  /** GitLab 8.5 with so many builds of the commit, whose titles are so long. */
  const gitlab = async (
    pagesOf: (page: number, size: number) => readonly unknown[],
    next: (page: number) => string,
  ) => {
    const asked: string[] = [];
    server = await listen((request, response) => {
      const url = new URL(request.url ?? '', 'http://127.0.0.1');
      if (url.pathname.endsWith('/projects/1')) {
        response.writeHead(200, headers).end(JSON.stringify({ id: 1, path_with_namespace: 'group/project' }));
        return;
      }
      if (!url.pathname.endsWith('/builds')) {
        response.writeHead(200, headers).end('[]');
        return;
      }
      asked.push(url.search);
      const [page, size] = ['page', 'per_page'].map((name) => Number(url.searchParams.get(name)));
      const body = JSON.stringify(pagesOf(page ?? 1, size ?? 1));
      response.writeHead(200, { ...headers, 'X-Next-Page': next(page ?? 1) }).end(body);
    });
    return { client: clientOf(server), asked };
  };

  it('without an end is truncated, and says that there is more', async () => {
    const { client, asked } = await gitlab(
      (page) => [row(page)],
      (page) => String(page + 1),
    );
    const listing = await client.listing('1', { sha }, unhurried());
    assert.deepEqual([listing.builds.length, listing.isPartial, asked.length], [1000, true, 1000]);
  }).timeout(30_000);

  for (const [pages, shown, isPartial] of [
    [200, 20_000, undefined],
    [201, 20_000, true],
  ] as const)
    it(`of more than twenty thousand builds is truncated, and says that there is more: ${pages} pages of a hundred`, async () => {
      const { client } = await gitlab(
        (page, size) => Array.from({ length: size }, (_, index) => row(page * size + index)),
        (page) => (page < pages ? String(page + 1) : ''),
      );
      const listing = await client.listing('1', { sha }, unhurried());
      assert.deepEqual([listing.builds.length, listing.isPartial], [shown, isPartial]);
    }).timeout(30_000);

  it('that is complete does not say that there is more', async () => {
    const { client } = await gitlab(
      () => [row(1)],
      () => '',
    );
    assert.equal((await client.listing('1', { sha }, unhurried())).isPartial, undefined);
  });

  it('with rows so long that a page is too large is read in smaller pages', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => row(index + 1, 'x'.repeat(150_000)));
    const { client, asked } = await gitlab(
      (page, size) => rows.slice((page - 1) * size, page * size),
      (page) => (page === 1 ? '2' : ''),
    );
    const { builds } = await client.listing('1', { sha }, unhurried());
    assert.equal(builds.length, 30);
    assert.deepEqual(
      asked.map((search) => /per_page=(\d+)/.exec(search)?.[1]),
      ['100', '20', '20'],
    );
  });

  it('is rejected as too large if even the smallest page is too large', async () => {
    const { client } = await gitlab(
      () => [row(1, 'x'.repeat(4_000_000))],
      () => '',
    );
    assert.equal((await failureOf(client.listing('1', { sha }, unhurried()))).kind, 'tooLarge');
  });
});
