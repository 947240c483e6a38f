import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { GitLabError } from '../../../src/core/model/errors';
import { Monitor, type Loaded } from '../../../src/core/polling/monitor';
import { targetOf, type Resolution, type Snapshot, type Target } from '../../../src/core/model/snapshot';
import { loadedAt, targetAt } from '../monitorPort';
import { FakeClock, settled } from '../support';

interface Deferred {
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

/** A world in which anything may happen at any time; it checks what must hold at every moment. */
class World {
  readonly clock = new FakeClock();
  readonly monitor: Monitor;
  readonly resolving: Deferred[] = [];
  readonly loading: Deferred[] = [];
  readonly refreshes: Promise<void>[] = [];
  /** What must never be and was. Not thrown at once: the monitor would take it for a failure of its port. */
  readonly wrong: string[] = [];
  head = 0;
  disposed = false;
  attentive = true;
  private resolutions = 0;
  private loads = 0;
  private resolved: Target | undefined;
  private shown: Target | undefined;

  /** @param heedsAbort whether a load ends when it is aborted, or answers all the same */
  constructor(private readonly heedsAbort: boolean) {
    this.monitor = new Monitor(
      {
        resolve: () => this.resolve(),
        load: (target, signal) => this.load(target, signal),
        show: (snapshot) => this.check(snapshot),
        remembered: () => undefined,
        remember: () => {},
        failed: () => {},
        attention: () => ({ visible: this.attentive, focused: false }),
        intervals: () => ({ activeSeconds: 5, idleSeconds: 60 }),
      },
      this.clock,
    );
  }

  get target(): Target {
    return targetAt(`commit ${this.head}`);
  }

  /** Whoever asks for a refresh gets one that began after the question. */
  ask(how: 'refresh' | 'retarget'): void {
    const before = this.resolutions;
    const wasDisposed = this.disposed;
    const refreshing = this.monitor[how]().then(() => {
      if (!wasDisposed && !this.disposed) this.must(this.resolutions > before, `a ${how} was lost`);
    });
    this.refreshes.push(refreshing);
  }

  dispose(): void {
    this.disposed = true;
    this.monitor.dispose();
  }

  checkTimers(): void {
    this.must(this.clock.waits.length <= (this.disposed ? 0 : 1), 'too many timers');
  }

  private must(isSo: boolean, otherwise: string): void {
    if (!isSo) this.wrong.push(otherwise);
  }

  private resolve(): Promise<Resolution> {
    this.must(this.resolving.length === 0, 'two rounds at once');
    this.resolutions += 1;
    const { target } = this;
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.resolved = target;
        resolve({ kind: 'target', target });
      };
      this.resolving.push({ settle, fail: reject });
    });
  }

  private load(target: Target, signal: AbortSignal): Promise<Loaded> {
    this.must(++this.loads === 1, 'two loads at once');
    this.must(!this.disposed, 'a load after the end');
    const loading = new Promise<Loaded>((resolve, reject) => {
      this.loading.push({ settle: () => resolve(loadedAt(target.sha)), fail: reject });
      if (this.heedsAbort) signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
    return loading.finally(() => (this.loads -= 1));
  }

  private check(snapshot: Snapshot): void {
    this.must(!this.disposed, 'shown after the end');
    const target = targetOf(snapshot);
    // A round that was called off may have resolved another one: until the next has, the old one stays and may grow old.
    this.must(
      target === undefined || [this.resolved, this.shown].some((one) => isDeepStrictEqual(target, one)),
      'neither the target that was resolved last nor the one that is shown',
    );
    this.shown = target;
    if (snapshot.kind === 'ready')
      this.must(snapshot.builds[0]?.commit?.sha === snapshot.target.sha, 'the builds of another commit');
  }
}

const events = {
  refresh: (world: World) => world.ask('refresh'),
  headMoves: (world: World) => {
    world.head += 1;
    world.ask('retarget');
  },
  settingsChange: (world: World) => world.ask('retarget'),
  resolves: ({ resolving }: World) => resolving.shift()?.settle(),
  doesNotResolve: ({ resolving }: World) => resolving.shift()?.fail(new Error('git is gone')),
  answers: ({ loading }: World) => loading.shift()?.settle(),
  fails: ({ loading }: World) => loading.shift()?.fail(new GitLabError({ kind: 'offline' })),
  refuses: ({ loading }: World) => loading.shift()?.fail(new GitLabError({ kind: 'unauthorized' })),
  looksAway: (world: World) => {
    world.attentive = false;
    world.monitor.onVisibilityChange();
  },
  looks: (world: World) => {
    world.attentive = true;
    world.monitor.onVisibilityChange();
  },
  disposes: (world: World) => world.dispose(),
} as const;

type Event = keyof typeof events;

/** What happens, how many turns of the microtask queue pass after it, and how many seconds. */
const step = fc.record({
  event: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...(Object.keys(events) as Event[]).filter((one) => one !== 'disposes')) },
    { weight: 1, arbitrary: fc.constant<Event>('disposes') },
  ),
  turns: fc.nat(12),
  seconds: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, 5, 60, 400) }),
});

/** A round is called off after it has resolved another target, and the builds that are shown grow old meanwhile. */
const calledOffWhileOld = (
  [
    ...[['resolves', 1] as const, ['answers', 0] as const, ['fails', 1] as const, ['headMoves', 0] as const],
    ...[['headMoves', 0] as const, ['resolves', 1] as const, ['refresh', 400] as const],
  ] as const
).map(([event, seconds]) => ({ event, turns: 0, seconds }));

/** Lets all that is under way come to its good end. */
async function rest(world: World): Promise<void> {
  await settled();
  for (let rounds = 0; rounds < 1000 && world.resolving.length + world.loading.length > 0; rounds++) {
    world.resolving.shift()?.settle();
    world.loading.shift()?.settle();
    await settled();
    world.checkTimers();
  }
  await Promise.all(world.refreshes);
}

describe('Monitor, for any sequence of events', () => {
  it("shows only the last resolved target, runs one load at a time, and ends with the newest target's builds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, heedsAbort) => {
        const world = new World(heedsAbort);
        world.ask('refresh');
        for (const { event, turns, seconds } of steps) {
          events[event](world);
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          if (seconds > 0) await world.clock.pass(1000 * seconds);
          world.checkTimers();
        }
        await rest(world);
        assert.deepEqual(world.wrong, []);
        if (world.disposed) return;
        assert.notEqual(world.monitor.current?.kind, 'loading');
        world.ask('refresh');
        await rest(world);
        assert.deepEqual(world.monitor.current, {
          kind: 'ready',
          target: world.target,
          ...loadedAt(world.target.sha),
        });
        world.dispose();
        world.checkTimers();
        assert.deepEqual(world.wrong, []);
      }),
      { numRuns: 3000, examples: [[calledOffWhileOld, false]] },
    );
  });
});
