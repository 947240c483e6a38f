import assert from 'node:assert/strict';
import { AncestorSearch, type AncestorPort } from '../../../src/core/polling/ancestorSearch';
import type { Ancestor } from '../../../src/core/model/head';
import type { Listing } from '../../../src/core/model/pipeline';
import { buildWith } from '../support';

const minute = 60_000;
const ancestors = ['a', 'b', 'c', 'd', 'e'].map((sha, index) => ({ sha, back: index + 1 }));
const listingOf = (status: string): Listing => ({ builds: [buildWith({ status })], pipelines: [] });
const empty: Listing = { builds: [], pipelines: [] };

describe('The search for a commit with builds', () => {
  let now: number;
  let asked: string[];
  let recent: readonly string[];
  let listings: Record<string, Listing>;
  let search: AncestorSearch;
  const port: AncestorPort = {
    recent: () => {
      asked.push('recent');
      return Promise.resolve(recent);
    },
    listing: (sha) => {
      asked.push(sha);
      return Promise.resolve(listings[sha] ?? empty);
    },
  };
  const nearest = (anew = false, among: readonly Ancestor[] = ancestors, watchesNearest = false) =>
    search.nearest(among, port, { anew, watchesNearest });
  /** What was asked since the last call. */
  const news = () => asked.splice(0);

  beforeEach(() => {
    now = 0;
    asked = [];
    recent = ['z', 'd', 'b'];
    listings = { b: listingOf('success'), d: listingOf('failed') };
    search = new AncestorSearch(() => now);
  });

  it("picks the nearest commit that has one of the project's newest builds", async () => {
    assert.deepEqual(await nearest(), { ancestor: { sha: 'b', back: 2 }, listing: listings['b'] });
    assert.deepEqual(news(), ['recent', 'b']);
  });

  it('checks the first three commits if none of the newest builds belongs to an ancestor', async () => {
    recent = ['z'];
    assert.equal((await nearest())?.ancestor.sha, 'b');
    assert.deepEqual(news(), ['recent', 'a', 'b']);
    listings = { d: listingOf('failed') };
    assert.equal(await nearest(true), undefined);
    assert.deepEqual(news(), ['recent', 'a', 'b', 'c']);
  });

  it('sends no request if HEAD has no parent', async () => {
    assert.equal(await nearest(false, []), undefined);
    assert.deepEqual(news(), []);
  });

  it('remembers the commit it found, or that there is none, for five minutes', async () => {
    listings = { b: listingOf('running') };
    await nearest();
    now = 5 * minute - 1;
    news();
    await nearest();
    assert.deepEqual(news(), ['b']);
    now = 5 * minute;
    await nearest();
    assert.deepEqual(news(), ['recent', 'b']);
    [recent, listings] = [[], {}];
    await nearest(true);
    news();
    assert.equal(await nearest(), undefined);
    assert.deepEqual(news(), []);
  });

  it('reloads finished builds once a minute, and running ones every time', async () => {
    await nearest();
    now = minute - 1;
    news();
    assert.equal((await nearest())?.listing, listings['b']);
    assert.deepEqual(news(), []);
    now = minute;
    listings = { b: listingOf('running') };
    await nearest();
    await nearest();
    assert.deepEqual(news(), ['b', 'b']);
  });

  it('starts over when it is reset, and when HEAD moves', async () => {
    await nearest();
    news();
    await nearest(true);
    assert.deepEqual(news(), ['recent', 'b']);
    await nearest(false, ancestors.slice(1));
    assert.deepEqual(news(), ['recent']);
  });

  it('reports how far the commit is from the current HEAD', async () => {
    await nearest();
    for (const further of [1, 2, 3]) {
      const moved = ancestors.map(({ sha, back }) => ({ sha, back: back + further }));
      assert.deepEqual((await nearest(false, moved))?.ancestor, { sha: 'b', back: 2 + further });
    }
    assert.deepEqual(news(), ['recent', 'b']);
  });

  it('checks the nearest commit every time while its builds are awaited, and switches to them', async () => {
    await nearest(false, ancestors, true);
    news();
    assert.equal((await nearest(false, ancestors, true))?.ancestor.sha, 'b');
    listings = { ...listings, a: listingOf('success') };
    assert.deepEqual(await nearest(false, ancestors, true), {
      ancestor: { sha: 'a', back: 1 },
      listing: listings['a'],
    });
    await nearest(false, ancestors, true);
    assert.deepEqual(news(), ['a', 'a']);
  });

  it('checks the nearest commit even if no commit had builds before', async () => {
    [recent, listings] = [[], {}];
    assert.equal(await nearest(false, ancestors, true), undefined);
    listings = { a: listingOf('pending') };
    assert.equal((await nearest(false, ancestors, true))?.ancestor.sha, 'a');
  });

  it('forgets everything once the clock is set back', async () => {
    now = 10 * minute;
    await nearest();
    news();
    now = 0;
    await nearest();
    assert.deepEqual(news(), ['recent', 'b']);
  });

  it('does not remember a search that failed', async () => {
    const failing: AncestorPort = { ...port, recent: () => Promise.reject(new Error('no')) };
    await assert.rejects(search.nearest(ancestors, failing, { anew: false, watchesNearest: false }));
    assert.equal((await nearest())?.ancestor.sha, 'b');
  });
});
