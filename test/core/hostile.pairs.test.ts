import assert from 'node:assert/strict';
import { maskSecrets } from '../../src/core/agents/maskSecrets';
import { readJUnit } from '../../src/core/artifacts/tests/junit';
import { readCiFile } from '../../src/core/ciFile/ciFile';
import { readCiKeys } from '../../src/core/ciFile/ciKeys';
import { mergedJobs } from '../../src/core/ciFile/mergedJobs';
import { firstError, tailOf } from '../../src/core/log/firstError';
import { locationsOf } from '../../src/core/log/locations';
import { problemsIn } from '../../src/core/log/logProblems';
import { normalized } from '../../src/core/log/normalize';
import { pageLinksIn } from '../../src/core/model/gitlabPage';
import { htmlToText } from '../../src/core/util/htmlToText';
import { codeSpan, escaped } from '../../src/core/util/markdown';
import { plainText, withoutMarks } from '../../src/core/util/plainText';
import { read } from './log/support';
import { stepCount } from './steps';

/** Four times the input may take this many times the steps. */
const maxTimes = 7;
/** Number of steps that is little for any input. */
const fewSteps = 40_000;

const logParts = [
  ...['a.ts:1:2', 'a/b.ts(1,2)', 'File "a.py", line 1', 'In a.sh line 2:\n', 'line 3:', 'C:\\', '../', 'file:///a'],
  ...['error: ', 'Error', 'ERROR in ', 'FAIL ', 'warning', '● ', '___ ', '-->', 'at ', '✗ ', '⚠ ', 'W ', 'E ', '$ '],
  ...['#12 3.456 ', '[lint] ', 'pkg:build: ', 'make[1]: Entering directory ', 'cd a && ', 'node_modules/'],
  ...[
    'section_start:1:a\r\x1b[0K',
    'section_end:2:a\r\x1b[0K',
    '\x1b[31m',
    '\x1b[',
    '\x1b]8;;http://a\x1b\\',
    '\x1b[1G',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '`',
    '|',
    '.',
    '/',
    '\\',
    ':',
    ',',
    '1',
    ' ',
    '    ',
    '\t',
    '\n',
    '\r',
    '│',
    '漢',
    '😀',
  ],
];
const reportParts = [
  ...[
    '<a>',
    '</a>',
    '<a',
    '<',
    '>',
    '&',
    '&lt;',
    '&#1;',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<!',
    '"',
    '=',
  ],
  ...['</failure>', '<failure>', '</testcase>', '<testcase name="b">', '<system-out>', ' a="b"', 'E   ', '\x1b['],
  ...['a.py:1: ', 'at a (b.js:1:2)\n', '\n', ' ', '(', '[', '😀'],
];
const ciParts = [
  ...['a:\n', '  b: c\n', '- a\n', '&a ', '*a ', '<<: *a\n', '!reference [a, b]\n', '{', '}', '[', ']', ',', '"', "'"],
  ...['|\n', '>\n', '#', ':', '? ', '---\n', 'extends: [a]\n', 'matrix:\n', 'include:\n', '%', '\t', ' ', '\n'],
];
const textParts = [
  ...['https://git.example.com/gitlab/', '/-/jobs/1', '/', '<a ', '>', '&lt;', '`', '[', '](', '$(', '\\', '*', '_'],
  ...['\u202e', '\u200b', '\u2060', '\ud800', 'glpat-', 'eyJ', '.', '=', ':', '@', '\n', ' ', '|', '~', '<'],
];

const instances = [{ url: 'https://git.example.com/gitlab', hosts: [], apiVersion: 'auto' }] as const;
const ignored = (): undefined => undefined;

async function readLog(text: string): Promise<void> {
  const log = read(Buffer.from(text));
  await firstError(log);
  tailOf(log, 30);
  for (const problems of problemsIn(log.lines, locationsOf(log.lines))) assert.ok(problems.length >= 0);
  for (const [at, line] of log.lines.entries()) {
    normalized(line);
    log.spans(at);
  }
}

async function readReport(text: string): Promise<void> {
  async function* whole() {
    yield Buffer.from(`<testsuites><testsuite><testcase name="a"><failure>${text}`);
  }
  await readJUnit(whole());
}

async function readCi(text: string): Promise<void> {
  await readCiFile(text).catch(ignored);
  await readCiKeys(text).catch(ignored);
  await mergedJobs(text).catch(ignored);
}

function show(text: string): void {
  maskSecrets(text, ['secret']);
  pageLinksIn(text, instances);
  for (const change of [htmlToText, codeSpan, escaped, plainText, withoutMarks]) change(text);
}

const readers: readonly (readonly [string, (text: string) => unknown, readonly string[], number])[] = [
  ['a log', readLog, logParts, 3000],
  ['a report', readReport, reportParts, 3000],
  ['a CI file', readCi, ciParts, 600],
  ['a text that is shown', show, textParts, 3000],
];

describe('Any two tokens that a reader looks for, repeated many times,', () => {
  for (const [name, work, parts, characters] of readers)
    it(`cost a number of steps proportional to the length of ${name}`, async function () {
      this.timeout(120_000);
      const stepsOf = async (unit: string, length: number): Promise<number> => {
        const before = stepCount();
        await work(unit.repeat(Math.ceil(length / unit.length)));
        return stepCount() - before;
      };
      const bad: string[] = [];
      for (const unit of parts.flatMap((one) => [one, ...parts.map((two) => one + two)])) {
        const [one, four] = [await stepsOf(unit, characters), await stepsOf(unit, 4 * characters)];
        if (four > Math.max(fewSteps, maxTimes * one)) bad.push(`${JSON.stringify(unit)}: ${one}, then ${four}`);
      }
      assert.deepEqual(bad, []);
    });
});
