import assert from 'node:assert/strict';
import type { CommitQuestion } from '../../../../src/core/gitlab/dialect';
import { JsonObject } from '../../../../src/core/gitlab/jsonObject';
import { listByGraphql } from '../../../../src/core/gitlab/listing/graphql';
import { TtlCache } from '../../../../src/core/util/ttlCache';
import { Journal } from '../../support';

const sha = 'a'.repeat(40);
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at + 1));
const list = (nodes: readonly unknown[]) => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null } });
const job = (id: number, more: object = {}) => ({
  id: `gid://gitlab/Ci::Build/${id}`,
  name: `job ${id}`,
  status: 'SUCCESS',
  ...more,
});
const pipeline = (id: number, jobs: readonly unknown[] = [], more: object = {}) => ({
  ...{ id: `gid://gitlab/Ci::Pipeline/${id}`, iid: String(id), sha, ref: 'main', status: 'SUCCESS', jobs: list(jobs) },
  ...more,
});
const child = (id: number) => ({
  downstreamPipeline: { ...pipeline(id), source: 'parent_pipeline', sha: id.toString(16).padStart(40, '0') },
});
const ofMergeRequest = (id: number) => pipeline(id, [], { source: 'merge_request_event' });

/** What a GitLab that answers so lists; a pipeline that is asked for alone has no jobs. */
async function listed(own: readonly unknown[], mergeRequests: readonly unknown[] = []) {
  let requests = 0;
  const answer = (text: string, variables: object) => {
    requests += 1;
    if (text.includes('own:')) return { own: list(own), mergeRequests: list(mergeRequests) };
    if (text.includes('children:')) return { children: list([]) };
    const iids = Object.entries(variables).filter(([name]) => name.startsWith('iid'));
    return Object.fromEntries(iids.map(([, iid], at) => [`p${at}`, pipeline(Number(iid))]));
  };
  const question = {
    api: {
      query: async (text: string, variables: object, read: (row: JsonObject) => unknown) =>
        read(new JsonObject({ data: { project: answer(text, variables) } }, 'the answer')),
    },
    project: { id: 1, path: 'group/project', url: 'https://git.example.com/group/project' },
    server: { api: 'v4', version: '18.9.0' },
    commit: { sha, ref: 'main' },
    memory: new TtlCache(() => 0),
    log: new Journal(),
  } as unknown as CommitQuestion;
  const listing = (await listByGraphql(question)) ?? assert.fail('GraphQL is not used');
  return { ...listing, requests };
}

describe('GraphQL: the pipelines of a commit', () => {
  for (const [count, shown, isPartial] of [
    [500, 500, undefined],
    [501, 500, true],
    [5000, 500, true],
  ] as const)
    it(`are limited to five hundred per response, and it is reported when there are more: ${count}`, async () => {
      const { pipelines, requests, ...rest } = await listed(many(count, (id) => pipeline(id)));
      assert.deepEqual([pipelines.length, rest.isPartial, requests], [shown, isPartial, 1]);
    });

  it('are not read further once there are twenty thousand builds', async () => {
    const { builds, pipelines, isPartial, requests } = await listed([
      pipeline(
        1,
        many(20_000, (id) => job(id, id === 1 ? child(3) : {})),
      ),
    ]);
    assert.deepEqual([builds.length, pipelines.length, isPartial, requests], [20_000, 1, true, 1]);
  });

  it('take a thousand requests at most, however many child commits are named', async () => {
    const { isPartial, requests } = await listed([
      pipeline(
        1,
        many(5000, (id) => job(id, child(id + 1))),
      ),
    ]);
    assert.equal(isPartial, true);
    assert.ok(requests <= 1001, `${requests} requests`);
  });

  for (const [requestsOpen, ofEach, isPartial] of [
    [10, 20, undefined],
    [11, 20, true],
    [10, 21, true],
    [100, 100, true],
  ] as const)
    it(`are limited to ten merge requests with twenty each, and it is reported when there are more: ${requestsOpen} of ${ofEach}`, async () => {
      const mergeRequests = many(requestsOpen, (iid) => ({
        ...{ iid: String(iid), title: 'x', diffHeadSha: sha },
        pipelines: list(many(ofEach, (at) => ofMergeRequest(iid * 1000 + at))),
      }));
      const { pipelines, requests, ...rest } = await listed([], mergeRequests);
      const most = Math.min(10, requestsOpen) * Math.min(20, ofEach);
      assert.deepEqual([pipelines.length, rest.isPartial, requests], [most, isPartial, 1 + most]);
    });
});
