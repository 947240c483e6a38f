import assert from 'node:assert/strict';
import { LogReader } from '../../../src/core/log/reader';
import { end, read, timestamped, start, told } from './support';

const cyan = { color: 6, bold: true };

describe('The text of a log', () => {
  const shapes: readonly (readonly [string, string, readonly string[]])[] = [
    ['ends lines with \\n and \\r\\n', 'a\nb\r\nc', ['a', 'b', 'c']],
    ['keeps empty lines', '\na\n\n\r\nb\n', ['', 'a', '', '', 'b']],
    ['shows the last state of a progress bar', ' 1%\r50%\r99%\n', ['99%']],
    ['keeps what a trailing \\r would have overwritten', 'done\r\r\nnext\r', ['done', 'next']],
    ...[
      '\x1b[1G',
      '\x1b[G',
      '\x1b[0G',
      '\x1b[2K\x1b[1G',
      '\x1b[2K\x1b[G',
      '\x1b[1G\x1b[0K',
      '\x1b[G\x1b[K',
      '\x1b[1G\x1b[2K',
    ].map((move): readonly [string, string, readonly string[]] => [
      `shows of a spinner what is there last, moved by ${JSON.stringify(move)}`,
      `⠋ install${move}⠙ install${move}⠹ install${move}done\nnext\n`,
      ['done', 'next'],
    ]),
    ["draws npm's spinner once", '\x1b[1G⠙\x1b[1G\x1b[0K\x1b[1G⠹\x1b[1G\x1b[0Kadded 1 package\n', ['added 1 package']],
    ["draws ora's spinner once", '\x1b[?25l⠋ a\x1b[2K\x1b[1G⠙ a\x1b[2K\x1b[1G✔ a\n', ['✔ a']],
    ['keeps what moving to another column would overwrite', 'a\x1b[5Gb\nkept\x1b[1G\n', ['ab', 'kept']],
    ['drops an erased line', 'working\r\x1b[Kok\nworking\r\x1b[2K\n', ['ok', '']],
    ['drops control characters, but not tabs', 'a\0b\x07\b\x7f\tc\n', ['ab\tc']],
    ['drops other escapes', '\x1b[2J\x1b[?25la\x1b(Bb\x1b]0;title\x07c\x1bPq#0\x1b\\d\x1b=e\n', ['abcde']],
    ['loses at most a line to an unterminated escape', 'a\x1b]0;never\nb\x1bPq\nc\x1b[31\nd', ['a', 'b', 'c', 'd']],
    ['drops an escape that another one cuts off', 'a\x1b[31\x1b[1mb\x1b]8;;x\x1b[0mc', ['abc']],
  ];
  for (const [what, text, lines] of shapes) it(what, () => assert.deepEqual(read(text).lines, lines));

  it('replaces invalid UTF-8, as browsers do', () => {
    assert.deepEqual(read(Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62, 0xc0, 0xaf, 0xed, 0xa0, 0x80])).lines, [
      'a\ufffd\ufffdb\ufffd\ufffd\ufffd\ufffd\ufffd',
    ]);
  });

  it('waits for the rest of a character and settles it at the end', () => {
    const reader = new LogReader();
    assert.equal(reader.push(Buffer.from([0x61, 0xe2, 0x82])), 0);
    assert.deepEqual(reader.lines, ['a']);
    assert.equal(reader.push(Buffer.from([0xac, 0xf0, 0x9f])), 0);
    assert.deepEqual(reader.lines, ['a€']);
    assert.equal(reader.end(), 0);
    assert.deepEqual(reader.lines, ['a€\ufffd']);
  });

  it('says which lines are new', () => {
    const reader = new LogReader();
    assert.equal(reader.push(Buffer.from('a\nb')), 0);
    assert.equal(reader.push(Buffer.from('b\nc\n')), 1);
    assert.equal(reader.push(Buffer.from('d\n')), 3);
    assert.equal(reader.push(Buffer.from('')), 4);
    assert.deepEqual(reader.lines, ['a', 'bb', 'c', 'd']);
  });
});

describe('the colors of a log', () => {
  const styleOf = (sgr: string): unknown => read(`\x1b[${sgr}mx`).spans(0)[0]?.style;

  it('supports every style', () => {
    assert.deepEqual(styleOf('1;2;3;4;7;8;9'), {
      ...{ bold: true, faint: true, italic: true, underline: true },
      ...{ inverse: true, conceal: true, strike: true },
    });
    for (const off of [
      '0',
      '',
      '1;0',
      '1;22',
      '2;22',
      '3;23',
      '4;24',
      '7;27',
      '8;28',
      '9;29',
      '31;39',
      '41;49',
      '21;4:0',
    ])
      assert.equal(styleOf(off), undefined, off);
    assert.deepEqual(styleOf('21'), { underline: true });
    assert.deepEqual(styleOf('4:3'), { underline: true });
  });

  it('supports 16, 256 and 24-bit colors', () => {
    for (let color = 0; color < 8; color += 1) {
      assert.deepEqual(styleOf(`${30 + color};${100 + color}`), { color, background: 8 + color });
      assert.deepEqual(styleOf(`${90 + color};${40 + color}`), { color: 8 + color, background: color });
    }
    assert.deepEqual(styleOf('38;5;15;48;5;0'), { color: 15, background: 0 });
    assert.deepEqual(styleOf('38;5;16;48;5;231'), { color: '#000000', background: '#ffffff' });
    assert.deepEqual(styleOf('38;5;208'), { color: '#ff8700' });
    assert.deepEqual(styleOf('38;5;232;48;5;255'), { color: '#080808', background: '#eeeeee' });
    assert.deepEqual(styleOf('38;2;1;2;255;1'), { color: '#0102ff', bold: true });
    assert.deepEqual(styleOf('38:2::1:2:3'), { color: '#010203' });
    assert.deepEqual(styleOf('48:2:1:2:3'), { background: '#010203' });
    assert.deepEqual(styleOf('38:5:9'), { color: 9 });
    assert.deepEqual(styleOf('58;5;9;3'), { italic: true });
  });

  it('ignores invalid colors', () => {
    for (const sgr of [
      '38',
      '38;5',
      '38;5;256',
      '38;2;1;2',
      '38;2;1;2;256',
      '38;9',
      '10',
      '999',
      '?1',
      '>4;1',
      '1 2',
      '5',
    ])
      assert.equal(styleOf(sgr), undefined, sgr);
  });

  it('changes what is requested and keeps the rest', () => {
    const log = read('\x1b[1;31mab\x1b[32mc\x1b[22md\x1b[me\n\x1b[4mf\ng\x1b[0mh');
    assert.deepEqual(told(log).spans, [
      [
        { start: 0, end: 2, style: { color: 1, bold: true } },
        { start: 2, end: 3, style: { color: 2, bold: true } },
        { start: 3, end: 4, style: { color: 2 } },
      ],
      [{ start: 0, end: 1, style: { underline: true } }],
      [{ start: 0, end: 1, style: { underline: true } }],
    ]);
  });

  it('counts columns like the editor', () => {
    assert.deepEqual(read('ä€😀\x1b[31m😀ä\x1b[0m').spans(0), [{ start: 4, end: 7, style: { color: 1 } }]);
  });

  it('joins adjacent text with the same style', () => {
    assert.deepEqual(read('\x1b[31ma\x1b[0;31mb\x1b[Kc').spans(0), [{ start: 0, end: 3, style: { color: 1 } }]);
  });

  it('drops the colors of overwritten text', () => {
    assert.deepEqual(read('\x1b[31mold\x1b[0m\rnew').spans(0), []);
  });

  it('includes only web links', () => {
    const link = (url: string): string => `\x1b]8;id=1;${url}\x1b\\text\x1b]8;;\x07`;
    assert.deepEqual(read(`see ${link('https://a.example/x;y')}.`).links(0), [
      { start: 4, end: 8, url: 'https://a.example/x;y' },
    ]);
    for (const url of [
      'command:x',
      'file:///etc/passwd',
      'javascript:x',
      'https://a b',
      `https://a/${'x'.repeat(3000)}`,
    ])
      assert.deepEqual([read(link(url)).lines, read(link(url)).links(0)], [['text'], []]);
  });
});

describe('The sections of a log', () => {
  it('have a header, lines, and a duration', () => {
    const log = read(`${start(10, 'a')}\x1b[36;1mHead\x1b[0m\nx\n${end(15, 'a')}after`);
    assert.deepEqual(log.lines, ['Head', 'x', 'after']);
    assert.deepEqual(log.sections, [
      { name: 'a', header: 'Head', start: 0, end: 1, seconds: 5, collapsed: false, depth: 0 },
    ]);
  });

  it('can be nested and collapsed, and end with the enclosing section', () => {
    const options = '[hide_duration=true,collapsed=true]';
    const log = read(`${start(1, 'a')}A\n${start(2, 'b', options)}B\n${start(3, 'c')}C\n${end(9, 'a')}`);
    assert.deepEqual(log.sections, [
      { name: 'a', header: 'A', start: 0, end: 2, seconds: 8, collapsed: false, depth: 0 },
      { name: 'b', header: 'B', start: 1, end: 2, collapsed: true, depth: 1 },
      { name: 'c', header: 'C', start: 2, end: 2, collapsed: false, depth: 2 },
    ]);
  });

  it('stay open if they are never ended', () => {
    const [section] = read(`${start(1, 'a')}A\nx`).sections;
    assert.deepEqual(section, { name: 'a', header: 'A', start: 0, collapsed: false, depth: 0 });
  });

  it('start and end in the middle of a line, which is then split in two', () => {
    const log = read(`no line end${end(5, 'x')}${start(5, 'a')}A\ntext${end(6, 'a')}${start(6, 'b')}B\n`);
    assert.deepEqual(log.lines, ['no line end', 'A', 'text', 'B']);
    assert.deepEqual(
      log.sections.map(({ header, start: first, end: last }) => [header, first, last]),
      [
        ['A', 1, 2],
        ['B', 3, undefined],
      ],
    );
  });

  it('leave no empty line if a line only ends them', () => {
    assert.deepEqual(read(`${start(1, 'a')}A\nx\n${end(2, 'a')}\n\ny\n`).lines, ['A', 'x', '', 'y']);
  });

  it('are ignored unless the marker has exactly the syntax that GitLab requires', () => {
    for (const text of [
      'section_start:1:a\n',
      'section_start:x:a\r\x1b[0Kb',
      'section_start:1:a b\r\x1b[0Kb',
      'section_start:1:a\r\x1b[Kb',
    ])
      assert.deepEqual(read(text).sections, [], JSON.stringify(text));
  });

  it('ignore an end without a start, and have no duration if they end before they start', () => {
    assert.deepEqual(read(`${end(3, 'a')}${start(9, 'a')}A\n${end(3, 'a')}`).sections, [
      { name: 'a', header: 'A', start: 0, end: 0, collapsed: false, depth: 0 },
    ]);
  });
});

describe('The timestamps of a log', () => {
  const ms = Date.UTC(2024, 4, 14, 11, 19, 19, 899);

  it('are removed, and so are the stream markers', () => {
    const log = read(
      timestamped(19, '00O ', 'Hello') + timestamped(20, '01E ', '') + timestamped(21, '01O ', '\x1b[31mred\x1b[0m\r'),
    );
    assert.deepEqual(told(log), {
      lines: ['Hello', '', 'red'],
      spans: [[], [], [{ start: 0, end: 3, style: { color: 1 } }]],
      links: [[], [], []],
      times: [ms, ms + 1000, ms + 2000],
      streams: ['stdout', 'stderr', 'stdout'],
      sections: [],
    });
  });

  it('continue a line of their own stream, even inside a character or an escape', () => {
    const [first, rest] = [Buffer.from('€').subarray(0, 1), Buffer.from('€').subarray(1)];
    const head = (stream: string): Buffer => Buffer.from(timestamped(19, stream, '').slice(0, -1));
    const log = Buffer.concat([
      ...[head('01O '), Buffer.from('out '), first, Buffer.from('\n')],
      ...[head('01E '), Buffer.from('err \x1b[3\n')],
      ...[head('01O+'), rest, Buffer.from(' more\n')],
      ...[head('01E+'), Buffer.from('1mred\n')],
    ]);
    const reader = read(log);
    assert.deepEqual(reader.lines, ['out € more', 'err red']);
    assert.deepEqual(reader.spans(1), [{ start: 4, end: 7, style: { color: 1 } }]);
  });

  it('keep a progress bar on one line', () => {
    const log =
      timestamped(1, '01O ', 'Progress: 1\r') +
      timestamped(2, '01O+', 'Progress: 2\r') +
      timestamped(3, '01O ', 'done');
    assert.deepEqual(read(log).lines, ['Progress: 2', 'done']);
  });

  it('report that an older line grew', () => {
    const reader = new LogReader();
    reader.push(Buffer.from(timestamped(1, '01O ', 'a') + timestamped(1, '01E ', 'x') + timestamped(1, '00O ', 'y')));
    assert.equal(reader.push(Buffer.from(timestamped(2, '01O+', 'b'))), 0);
    assert.deepEqual(reader.lines, ['ab', 'x', 'y']);
  });

  it('are detected by the first line, and a line without one is shown unchanged', () => {
    const line = timestamped(1, '01O ', 'a');
    assert.deepEqual(read(`plain\n${line}`).lines, ['plain', line.trimEnd()]);
    assert.deepEqual(read(`${line}no header\n2024-05-14T11\n${line}2024-05`).lines, [
      'a',
      'no header',
      '2024-05-14T11',
      'a',
      '2024-05',
    ]);
  });

  it('do not hide sections', () => {
    const log = read(
      timestamped(1, '00O ', `${start(1, 'a')}\x1b[0K\x1b[36;1mHead\x1b[0;m`) +
        timestamped(2, '01E ', 'x') +
        timestamped(3, '00O ', end(4, 'a')) +
        timestamped(3, '00O ', 'after'),
    );
    assert.deepEqual(log.lines, ['Head', 'x', 'after']);
    assert.deepEqual(log.sections, [
      { name: 'a', header: 'Head', start: 0, end: 1, seconds: 3, collapsed: false, depth: 0 },
    ]);
    assert.deepEqual(log.spans(0), [{ start: 0, end: 4, style: cyan }]);
  });
});
