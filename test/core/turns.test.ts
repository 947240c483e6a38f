import { logMatches } from '../../src/core/agents/logReport';
import { toFolders } from '../../src/core/artifacts/archive/archiveTree';
import { defaultLimits } from '../../src/core/artifacts/extract/extractLimits';
import { planOf } from '../../src/core/artifacts/extract/plan';
import { readQualityReport } from '../../src/core/artifacts/tests/codeQuality';
import { candidatesOf, readCoverage } from '../../src/core/artifacts/tests/coverageFiles';
import { readJUnit } from '../../src/core/artifacts/tests/junit';
import { longestText } from '../../src/core/artifacts/tests/reportText';
import { testLocations } from '../../src/core/artifacts/tests/testLocations';
import { readCiFile } from '../../src/core/ciFile/ciFile';
import { readCiKeys } from '../../src/core/ciFile/ciKeys';
import { placeOf } from '../../src/core/ciFile/lintPlace';
import { mergedJobs } from '../../src/core/ciFile/mergedJobs';
import { TrackedFiles } from '../../src/core/git/trackedFiles';
import { maxBuilds } from '../../src/core/gitlab/listing/listingBounds';
import { toReport, type TestCaseRow } from '../../src/core/gitlab/testCases';
import { findProblems } from '../../src/core/log/findProblems';
import { firstError } from '../../src/core/log/firstError';
import { TrackedLogFiles } from '../../src/core/log/logFileFinder';
import { LogFeed } from '../../src/core/log/logFeed';
import { LogFolders } from '../../src/core/log/logFolders';
import { arrange } from '../../src/core/model/arrange';
import type { Build } from '../../src/core/model/build';
import { pageLinksIn } from '../../src/core/model/gitlabPage';
import { timelineOf } from '../../src/core/model/timeline';
import { toTree } from '../../src/core/model/tree';
import { verdictOf } from '../../src/core/model/verdict';
import { htmlToText } from '../../src/core/util/htmlToText';
import { escaped } from '../../src/core/util/markdown';
import { plainText } from '../../src/core/util/plainText';
import { sortInSlices } from '../../src/core/util/timeSlice';
import { archiveOf } from './artifacts/archives';
import { rawZip } from './artifacts/rawZip';
import { read } from './log/support';
import { assertBounded, assertYields, entries, many } from './steps';
import { buildWith, pipelineWith } from './support';

const lines = (count: number, line: (at: number) => string): string => many(count, line).join('\n');

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const noFiles = { find: async (places: readonly unknown[]) => places.map(() => undefined) };
/** Builds in the order of their ids, each in another stage and pipeline than the one before. */
const rowsOf = (count: number) =>
  many(count, (id) =>
    buildWith({
      ...{ id, name: `b ${id}`, stage: `s ${id % 50}`, pipeline: 1 + (id % 20) },
      status: id % 9 ? 'success' : 'failed',
    }),
  );
const pipelines = many(20, (id) => pipelineWith({ id: id + 1 }));
const listing = { builds: arrange(rowsOf(5000), pipelines), pipelines };
const timed = (id: number, attempts: readonly Build[] = []) => {
  const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();
  return buildWith({ id, name: `b ${id}`, stage: `s ${id}`, startedAt: at(id), finishedAt: at(id + 2), attempts });
};
const testCase: TestCaseRow = {
  ...{ status: 'failed', name: 'a', classname: 'b', file: 'c', seconds: 1, recentFailures: undefined },
  output: 'x',
};

/** Files of one name, as a monorepo has them, and paths that may mean each of them. */
async function sameNames(count: number) {
  const tracked = await TrackedFiles.of(many(count, (at) => `packages/${at}/src/index.ts\0`).join(''));
  if (tracked === undefined) throw new Error('too many');
  const places = many(300, (at) => ({ path: `${at}/elsewhere/src/index.ts`, line: 1, at: 0 }));
  return { finder: new TrackedLogFiles(tracked, { root: '/nowhere', project: 'g/p' }, new LogFolders([])), places };
}

/** Makes the input, and returns the work that is looked at. */
type Row = () => Promise<() => unknown>;

function on<T>(make: () => T | Promise<T>, work: (input: T) => unknown): Row {
  return async () => {
    const input = await make();
    return () => work(input);
  };
}

const problems = (text: string): Row =>
  on(
    () => read(text),
    (log) => findProblems(log, noFiles),
  );
const feed = (text: string): Row =>
  on(
    () => chunksOf(text),
    (body) => new LogFeed().read(async () => ({ etag: undefined, isUnchanged: false, body })),
  );
const report = (text: string): Row => on(() => chunksOf(text), readJUnit);
const coverage = (path: string, text: string): Row =>
  on(
    () => Buffer.from(text),
    (bytes) => readCoverage(path, bytes),
  );
const ciFile = (text: string, work: (text: string) => unknown = readCiFile): Row => on(() => text, work);
const folders = (line: (at: number) => string, count: number): Row =>
  on(
    () => new LogFolders(many(count, line)),
    (all) => all.read(count),
  );

/** Each reads something that comes from outside, of a length that takes many turns. */
const yielding: Readonly<Record<string, Row>> = {
  'a log of plain lines': feed(lines(60_000, (at) => `${at} ${'x'.repeat(100)}`)),
  'a log of colors': feed('\x1b[31ma\x1b[0m'.repeat(200_000)),
  'a log of links': feed('\x1b]8;;http://a/\x1b\\a'.repeat(100_000)),
  'a log of unterminated escapes': feed(`\x1b]8;;${'a'.repeat(3_000_000)}`),
  'a log of carriage returns': feed('a\r'.repeat(1_000_000)),
  'a log of nested sections': feed('section_start:1:a\r\x1b[0Kx\n'.repeat(100_000)),
  'a log of sections in one line': feed('section_start:1:a\r\x1b[0K'.repeat(100_000)),
  'the first error of a log': on(
    () => read(`section_start:1:step_script\r\x1b[0K$ x\n${lines(20_000, () => `x ${'a.c:1 '.repeat(60)}`)}`),
    firstError,
  ),
  'the problems of a log': problems(lines(20_000, (at) => `src/a${at}.c:1:2: error: x`)),
  'the problems of a stack trace': problems(lines(20_000, () => '  at a (src/b.js:1:2)')),
  'the problems of many locations in a line': problems(lines(300, () => 'src/a.c:1: '.repeat(900))),
  'the problems of pytest': problems(lines(4_000, (at) => (at % 300 < 30 ? 'a.py:1:' : 'E   x'))),
  'folders named in a log': folders((at) => (at % 2 ? '$ cd aaaaaaaa' : '> Task :a:b'), 100_000),
  'folders that a log enters ever deeper': folders((at) => (at % 900 ? '$ cd a/b' : '$ cd /a'), 150_000),
  'files of a repository': on(
    () => many(100_000, (at) => `src/file${at}.ts\0`).join(''),
    (list) => TrackedFiles.of(list),
  ),
  'files with one name that occurs in a log': on(
    () => sameNames(4000),
    ({ finder, places }) => finder.find(places),
  ),
  'a search in a log': on(
    () => read(lines(600_000, () => 'x')),
    (log) => logMatches(log, 'y'),
  ),
  'a JUnit report': report(
    `<testsuite>${'<testcase name="a"><failure message="b">c</failure></testcase>'.repeat(4000)}`,
  ),
  'a JUnit report of attributes': report(`<testsuite>${`<testcase ${'a'.repeat(900)}="b"/>`.repeat(1500)}`),
  'a JUnit report in one attribute': report(`<testsuite name="${'a'.repeat(3_000_000)}`),
  'the tests from GitLab': on(
    () => many(400_000, () => testCase),
    (cases) => toReport({ name: 'a', tests: 1, builds: [], error: undefined }, cases),
  ),
  'an archive of many files': on(() => entries(30_000, (at) => `a/${(at * 7919) % 30_000}`), toFolders),
  'an archive of many folders': on(() => entries(20_000, (at) => `${at}/b`), toFolders),
  'the entries to extract from an archive': on(
    () => entries(20_000, (at) => `a/b/c/${at}`),
    (all) => planOf(all, {}, defaultLimits, new AbortController().signal),
  ),
  'the directory of a zip': on(() => rawZip(many(20_000, (at) => ({ name: `${at}.txt`, content: '' }))), archiveOf),
  'an lcov tracefile': coverage('lcov.info', `SF:a\n${'DA:1,1\nBRDA:1,0,0,1\n'.repeat(60_000)}`),
  'a Cobertura report': coverage(
    'a.xml',
    `<coverage><b><c><d><class filename="a"><f>${'<line number="1" hits="1"/>'.repeat(20_000)}`,
  ),
  'a JaCoCo report': coverage('a.xml', `<report><sourcefile name="a">${'<line nr="1" ci="1"/>'.repeat(20_000)}`),
  'a code quality report': on(() => Buffer.from(`[${'0,'.repeat(900_000)}0]`), readQualityReport),
  'a CI file of jobs': ciFile(lines(60_000, (at) => `j${at}:\n  a: b`)),
  'a CI file of lists': ciFile(`include:\n${lines(60_000, (at) => `- ${at}.yml`)}`),
  'a CI file of keys without names': ciFile('? []\n'.repeat(60_000)),
  'a CI file of one mapping': ciFile(`{${lines(60_000, (at) => `a${at}: {},`)}}`),
  'the keys of a CI file': ciFile(
    lines(60_000, (at) => `j${at}:\n  - a`),
    readCiKeys,
  ),
  'the keys of a CI file without values': ciFile(`a:\n${'  -\n'.repeat(100_000)}`, readCiKeys),
  'a merged configuration': ciFile(
    lines(60_000, (at) => `:j${at}:\n  a: b`),
    mergedJobs,
  ),
  'a list to sort': on(
    () => many(100_000, (at) => (at * 7919) % 100_000),
    (items) => sortInSlices(items, (a, b) => a - b),
  ),
};

/** Each truncates what comes from outside, so that it finishes in one turn. */
const bounded: Readonly<Record<string, Row>> = {
  'the order of builds': on(
    () => rowsOf(maxBuilds),
    (rows) => arrange(rows, pipelines),
  ),
  'the tree of builds': on(
    () => listing,
    (all) => toTree(all, 'stageAndStatus', []),
  ),
  'the tree of pipelines that start each other': on(
    () => ({
      builds: many(400, (id) => buildWith({ id, name: `a ${id}`, pipeline: id >> 1, downstream: (id >> 1) + 1 })),
      pipelines: many(200, (id) => pipelineWith({ id })),
    }),
    (all) => toTree(all, 'stage', ['failed']),
  ),
  'the verdict of builds': on(() => ({ ...listing }), verdictOf),
  'the timeline of builds': on(
    () => many(2000, (id) => timed(id)),
    (all) => timelineOf(all, undefined, 0),
  ),
  'the timeline of attempts': on(
    () =>
      timed(
        3000,
        many(2000, (id) => timed(id)),
      ),
    (build) => timelineOf([build], undefined, 0),
  ),
  'the locations of a failed test': on(
    () => 'a.c:1 '.repeat(100_000),
    (text) => testLocations({ kind: 'failure', name: 'x', text: text.slice(0, longestText) }, 'a/b/c.xml'),
  ),
  'the candidates of a covered file': on(
    () => ({ paths: many(11, () => 'a/b.java'), lines: new Map(), branches: new Map() }),
    (file) => candidatesOf(file, 'a/'.repeat(1000)),
  ),
  'links in a terminal line': on(
    () => 'http://a/g/p/-/jobs/1 '.repeat(100_000),
    (line) => pageLinksIn(line, [{ url: 'http://a', hosts: [], apiVersion: 'auto' }]),
  ),
  'a name': on(
    () => ['a\u200d', '`', ']('].map((part) => part.repeat(1_000_000)),
    (names) => names.map((name) => [plainText(name), escaped(name)]),
  ),
  'a failure message': on(() => '<p>'.repeat(20_000), htmlToText),
  'the location of a lint message': on(
    () => readCiKeys(lines(60_000, (at) => `j${at}:\n  - a`)),
    (keys) => placeOf("jobs:x config 'a' `b` \"c\" 'd' `e` \"f\" 'g'", [{ path: '.gitlab-ci.yml', keys }]),
  ),
};

describe('No turn of the event loop is longer than 16 ms', () => {
  for (const [name, row] of Object.entries(yielding))
    it(`while reading ${name}`, async () => assertYields(await row()));
  for (const [name, row] of Object.entries(bounded)) it(`for ${name}`, async () => assertBounded(await row()));
});
