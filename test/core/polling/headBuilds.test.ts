import assert from 'node:assert/strict';
import type { Head } from '../../../src/core/model/head';
import type { Listing } from '../../../src/core/model/pipeline';
import { HeadBuilds, type HeadPort } from '../../../src/core/polling/headBuilds';
import { buildWith } from '../support';

const minute = 60_000;
const empty: Listing = { builds: [], pipelines: [] };
const listingOf = (status: string): Listing => ({ builds: [buildWith({ status })], pipelines: [] });
const ancestors = ['a', 'b', 'c'].map((sha, index) => ({ sha, back: index + 1 }));
const headWith = (pushed: boolean | undefined, changes: Partial<Head> = {}): Head => {
  return { sha: 'head', shallow: false, pushed, ancestors, ...changes };
};

describe('The builds shown for HEAD', () => {
  let now: number;
  let asked: string[];
  let listings: Record<string, Listing>;
  let isThere: boolean | undefined;
  let headBuilds: HeadBuilds;
  const port: HeadPort = {
    recent: () => {
      asked.push('recent');
      return Promise.resolve([]);
    },
    listing: (sha) => {
      asked.push(sha);
      return Promise.resolve(listings[sha] ?? empty);
    },
    hasCommit: (sha) => {
      asked.push(`is ${sha} there`);
      return Promise.resolve(isThere);
    },
  };
  const load = (head: Head, isAsked = false) => headBuilds.load({ project: 'group/project', head, isAsked }, port);
  /** What was asked of HEAD since the last call. */
  const news = () => asked.splice(0).filter((what) => what.includes('head'));

  beforeEach(() => {
    now = minute;
    asked = [];
    listings = {};
    isThere = false;
    headBuilds = new HeadBuilds(() => now);
  });

  for (const pushed of [true, false, undefined])
    it(`are its own if it has any, whatever git says (${pushed})`, async () => {
      listings = { head: listingOf('running') };
      assert.deepEqual(await load(headWith(pushed)), listings['head']);
      await load(headWith(pushed));
      assert.deepEqual(news(), ['head', 'head']);
    });

  it("are looked up again after each commit and each request by the user while GitLab doesn't have HEAD", async () => {
    const head = headWith(false);
    assert.equal((await load(head)).unpushed, true);
    assert.deepEqual(news(), ['head', 'is head there']);
    now += 10 * minute;
    assert.equal((await load(head)).unpushed, true);
    assert.deepEqual(news(), []);
    await load(head, true);
    assert.deepEqual(news(), ['head', 'is head there']);
    await load({ ...head, pushedElsewhere: true });
    assert.deepEqual(news(), ['head', 'is head there']);
    await load({ ...head, sha: 'next head' });
    assert.deepEqual(news(), ['next head', 'is next head there']);
  });

  it('are awaited if GitLab has HEAD, or if git says so, which takes no extra request', async () => {
    isThere = true;
    for (const pushed of [false, undefined]) {
      const { watching, unpushed } = await load(headWith(pushed));
      assert.deepEqual([watching, unpushed], [true, undefined]);
      await load(headWith(pushed));
      assert.deepEqual(news(), ['head', 'is head there', 'head']);
    }
    const { watching, unpushed } = await load(headWith(true));
    assert.deepEqual([watching, unpushed, news()], [true, undefined, ['head']]);
  });

  it("are missing without a reason if GitLab doesn't say whether it has HEAD", async () => {
    isThere = undefined;
    for (const pushed of [false, undefined]) {
      const { watching, unpushed } = await load(headWith(pushed));
      assert.deepEqual([watching, unpushed], [false, undefined]);
      await load(headWith(pushed));
      assert.deepEqual(news(), ['head', 'is head there', 'head']);
    }
  });

  it('are looked up every time if a push would leave no trace, and GitLab is asked for the commit once a minute', async () => {
    const head = headWith(undefined);
    assert.equal((await load(head)).unpushed, true);
    now += minute - 1;
    await load(head);
    assert.deepEqual(news(), ['head', 'is head there', 'head']);
    now += 1;
    isThere = true;
    assert.equal((await load(head)).watching, true);
    assert.deepEqual(news(), ['head', 'is head there']);
  });

  it('are those of the nearest commit that has builds, then those of the nearest pushed commit as soon as they appear', async () => {
    listings = { b: listingOf('success') };
    const before = await load(headWith(false));
    assert.deepEqual([before.ancestor, before.watching, before.unpushed], [ancestors[1], true, true]);
    listings = { ...listings, a: listingOf('pending') };
    const after = await load(headWith(false));
    assert.deepEqual([after.ancestor, after.builds, after.watching], [ancestors[0], listings['a']?.builds, false]);
  });

  it('are not awaited if HEAD is unpushed and has no parent', async () => {
    assert.deepEqual(await load(headWith(false, { ancestors: [] })), { ...empty, watching: false, unpushed: true });
  });
});
