import assert from 'node:assert/strict';
import type { CommitQuestion } from '../../../../src/core/gitlab/dialect';
import { TtlCache } from '../../../../src/core/util/ttlCache';
import { ownPipelines } from '../../../../src/core/gitlab/listing/ownPipelines';
import { rowsOfAll } from '../../../../src/core/gitlab/listing/rest';
import { Journal } from '../../support';

describe('REST: the pipelines of a commit', () => {
  const asked: string[] = [];
  const question = {
    api: {
      keptList: (path: string) => {
        asked.push(path);
        return Promise.resolve([]);
      },
    },
    project: { id: 1, path: 'group/project', url: 'https://git.example.com/group/project' },
    server: { api: 'v4', version: '18.9.0' },
    commit: { sha: 'a'.repeat(40) },
    memory: new TtlCache(() => 0),
    log: new Journal(),
  } as unknown as CommitQuestion;
  const pipelines = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ id: id + 1, ref: 'main', sha: 'a'.repeat(40), status: 'success' }));

  for (const [count, listed, isPartial] of [
    [500, 500, undefined],
    [501, 500, true],
    [5000, 500, true],
  ] as const)
    it(`are limited to five hundred, and it is reported when there are more: ${count}`, async () => {
      asked.length = 0;
      const listing = await rowsOfAll(question, () => assert.fail('no row comes'), pipelines(count));
      assert.deepEqual([listing.pipelines.length, listing.isPartial], [listed, isPartial]);
      assert.equal(asked.filter((path) => path.includes('/jobs')).length, listed);
    });

  for (const [count, ofEach, most] of [
    [4, 5000, undefined],
    [500, 5000, 10],
    [500, 20_000, 6],
  ] as const)
    it(`are not read further once there are twenty thousand builds, even in one round: ${count} of ${ofEach}`, async () => {
      asked.length = 0;
      const keptList = (path: string) => {
        asked.push(path);
        return Promise.resolve(path.includes('/jobs') ? Array.from({ length: ofEach }, () => ({ id: 1 })) : []);
      };
      const api = { keptList };
      const listing = await rowsOfAll(
        { ...question, api } as never,
        () => assert.fail('no row comes'),
        pipelines(count),
      );
      const read = asked.filter((path) => path.includes('/jobs')).length;
      assert.ok(read <= (most ?? count), `${read} pipelines are read`);
      assert.ok(listing.builds.length >= 20_000);
      assert.deepEqual([listing.pipelines.length, listing.isPartial], [read, most === undefined ? undefined : true]);
    });

  it('are asked for a thousand times at most where only their jobs lead to them, and it is said when there are more', async () => {
    let requests = 0;
    const statuses = (count: number) => Array.from({ length: count }, (_, id) => ({ id: id + 1, ref: `branch ${id}` }));
    const found = async (count: number) => {
      requests = 0;
      const api = {
        isPartial: false,
        keptList: async () => statuses(count),
        page: async () => ({ items: [] }),
        get: async () => void (requests += 1),
      };
      const beside = { jobsOf: async () => [], external: Promise.resolve([]), named: Promise.resolve([]) };
      const server = { api: 'v4', version: '9.0.0' };
      await ownPipelines({ ...question, api, server, memory: new TtlCache(() => 0) } as never, beside);
      return [requests, api.isPartial];
    };
    assert.deepEqual(await found(1000), [1000, false]);
    assert.deepEqual(await found(5000), [1000, true]);
  });
});
