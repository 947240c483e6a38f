import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CancellationToken, TextDocument } from 'vscode';
import { TrackedFiles } from '../../../src/core/git/trackedFiles';
import { TrackedLogFiles } from '../../../src/core/log/logFileFinder';
import { LogFolders } from '../../../src/core/log/logFolders';
import { LogLinks } from '../../../src/ui/log/logLinks';
import { read } from '../../core/log/support';
import { Uri } from '../fake/basics';

const [files, linesOfFile, lines, every] = [500, 10, 100_000, 20];

describe('The links of a log of 10 MB with 5,000 locations', () => {
  const now = performance.now.bind(performance);
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'slices-'));
    await mkdir(join(root, 'src'));
    for (let at = 0; at < files; at += 1) await writeFile(join(root, pathOf(at)), 'a\n'.repeat(linesOfFile));
  });
  after(() => rm(root, { recursive: true }));
  afterEach(() => (performance.now = now));

  it('yield after each ten steps if a step takes a millisecond', async () => {
    const log = read(Array.from({ length: lines }, (_, at) => lineAt(at)).join('\n'));
    const tracked = await TrackedFiles.of(Array.from({ length: files }, (_, at) => `${pathOf(at)}\0`).join(''));
    assert.ok(tracked);
    const finder = new TrackedLogFiles(tracked, { root, project: 'group/project' }, new LogFolders(log.lines));
    const turns = new Turns();
    const watched = countedLines(log.lines, () => (turns.reads += 1));
    const open = { log: counted(log, watched, () => (turns.lines += 1)) };
    const source = {
      finderFor: async () => finder,
      distanceOf: async () => ({ sha: undefined, hasChanged: () => false }),
    };
    const links = new LogLinks({ of: () => open } as never, source as never);
    let time = 0;
    performance.now = () => {
      turns.step();
      return (time += 1);
    };
    const document = { uri: Uri.file('/log'), lineCount: lines } as unknown as TextDocument;
    const token = { isCancellationRequested: false } as CancellationToken;
    const found = await turns.during(() => links.provideDocumentLinks(document, token));
    assert.equal(found.length, lines / every);
    assert.ok(turns.maxLines <= 12, `${turns.maxLines} lines in one turn`);
    assert.ok(turns.maxSteps <= 24, `${turns.maxSteps} steps in one turn`);
    // Between two looks at the clock, a line is read, and the one before it for the file name of a list.
    assert.ok(turns.maxReads <= 8, `${turns.maxReads} readings of lines in one step`);
    // The lines, then each place three times: looked up, decided, made a link.
    assert.ok(turns.count >= (lines + 3 * found.length) / 12, `${turns.count} turns`);
  });
});

function pathOf(at: number): string {
  return `src/file${at}.ts`;
}

function lineAt(at: number): string {
  const place = Math.floor(at / every);
  if (at % every !== 0) return 'x'.repeat(100);
  return `${pathOf(place % files)}:${1 + (Math.floor(place / files) % linesOfFile)}:1: ${'y'.repeat(70)}`;
}

/** The lines; each reading of one is counted. */
function countedLines(lines: readonly string[], count: () => void): readonly string[] {
  return new Proxy(lines, {
    get: (target, name) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) count();
      return Reflect.get(target, name) as unknown;
    },
  });
}

/** The log, which tells when links of a line are asked for: that is once for each line that is looked at. */
function counted<T extends { links(at: number): unknown }>(log: T, lines: readonly string[], count: () => void): T {
  return new Proxy(log, {
    get: (target, name) => {
      if (name === 'lines') return lines;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'links') count();
      return value.bind(target) as unknown;
    },
  });
}

/** Counts what is done in one turn of the event loop. */
class Turns {
  count = 0;
  steps = 0;
  lines = 0;
  reads = 0;
  maxSteps = 0;
  maxLines = 0;
  /** Lines read between two looks at the clock. */
  maxReads = 0;

  /** Called at each look at the clock. */
  step(): void {
    this.steps += 1;
    this.maxReads = Math.max(this.maxReads, this.reads);
    this.reads = 0;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    let goes = true;
    const turn = (): void => {
      this.count += 1;
      this.maxSteps = Math.max(this.maxSteps, this.steps);
      this.maxLines = Math.max(this.maxLines, this.lines);
      [this.steps, this.lines] = [0, 0];
      if (goes) setImmediate(turn);
    };
    setImmediate(turn);
    return work().finally(() => (goes = false));
  }
}
