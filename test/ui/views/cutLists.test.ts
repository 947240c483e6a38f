import assert from 'node:assert/strict';
import type { Listing } from '../../../src/core/model/pipeline';
import { listByGraphql } from '../../../src/core/gitlab/listing/graphql';
import { JsonObject } from '../../../src/core/gitlab/jsonObject';
import { TtlCache } from '../../../src/core/util/ttlCache';
import { BuildTree } from '../../../src/ui/tree/buildTree';
import { repositoryTooltip } from '../../../src/ui/tree/repositoryRow';
import { StatusBar } from '../../../src/ui/views/statusBar';
import { clientOf, Journal, listen, unhurried } from '../../core/support';
import { editor } from '../fake/editor';
import { alone, aRepository, ready, several } from '../samples';

const sha = 'a'.repeat(40);
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at + 1));

/** What the client lists of a GitLab 8.5 with so many pages of so many builds, all of them passed. */
async function builds(pages: number, ofEach: number): Promise<Listing> {
  const row = (id: number) => ({ id, name: `job ${id}`, stage: 'test', status: 'success', ref: 'main', tag: false });
  const headers = { 'Content-Type': 'application/json' };
  const server = await listen((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const page = Number(url.searchParams.get('page'));
    const all = () => many(ofEach, (at) => ({ ...row((page - 1) * ofEach + at), created_at: '2016-01-11T10:13:33Z' }));
    const other = url.pathname.endsWith('/projects/1') ? { id: 1, path_with_namespace: 'group/project' } : [];
    const body = url.pathname.endsWith('/builds') ? all() : other;
    response.writeHead(200, { ...headers, 'X-Next-Page': page < pages ? String(page + 1) : '' });
    response.end(JSON.stringify(body));
  });
  try {
    return await clientOf(server).listing('1', { sha }, unhurried());
  } finally {
    await server.close();
  }
}

/** What GraphQL lists of so many pipelines with a build each, all of them passed. */
async function pipelines(count: number): Promise<Listing> {
  const list = (nodes: readonly unknown[]) => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null } });
  const job = (id: number) => ({ id: `gid://gitlab/Ci::Build/${id}`, name: `job ${id}`, status: 'SUCCESS' });
  const own = many(count, (id) => ({
    ...{ id: `gid://gitlab/Ci::Pipeline/${id}`, iid: String(id), sha, ref: 'main', status: 'SUCCESS' },
    jobs: list([job(id)]),
  }));
  const question = {
    api: {
      query: async (_: string, __: object, read: (row: JsonObject) => unknown) =>
        read(new JsonObject({ data: { project: { own: list(own), mergeRequests: list([]) } } }, 'the answer')),
    },
    project: { id: 1, path: 'group/project', url: 'https://git.example.com/group/project' },
    server: { api: 'v4', version: '18.9.0' },
    commit: { sha, ref: 'main' },
    memory: new TtlCache(() => 0),
    log: new Journal(),
  };
  return (await listByGraphql(question as never)) ?? assert.fail('GraphQL is not used');
}

const cut: readonly (readonly [string, number, () => Promise<Listing>])[] = [
  ['501 pipelines', 500, () => pipelines(501)],
  ['20,100 builds', 20_000, () => builds(201, 100)],
  ['100,000 rows and more', 20_000, () => builds(1000, 12_000)],
];

/** Everything that is told about a commit before a row of it is opened. */
function told(listing: Listing): readonly string[] {
  const snapshot = { ...ready(listing.builds), ...listing };
  const [bar, tree] = [new StatusBar({ now: () => 0 }), new BuildTree(() => 'stage')];
  bar.show(alone(snapshot));
  tree.show(alone(snapshot));
  const [item] = editor().statusBarItems;
  const bubble = item?.tooltip;
  const shown = [item?.text, item?.accessibilityInformation?.label, tree.view.message];
  tree.show(several(aRepository('project', snapshot), aRepository('other', ready([]))));
  const [row] = tree.getChildren().filter((one) => tree.getTreeItem(one).label === 'project');
  assert.ok(row && typeof bubble === 'object');
  const { description, accessibilityInformation } = tree.getTreeItem(row);
  const ofRow = [description, accessibilityInformation?.label, repositoryTooltip(aRepository('project', snapshot), 0)];
  bar.dispose();
  tree.dispose();
  return [...shown, ...ofRow].map(String);
}

describe('A list that was cut at a bound', () => {
  for (const [what, count, list] of cut)
    it(`is reported as the first ${count} builds, and never as passed: ${what}`, async () => {
      const all = told(await list());
      for (const text of all) {
        assert.ok(text.includes(`only the first ${count} builds`), text);
        assert.ok(!text.includes('passed'), text);
      }
    }).timeout(60_000);

  it('is reported as passed when it is complete', async () => {
    const all = told(await pipelines(500));
    assert.ok(!all.some((text) => text.includes('only the first')) && all.some((text) => text.includes('passed')));
  });
});
