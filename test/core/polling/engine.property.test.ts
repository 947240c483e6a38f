import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EngineWorld, minute, second } from '../engineWorld';
import { settled } from '../support';

const most = 4;
const histories = 2000;

type Act = (world: EngineWorld, at: number) => void;

const repositoryAt = ({ repositories }: EngineWorld, at: number) => repositories[at % repositories.length]!;

/** What may happen, and how often next to the others. */
const events = {
  headMoves: (world, at) => {
    const repository = repositoryAt(world, at);
    repository.commit += 1;
    repository.pushed = at % 2 === 0;
    void repository.monitor?.retarget();
  },
  headMovesBack: (world, at) => {
    const repository = repositoryAt(world, at);
    repository.commit = Math.max(repository.commit - 1, 0);
    repository.pushed = true;
    void repository.monitor?.retarget();
  },
  push: (world, at) => {
    const repository = repositoryAt(world, at);
    repository.pushed = true;
    void repository.monitor?.retarget();
  },
  buildsCome: (world, at) => {
    const repository = repositoryAt(world, at);
    if (repository.pushed) world.server.add(world.shaOf(repository));
  },
  buildsMove: ({ repositories, server }, at) => {
    const last = (['success', 'failed', 'manual'] as const)[at % 3]!;
    for (const { name, commit } of repositories) server.move(`${name} commit ${commit}`, last);
  },
  asked: (world, at) => void repositoryAt(world, at).monitor?.refresh(),
  limits: ({ server, clock }, at) => (server.limitedUntil = clock.now() + (at % 4) * 40 * second),
  goesDown: ({ server }) => (server.isDown = true),
  comesUp: ({ server }) => (server.isDown = server.isBroken = false),
  breaks: ({ server }) => (server.isBroken = true),
  sleeps: (world, at) => world.jump((at % 9) * 60 * minute),
  clockSetBack: (world, at) => world.jump(-(at % 5) * 40 * minute),
  looksAway: (world) => world.attendAs(false, false),
  looks: (world, at) => world.attendAs(at % 2 === 0, at % 3 === 0 || at % 2 === 1),
  signsOut: (world) => {
    world.signedIn = false;
    world.retargetAll();
  },
  signsIn: (world) => {
    world.signedIn = true;
    world.retargetAll();
  },
  closes: (world, at) => world.close(repositoryAt(world, at)),
  opens: (world, at) => world.open(repositoryAt(world, at)),
} as const satisfies Record<string, Act>;

const step = fc.record({
  event: fc.constantFrom(...(Object.keys(events) as (keyof typeof events)[])),
  at: fc.nat(120),
  /** How many turns of the microtask queue pass after it, and how many seconds. */
  turns: fc.nat(8),
  seconds: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.constantFrom(1, 3, 20, 130) }),
});

/** Everything is well again, and somebody looks. */
async function heal(world: EngineWorld): Promise<void> {
  const { server } = world;
  server.isDown = server.isBroken = false;
  server.limitedUntil = 0;
  server.finish();
  if (!world.signedIn) events.signsIn(world);
  world.attendAs(false, false);
  await settled();
  // Longer than any pause, and longer than anything is taken for fresh.
  await world.clock.pass(70 * minute);
  world.attendAs(true, true);
  await settled();
  await world.clock.pass(6 * minute);
}

describe('The engine, whatever happens to several repositories of one GitLab instance', () => {
  it(`ends with the true state, and never sends too many requests or shows another commit's builds: ${histories} histories`, async () => {
    const seen = { steps: 0, loads: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 50, size: 'max' }),
        fc.integer({ min: 1, max: most }),
        fc.nat(),
        async (steps, count, seed) => {
          const world = new EngineWorld(count, seed);
          for (const repository of world.repositories) world.open(repository);
          for (const { event, at, turns, seconds } of steps) {
            events[event](world, at);
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
            if (seconds > 0) await world.clock.pass(seconds * second);
          }
          await heal(world);
          world.checkTruth();
          world.end();
          await settled();
          world.checkEnd();
          seen.steps += steps.length;
          seen.loads += world.loads;
          assert.deepEqual(world.wrong, []);
        },
      ),
      { numRuns: histories },
    );
    console.log(`      ${histories} histories, ${seen.steps} events, ${seen.loads} listings`);
  });
});

describe('The engine, over a day with twenty repositories', () => {
  /** The user commits in one of them after another, and looks at it from nine to five. */
  it('stays within its request budget and is idle at night', async () => {
    const world = new EngineWorld(20, 1);
    for (const repository of world.repositories) {
      world.server.add(world.shaOf(repository));
      world.open(repository);
    }
    world.server.finish();
    await settled();
    const asked: number[] = [];
    let before = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      const isWork = hour >= 9 && hour < 17;
      world.attendAs(isWork, isWork);
      if (isWork) await workAnHour(world, hour);
      else await world.clock.pass(60 * minute);
      asked.push(world.requests - before);
      before = world.requests;
    }
    world.checkTruth();
    world.end();
    await settled();
    world.checkEnd();
    assert.deepEqual(world.wrong, []);
    assert.deepEqual(asked.slice(1, 9), Array(8).fill(0));
    assert.deepEqual(asked.slice(18), Array(6).fill(0));
    console.log(`      ${world.requests} requests in ${world.loads} listings, at most ${Math.max(...asked)} an hour`);
  });

  /** Three commits in each of two repositories, and ten minutes of builds for each. */
  async function workAnHour(world: EngineWorld, hour: number): Promise<void> {
    for (const at of [hour % 20, (hour + 7) % 20]) {
      for (let commit = 0; commit < 3; commit += 1) {
        events.headMoves(world, at);
        events.push(world, at);
        await world.clock.pass(10 * second);
        for (let build = 0; build < 5; build += 1) events.buildsCome(world, at);
        await world.clock.pass(4 * minute);
        events.buildsMove(world, 0);
        await world.clock.pass(5 * minute);
        events.buildsMove(world, 0);
        await world.clock.pass(50 * second);
      }
    }
  }
});
