import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allPages, type Page } from '../../../../src/core/gitlab/http/pages';
import { settled } from '../../support';

/** What a server says of a page, and the pages that were asked for. */
function reader(pages: readonly (readonly number[])[], headersOf: (page: number) => Readonly<Record<string, string>>) {
  const asked: number[] = [];
  const read = async (page: number): Promise<Page<number>> => {
    asked.push(page);
    if (asked.length > 50) throw new Error('this has no end');
    return { headers: new Headers(headersOf(page)), items: pages[page - 1] ?? [] };
  };
  return { read, asked };
}

/** As GitLab pages `count` rows. */
function gitlab(count: number, size: number, withTotal = true) {
  const rows = Array.from({ length: count }, (_, row) => row);
  const total = Math.ceil(count / size);
  const pages = Array.from({ length: total }, (_, page) => rows.slice(page * size, (page + 1) * size));
  const made = reader(pages, (page) => ({
    'X-Next-Page': page < total ? String(page + 1) : '',
    ...(withTotal ? { 'X-Total-Pages': String(total) } : {}),
  }));
  return { ...made, rows, total };
}

describe('allPages', () => {
  it('gives every row once, in order, with one request for each page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 2, max: 10 }), fc.boolean(), async (count, size, withTotal) => {
        const { read, asked, rows, total } = gitlab(count, size, withTotal);
        assert.deepEqual((await allPages(read)).items, rows);
        const pages = Array.from({ length: Math.max(total, 1) }, (_, page) => page + 1);
        const inOrder = asked.sort((a, b) => a - b);
        // Where the server doesn't say how many pages there are, some are read ahead.
        const ahead = withTotal ? 0 : Math.min(5, Math.max(0, total - 1));
        assert.deepEqual(inOrder.slice(0, pages.length), pages);
        assert.ok(inOrder.length <= pages.length + ahead, `${inOrder.length} of ${pages.length}`);
      }),
    );
  });

  /** Number of rounds of requests, six at a time, each of which waits for the one before. */
  async function depthOf(count: number, withTotal: boolean, expected?: number): Promise<number> {
    const { read } = gitlab(count, 100, withTotal);
    let [depth, waiting]: [number, (() => void)[]] = [0, []];
    const state = { isOver: false };
    const all = allPages(async (page) => {
      await new Promise<void>((go) => waiting.push(go));
      return read(page);
    }, expected).finally(() => (state.isOver = true));
    while (!state.isOver) {
      await settled();
      const going = waiting;
      waiting = [];
      if (going.length > 0) depth += 1;
      for (const go of going) go();
    }
    await all;
    return depth;
  }

  for (const [count, told, untold, warm] of [
    [100, 1, 1, 1],
    [1000, 3, 5, 2],
    [3000, 6, 8, 5],
  ] as const)
    it(`reads ${count} rows in ${told} round trips, ${untold} if the server doesn't count pages, ${warm} if it was read before`, async () => {
      assert.equal(await depthOf(count, true), told);
      assert.equal(await depthOf(count, false), untold);
      assert.equal(await depthOf(count, true, Math.ceil(count / 100)), warm);
      assert.equal(await depthOf(count, false, Math.ceil(count / 100)), warm);
    });

  it('reads as many pages as there were before, plus or minus what has changed since', async () => {
    for (const expected of [1, 2, 3, 5, 40, 1e9]) {
      const { read, rows } = gitlab(25, 10);
      assert.deepEqual(await allPages(read, expected), { items: rows, pages: 3, isPartial: false });
    }
  });

  it('reads six pages at a time, and the first one alone', async () => {
    const { read } = gitlab(200, 10);
    const underWay: number[] = [];
    let now = 0;
    await allPages(async (page) => {
      underWay.push(++now);
      await settled();
      now -= 1;
      return read(page);
    });
    assert.deepEqual([underWay[0], underWay[1], Math.max(...underWay)], [1, 1, 6]);
  });

  it('continues if a page was added while it was reading', async () => {
    const pages = [[9, 8], [7, 6], [5, 4], [3]];
    const { read, asked } = reader(pages, (page) => ({
      'X-Next-Page': page === 1 ? '2' : page < 4 ? String(page + 1) : '',
      'X-Total-Pages': page === 1 ? '3' : '4',
    }));
    assert.deepEqual((await allPages(read)).items, pages.flat());
    assert.deepEqual(asked, [1, 2, 3, 4]);
  });

  it('ends at an empty page', async () => {
    const { read, asked } = reader([[1], [2]], (page) => ({ 'X-Next-Page': String(page + 1) }));
    assert.deepEqual((await allPages(read)).items, [1, 2]);
    assert.deepEqual(asked, [1, 2, 3, 4]);
  });

  for (const next of ['', '0', '1', '-1', 'x', '1.5', 'http://evil.com/?page=2', 'Infinity']) {
    it(`treats a next page of ${JSON.stringify(next)} as none`, async () => {
      const { read } = reader([[1], [2]], () => ({ 'X-Next-Page': next }));
      assert.deepEqual((await allPages(read)).items, [1]);
    });
  }

  it('ends if the next page leads back', async () => {
    const { read, asked } = reader([[1], [2], [3]], () => ({ 'X-Next-Page': '2' }));
    assert.deepEqual((await allPages(read)).items, [1, 2]);
    assert.deepEqual(asked, [1, 2]);
  });

  it('never uses the Link header', async () => {
    const { read } = reader([[1], [2]], () => ({ Link: '<http://evil.com/?page=2>; rel="next"' }));
    assert.deepEqual((await allPages(read)).items, [1]);
  });

  it('fails if a page fails', async () => {
    const { read } = gitlab(100, 10);
    const failing = allPages((page) => (page === 5 ? Promise.reject(new Error('page 5')) : read(page)));
    await assert.rejects(failing, { message: 'page 5' });
  });

  it('never makes a list as long as a header claims, and stops at the first empty page', async () => {
    const { read, asked } = reader([[1], [2], [3]], () => ({ 'X-Next-Page': '2', 'X-Total-Pages': '1000000000' }));
    const { items, isPartial } = await allPages(read);
    assert.deepEqual([items, isPartial], [[1, 2, 3], false]);
    assert.ok(Math.max(...asked) <= 9, `page ${Math.max(...asked)} was asked for`);
  });

  for (const total of [undefined, '1000000000', '5000'])
    it(`reads a thousand pages of an endless list, and says so (X-Total-Pages: ${total})`, async () => {
      let [asked, last] = [0, 0];
      const read = async (page: number): Promise<Page<number>> => {
        asked += 1;
        last = Math.max(last, page);
        const named = total === undefined ? {} : { 'X-Total-Pages': total };
        return { headers: new Headers({ 'X-Next-Page': String(page + 1), ...named }), items: [page] };
      };
      const { items, isPartial } = await allPages(read);
      assert.deepEqual([items.length, isPartial, asked, last], [1000, true, 1000, 1000]);
    });

  it('truncates after a hundred thousand rows, however many each page has, and says so', async () => {
    let asked = 0;
    const rows = Array.from({ length: 5000 }, (_, index) => index);
    const read = async (page: number): Promise<Page<number>> => {
      asked += 1;
      return { headers: new Headers({ 'X-Next-Page': String(page + 1), 'X-Total-Pages': '1000' }), items: rows };
    };
    const { items, isPartial } = await allPages(read);
    assert.equal(isPartial, true);
    // What is under way at that moment is taken as well.
    assert.ok(items.length >= 100_000 && items.length <= 130_000, `${items.length} rows`);
    assert.equal(asked, items.length / rows.length);
  });

  it('is complete if the thousandth page is the last', async () => {
    const read = async (page: number): Promise<Page<number>> => ({
      headers: new Headers({ 'X-Next-Page': page < 1000 ? String(page + 1) : '', 'X-Total-Pages': '1000' }),
      items: [page],
    });
    const { items, isPartial } = await allPages(read);
    assert.deepEqual([items.length, isPartial], [1000, false]);
  });
});
