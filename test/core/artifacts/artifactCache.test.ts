import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { property, record, assert as hold, constantFrom, integer, option, uniqueArray } from 'fast-check';
import { ArtifactsCache, type CacheKey, type Load } from '../../../src/core/artifacts/artifactCache';
import { DiskError } from '../../../src/core/model/errors';
import { errorOf, unhurried, until } from '../support';
import { Disk } from './disk';
import { HurriedClock, piecewise } from './opening';

const key: CacheKey = {
  instance: 'https://gitlab.example',
  project: 'group/project',
  build: 7,
  size: 0,
  entry: 'a.txt',
};
const hour = 60 * 60_000;
const day = 24 * hour;

describe('ArtifactsCache', () => {
  let disk: Disk;
  let clock: HurriedClock;
  let limit: number;
  let cache: ArtifactsCache;
  const folder = () => disk.at('cache');
  const files = () => (disk.list().includes('cache/') ? readdirSync(folder()) : []);
  const entry = (name: string): CacheKey => ({ ...key, entry: name });
  const loading =
    (text: string): Load =>
    () =>
      piecewise(Buffer.from(text));
  const put = (name: string, text: string) => cache.put(entry(name), loading(text), unhurried());
  const textOf = async (of: CacheKey): Promise<string | undefined> => {
    const path = await cache.get(of);
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  };

  beforeEach(() => {
    disk = new Disk();
    clock = new HurriedClock();
    limit = 100;
    cache = new ArtifactsCache(folder(), () => limit, clock);
  });
  afterEach(() => disk.remove());

  it('waits for a virus scanner that holds a newly written file, as on Windows', async () => {
    let refusals = 2;
    const move = async (from: string, to: string): Promise<void> => {
      if (refusals-- > 0) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
      renameSync(from, to);
    };
    cache = new ArtifactsCache(folder(), () => limit, clock, move);
    await put('a', 'content');
    assert.equal(await textOf(entry('a')), 'content');
    assert.equal(files().length, 1);
  });

  it('uses the file that another window is reading as its own, as on Windows', async () => {
    const move = (_from: string, to: string): Promise<void> => {
      writeFileSync(to, 'content');
      return Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    };
    cache = new ArtifactsCache(folder(), () => limit, clock, move);
    await put('a', 'content');
    assert.equal(await textOf(entry('a')), 'content');
    assert.deepEqual([files().length, clock.waits], [1, []]);
  });

  it('is empty before something is stored', async () => {
    assert.equal(await cache.get(key), undefined);
    await cache.tidy();
    assert.deepEqual(await cache.clear(), { count: 0, bytes: 0 });
    assert.deepEqual(disk.list(), []);
  });

  it('returns what was stored, from another window too', async () => {
    const path = await put('a', 'hello');
    assert.equal(readFileSync(path, 'utf8'), 'hello');
    assert.equal(await cache.get(entry('a')), path);
    assert.equal(await new ArtifactsCache(folder(), () => limit, clock).get(entry('a')), path);
  });

  it('replaces an existing entry', async () => {
    await put('a', 'old');
    await put('a', 'new');
    assert.equal(await textOf(entry('a')), 'new');
    assert.equal(files().length, 1);
  });

  it('loads only missing entries', async () => {
    const path = await cache.getOrPut(entry('a'), loading('hello'), unhurried());
    assert.equal(await cache.getOrPut(entry('a'), () => assert.fail('loaded'), unhurried()), path);
  });

  it('never finds one entry under the name of another', () => {
    const keys = record({
      instance: constantFrom('https://a.example', 'https://b.example', 'https://a.example/7'),
      project: constantFrom('g/p', 'g/p2', '7'),
      build: integer({ min: 6, max: 8 }),
      size: integer({ min: 0, max: 2 }),
      entry: option(constantFrom('', 'a', 'a/b', '7'), { nil: undefined }),
    });
    hold(
      property(uniqueArray(keys, { selector: (one) => JSON.stringify(one), minLength: 2 }), (some) => {
        const names = new Set(some.map((one) => basename(cache.pathOf(one))));
        assert.equal(names.size, some.length);
        for (const name of names) assert.match(name, /^[0-9a-f]{64}$/);
      }),
    );
  });

  it("never returns one instance's entry for another", async () => {
    await put('a', 'mine');
    const other = { ...entry('a'), instance: 'https://other.example' };
    assert.equal(await cache.get(other), undefined);
    await cache.put(other, loading('theirs'), unhurried());
    assert.deepEqual([await textOf(entry('a')), await textOf(other)], ['mine', 'theirs']);
  });

  it('reveals its contents in no file name', async () => {
    await put('secret.txt', 'x');
    assert.match(files().join(), /^[0-9a-f]{64}$/);
    assert.equal(statSync(folder()).mode & 0o077, 0);
    assert.equal(statSync(join(folder(), files()[0] ?? '')).mode & 0o077, 0);
  });

  describe('stays within its limits:', () => {
    const tick = () => clock.pass(1000);

    it('the least recently used entry is removed', async () => {
      for (const name of ['a', 'b', 'c']) {
        await put(name, 'x'.repeat(30));
        tick();
      }
      assert.ok(await cache.get(entry('a')));
      tick();
      await put('d', 'x'.repeat(30));
      assert.deepEqual(
        await Promise.all(['a', 'b', 'c', 'd'].map(async (one) => (await textOf(entry(one))) !== undefined)),
        [true, false, true, true],
      );
    });

    it('never more than the limit after a put, whatever is stored', async () => {
      for (let step = 0; step < 40; step += 1) {
        await put(String(step), 'x'.repeat((step * 37) % 101));
        tick();
        const bytes = files().reduce((sum, name) => sum + statSync(join(folder(), name)).size, 0);
        assert.ok(bytes <= limit, String(bytes));
      }
    });

    it('a lower limit applies from the next start on', async () => {
      for (const name of ['a', 'b']) {
        await put(name, 'x'.repeat(40));
        tick();
      }
      limit = 50;
      await cache.tidy();
      assert.deepEqual([await textOf(entry('a')), (await textOf(entry('b')))?.length], [undefined, 40]);
    });

    it('an entry that was not used for seven days is removed, and not returned', async () => {
      await put('a', 'a');
      await put('b', 'b');
      clock.pass(6 * day);
      assert.ok(await cache.get(entry('a')));
      clock.pass(2 * day);
      assert.equal(await cache.get(entry('b')), undefined);
      await cache.tidy();
      assert.equal(files().length, 1);
      assert.equal(await textOf(entry('a')), 'a');
    });

    it('what a closed window left over is removed after an hour', async () => {
      await put('a', 'a');
      const [name = ''] = files();
      for (const [ending, minutes] of [
        ['00000001', 61],
        ['00000002', 59],
      ] as const) {
        const path = join(folder(), `${name}.${ending}.tmp`);
        writeFileSync(path, 'half');
        const at = new Date(clock.now() - minutes * 60_000);
        utimesSync(path, at, at);
      }
      await cache.tidy();
      assert.deepEqual(files(), [name, `${name}.00000002.tmp`]);
    });

    it('other files stay', async () => {
      mkdirSync(folder());
      writeFileSync(join(folder(), 'notes.txt'), 'x'.repeat(1000));
      mkdirSync(join(folder(), '0'.repeat(64)));
      symlinkSync(disk.at('nowhere'), join(folder(), '1'.repeat(64)));
      await put('a', 'a');
      clock.pass(30 * day);
      await cache.tidy();
      assert.deepEqual(await cache.clear(), { count: 0, bytes: 0 });
      assert.deepEqual(files(), ['0'.repeat(64), '1'.repeat(64), 'notes.txt']);
    });
  });

  describe('refuses', () => {
    const refusal = async (putting: Promise<unknown>) => {
      const error = await errorOf(putting);
      assert.ok(error instanceof DiskError, String(error));
      assert.deepEqual(files(), []);
      return [error.kind, error.detail];
    };

    it('an archive that is announced larger than the limit, before loading it', async () => {
      const putting = cache.put({ ...key, entry: undefined, size: 101 }, () => assert.fail('loaded'), unhurried());
      const error = await errorOf(putting);
      assert.ok(error instanceof DiskError);
      assert.deepEqual([error.kind, error.detail], ['tooBigForCache', '101/100']);
    });

    it('an archive that turns out larger than the limit, while loading it', async () => {
      let given = 0;
      const load = async function* () {
        for (; given < 1000; given += 50) yield Buffer.alloc(50);
      };
      assert.deepEqual(await refusal(cache.put(entry('a'), load, unhurried())), ['tooBigForCache', '150/100']);
      assert.ok(given <= 150);
    });

    it('everything if nothing may be kept', async () => {
      limit = 0;
      assert.deepEqual(await refusal(put('a', 'a')), ['tooBigForCache', '1/0']);
    });

    it('an archive whose length differs from the announced one', async () => {
      const putting = cache.put({ ...key, entry: undefined, size: 6 }, loading('hello'), unhurried());
      assert.deepEqual(await refusal(putting), ['incomplete', '5/6']);
    });

    it("a folder that can't be created", async () => {
      writeFileSync(disk.at('cache'), '');
      const error = await errorOf(put('a', 'a'));
      assert.ok(error instanceof DiskError && error.kind === 'exists', String(error));
    });
  });

  it('keeps nothing of a failed load, and passes on the reason', async () => {
    const failure = new RangeError('odd');
    const load = () => piecewise(Buffer.from('half'), failure);
    assert.equal(await errorOf(cache.put(entry('a'), load, unhurried())), failure);
    assert.equal(await errorOf(cache.put(entry('a'), () => Promise.reject(failure), unhurried())), failure);
    const gone = new AbortController();
    const stopped = async function* () {
      yield Buffer.from('half');
      gone.abort(failure);
      yield Buffer.from('half');
    };
    assert.equal(await errorOf(cache.put(entry('a'), stopped, gone.signal)), failure);
    assert.deepEqual(files(), []);
    assert.equal(readFileSync(await put('a', 'whole'), 'utf8'), 'whole');
  });

  describe('when several callers want the same entry', () => {
    /** Gives its bytes once it is let. */
    const gate = () => {
      let [loads, open] = [0, () => {}];
      const opened = new Promise<void>((resolve) => (open = resolve));
      const load = async function* () {
        loads += 1;
        await opened;
        yield Buffer.from('hello');
      };
      return { load, open: () => open(), loads: () => loads };
    };

    it('loads once for all', async () => {
      const { load, open, loads } = gate();
      const putting = Promise.all([1, 2, 3].map(() => cache.put(entry('a'), load, unhurried())));
      open();
      assert.equal(new Set(await putting).size, 1);
      assert.equal(loads(), 1);
    });

    it('fails for all if loading fails, and loads again for the next', async () => {
      const failure = new Error('broken');
      const load = () => piecewise(Buffer.from('half'), failure);
      const both = await Promise.allSettled([1, 2].map(() => cache.put(entry('a'), load, unhurried())));
      assert.deepEqual(
        both.map((one) => one.status === 'rejected' && (one.reason as unknown)),
        [failure, failure],
      );
      await put('a', 'whole');
    });

    it('continues for the others when the one that loads is aborted', async () => {
      const [first, second] = [gate(), gate()];
      const controller = new AbortController();
      const one = cache.put(entry('a'), first.load, controller.signal);
      const other = cache.put(entry('a'), second.load, unhurried());
      await until(() => first.loads() === 1);
      controller.abort();
      first.open();
      await assert.rejects(one);
      second.open();
      assert.equal(readFileSync(await other, 'utf8'), 'hello');
      assert.equal(second.loads(), 1);
    });

    it('releases one that is aborted while it waits', async () => {
      const { load, open } = gate();
      const controller = new AbortController();
      const reason = new Error('canceled');
      const one = cache.put(entry('a'), load, unhurried());
      const other = errorOf(cache.put(entry('a'), load, controller.signal));
      controller.abort(reason);
      assert.equal(await other, reason);
      open();
      assert.equal(readFileSync(await one, 'utf8'), 'hello');
    });
  });

  it('reports how much it frees', async () => {
    await put('a', 'x'.repeat(30));
    await put('b', 'x'.repeat(20));
    assert.deepEqual(await cache.clear(), { count: 2, bytes: 50 });
    assert.deepEqual(files(), []);
    assert.equal(await cache.get(entry('a')), undefined);
  });

  it('tolerates that another window removed an entry', async () => {
    await put('a', 'a');
    for (const name of files()) rmSync(join(folder(), name));
    assert.equal(await cache.get(entry('a')), undefined);
    await cache.tidy();
    rmSync(folder(), { recursive: true });
    await cache.tidy();
    assert.equal(readFileSync(await put('a', 'again'), 'utf8'), 'again');
  });
});
