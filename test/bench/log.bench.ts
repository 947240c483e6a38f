import { LogReader } from '../../src/core/log/reader';
import { openAsEditors } from './logOpened';
import { Blocking } from './blocking';
import { logPieces } from './logText';

/** What a run of one reader says, in one line of JSON. */
export interface LogRun {
  readonly seconds: number;
  /** Of each append, in order. */
  readonly appendMs: readonly number[];
  /** How long others waited at most. */
  readonly longestMs: number;
  /** MB above what the process held before, by the system's count. */
  readonly peakMB: number;
  /** MB above what was held before, by V8's count, which leaves out what is kept for the next objects. */
  readonly heldMB: number;
}

export type Reader = 'ours' | 'ours, timestamps' | 'ours, opened' | 'anser' | 'ansi_up';

interface Anser {
  ansiToJson(text: string): unknown;
}
interface AnsiUpModule {
  AnsiUp: new () => { ansi_to_html(text: string): string };
}

interface Fed {
  readonly append: (piece: Buffer) => void;
  /** How much is kept, in pieces or lines. */
  readonly held: () => number;
}

type Times = Pick<LogRun, 'seconds' | 'appendMs' | 'longestMs'>;

/** Feeds one reader, in a process of its own: only so is the peak its own. */
async function run(name: Reader, megabytes: number): Promise<LogRun> {
  const fed = name === 'ours, opened' ? undefined : await readerOf(name);
  const pieces = logPieces(name === 'ours, timestamps');
  globalThis.gc?.();
  const [before, heldBefore] = [process.memoryUsage.rss(), held()];
  const opened = fed === undefined ? await openAsEditors(pieces, megabytes) : undefined;
  const times = opened ?? feed(fed, pieces, megabytes);
  // In KB.
  const peak = process.resourceUsage().maxRSS * 1024;
  globalThis.gc?.();
  const heldAfter = held();
  if ((opened ?? fed)?.held() === 0) throw new Error('Nothing was read.');
  return { ...times, peakMB: (peak - before) / 1e6, heldMB: (heldAfter - heldBefore) / 1e6 };
}

function feed(fed: Fed | undefined, pieces: readonly Buffer[], megabytes: number): Times {
  const appendMs: number[] = [];
  const blocking = new Blocking();
  for (let bytes = 0; bytes < megabytes * 1e6;) {
    const piece = pieces[appendMs.length % pieces.length] ?? Buffer.alloc(0);
    bytes += piece.length;
    blocking.begin();
    fed?.append(piece);
    appendMs.push(blocking.end());
  }
  return { seconds: appendMs.reduce((sum, ms) => sum + ms, 0) / 1000, appendMs, longestMs: blocking.longestMs };
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The two libraries read the colours alone, and keep what they give, as a view of the log would. */
async function readerOf(name: Reader): Promise<Fed> {
  const library: string = name;
  const kept: unknown[] = [];
  const count = (): number => kept.length;
  if (name === 'anser') {
    const { default: anser } = (await import(library)) as { readonly default: Anser };
    return { append: (piece) => kept.push(anser.ansiToJson(piece.toString())), held: count };
  }
  if (name === 'ansi_up') {
    const { AnsiUp } = (await import(library)) as AnsiUpModule;
    const ansiUp = new AnsiUp();
    return { append: (piece) => kept.push(ansiUp.ansi_to_html(piece.toString())), held: count };
  }
  const reader = new LogReader();
  return { append: (piece) => reader.push(piece), held: () => reader.lines.length };
}

const [, , name = 'ours', megabytes = '1'] = process.argv;
console.log(JSON.stringify(await run(name as Reader, Number(megabytes))));
