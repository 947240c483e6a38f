import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tests, TestRunRequest, type CancellationToken, type TextDocument, type TextEditor } from 'vscode';
import { toFolders } from '../../src/core/artifacts/archive/archiveTree';
import { TrackedFiles } from '../../src/core/git/trackedFiles';
import { TrackedLogFiles } from '../../src/core/log/logFileFinder';
import { LogFolders } from '../../src/core/log/logFolders';
import { tailFrom } from '../../src/core/log/tailView';
import { timelineOf } from '../../src/core/model/timeline';
import { toAnswer } from '../../src/ui/agents/toolAnswers';
import { ArtifactFiles } from '../../src/ui/artifacts/fileSystem';
import { locateTests } from '../../src/core/artifacts/tests/testFiles';
import { filesNamed } from '../../src/core/artifacts/tests/testReports';
import { toArtifactUri } from '../../src/core/artifacts/artifactUri';
import { LogColors } from '../../src/ui/log/logColors';
import { LogLinks } from '../../src/ui/log/logLinks';
import { LogStructure } from '../../src/ui/log/logStructure';
import { textToCompare } from '../../src/ui/log/compareLogs';
import { CoverageView } from '../../src/ui/testing/coverageView';
import { addTests } from '../../src/ui/testing/testItems';
import { timelineText } from '../../src/ui/text/timelineText';
import { read } from '../core/log/support';
import { assertBounded, assertYields, entries, many } from '../core/steps';
import { buildWith } from '../core/support';
import { Uri } from './fake/basics';

const iso = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();
const failed = (at: number) => ({ kind: 'failure' as const, name: `test ${at}`, text: 'src/a.c:1: x\n'.repeat(20) });
const quiet = (at: number) => ({ kind: 'passed' as const, name: `test ${at}`, suite: `suite ${at % 100}` });

function documentOf(text: string) {
  const log = read(text);
  const lines = log.lines.length;
  const lineAt = (at: number) => ({ text: log.lines[at] ?? '' });
  const document = { uri: Uri.file('/log'), lineCount: lines, lineAt } as unknown as TextDocument;
  const onDidChangeLog = () => ({ dispose: () => undefined });
  return { log, logs: { of: () => ({ log }), onDidChangeLog } as never, document };
}

/** The part of a log's view that draws colors or structure. */
function editorOf(document: TextDocument): TextEditor {
  const visibleRanges = [{ start: { line: 0 }, end: { line: document.lineCount - 1 } }];
  return { document, visibleRanges, setDecorations: () => undefined } as unknown as TextEditor;
}

describe('In the UI, no turn of the event loop is longer than 16 ms', () => {
  let root = '';
  before(async () => (root = await mkdtemp(join(tmpdir(), 'turns-'))));
  after(() => rm(root, { recursive: true }));

  const linksOf = async (text: string) => {
    const { logs, document } = documentOf(text);
    const tracked = await TrackedFiles.of(many(500, (at) => `src/file${at}.ts\0`).join(''));
    if (tracked === undefined) throw new Error('too many');
    const finder = new TrackedLogFiles(tracked, { root, project: 'group/project' }, new LogFolders([]));
    const distance = { sha: undefined, hasChanged: () => false };
    const links = new LogLinks(logs, { finderFor: async () => finder, distanceOf: async () => distance } as never);
    return () => links.provideDocumentLinks(document, { isCancellationRequested: false } as CancellationToken);
  };

  it('for the links of a log', async () =>
    assertYields(await linksOf(many(60_000, (at) => `src/file${at % 500}.ts:1:1: x`).join('\n'))));

  it('for the links that come with a log', async () =>
    assertYields(
      await linksOf(
        `${'\x1b]8;;http://a/\x1b\\a\x1b]8;;http://b/\x1b\\b'.repeat(5000)}\n`.repeat(3) + 'x 1\n'.repeat(60_000),
      ),
    ));

  it('for a log to compare', async () => {
    const log = read('took 1 ms\n'.repeat(200_000));
    await assertYields(() => textToCompare(log));
  });

  it('for tests in the Testing view', async () => {
    const controller = tests.createTestController('turns', 'Turns');
    const run = controller.createTestRun(new TestRunRequest(), 'x', false);
    const item = controller.createTestItem('build', 'build');
    const all = [...many(1000, failed), ...many(60_000, quiet)].map((test) => ({ test }));
    await assertYields(() => addTests(controller, run, item, all, () => true));
  });

  it('for the locations of failed tests', () => {
    const all = many(1000, (at) => ({ test: failed(at), report: 'a/b.xml' }));
    return assertYields(() => locateTests(all, root, 'group/project'));
  });

  it('for the coverage of a file', () => {
    const lines = new Map(many(200_000, (at) => [at + 1, 1] as const));
    const branches = new Map(many(50_000, (at) => [at + 1, { covered: 1, total: 100 }] as const));
    const view = new CoverageView();
    return assertYields(() => view.show('x', [{ file: '/a', covered: { lines, branches } }])).finally(() =>
      view.dispose(),
    );
  });

  it('for a folder of artifacts', async () => {
    const tree = await toFolders(entries(250_000, (at) => `${at}.txt`));
    const files = new ArtifactFiles({ of: async () => ({ tree }) } as never);
    const address = { root: 'file:///a', instance: 'https://a', project: 'g/p', build: 1, size: 1 };
    const uri = Uri.parse(toArtifactUri(address, { name: 'x', id: 1 }));
    await assertYields(() => files.readDirectory(uri as never));
  });

  it('for the reports among artifacts', async () => {
    const tree = await toFolders(entries(400_000, (at) => `${at}.txt`));
    await assertYields(() => filesNamed(tree, (path) => path.endsWith('.xml')));
  });

  it('for the colors of a log with a different one for each letter', async () => {
    const rgb = (at: number): string => `\x1b[38;2;${at % 256};${(at >> 8) % 256};7mx`;
    const { logs, document } = documentOf(`${many(3000, rgb).join('')}\n`.repeat(200));
    const colors = new LogColors(logs);
    await assertBounded(() => colors.draw(editorOf(document)));
    colors.dispose();
  });

  it('for the outline and the end of a log of 100,000 sections', async () => {
    const { log, logs, document } = documentOf('section_start:1:a\r\x1b[0Kx\n'.repeat(100_000));
    const structure = new LogStructure(logs);
    await assertBounded(() => structure.provideFoldingRanges(document));
    await assertBounded(() => structure.provideDocumentSymbols(document));
    await assertBounded(() => tailFrom(log, 50_000));
  });

  it('for the timeline of thousands of builds', async () => {
    const name = 'パイプライン'.repeat(100);
    const builds = many(5000, (id) =>
      buildWith({ id, name: `${name}${id}`, stage: name, startedAt: iso(id), finishedAt: iso(id + 1) }),
    );
    const timeline = timelineOf(builds, undefined, 0);
    await assertBounded(() => timeline && timelineText('x', timeline));
  });

  it('for a response to an agent', () => {
    const lines = many(5000, () => 'x '.repeat(50_000));
    return assertBounded(() => toAnswer([{ title: 'x', lines }], { secrets: ['secret'], boundary: 'x' }));
  });
});
