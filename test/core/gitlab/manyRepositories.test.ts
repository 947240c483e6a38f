import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { withGitLab } from '../../gitlab/each';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { manyBuilds } from '../../gitlab/scenarios';
import { clientOf, unhurried } from '../support';

const repositories = 20;
const connectionsAtOnce = 6;

/** New connections of this process during the work. */
async function connectionsDuring(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const onSocket = (message: unknown): void => {
    if ((message as { readonly socket?: Socket }).socket !== undefined) count += 1;
  };
  subscribe('net.client.socket', onSocket);
  try {
    await work();
  } finally {
    unsubscribe('net.client.socket', onSocket);
  }
  return count;
}

/** Requests per repository: the project and its builds; once for all, what the server is. */
const table: Partial<Record<ProfileName, { readonly once: number; readonly cold: number; readonly warm: number }>> = {
  '8.5': { once: 3, cold: 3, warm: 1 },
  '10.8': { once: 1, cold: 5, warm: 2 },
  '13.9': { once: 1, cold: 7, warm: 2 },
  '18.9': { once: 1, cold: 2, warm: 1 },
};

describe(`${repositories} repositories of one instance`, () => {
  for (const [profile, { once, cold, warm }] of Object.entries(table))
    it(`are opened with as few requests and connections as possible on ${profile}`, () =>
      withGitLab({ profile: profile as ProfileName }, async (fake) => {
        const seeds = Array.from({ length: repositories }, (_, index) =>
          manyBuilds(fake.world, 20, { path: `group/project-${index}` }),
        );
        const client = clientOf(fake, { apiVersion: 'auto' });
        const listAll = () =>
          Promise.all(
            seeds.map(async ({ project, sha, ref }) => {
              const { builds } = await client.listing(project.path, { sha, ref }, unhurried());
              assert.ok(builds.length > 0);
            }),
          );
        assert.equal(await connectionsDuring(listAll), connectionsAtOnce);
        // The first request opens the connection alone.
        const [first, second] = fake.requests;
        assert.deepEqual([first?.inFlight, second?.inFlight], [1, 1]);
        assert.ok(Math.max(...fake.requests.map(({ inFlight }) => inFlight)) <= connectionsAtOnce);
        assert.equal(fake.requests.length, once + repositories * cold);
        fake.requests.length = 0;
        assert.equal(await connectionsDuring(listAll), 0);
        assert.equal(fake.requests.length, repositories * warm);
      }));
});
