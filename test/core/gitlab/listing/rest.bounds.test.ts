import assert from 'node:assert/strict';
import type { CommitQuestion } from '../../../../src/core/gitlab/dialect';
import { TtlCache } from '../../../../src/core/util/ttlCache';
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
});
