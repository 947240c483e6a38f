import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LogRun, Reader } from './log.bench';
import { pieceBytes } from './logText';
import { short, spread } from './numbers';
import type { Line, Measured, Options } from './part';

const sizesMB = [1, 10, 100];
const readers: readonly Reader[] = ['ours', 'ours, timestamps', 'ours, opened', 'anser', 'ansi_up'];

interface Row {
  readonly reader: Reader;
  readonly megabytes: number;
  readonly perSecond: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly longestMs: number;
  readonly peak: number;
  readonly held: number;
}

/** Reading a log as it comes, in pieces of 64 KiB: speed, what an append costs, and memory, next to two libraries. */
export async function measureLog({ programs, runs }: Options): Promise<Measured> {
  const rows: Row[] = [];
  for (const megabytes of sizesMB)
    for (const reader of readers) rows.push(await median(programs, reader, megabytes, megabytes === 100 ? 1 : runs));
  return { lines: rows.map(lineOf), numbers: rows };
}

/** Of the turns the median in speed. */
async function median(programs: string, reader: Reader, megabytes: number, turns: number): Promise<Row> {
  const rows: Row[] = [];
  for (let turn = 0; turn < turns; turn += 1) rows.push(await once(programs, reader, megabytes));
  rows.sort((a, b) => a.perSecond - b.perSecond);
  const middle = rows[Math.floor(rows.length / 2)];
  if (middle === undefined) throw new Error('Nothing was measured.');
  return middle;
}

async function once(programs: string, reader: Reader, megabytes: number): Promise<Row> {
  const program = join(programs, 'log.bench.mjs');
  const node = ['--expose-gc', '--max-old-space-size=4096', program, reader, String(megabytes)];
  const { stdout } = await promisify(execFile)(process.execPath, node, { maxBuffer: 1 << 26 });
  const { seconds, appendMs, longestMs, peakMB, heldMB } = JSON.parse(stdout) as LogRun;
  const part = Math.ceil(appendMs.length / 5);
  return {
    reader,
    megabytes,
    perSecond: megabytes / seconds,
    firstMs: spread(appendMs.slice(0, part)).median,
    lastMs: spread(appendMs.slice(-part)).median,
    longestMs,
    peak: peakMB / megabytes,
    held: heldMB / megabytes,
  };
}

function lineOf(row: Row): Line {
  const { reader, megabytes, perSecond, peak, held } = row;
  const isOurs = reader.startsWith('ours');
  const memory = `memory ${short(peak)} × its size at the peak, ${short(held)} × held at the end`;
  const aim = isOurs ? { aim: aims[reader] ?? '≥ 50 MB/s, ≤ 50 ms, ≤ 3 × of a big one' } : {};
  return {
    what: whatOf(reader, megabytes),
    measured: `${short(perSecond)} MB/s; ${appendsOf(row)}; ${memory}`,
    ...aim,
  };
}

const aims: Readonly<Record<string, string>> = {
  'ours, opened': '≤ 50 ms, ≤ 3 × of a big one',
};

function whatOf(reader: Reader, megabytes: number): string {
  if (reader === 'ours, opened') return `a log of ${megabytes} MB opened as in an editor, and five times grown there`;
  return reader.startsWith('ours')
    ? `a log of ${megabytes} MB read (${reader})`
    : `the colours of it alone, ${megabytes} MB (${reader})`;
}

function appendsOf({ reader, firstMs, lastMs, longestMs }: Row): string {
  const atMost = `others wait ${short(longestMs)} ms at most`;
  if (reader === 'ours, opened')
    return `${pieceBytes / 1024} KiB more, sent with all the rest, in ${short(lastMs)} ms; ${atMost}`;
  return `an append of ${pieceBytes / 1024} KiB ${short(firstMs)} ms at first, ${short(lastMs)} ms at last; ${atMost}`;
}
