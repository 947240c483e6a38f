import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open as openFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive } from '../../src/core/artifacts/archive/archive';
import { openArtifacts } from '../../src/core/artifacts/archive/browse';
import { connect } from './connect';
import { writeSparseZip, type WrittenZip } from '../gitlab/sparseZip';
import type { Downloaded } from './downloader.bench';
import { short, spread, timed, told } from './numbers';
import type { Line, Measured, Options } from './part';
import { answerOf, withProgram } from './processes';
import type { Cost, Stored } from './storage.bench';

const [entries, bytesEach, smallBytes] = [10_000, 107_000, 10_000];
/** A gigabyte each. */
const maxTurns = 5;
const kB = 1000;

/** An archive of a gigabyte: what its list costs, and one small file of it; how fast all of it comes. */
export async function measureArtifacts(options: Options): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-builds-bench-'));
  try {
    const [path, small] = [join(folder, 'artifacts.zip'), join(folder, 'small.zip')];
    const written = await writeSparseZip(path, { entries, bytesEach });
    await writeSparseZip(small, { entries, bytesEach: smallBytes });
    const costs = [await browse(options, path, small, 'direct'), await browse(options, path, small, 'redirect')];
    const turns = await download(options, path, folder, written.size);
    const lines = [...costs.flatMap((each) => browsed(each, written)), ...downloaded(turns)];
    return { lines, numbers: { written, costs, turns } };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Browsing {
  readonly storage: 'direct' | 'redirect';
  readonly listed: Cost;
  readonly opened: Cost;
  readonly ms: number;
}

async function browse(
  { programs }: Options,
  path: string,
  small: string,
  storage: Browsing['storage'],
): Promise<Browsing> {
  const big = await withProgram(programs, ['storage', path, storage], (stored: Stored, server) =>
    listOf(stored, server),
  );
  const opened = await withProgram(programs, ['storage', small, storage], async (stored: Stored, server) => {
    const { archive } = await listOf(stored, server);
    return costOf(server, () => open(archive));
  });
  return { storage, listed: big.listed, opened, ms: big.ms };
}

async function listOf({ url, token, project, build: id }: Stored, server: ChildProcess) {
  const { signal } = new AbortController();
  const client = connect(url, token);
  const build = await client.build(project, id, signal);
  let archive: Archive = { entries: [], open: () => assert.fail() };
  let ms = 0;
  const listed = await costOf(server, async () => {
    ms = await timed(async () => {
      archive = await openArtifacts(
        {
          size: build.artifacts?.size,
          ask: (range, validator, until) => client.artifacts.archive(project, id, until, { range, validator }),
          tree: () => assert.fail('no part was given'),
          entry: () => assert.fail('no part was given'),
          download: () => assert.fail('no part was given'),
        },
        signal,
      );
    });
  });
  assert.equal(archive.entries.length, entries);
  return { archive, listed, ms };
}

async function open(archive: Archive): Promise<void> {
  const file = archive.entries[entries / 2];
  assert.ok(file);
  let bytes = 0;
  for await (const piece of archive.open(file, new AbortController().signal)) bytes += piece.length;
  assert.equal(bytes, smallBytes);
}

async function costOf(server: ChildProcess, work: () => Promise<unknown>): Promise<Cost> {
  const ask = async (): Promise<Cost> => {
    const answer = answerOf<Cost>(server);
    server.send('cost');
    return answer;
  };
  await ask();
  await work();
  return ask();
}

interface Turn {
  readonly ours: Downloaded;
  readonly curlMs: number;
  /** The same, and until its file is on the disk, as ours is. */
  readonly flushedMs: number;
}

/** By turns, from one server that has a process of its own, each into a file of its own. */
async function download(
  { runs, programs }: Options,
  path: string,
  folder: string,
  size: number,
): Promise<readonly Turn[]> {
  return withProgram(programs, ['storage', path, 'redirect'], async (stored: Stored) => {
    const turns: Turn[] = [];
    for (let turn = 0; turn < Math.min(runs, maxTurns); turn++) {
      const theirs = await curl(stored, join(folder, 'curl.zip'), size);
      const job = JSON.stringify(stored);
      const ours = await withProgram(programs, ['downloader', job], async (done: Downloaded) => done);
      assert.equal(ours.bytes, size);
      turns.push({ ours, ...theirs });
    }
    return turns;
  });
}

async function curl(
  { url, token, project, build }: Stored,
  to: string,
  size: number,
): Promise<Pick<Turn, 'curlMs' | 'flushedMs'>> {
  const address = `${url}/api/v4/projects/${encodeURIComponent(project)}/jobs/${build}/artifacts`;
  const curlMs = await timed(async () => {
    const child = spawn('curl', ['-sfL', '-H', `PRIVATE-TOKEN: ${token}`, '-o', to, address], { stdio: 'inherit' });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0, 'curl has failed');
  });
  const file = await openFile(to, 'r+');
  const flushMs = await timed(() => file.datasync());
  await file.close();
  assert.equal((await stat(to)).size, size);
  await rm(to);
  return { curlMs, flushedMs: curlMs + flushMs };
}

function browsed({ storage, listed, opened, ms }: Browsing, { size, directoryAt }: WrittenZip): readonly Line[] {
  const of = storage === 'direct' ? 'GitLab itself' : 'a storage';
  const directory = size - directoryAt;
  return [
    {
      what: `list ${entries.toLocaleString('en')} files in 1 GB, from ${of}`,
      measured: `${costs(listed)}, ${short(ms)} ms (the directory: ${inKB(directory)})`,
      aim: '≤ 3 requests, ≤ directory + 64 kB',
    },
    { what: `open one of 10 kB, from ${of}`, measured: costs(opened), aim: '1 request' },
  ];
}

function downloaded(turns: readonly Turn[]): readonly Line[] {
  const rate = (ms: number, bytes: number): number => bytes / 1e6 / (ms / 1000);
  const ours = spread(turns.map((each) => rate(each.ours.ms, each.ours.bytes)));
  const theirs = spread(turns.map((each) => rate(each.curlMs, each.ours.bytes)));
  const ratios = spread(turns.map((each) => each.curlMs / each.ours.ms));
  const flushed = spread(turns.map((each) => each.flushedMs / each.ours.ms));
  const grown = spread(turns.map((each) => each.ours.peakMB - each.ours.beforeMB));
  return [
    {
      what: 'download 1 GB, MB/s',
      measured: `${told(ours, '')} : curl ${told(theirs, '')} = ${told(ratios, '×')}`,
      aim: '≥ 0.8 ×',
    },
    { what: '· next to curl and a flush of its file, as ours is flushed', measured: told(flushed, '×') },
    { what: 'memory that it takes on the way, MB', measured: told(grown, ''), aim: 'flat' },
  ];
}

function costs({ requests, bytes }: Cost): string {
  return `${requests} ${requests === 1 ? 'request' : 'requests'}, ${inKB(bytes)}`;
}

function inKB(bytes: number): string {
  return `${(bytes / kB).toFixed(0)} kB`;
}
