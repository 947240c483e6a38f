import assert from 'node:assert/strict';
import { LogReader, maxRead } from '../../../src/core/log/reader';
import { longestLine } from '../../../src/core/log/stream';
import { assertLinear } from '../hostileText';
import { end, read, start, timestamped } from './support';

const repeated = <T>(count: number, one: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => one(at));

/** The reader's bounds on runs of one style in a log, and on sections: the largest input may go beyond them. */
const [mostRuns, mostSections] = [100_000, 100_000];

function cut(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}

function fed(text: string | Buffer, piece: number): LogReader {
  const reader = new LogReader();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  reader.end();
  return reader;
}

describe('a hostile log', () => {
  it('may have a line of a MB, in small pieces', () =>
    assertLinear(
      25_000,
      (units) => 'x€'.repeat(units),
      (line) => assert.equal(fed(line, 7).lines[0] === cut(line), true),
    ));

  it("has each of its lines cut at the editor's drawing limit, in whatever pieces it arrives", () => {
    for (const part of ['x', '€', 'x😀']) {
      const long = part.repeat(longestLine + 1);
      const text = `${long}\nb\r${long}\rc\n`;
      const [once, often] = [read(text), fed(text, 100_003)];
      assert.deepEqual(once.lines, often.lines);
      assert.equal(once.lines[0]?.replace(/…$/, '').length, longestLine);
      assert.deepEqual([once.lines[0].endsWith('…'), once.lines[1]], [true, 'c']);
    }
    assert.equal(read('x'.repeat(longestLine)).lines[0], 'x'.repeat(longestLine));
  });

  it('is truncated at a maximum number of lines', () => {
    const reader = new LogReader();
    const lines = Buffer.alloc(maxRead.lines / 4, '\n');
    for (const isFull of [false, false, false, true]) {
      reader.push(lines);
      assert.equal(reader.isFull, isFull);
    }
  });

  it('may have a line of a MB in small writes by the runner', () =>
    assertLinear(
      1000,
      (flushes) => ({
        flushes,
        log: timestamped(1, '01O ', 'x') + timestamped(2, '01O+', 'y'.repeat(100)).repeat(flushes),
      }),
      ({ flushes, log }) => assert.equal(fed(log, 1000).lines[0]?.length, Math.min(1 + 100 * flushes, longestLine + 1)),
    ));

  it('may have 100,000 nested sections, never closed, on one line or on many', async () => {
    for (const line of ['', 'x\n'])
      await assertLinear(
        10_000,
        (count) => ({ count, text: repeated(count, (at) => start(at, `s${at}`) + line).join('') }),
        ({ count, text }) => {
          const { sections } = read(text);
          const most = Math.min(count, mostSections);
          assert.deepEqual([sections.length, sections.at(-1)?.depth], [most, most - 1]);
        },
      );
  });

  it('may close 100,000 sections at once, and as many that are not open', () =>
    assertLinear(
      10_000,
      (count) => {
        const opened = repeated(count, (at) => `${start(at, `s${at}`)}x\n`).join('');
        return { count, text: opened + end(7, 'none').repeat(count) + end(9, 's0') + end(9, 's0').repeat(count) };
      },
      ({ count, text }) => {
        const log = read(text);
        assert.ok(log.sections.every((section) => section.end === count - 1));
        assert.equal(log.lines.length, count);
      },
    ));

  it('may change the color at every letter', () =>
    assertLinear(
      10_000,
      (count) => ({ count, text: repeated(count, (at) => `\x1b[38;2;${at % 256};${at >> 9};0mx`).join('') }),
      ({ count, text }) => assert.equal(read(text).spans(0).length, Math.min(count, mostRuns)),
    ));

  it('may erase its line 300,000 times', () =>
    assertLinear(
      30_000,
      (units) => 'section_start:1:\r\x1b[0K'.repeat(units),
      (text) => assert.deepEqual(read(text).lines, ['']),
    ));

  it('may contain an escape sequence that never ends', async () => {
    for (const opening of ['\x1b[', '\x1b]', '\x1bP', '\x1b]8;;http://'])
      await assertLinear(
        50_000,
        (units) => `a${opening}${'1;'.repeat(units)}\nb`,
        (text) => assert.deepEqual(fed(text, 1000).lines, ['a', 'b']),
      );
  });

  it('may use every output stream', () => {
    const streams = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));
    const all = streams.flatMap((id) => [timestamped(1, `${id}O `, id), timestamped(1, `${id}E `, id)]).join('');
    return assertLinear(
      2,
      (units) => ({ units, text: all.repeat(units) }),
      ({ units, text }) => assert.equal(read(text).lines.length, 512 * units),
    );
  });

  it('survives 20,000 logs of random bytes', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const likely = Buffer.from('\x1b\x1b[];mK0318\r\n\r\n:section_start:1:a\r\x1b[0Ksection_end:2:a\r\x1b[0K€😀\x07\\');
    for (let count = 0; count < 20_000; count += 1) {
      const bytes = Uint8Array.from({ length: random(120) }, () =>
        random(4) === 0 ? random(256) : (likely[random(likely.length)] ?? 0),
      );
      const reader = fed(Buffer.from(bytes), 1 + random(40));
      assert.deepEqual(reader.lines, read(bytes).lines);
      assert.ok(reader.lines.every((line) => !/[\0-\x08\n-\x1f]/.test(line)));
    }
  });
});
