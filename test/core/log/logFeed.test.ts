import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { maxRead } from '../../../src/core/log/reader';
import { LogFeed } from '../../../src/core/log/logFeed';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

/** A GitLab that has a log, and says how often it was asked for all of it. */
class Source {
  text = '';
  asked: (string | undefined)[] = [];
  size = 7;

  readonly ask = async (etag: string | undefined) => {
    this.asked.push(etag);
    const own = `"${this.text.length}-${this.text.slice(0, 9)}"`;
    const isUnchanged = etag === own;
    const bytes = Buffer.from(isUnchanged ? '' : this.text);
    return { size: bytes.length, etag: own, isUnchanged, body: pieces(bytes, this.size) };
  };
}

describe('LogFeed', () => {
  let source: Source;
  let feed: LogFeed;
  beforeEach(() => {
    source = new Source();
    feed = new LogFeed();
  });
  const read = (text: string) => {
    source.text = text;
    return feed.read(source.ask);
  };

  it('reports changes to the log', async () => {
    assert.equal(await read(''), 'none');
    assert.equal(await read('one\n'), 'grown');
    assert.equal(await read('one\n'), 'none');
    assert.equal(await read('one\ntwo\n'), 'grown');
    assert.equal(await read('other\ntwo\n'), 'replaced');
    assert.equal(await read('oth'), 'replaced');
    assert.equal(feed.log.lines[0], 'oth');
    assert.equal(await read(''), 'replaced');
    assert.equal(feed.bytes, 0);
  });

  it('reads no more of an endless log than anybody looks at, and says so', async () => {
    const lines = Buffer.alloc(maxRead.lines / 8, '\n');
    let pieces = 0;
    async function* endless() {
      for (;;) {
        pieces += 1;
        yield lines;
      }
    }
    const change = await feed.read(async () => ({
      size: undefined,
      etag: undefined,
      isUnchanged: false,
      body: endless(),
    }));
    assert.deepEqual([change, feed.isCut, pieces], ['grown', true, 9]);
    assert.equal(await read('short'), 'replaced');
    assert.equal(feed.isCut, false);
  });

  it('continues with the reader that it has, so that nothing is parsed again', async () => {
    await read('one\n');
    const { log } = feed;
    await read('one\ntwo\n');
    assert.equal(feed.log, log);
  });

  it('reloads a log that had ended and grows anyway', async () => {
    await read('cut \u001b[3');
    feed.settle();
    await read('cut \u001b[31mred\n');
    assert.equal(feed.log.lines[0], 'cut red');
  });

  it('resumes after a read that broke off', async () => {
    source.text = 'one\ntwo\nthree\n';
    const broken = async (etag: string | undefined) => {
      const answer = await source.ask(etag);
      async function* body(): AsyncGenerator<Uint8Array, void> {
        let left = 1;
        for await (const piece of answer.body) {
          if (left-- === 0) throw new Error('broken');
          yield piece;
        }
      }
      return { ...answer, body: body() };
    };
    await assert.rejects(feed.read(broken), /broken/);
    assert.equal(await feed.read(source.ask), 'grown');
    assert.deepEqual(feed.log.lines.slice(0, 3), ['one', 'two', 'three']);
  });

  it('yields while it reads a large log that arrives at once', async () => {
    let [turns, goes] = [0, true];
    const others = (): void => {
      turns += 1;
      if (goes) setImmediate(others);
    };
    setImmediate(others);
    source.size = 64 * 1024;
    await read(`${'x'.repeat(60)}\n`.repeat(500_000));
    goes = false;
    assert.ok(turns > 2, `${turns}`);
    assert.equal(feed.log.dropped + feed.log.lines.length, 500_000);
  });

  it('shows after any growth, in any pieces, the same as for the whole log at once', async () => {
    const parts = fc.array(fc.constantFrom('a', 'ü', '🦊', '\n', '\r\n', '\u001b[31m', '\u001b[0m', 'word '), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), async (growth, size) => {
        const [grown, atOnce] = [new LogFeed(), new LogFeed()];
        const growing = new Source();
        growing.size = size;
        for (const more of growth) {
          growing.text += more.join('');
          await grown.read(growing.ask);
        }
        const whole = new Source();
        whole.text = growing.text;
        await atOnce.read(whole.ask);
        assert.deepEqual(grown.log.lines, atOnce.log.lines);
      }),
      { numRuns: 300 },
    );
  });
});
