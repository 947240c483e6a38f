import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TextDocument } from 'vscode';
import { readJUnit } from '../../src/core/artifacts/tests/junit';
import { TrackedFiles } from '../../src/core/git/trackedFiles';
import { TrackedLogFiles } from '../../src/core/log/logFileFinder';
import { LogFolders } from '../../src/core/log/logFolders';
import { LogReader } from '../../src/core/log/reader';
import { LogLinks } from '../../src/ui/log/logLinks';
import { addTests } from '../../src/ui/testing/testItems';
import { Uri } from '../ui/fake/basics';
import { FakeTestController } from '../ui/fake/tests';
import { Blocking } from './blocking';

/** What one piece of work costs. */
export interface Cost {
  readonly ms: number;
  /** How long others waited at most. */
  readonly longestMs: number;
  /** What is held afterwards. */
  readonly heldMB: number;
}

/** What this program says, in one line of JSON. */
export interface FilesRun {
  readonly index: Cost;
  readonly links: Cost;
  readonly tests: Cost;
}

/** Kept, so that it counts as held. */
const kept: unknown[] = [];

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  globalThis.gc?.();
  const [before, began, blocking] = [process.memoryUsage(), performance.now(), new Blocking()];
  kept.push(await blocking.during(work));
  const ms = performance.now() - began;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { ms, longestMs: blocking.longestMs, heldMB: (heapUsed + external - before.heapUsed - before.external) / 1e6 };
}

const pathOf = (at: number): string => `packages/package${at % 200}/src/folder${at % 1000}/file${at}.ts`;
const shownFiles = 500;

/** As git writes it. */
const list = Buffer.from(Array.from({ length: 100_000 }, (_, at) => `${pathOf(at)}\0`).join('')).toString();

async function indexed(): Promise<TrackedFiles> {
  const found = await TrackedFiles.of(list);
  if (found === undefined) throw new Error('There is no index.');
  return found;
}

async function linksIn(root: string): Promise<Cost> {
  for (let at = 0; at < shownFiles; at += 1) {
    await mkdir(join(root, pathOf(at), '..'), { recursive: true });
    await writeFile(join(root, pathOf(at)), 'a\n'.repeat(20));
  }
  const log = new LogReader();
  for (let at = 0; at < 100_000; at += 1) {
    const place = at / 20;
    const text = at % 20 === 0 ? `${pathOf(place % shownFiles)}:${1 + (place % 10)}:1: error: odd` : 'x'.repeat(103);
    log.push(Buffer.from(`${text}\n`));
  }
  log.end();
  const finder = new TrackedLogFiles(await indexed(), { root, project: 'a/b' }, new LogFolders(log.lines));
  const distanceOf = () => Promise.resolve({ sha: undefined, hasChanged: () => false });
  const source = { finderFor: () => Promise.resolve(finder), distanceOf };
  const links = new LogLinks({ of: () => ({ log }) } as never, source as never);
  const document = { uri: Uri.file('/log'), lineCount: log.lines.length } as unknown as TextDocument;
  return costOf(() => links.provideDocumentLinks(document, { isCancellationRequested: false } as never));
}

/** A tenth of them failed. */
function report(): Buffer {
  const cases = Array.from({ length: 10_000 }, (_, at) => {
    const failure = at % 10 === 0 ? `<failure message="odd">src/a.ts:${at}: odd\n${'at x\n'.repeat(20)}</failure>` : '';
    return `<testcase classname="group${at % 100}" name="test ${at}" time="0.01">${failure}</testcase>`;
  });
  return Buffer.from(`<testsuites><testsuite name="all">${cases.join('')}</testsuite></testsuites>`);
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

async function testsInView(): Promise<Cost> {
  const bytes = report();
  return costOf(async () => {
    const read = await readJUnit(piecesOf(bytes));
    if (read === undefined) throw new Error('That is no report.');
    const { failed, quiet } = read;
    const controller = new FakeTestController('bench', 'bench');
    const build = controller.createTestItem('build', 'build');
    const tests = [...failed, ...quiet].map((test) => ({ test }));
    const run = controller.createTestRun(undefined as never);
    await addTests(controller as never, run as never, build as never, tests, () => true);
    return controller;
  });
}

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const run: FilesRun = { index: await costOf(indexed), links: await linksIn(root), tests: await testsInView() };
    console.log(JSON.stringify(run));
  } finally {
    await rm(root, { recursive: true });
  }
}

await main();
