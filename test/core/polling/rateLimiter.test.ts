import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { RateLimiter, burst, requestsPerSecond } from '../../../src/core/polling/rateLimiter';
import { GitLabError } from '../../../src/core/model/errors';
import type { Urgency } from '../../../src/core/polling/schedule';
import { errorOf, failureOf, FakeClock, settled, unhurried } from '../support';

const second = 1000;

describe('The request budget', () => {
  let clock: FakeClock;
  let budget: RateLimiter;
  /** Who was let in, in order. */
  let admitted: string[];
  beforeEach(() => {
    clock = new FakeClock();
    budget = new RateLimiter(clock);
    admitted = [];
  });
  afterEach(() => {
    budget.dispose();
    assert.deepEqual(clock.waits, []);
  });

  const ask = (urgency: Urgency, name = urgency as string, signal = unhurried()): Promise<void> =>
    budget.acquire(urgency, signal).then(() => {
      budget.consume();
      admitted.push(name);
    });
  const spendAll = () => {
    for (let times = 0; times < burst; times += 1) budget.consume();
  };
  const limited = (seconds: number) =>
    budget.pauseUntil({ kind: 'rateLimited', host: 'gitlab.com', retryAt: clock.now() + seconds * second });

  it('allows a burst of requests, then two per second', async () => {
    for (let count = 0; count < burst + 10; count += 1) void ask('active');
    await settled();
    assert.equal(admitted.length, burst);
    await clock.pass(2 * second);
    assert.equal(admitted.length, burst + 2 * requestsPerSecond);
    await clock.pass(60 * second);
    assert.equal(admitted.length, burst + 10);
  });

  it("counts a listing's requests after the first, but doesn't delay them", async () => {
    await ask('active');
    for (let request = 1; request < 100; request += 1) budget.consume();
    void ask('active', 'next');
    await clock.pass((100 - burst) * 500);
    assert.deepEqual(admitted, ['active']);
    await clock.pass(500);
    assert.deepEqual(admitted, ['active', 'next']);
  });

  it("lets a user's request through immediately, and delays the others", async () => {
    spendAll();
    void ask('active');
    await ask('asked');
    assert.deepEqual(admitted, ['asked']);
    await clock.pass(999);
    assert.deepEqual(admitted, ['asked']);
    await clock.pass(1);
    assert.deepEqual(admitted, ['asked', 'active']);
  });

  it('lets the requests of a new HEAD through immediately, however large the previous listing was, and delays polling', async () => {
    await ask('active');
    for (let request = 1; request < 100; request += 1) budget.consume();
    void ask('active', 'poll');
    await ask('moved');
    assert.deepEqual(admitted, ['active', 'moved']);
    await clock.pass((101 - burst) * 500);
    assert.deepEqual(admitted, ['active', 'moved']);
    await clock.pass(500);
    assert.deepEqual(admitted, ['active', 'moved', 'poll']);
  });

  it('serves repositories with running builds first, in turn', async () => {
    spendAll();
    const names = ['idle 1', 'active 1', 'idle 2', 'active 2'];
    for (const name of names) void ask(name.startsWith('idle') ? 'idle' : 'active', name);
    await clock.pass(10 * second);
    assert.deepEqual(admitted, ['active 1', 'active 2', 'idle 1', 'idle 2']);
  });

  it('eventually serves idle repositories, however many builds run elsewhere', async () => {
    spendAll();
    void ask('idle');
    for (let times = 0; times < 100; times += 1) {
      void ask('active');
      void ask('active');
      await clock.pass(second / 2);
    }
    assert.equal(admitted.indexOf('idle'), 59);
  });

  it('drops requests that are no longer waiting', async () => {
    spendAll();
    const leaving = new AbortController();
    const refused = errorOf(ask('active', 'gone', leaving.signal));
    void ask('active', 'here');
    leaving.abort();
    assert.equal(await refused, leaving.signal.reason);
    await clock.pass(second);
    assert.deepEqual([admitted, clock.waits], [['here'], []]);
    assert.equal(await errorOf(ask('asked', 'late', leaving.signal)), leaving.signal.reason);
  });

  it('leaves no abort listener behind', async () => {
    const { signal } = new AbortController();
    spendAll();
    for (let times = 0; times < 3; times += 1) void ask('active', 'one', signal);
    await clock.pass(1.5 * second);
    const refused = errorOf(ask('idle', 'idle', signal));
    budget.dispose();
    await refused;
    assert.equal(admitted.length, 3);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('lets no request through while GitLab asks to be left alone, and says until when', async () => {
    spendAll();
    const waiting = (['active', 'idle'] as const).map((urgency) => failureOf(ask(urgency)));
    limited(90);
    const retryAt = clock.now() + 90 * second;
    const refused = (['asked', 'moved', 'active', 'idle'] as const).map((urgency) => failureOf(ask(urgency)));
    for (const failure of await Promise.all([...waiting, ...refused]))
      assert.deepEqual(failure, { kind: 'rateLimited', host: 'gitlab.com', retryAt });
    await clock.pass(90 * second);
    await ask('idle');
    assert.deepEqual(admitted, ['idle']);
  });

  it('waits until the latest time that GitLab named, but no longer than an hour', async () => {
    limited(90);
    limited(30);
    await clock.pass(60 * second);
    assert.throws(() => budget.throwIfPaused(), GitLabError);
    limited(1e9);
    await clock.pass(3600 * second);
    budget.throwIfPaused();
  });

  it('does not wait for a time that has passed', () => {
    budget.pauseUntil({ kind: 'rateLimited', retryAt: clock.now() });
    budget.throwIfPaused();
  });

  it('does not wait forever because the clock is set back', async () => {
    limited(90);
    clock.jump(-24 * 3600 * second);
    budget.throwIfPaused();
    spendAll();
    void ask('active');
    await clock.pass(second);
    assert.deepEqual(admitted, ['active']);
  });
});

describe('The request budget of a window that opens with many repositories', () => {
  const count = 60;
  let clock: FakeClock;
  let budget: RateLimiter;
  let admitted: number;
  beforeEach(() => {
    [clock, admitted] = [new FakeClock(), 0];
    budget = new RateLimiter(clock);
  });
  afterEach(() => budget.dispose());
  const ask = async (): Promise<void> => {
    await budget.acquire('idle', unhurried());
    budget.consume();
    admitted += 1;
  };

  it('allows one request from each immediately, then two, then two per second', async () => {
    for (let opened = 0; opened < count; opened += 1) budget.open();
    for (let asked = 0; asked < 3 * count; asked += 1) void ask();
    await settled();
    assert.equal(admitted, 2 * count);
    await clock.pass(5 * second);
    assert.equal(admitted, 2 * count + 5 * requestsPerSecond);
  });

  it('is the usual one for a few repositories, and after a pause', async () => {
    for (let opened = 0; opened < count; opened += 1) budget.open();
    for (let asked = 0; asked < 2 * count; asked += 1) void ask();
    await clock.pass(600 * second);
    for (let asked = 0; asked < 2 * count; asked += 1) void ask();
    await settled();
    assert.equal(admitted, 2 * count + burst);
    const few = new RateLimiter(clock);
    for (let opened = 0; opened < burst / 2; opened += 1) few.open();
    let those = 0;
    for (let asked = 0; asked < 2 * burst; asked += 1)
      void few.acquire('idle', unhurried()).then(() => {
        few.consume();
        those += 1;
      });
    await settled();
    assert.equal(those, burst);
    few.dispose();
  });
});
