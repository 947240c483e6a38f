import assert from 'node:assert/strict';
import { ServerClock } from '../../../src/core/gitlab/serverClock';
import { rateLimited } from '../../gitlab/faults';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { smallProject } from '../../gitlab/scenarios';
import { startGitLab } from '../../gitlab/server';
import { clientOf, failureOf, unhurried } from '../support';

const hourMs = 3600_000;
const now = Date.UTC(2026, 0, 1);
const dateOf = (ms: number, age?: number) =>
  new Headers({ date: new Date(ms).toUTCString(), ...(age === undefined ? {} : { age: String(age) }) });

describe("A server's clock", () => {
  it('equals the local clock unless the two are a minute or more apart', () => {
    const clock = new ServerClock(() => now);
    for (const headers of [new Headers(), new Headers({ date: 'soon' }), dateOf(now - 59_000), dateOf(now + 59_000)]) {
      clock.observe(headers);
      assert.equal(clock.skew, 0);
    }
    clock.observe(dateOf(now - 5 * hourMs));
    assert.deepEqual([clock.skew, clock.serverNow], [5 * hourMs, now - 5 * hourMs]);
  });

  it('does not drift with response times', () => {
    const clock = new ServerClock(() => now);
    clock.observe(dateOf(now - 5 * hourMs));
    clock.observe(dateOf(now - 5 * hourMs - 7000));
    assert.equal(clock.skew, 5 * hourMs);
    clock.observe(dateOf(now - 2 * hourMs));
    assert.equal(clock.skew, 2 * hourMs);
    clock.observe(dateOf(now));
    assert.equal(clock.skew, 0);
  });

  it('is not taken from a cached response', () => {
    const clock = new ServerClock(() => now);
    clock.observe(dateOf(now - 2 * hourMs, 2 * 3600));
    assert.equal(clock.skew, 0);
  });
});

/** Where the machine's clock is wrong, GitLab's is the one that differs. */
for (const hours of [5, -5])
  for (const profile of ['8.5', '13.9', '18.9'] satisfies readonly ProfileName[])
    describe(`On a GitLab ${profile} whose clock is ${hours} hours ahead`, () => {
      const serverNow = (): number => Date.now() + hours * hourMs;
      const start = async () => {
        const fake = await startGitLab({ profile, now: serverNow, tellsTime: true });
        return { fake, made: smallProject(fake.world), client: clientOf(fake, { apiVersion: 'auto' }) };
      };

      it('times of builds are by the local clock, from the first list on', async () => {
        const { fake, made, client } = await start();
        try {
          const began = fake.world.build(made.builds.long.id).startedAtMs ?? assert.fail();
          const age = serverNow() - began;
          for (let round = 0; round < 2; round += 1) {
            const { builds } = await client.listing(made.project.path, made, unhurried());
            const long = builds.find(({ id }) => id === made.builds.long.id) ?? assert.fail();
            const here = Date.now() - Date.parse(long.startedAt ?? '');
            // Not a matter of how long the test takes: the difference is hours.
            assert.ok(Math.abs(here - age) < hourMs / 2, `${here} is not ${age}`);
          }
        } finally {
          await fake.close();
        }
      });

      it('artifacts that GitLab still has have not expired', async () => {
        const { fake, made, client } = await start();
        try {
          const expireAt = serverNow() + hourMs;
          const { builds } = made;
          fake.world.update(builds.rspec, {
            artifacts: { filename: 'a.zip', files: { 'a.txt': 'a' } },
            artifactsExpireAtMs: expireAt,
          });
          const listing = await client.listing(made.project.path, made, unhurried());
          const rspec = listing.builds.find(({ name }) => name === builds.rspec.name) ?? assert.fail();
          assert.equal(rspec.artifactsExpiredAt, undefined);
          // GitLab tells when they expire since 8.9.
          if (profile === '8.5') return;
          const left = Date.parse(rspec.artifacts?.expireAt ?? '') - Date.now();
          assert.ok(left > 0 && left < 2 * hourMs, String(left));
        } finally {
          await fake.close();
        }
      });

      it('the date to come back at is by the local clock', async () => {
        const { fake, made, client } = await start();
        try {
          const date = (ms: number) => new Date(ms).toUTCString();
          const { answer } = rateLimited({ retryAfter: date(serverNow() + 2 * hourMs) });
          const limited = answer ?? assert.fail();
          fake.faults = [{ answer: { ...limited, headers: { ...limited.headers, Date: date(serverNow()) } } }];
          const { retryAt = 0 } = await failureOf(client.listing(made.project.path, made, unhurried()));
          const wait = retryAt - Date.now();
          assert.ok(wait > hourMs && wait < 3 * hourMs, String(wait));
        } finally {
          await fake.close();
        }
      });
    });
