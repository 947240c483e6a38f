import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LogReader } from '../../../src/core/log/reader';
import { end, read, start } from './support';

const small = { characters: 40, lines: 6 };

/** Reads piece by piece, and forgets the beginning after each. */
function forgetful(pieces: readonly string[], most = small): LogReader {
  const log = new LogReader();
  for (const piece of pieces) {
    log.push(Buffer.from(piece));
    log.forget(most);
  }
  log.end();
  return log;
}

/** All that is told of the lines from that one on. */
function toldFrom(log: LogReader, first: number) {
  const rows = log.lines.slice(first).map((_, at) => first + at);
  return {
    lines: log.lines.slice(first),
    spans: rows.map((row) => log.spans(row)),
    links: rows.map((row) => log.links(row)),
    times: rows.map((row) => log.timestamp(row)),
    streams: rows.map((row) => log.stream(row)),
  };
}

describe('A reader that drops the beginning of a long log', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('a', 'error', '\x1b[31m', '\x1b[0m', '\x1b[1m', 'é', '\r', '\n', '\n', 'long '.repeat(5)),
      fc.constantFrom(start(1, 'a'), end(3, 'a'), start(2, 'b'), end(4, 'b'), '\x1b]8;;http://x/y\x07', '\x1b]8;;\x07'),
    ),
    { maxLength: 120 },
  );

  it('reports the same for the lines it keeps as if it kept all', () =>
    fc.assert(
      fc.property(pieces, (written) => {
        const [all, log] = [read(written.join('')), forgetful(written)];
        assert.deepEqual(toldFrom(log, 0), toldFrom(all, log.dropped));
        const sections = all.sections.flatMap((section) => {
          if (section.end !== undefined && section.end < log.dropped) return [];
          const first = Math.max(0, section.start - log.dropped);
          const last = section.end === undefined ? {} : { end: section.end - log.dropped };
          return [{ ...section, start: first, ...last }];
        });
        assert.deepEqual(
          log.sections.map((section) => ({ ...section, header: '' })),
          sections.map((section) => ({ ...section, header: '' })),
        );
      }),
    ));

  it('stays within its limits, and keeps at least the last of each', () => {
    const lines = Array.from({ length: 1000 }, (_, at) => `${at}\n`);
    const log = forgetful(lines);
    assert.ok(log.lines.length >= 6 && log.lines.length <= 9, String(log.lines.length));
    assert.equal(log.dropped + log.lines.length, 1000);
    assert.equal(log.lines.at(-1), '999');
    const long = forgetful(Array.from({ length: 100 }, () => `${'x'.repeat(30)}\n`));
    assert.ok(long.lines.length <= 2, String(long.lines.length));
  });

  it('drops nothing of a log that is not long', () => {
    const log = forgetful(['a\n', 'b\n']);
    assert.deepEqual([log.dropped, log.lines], [0, ['a', 'b']]);
  });

  it('continues a line that began in the dropped part', () => {
    const header = (stream: string, text: string) => `2024-01-01T00:00:00.000000Z ${stream}${text}`;
    const others = Array.from({ length: 20 }, (_, at) => header('01O ', `other ${at}\n`));
    const log = forgetful([header('00O ', 'begun\n'), ...others, header('00O+', 'ended\n')]);
    assert.ok(log.dropped > 0);
    assert.equal(log.lines.at(-1), 'ended');
    assert.ok(log.lines.every((line) => line === 'ended' || line.startsWith('other')));
  });

  it('keeps few of the sections that never end, and of the link targets', () => {
    const log = new LogReader();
    for (let at = 0; at < 30_000; at++) {
      log.push(Buffer.from(`${start(1, `s${at}`)}\x1b]8;;http://x/${at}\x07link\x1b]8;;\x07\n`));
      log.forget(small);
    }
    assert.ok(log.sections.length < 200, String(log.sections.length));
    const last = log.lines.length - 1;
    assert.equal(log.links(last)[0]?.url, 'http://x/29999');
  });
});
