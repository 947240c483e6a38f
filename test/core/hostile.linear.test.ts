import type { ArchiveEntry } from '../../src/core/artifacts/archive/archive';
import { safeName } from '../../src/core/artifacts/fileNames';
import { toFolders } from '../../src/core/artifacts/archive/archiveTree';
import { readJUnit } from '../../src/core/artifacts/tests/junit';
import { defaultLimits } from '../../src/core/artifacts/extract/extractLimits';
import { planOf } from '../../src/core/artifacts/extract/plan';
import { testLocations } from '../../src/core/artifacts/tests/testLocations';
import { toBaseUrl } from '../../src/core/model/instance';
import { mergeOrders } from '../../src/core/model/mergeOrders';
import { firstError, tailOf } from '../../src/core/log/firstError';
import { locationsIn, locationsOf } from '../../src/core/log/locations';
import { normalized } from '../../src/core/log/normalize';
import { problemsIn } from '../../src/core/log/logProblems';
import { messageOfFrames } from '../../src/core/log/stacks';
import { parseRemote } from '../../src/core/model/remotes';
import { sortInSlices } from '../../src/core/util/timeSlice';
import { trimCharacters, whitespace } from '../../src/core/util/trim';
import { assertLinear } from './hostileText';
import { read } from './log/support';

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const readReport = (text: Buffer) => readJUnit(inPieces(text));
const report = (part: string) => (units: number) => Buffer.from(`<testsuite>${part.repeat(units)}`);
const allProblems = (lines: readonly string[]) => [...problemsIn(lines, locationsOf(lines))];
const file = (path: string): ArchiveEntry => ({ path, kind: 'file', size: 1, packed: 1 });
const failing = '<testcase name="a"><failure message="b">c</failure></testcase>';

describe('Ten times the input costs at most twenty times the work', () => {
  describe('of a report with', () => {
    const parts: Readonly<Record<string, string>> = {
      'mismatched end tags': '<a></b>',
      'mismatched end tags in open elements': '<a></b></a>',
      'end tags without a start': '</b>',
      'lone angle brackets': '<<',
      'angle brackets and spaces': '<            <',
      'elements that are never closed': '<testcase>',
      'unknown entities': '&nobody;',
      'invalid character references': '&#xFFFFFFF;',
      'attributes of one element': ' a="1"',
      'attributes of the same name': '<a b="" b="">',
      comments: '<!-- - -- -->',
      'CDATA sections': '<![CDATA[]]]]>]]>',
      declarations: '<!x>',
      instructions: '<?x y?>',
      'document types': '<!DOCTYPE x [<!ENTITY a "b">]>',
      'failed tests': failing,
    };
    for (const [name, part] of Object.entries(parts))
      it(name, () => assertLinear(Math.ceil(40_000 / part.length), report(part), readReport));

    const endless: Readonly<Record<string, readonly [start: string, part: string]>> = {
      'an endless declaration': ['<!', 'x'],
      'an endless quoted declaration': ['<!x "', 'x'],
      'an endless document type': ['<!DOCTYPE a [', '<!x '],
      'an endless comment': ['<!--', '-'],
      'an endless instruction': ['<?x ', '?'],
      'an endless entity': ['<testsuite>&', 'x'],
      'an endless tag': ['<', 'x'],
      'an endless attribute': ['<testsuite><testcase name="', '&lt;'],
      'endless attributes': ['<testsuite a="1"', ' a="1"'],
      'an endless text': [`<testsuite>${failing.replace('</failure></testcase>', '')}`, 'x\n'],
      'an endless CDATA section': ['<testsuite><testcase><failure><![CDATA[', ']]x'],
    };
    for (const [name, [start, part]] of Object.entries(endless))
      it(name, () => assertLinear(30_000, (units) => Buffer.from(start + part.repeat(units)), readReport));

    it('declarations of the maximum length', () => assertLinear(200, report(`<!${'x'.repeat(98)}>`), readReport));
  });

  describe('of a log with', () => {
    const parts: Readonly<Record<string, string>> = {
      'an error at the end of a name of many parts': 'a.',
      spaces: ' ',
      digits: '1',
      brackets: '(',
      'names and brackets': 'a*(',
      stars: '*',
      bars: ' | ',
      places: 'a.c:1: ',
      addresses: 'http://a.b/(',
      runners: 'runner-',
      durations: '1s ',
      times: '12:30:',
      hashes: 'a1',
      'quoted files': 'File "',
      'Java names': '$.<>',
    };
    for (const [name, part] of Object.entries(parts))
      it(`lines of ${name}`, async () => {
        for (const end of ['', 'ErrorX', ' error X', '(A.java:3)', ' at ', ')x'])
          await assertLinear(
            400,
            (units) => part.repeat(units) + end,
            async (line) => {
              const lines = [`${line} at a.c:1`, line, `\tat x(${line}`, `  at y (z.js:1:2)`, line];
              await firstError(read(lines.join('\n')));
              tailOf(read(lines.join('\n')), 3);
              allProblems(lines);
              messageOfFrames(lines, 3, 3);
              locationsIn(line);
              normalized(line);
            },
          );
      });

    it('many hostile lines, when it is opened', () =>
      assertLinear(
        300,
        (lines) => read(`${'a.'.repeat(500)}ErrorX error\n`.repeat(lines)),
        (log) => firstError(log),
      ));

    it('many locations on every line', () =>
      assertLinear(40, (units) => Array.from({ length: units }, () => 'a.c:1 '.repeat(300)), allProblems));

    it('a stack trace with many frames and many locations', () =>
      assertLinear(
        2000,
        (units) => Array.from({ length: units }, (_, at) => (at % 20 === 0 ? 'Error: x' : '  at a (b.js:1:2)')),
        allProblems,
      ));

    it('a line of millions of characters', () =>
      assertLinear(300_000, (units) => Buffer.from('x€'.repeat(units)), read));
  });

  describe('of names in', () => {
    it('an archive with many', () =>
      assertLinear(
        3000,
        (units) => Array.from({ length: units }, (_, at) => file(`${(at * 7919) % units}.txt`)),
        toFolders,
      ));

    it('an archive with very long ones', () =>
      assertLinear(
        60,
        (units) => Array.from({ length: units }, (_, at) => file(`${'9'.repeat(60_000)}${(at * 7919) % units}`)),
        toFolders,
      ));

    it('an archive with very deep ones', () =>
      assertLinear(
        100,
        (units) => Array.from({ length: units }, (_, at) => file(`${at}/${'a/'.repeat(400)}b`)),
        (entries) => planOf(entries, {}, defaultLimits, new AbortController().signal).catch(() => undefined),
      ));

    for (const [kind, part] of Object.entries({
      dots: '.',
      spaces: ' ',
      marks: '\u0316\u0300',
      letters: 'x',
      runes: '😀',
    }))
      it(`a build name of ${kind}`, () => assertLinear(20_000, (units) => `a${part.repeat(units)}b`, safeName));
  });

  describe('of', () => {
    it('sorting', () =>
      assertLinear(
        5000,
        (units) => Array.from({ length: units }, (_, at) => (at * 7919) % units),
        (items) => sortInSlices(items, (a, b) => a - b),
      ));

    it('trimming', () =>
      assertLinear(
        30_000,
        (units) => `x${' '.repeat(units)}x`,
        (text) => trimCharacters(text, whitespace),
      ));

    it('URLs', () =>
      assertLinear(
        10_000,
        (units) => ['/', 'api/', '/-', 'users/sign_in/', '@:', '[', 'a:'].map((part) => part.repeat(units)),
        (texts) => {
          for (const text of texts) {
            toBaseUrl(`https://a/${text}x`);
            parseRemote(`https://a/${text}\nx`);
            parseRemote(`a${text}\nx`);
          }
        },
      ));

    const stageNames = (units: number): readonly string[] => Array.from({ length: units }, (_, at) => `stage ${at}`);
    const orders: Readonly<Record<string, (units: number) => readonly (readonly string[])[]>> = {
      'a chain of stages': (units) => [stageNames(units)],
      'a chain of stages that another one contradicts': (units) => [
        stageNames(units),
        [...stageNames(units)].reverse(),
      ],
      'a chain of stages listed in pairs, last first': (units) =>
        stageNames(units)
          .map((stage, at) => [stage, `stage ${at + 1}`])
          .reverse(),
      'chains of stages that contradict each other at every second stage': (units) => [
        stageNames(units),
        stageNames(units / 2).flatMap((stage, at) => [`stage ${units / 2 + at}`, stage]),
      ],
      'pairs of stages that contradict each other': (units) =>
        stageNames(units / 2).flatMap((stage, at) => [
          [stage, `next ${at}`],
          [`next ${at}`, stage],
        ]),
    };
    for (const [name, ordersOf] of Object.entries(orders))
      it(name, () => assertLinear(20_000, ordersOf, (lists) => mergeOrders(lists)));

    it('the locations of a failed test', () =>
      assertLinear(
        3000,
        (units) => ({ kind: 'failure' as const, name: 'x', text: 'a.c:1 '.repeat(units), file: '/'.repeat(units) }),
        (test) => testLocations(test, 'a/b/c.xml'),
      ));
  });
});
