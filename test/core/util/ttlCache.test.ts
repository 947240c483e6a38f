import assert from 'node:assert/strict';
import { TtlCache } from '../../../src/core/util/ttlCache';

describe('The cache', () => {
  let now = 0;
  let memory: TtlCache;
  beforeEach(() => {
    now = 0;
    memory = new TtlCache(() => now);
  });

  it('loads once, and again when the time is over', async () => {
    let times = 0;
    const ask = () => memory.getOrLoad('key', 1000, async () => ++times);
    assert.deepEqual([await ask(), await ask()], [1, 1]);
    now = 999;
    assert.equal(await ask(), 1);
    now = 1000;
    assert.deepEqual([memory.has('key'), memory.get('key')], [false, undefined]);
    assert.equal(await ask(), 2);
  });

  for (const ms of [1000, Infinity])
    it(`keeps nothing for ${ms} ms whose time is in the future because the clock was set back`, async () => {
      now = 5000;
      memory.set('key', 'old', ms);
      now = 4999;
      assert.deepEqual([memory.has('key'), memory.get('key')], [false, undefined]);
      assert.equal(await memory.getOrTry('key', ms, async () => 'tried'), 'tried');
      now = 4000;
      assert.equal(await memory.getOrLoad('key', ms, async () => 'new'), 'new');
      assert.equal(memory.get('key'), 'new');
    });

  it('keeps no rejection', async () => {
    const error = new Error('no');
    await assert.rejects(
      memory.getOrLoad('key', Infinity, () => Promise.reject(error)),
      (reason) => reason === error,
    );
    assert.equal(await memory.getOrLoad('key', Infinity, async () => 'yes'), 'yes');
  });

  it('knows whether it has an entry, whatever its value', () => {
    memory.set('false', false);
    memory.set('null', null);
    assert.deepEqual(
      ['false', 'null', 'other'].map((key) => memory.has(key)),
      [true, true, false],
    );
  });

  it('drops its oldest entry when it exceeds its limit', () => {
    for (let index = 0; index < 600; index += 1) memory.set(`key ${index}`, index);
    assert.equal(memory.has('key 0'), false);
    assert.equal(memory.has('key 599'), true);
    const kept = Array.from({ length: 600 }, (_, index) => memory.has(`key ${index}`)).filter(Boolean);
    assert.ok(kept.length < 600);
  });

  it('treats a replaced entry as new', () => {
    memory.set('key', 1);
    for (let index = 0; index < 450; index += 1) memory.set(`other ${index}`, index);
    memory.set('key', 2);
    for (let index = 450; index < 600; index += 1) memory.set(`other ${index}`, index);
    assert.equal(memory.get('key'), 2);
  });

  it('drops everything when it is cleared', () => {
    memory.set('key', 1);
    memory.clear();
    assert.equal(memory.has('key'), false);
  });
});
