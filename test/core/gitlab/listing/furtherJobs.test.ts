import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonObject } from '../../../../src/core/gitlab/jsonObject';
import { FurtherJobs, type KnownPages } from '../../../../src/core/gitlab/listing/furtherJobs';
import { settled } from '../../support';

const size = 3;

/** A page of the ids after a cursor, as GitLab gives them: the cursor is the last id of the page before. */
function pageAfter(ids: readonly number[], isDown: boolean, cursor?: number): JsonObject {
  const sorted = [...ids].sort((a, b) => (isDown ? b - a : a - b));
  const rest = sorted.filter((id) => cursor === undefined || (isDown ? id < cursor : id > cursor));
  const page = rest.slice(0, size);
  const pageInfo = { hasNextPage: rest.length > page.length, endCursor: String(page.at(-1)) };
  return new JsonObject({ nodes: page.map((id) => ({ id: String(id) })), pageInfo }, 'a page');
}

const idsIn = (page: JsonObject) => page.objects('nodes').map((node) => Number(node.requireString('id')));

/** Reads all ids, with the cursors of last time. */
async function read(ids: readonly number[], isDown: boolean, known?: KnownPages) {
  const asked: string[] = [];
  const further = new FurtherJobs(async (_, cursor) => {
    asked.push(cursor);
    return pageAfter(ids, isDown, Number(cursor));
  });
  if (known !== undefined) further.begin('1', known);
  const first = pageAfter(ids, isDown);
  const found = new Set(idsIn(first));
  const { cursors, isPartial } = await further.read('1', first, (page) => {
    for (const id of idsIn(page)) found.add(id);
  });
  assert.equal(isPartial, false);
  return { found: [...found].sort((a, b) => a - b), pages: { size, cursors }, asked };
}

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, index) => index + from);

describe('Further pages of jobs', () => {
  it('contain every job, whatever was added or removed since, in either order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.uniqueArray(fc.nat(60), { maxLength: 40 }),
        fc.array(fc.record({ gone: fc.uniqueArray(fc.nat(80)), come: fc.uniqueArray(fc.nat(80)) }), { maxLength: 4 }),
        async (isDown, start, changes) => {
          let ids = new Set(start);
          let { pages } = await read(start, isDown);
          for (const { gone, come } of changes) {
            ids = new Set([...ids, ...come]);
            for (const id of gone) ids.delete(id);
            const { found, pages: next } = await read([...ids], isDown, pages);
            assert.deepEqual(
              found,
              [...ids].sort((a, b) => a - b),
            );
            pages = next;
          }
        },
      ),
      { numRuns: 500 },
    ));

  for (const isDown of [true, false])
    it(`request no page twice if nothing has changed (${isDown ? 'newest' : 'oldest'} first)`, async () => {
      const { pages } = await read(numbers(20), isDown);
      const { asked } = await read(numbers(20), isDown, pages);
      assert.deepEqual([...asked].sort(), [...pages.cursors].sort());
    });

  it('stay the same number if one is added again and again', async () => {
    let { pages } = await read(numbers(30), true);
    for (let count = 31; count < 60; count += 1) {
      const { asked, pages: next } = await read(numbers(count), true, pages);
      assert.ok(asked.length <= Math.ceil(count / size) + 2, `${asked.length} requests for ${count}`);
      pages = next;
    }
  });

  it('are requested five at once, and no further after a failure or once the listing is over', async () => {
    for (const ends of ['failure', 'over', 'never'] as const) {
      let [open, most, asked] = [0, 0, 0];
      const further = new FurtherJobs(async (_, cursor) => {
        asked += 1;
        most = Math.max(most, ++open);
        await settled();
        open -= 1;
        if (ends === 'failure') throw new Error('no');
        return pageAfter([], true, Number(cursor));
      });
      further.begin('1', { size, cursors: numbers(20).map(String) });
      await Promise.resolve();
      if (ends === 'over') further.stop();
      for (let turn = 0; turn < 20; turn += 1) await settled();
      assert.deepEqual([most, asked], [5, ends === 'never' ? 20 : 5], ends);
    }
  });

  it('fail the listing if a required page fails', async () => {
    const further = new FurtherJobs(() => Promise.reject(new Error('no')));
    further.begin('1', { size, cursors: ['3'] });
    await assert.rejects(
      further.read('1', pageAfter(numbers(9), false), () => undefined),
      { message: 'no' },
    );
  });

  it('end after a thousand, and say so', async () => {
    let [page, taken] = [0, 0];
    const endless = () => {
      page += 1;
      const pageInfo = { hasNextPage: true, endCursor: String(page) };
      return new JsonObject({ nodes: [], pageInfo }, 'a page');
    };
    const further = new FurtherJobs(async () => endless());
    const { cursors, isPartial } = await further.read('1', endless(), () => (taken += 1));
    assert.deepEqual([cursors.length, taken, isPartial], [999, 999, true]);
  });
});
