import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LogReader } from '../../../src/core/log/reader';
import { end, read, timestamped, start, told } from './support';

const pieces = fc.constantFrom(
  ...[
    'a',
    'error',
    ' ',
    '\t',
    'ä',
    '€',
    '😀',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '\r\r\n',
    '\0',
    '\b',
    '\x7f',
    '\ufeff',
    '\u2028',
  ],
  ...[
    '\x1b[31m',
    '\x1b[0m',
    '\x1b[m',
    '\x1b[1;4m',
    '\x1b[38;5;200m',
    '\x1b[48;2;1;2;3m',
    '\x1b[38:2::9:8:7m',
    '\x1b[0K',
  ],
  ...[
    '\x1b',
    '\x1b[',
    '\x1b]8;;http://x/y\x07',
    '\x1b]8;;\x1b\\',
    '\x1b]0;title\x07',
    '\x1b]',
    '\x1b(B',
    '\x1b[2J',
    '\x1bP',
  ],
  ...[
    start(1, 'a'),
    end(3, 'a'),
    start(2, 'b.c-d', '[collapsed=true]'),
    end(5, 'b.c-d'),
    'section_start:1:a',
    '\r\x1b[0K',
  ],
);
const stampedPieces = fc
  .tuple(
    fc.nat(59),
    fc.constantFrom('00O ', '01O ', '01O+', '01E ', '01E+', '00O+'),
    fc.array(pieces, { maxLength: 6 }),
  )
  .map(([second, stream, texts]) => timestamped(second, stream, texts.join('')));
const bytes = fc
  .oneof(
    fc.array(
      fc.oneof({ weight: 9, arbitrary: pieces.map((text) => Buffer.from(text)) }, fc.uint8Array({ maxLength: 4 })),
    ),
    fc
      .array(fc.oneof({ weight: 9, arbitrary: stampedPieces }, pieces))
      .map((texts) => texts.map((text) => Buffer.from(text))),
  )
  .map((all) => Buffer.concat(all));

/** Where to cut, in parts of 1000. */
const cuts = fc.array(fc.nat(1000), { maxLength: 12 });

function split(log: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((cut) => Math.floor((cut * log.length) / 1000)).sort((a, b) => a - b), log.length];
  return places.slice(1).map((place, index) => log.subarray(places[index], place));
}

describe('Reading a log in pieces', () => {
  it('gives the same result as all at once, wherever it is cut', () => {
    fc.assert(
      fc.property(bytes, cuts, (log, at) => {
        const reader = new LogReader();
        for (const piece of split(log, at)) reader.push(piece);
        reader.end();
        assert.deepEqual(told(reader), told(read(log)));
      }),
      { numRuns: 5000 },
    );
  });

  it('gives the same result byte by byte', () => {
    fc.assert(
      fc.property(bytes, (log) => {
        const reader = new LogReader();
        for (const byte of log) reader.push(Uint8Array.of(byte));
        reader.end();
        assert.deepEqual(told(reader), told(read(log)));
      }),
      { numRuns: 2000 },
    );
  });

  it('correctly reports after every piece which lines stayed, and immediately shows what is there', () => {
    fc.assert(
      fc.property(bytes, cuts, (log, at) => {
        const reader = new LogReader();
        let size = 0;
        let before = told(reader);
        for (const piece of split(log, at)) {
          const changed = reader.push(piece);
          size += piece.length;
          const now = told(reader);
          const fresh = new LogReader();
          fresh.push(log.subarray(0, size));
          assert.deepEqual(now, told(fresh));
          assert.ok(changed <= now.lines.length);
          for (const key of ['lines', 'spans', 'links', 'times', 'streams'] as const)
            assert.deepEqual(now[key].slice(0, changed), before[key].slice(0, changed), key);
          before = now;
        }
        const ended = reader.end();
        const last = told(reader);
        for (const key of ['lines', 'spans', 'links'] as const)
          assert.deepEqual(last[key].slice(0, ended), before[key].slice(0, ended), key);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps spans in order and within their line, and sections within the log', () => {
    fc.assert(
      fc.property(bytes, (log) => {
        const { lines, spans, links, sections } = told(read(log));
        for (const [line, text] of lines.entries()) {
          assert.doesNotMatch(text, /[\0-\x08\n-\x1f\x7f]/);
          for (const runs of [spans[line] ?? [], links[line] ?? []]) {
            let from = 0;
            for (const { start: first, end: after } of runs) {
              assert.ok(first >= from && after > first && after <= text.length);
              from = after;
            }
          }
        }
        for (const { start: first, end: last = first } of sections) assert.ok(last >= first && first < lines.length);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads text as browsers decode UTF-8', () => {
    const texts = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 5 }),
        fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
      ),
    );
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(
      fc.property(texts, (some) => {
        const text = Buffer.concat(some).filter((byte) => byte >= 0x20 && byte !== 0x7f);
        assert.equal(read(text).lines[0] ?? '', decoder.decode(text));
      }),
      { numRuns: 3000 },
    );
  });
});
