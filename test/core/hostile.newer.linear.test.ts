import { maskSecrets } from '../../src/core/agents/maskSecrets';
import { logMatches } from '../../src/core/agents/logReport';
import { candidatesOf, readCoverage } from '../../src/core/artifacts/tests/coverageFiles';
import { readQualityReport } from '../../src/core/artifacts/tests/codeQuality';
import { readCiFile } from '../../src/core/ciFile/ciFile';
import { readCiKeys } from '../../src/core/ciFile/ciKeys';
import { includes } from '../../src/core/ciFile/includes';
import { mergedJobs } from '../../src/core/ciFile/mergedJobs';
import { pageLinksIn, toPageAddress } from '../../src/core/model/gitlabPage';
import { timelineOf } from '../../src/core/model/timeline';
import { htmlToText } from '../../src/core/util/htmlToText';
import { codeSpan, escaped } from '../../src/core/util/markdown';
import { plainText, withoutMarks } from '../../src/core/util/plainText';
import { assertLinear } from './hostileText';
import { read } from './log/support';
import { buildWith } from './support';

const instances = [{ url: 'https://git.example.com/gitlab', hosts: [], apiVersion: 'auto' }] as const;
const ignored = (): undefined => undefined;

/** Inputs of `length` characters at first, each made of one part. */
function each(length: number, parts: readonly string[], work: (text: string) => unknown): void {
  for (const part of parts)
    it(JSON.stringify(part), () => assertLinear(Math.ceil(length / part.length), (units) => part.repeat(units), work));
}

describe('Ten times the input costs at most twenty times the work', () => {
  describe('of what agents are told with', () =>
    each(
      20_000,
      [
        ...['glpat-', 'GR1348941', 'eyJ', 'eyJ.', '.eyJ', 'a.eyJa', 'gl', 'a.', '-token=', '_token: ', '_token="\\'],
        ...[
          'authorization: bearer ',
          '_gitlab_session=',
          '_gitlab_session= ',
          '://a:',
          '://',
          ':@',
          '?a=',
          '&sig=',
          '"',
          ' ',
        ],
      ],
      (text) => maskSecrets(text, ['a secret']),
    ));

  describe('of a search in a log with', () =>
    each(20_000, ['a\n', 'error ', '\n'], (text) => logMatches(read(text), 'error x')));

  describe('of a CI file with', () =>
    each(
      4_000,
      [
        ...[
          'a:\n',
          'a: b\n',
          '- ',
          '? ',
          '{',
          '[',
          '{a: ',
          '[a, ',
          '}',
          ']',
          '&a ',
          '*a ',
          '!x ',
          '"',
          "'",
          '|',
          '>\n',
        ],
        ...['---\n', '...\n', '#', '# x\n', ' ', '\t', '%', ':', ': ', ',', 'a: &b\n', '<<: *a\n', 'a:\n  b:\n', '\\'],
      ],
      async (text) => {
        await readCiFile(text).catch(ignored);
        await readCiKeys(text).catch(ignored);
        await mergedJobs(text).catch(ignored);
      },
    ));

  describe('of an include with', () =>
    each(1_000, ['*', '**/', '*a', '?', 'a/', '/**', '[a]', '{a,b}'], (text) => {
      includes(text, 'a/'.repeat(100));
      includes('**/*.yml', text);
    }));

  describe('of a page of GitLab in a text with', () =>
    each(
      10_000,
      [
        'http',
        'http://',
        'https://git.example.com/gitlab/',
        'https://git.example.com/gitlab/a/-/jobs/1 ',
        '/-/',
        'a/',
        '%41',
        ')',
        '.',
      ],
      (text) => {
        pageLinksIn(text, instances);
        pageLinksIn(`https://git.example.com/gitlab/${text}`, instances);
        toPageAddress(`https://git.example.com/gitlab/${text}`, instances);
      },
    ));

  describe('of a page of HTML with', () =>
    each(10_000, ['<', '<p>', '<p ', '<!--', '-->', '&', '&amp;', '<script>', '</', '<a href="', '>'], htmlToText));

  describe('of a name with', () =>
    each(50_000, ['\u200d', 'a\u200d', '😀\u200d', '\ud800', '\u0300', '`', '](', '$(', '\u009b', '\u2060'], (text) => {
      plainText(text);
      withoutMarks(text);
      escaped(text);
      codeSpan(text);
    }));

  describe('of a coverage report with', () => {
    describe('lines', () =>
      each(20_000, ['SF:a\n', 'DA:1,1\n', 'BRDA:1,0,0,1\n', 'end_of_record\n', 'SF:', ',', '\n', 'DA:'], (text) =>
        readCoverage('lcov.info', Buffer.from(`SF:a\n${text}`)).catch(ignored),
      ));
    describe('elements', () =>
      each(
        20_000,
        [
          ...[
            '<a></b>',
            '</b>',
            '<<',
            '<class filename="a">',
            '<line number="1" hits="1"/>',
            '<source>a</source>',
            '<a ',
          ],
          ...['<class filename="a"/>', '&x;', '<!--', '<![CDATA[', '<package name="a">', 'a="1" ', '<counter/>'],
        ],
        (text) => readCoverage('coverage.xml', Buffer.from(`<coverage>${text}`)).catch(ignored),
      ));
    describe('declarations', () =>
      each(20_000, ['<!x', '<!x>', '<!ENTITY a "&a;">', '<!DOCTYPE a [', '<?x', '<?x ?>', '<![', '<!'], (text) =>
        readCoverage('coverage.xml', Buffer.from(`<coverage>${text}`)).catch(ignored),
      ));
    for (const start of ['<!x', '<!DOCTYPE a [', '<!--', '<?x ', '<![CDATA[', '<a b="', '<a ', '<', '&'])
      describe(`one endless token, ${start}`, () =>
        each(20_000, ['x', ' ', "'", '['], (text) =>
          readCoverage('coverage.xml', Buffer.from(`<coverage>${start}${text}`)).catch(ignored),
        ));
    describe('elements of JaCoCo', () =>
      each(
        20_000,
        ['<package name="a">', '<sourcefile name="a">', '<line nr="1" ci="1"/>', '<report>', '</report>', '<group>'],
        (text) => readCoverage('jacoco.xml', Buffer.from(`<report>${text}`)).catch(ignored),
      ));
    describe('paths', () =>
      each(2_000, ['a/', '../', './', '\\', '/'], (text) =>
        candidatesOf({ paths: [text], lines: new Map(), branches: new Map() }, text),
      ));
  });

  describe('of a report of code quality with', () =>
    each(
      20_000,
      ['[', '{"a":', '{},', '"', '{"description":"a","location":{"path":"b","lines":{"begin":1}}},', '\\', '-'],
      (text) => readQualityReport(Buffer.from(`[${text}`)),
    ));

  describe('of a timeline of builds that', () => {
    const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();
    const builds = (units: number) =>
      Array.from({ length: units }, (_, id) =>
        buildWith({ id, name: `b${id}`, createdAt: at(0), startedAt: at(id), finishedAt: at(id + 1) }),
      );
    it('wait for one another', () =>
      assertLinear(100, builds, (all) =>
        timelineOf(all, undefined, 1_800_000_000_000, new Map(all.map(({ name, id }) => [name, [`b${id - 1}`]]))),
      ));
    it('wait for all builds before them', () =>
      assertLinear(
        100,
        (units) => ({
          all: builds(100),
          needs: new Map([['b99', Array.from({ length: units }, (_, id) => `b${id % 99}`)]]),
        }),
        ({ all, needs }) => timelineOf(all, undefined, 1_800_000_000_000, needs),
      ));
    it('are in one stage', () =>
      assertLinear(100, builds, (all) => timelineOf(all, undefined, 1_800_000_000_000, undefined)));
  });
});
