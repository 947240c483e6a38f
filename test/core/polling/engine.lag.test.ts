import assert from 'node:assert/strict';
import { RateLimiter } from '../../../src/core/polling/rateLimiter';
import { isActive, type Build } from '../../../src/core/model/build';
import { Monitor } from '../../../src/core/polling/monitor';
import { buildsOf } from '../../../src/core/model/snapshot';
import { targetAt } from '../monitorPort';
import { buildWith, FakeClock } from '../support';

const second = 1000;
/** Of an answer. */
const latencyMs = { least: 100, most: 400 };

/** A GitLab on which builds start and end one after another, a window that shows them, and how late it is. */
class World {
  readonly clock = new FakeClock();
  readonly lags: number[] = [];
  requests = 0;
  /** When each HEAD was first asked for. */
  readonly askedAt = new Map<string, number>();
  private head = 'a';
  readonly monitor: Monitor;
  private readonly budget = new RateLimiter(this.clock);
  private readonly changedAt = new Map<string, number>();
  private builds: readonly Build[] = [];

  constructor(
    private random: number,
    private readonly requestsPerListing = 1,
  ) {
    this.monitor = new Monitor(
      {
        resolve: async () => {
          // What git is asked.
          await this.wait(20, 200);
          return { kind: 'target', target: targetAt(this.head) };
        },
        load: async ({ sha }, signal, urgency) => {
          await this.budget.acquire(urgency, signal);
          for (let asked = 0; asked < this.requestsPerListing; asked += 1) this.budget.consume();
          this.requests += 1;
          if (!this.askedAt.has(sha)) this.askedAt.set(sha, this.clock.now());
          await this.wait();
          const { builds } = this;
          await this.wait();
          return { builds, pipelines: [], apiVersion: 'v3', readOnly: false, requests: 1 };
        },
        show: (snapshot) => {
          for (const { id, status } of buildsOf(snapshot)) this.seen(`${id} ${status}`);
        },
        remembered: () => undefined,
        remember: () => undefined,
        failed: (_failure, error) => {
          throw error;
        },
        attention: () => ({ visible: true, focused: true }),
        intervals: () => ({ activeSeconds: 5, idleSeconds: 60, soonSeconds: 2 }),
      },
      this.clock,
      () => 1,
    );
  }

  /** One build of that status more, or the same with another. */
  set(id: number, status: string): void {
    this.changedAt.set(`${id} ${status}`, this.clock.now());
    const commit = { sha: 'a', title: '', author: '' };
    this.builds = [...this.builds.filter((one) => one.id !== id), buildWith({ id, name: `${id}`, status, commit })];
  }

  get isMoving(): boolean {
    return this.builds.some(isActive);
  }

  /** From 0 to 1; always the same for the same start. */
  chance(): number {
    this.random = (this.random * 1_103_515_245 + 12_345) % 2 ** 31;
    return this.random / 2 ** 31;
  }

  end(): void {
    this.monitor.dispose();
    this.budget.dispose();
  }

  private seen(change: string): void {
    const at = this.changedAt.get(change);
    if (at === undefined) return;
    this.changedAt.delete(change);
    this.lags.push(this.clock.now() - at);
  }

  /** Moves HEAD, which is noticed within half a second. */
  async move(head: string): Promise<void> {
    this.head = head;
    await this.wait(100, 500);
    void this.monitor.retarget('moved');
  }

  /** By default half of the way: GitLab looks in the middle. */
  private wait(least = latencyMs.least / 2, most = latencyMs.most / 2): Promise<void> {
    const ms = least + this.chance() * (most - least);
    return new Promise((resolve) => void this.clock.setTimeout(resolve, Math.round(ms)));
  }
}

/** The lag in seconds that so many of 100 changes are below. */
function percentile(lags: readonly number[], percent: number): number {
  const sorted = [...lags].sort((a, b) => a - b);
  return (sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0) / second;
}

describe('The delay until a change is shown, at the default settings', () => {
  const changes = 400;

  /** A build runs all the time, so that GitLab is asked; others begin and end at any moment. */
  async function lagsOf(world: World): Promise<readonly number[]> {
    world.set(0, 'running');
    void world.monitor.refresh();
    await world.clock.pass(10 * second);
    world.lags.length = 0;
    for (let change = 1; change <= changes; change += 1) {
      await world.clock.pass(Math.round(world.chance() * 14 * second));
      world.set(1 + Math.floor((change - 1) / 2), change % 2 === 1 ? 'running' : 'success');
      // Each change is seen before the next one of the same build.
      await world.clock.pass(6 * second);
    }
    return world.lags;
  }

  it('is at most 5 s for 95 of 100 changes, and 3 s for half of them', async () => {
    const world = new World(1);
    const lags = await lagsOf(world);
    const [half, most] = [percentile(lags, 50), percentile(lags, 95)];
    world.end();
    assert.equal(lags.length, changes);
    assert.ok(half <= 3 && most <= 5, `half within ${half} s, 95 % within ${most} s`);
  });

  it('is at most 2.5 s for 95 of 100 changes after an action', async () => {
    const world = new World(2);
    world.set(0, 'running');
    void world.monitor.refresh();
    await world.clock.pass(second);
    const lags: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      void world.monitor.acted();
      await world.clock.pass(second);
      world.lags.length = 0;
      for (let change = 0; change < 4; change += 1) {
        world.set(10 + 4 * round + change, 'success');
        await world.clock.pass(Math.round((4 + 2 * world.chance()) * second));
      }
      lags.push(...world.lags);
      await world.clock.pass(60 * second);
    }
    world.end();
    assert.equal(lags.length, 240);
    assert.ok(percentile(lags, 95) <= 2.5, `95 % within ${percentile(lags, 95)} s`);
  });

  it('costs at most one request every five seconds while builds run and nobody acts', async () => {
    const world = new World(3);
    world.set(0, 'running');
    void world.monitor.refresh();
    await world.clock.pass(60 * second);
    world.requests = 0;
    await world.clock.pass(600 * second);
    world.end();
    assert.ok(world.requests <= 120, `${world.requests} requests in ten minutes`);
  });

  it('costs no request when nothing can change', async () => {
    const world = new World(4);
    world.set(0, 'success');
    void world.monitor.acted();
    await world.clock.pass(300 * second);
    world.requests = 0;
    await world.clock.pass(3600 * second);
    assert.deepEqual([world.requests, world.isMoving, world.clock.waits], [0, false, []]);
    world.end();
  });
});

describe('The delay until builds of a new HEAD are requested', () => {
  for (const [what, requests] of [
    ['small', 1],
    ['so large that the rate limiter is in debt', 100],
  ] as const)
    it(`is at most 1.5 s for 95 of 100, with listings that are ${what}`, async () => {
      const world = new World(5, requests);
      world.set(0, 'running');
      void world.monitor.refresh();
      await world.clock.pass(10 * second);
      const lags: number[] = [];
      for (let move = 0; move < 100; move += 1) {
        await world.clock.pass(Math.round(world.chance() * 14 * second));
        const [head, at] = [`head ${move}`, world.clock.now()];
        void world.move(head);
        await world.clock.pass(4 * second);
        lags.push((world.askedAt.get(head) ?? Infinity) - at);
      }
      world.end();
      assert.ok(percentile(lags, 95) <= 1.5, `95 % within ${percentile(lags, 95)} s`);
    });
});
