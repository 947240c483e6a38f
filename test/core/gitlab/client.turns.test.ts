import assert from 'node:assert/strict';
import { withGitLab } from '../../gitlab/each';
import { manyBuilds } from '../../gitlab/scenarios';
import { clientOf, unhurried } from '../support';

const builds = 2000;
/** Pages of 100 that can arrive between two turns of the event loop: as many as are under way at once. */
const pagesAtOnce = 6;

/** How many builds are parsed in each turn of the event loop during the work. */
async function parsedByTurn(work: () => Promise<unknown>): Promise<readonly number[]> {
  const parsed = [0];
  const { parse } = JSON;
  const state = { isOver: false };
  const turn = (): void => {
    parsed.push(0);
    if (!state.isOver) setImmediate(turn);
  };
  JSON.parse = (text: string, ...rest: []): unknown => {
    const found = text.split('"finishedAt"').length + text.split('"finished_at"').length - 2;
    parsed[parsed.length - 1] = (parsed.at(-1) ?? 0) + found;
    return parse(text, ...rest) as unknown;
  };
  setImmediate(turn);
  try {
    await work();
  } finally {
    state.isOver = true;
    JSON.parse = parse;
  }
  return parsed;
}

describe(`A refresh of ${builds} builds`, () => {
  for (const profile of ['8.5', '13.9', '18.9'] as const)
    it(`lets other work run between its pages on ${profile}`, () =>
      withGitLab({ profile }, async (fake) => {
        const { project, sha, ref } = manyBuilds(fake.world, builds);
        const client = clientOf(fake, { apiVersion: 'auto' });
        const parsed = await parsedByTurn(async () => {
          const listing = await client.listing(project.path, { sha, ref }, unhurried());
          assert.equal(listing.builds.length, builds);
        });
        assert.ok(parsed.reduce((sum, each) => sum + each, 0) >= builds);
        assert.ok(Math.max(...parsed) <= 100 * pagesAtOnce, `${Math.max(...parsed)} builds in one turn`);
      }));
});
