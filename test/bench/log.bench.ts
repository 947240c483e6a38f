import { LogReader } from '../../src/core/log/reader';
import { logPieces } from './logText';

/** What a run of one reader says, in one line of JSON. */
export interface LogRun {
  readonly seconds: number;
  /** Of each append, in order. */
  readonly appendMs: readonly number[];
  /** MB above what the process held before. */
  readonly peakMB: number;
  readonly heldMB: number;
}

export type Reader = 'ours' | 'ours, timestamps' | 'anser' | 'ansi_up';

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

/** Feeds one reader, in a process of its own: only so is the peak its own. */
async function run(name: Reader, megabytes: number): Promise<LogRun> {
  const { append, held } = await readerOf(name);
  const pieces = logPieces(name === 'ours, timestamps');
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const appendMs: number[] = [];
  for (let bytes = 0; bytes < megabytes * 1e6;) {
    const piece = pieces[appendMs.length % pieces.length] ?? Buffer.alloc(0);
    bytes += piece.length;
    const start = performance.now();
    append(piece);
    appendMs.push(performance.now() - start);
  }
  // In KB.
  const peak = process.resourceUsage().maxRSS * 1024;
  globalThis.gc?.();
  const after = process.memoryUsage.rss();
  if (held() === 0) throw new Error('Nothing was read.');
  const seconds = appendMs.reduce((sum, ms) => sum + ms, 0) / 1000;
  return { seconds, appendMs, peakMB: (peak - before) / 1e6, heldMB: (after - before) / 1e6 };
}

/** The two libraries read the colours alone, and keep what they give, as a view of the log would. */
async function readerOf(name: Reader): Promise<Fed> {
  const library: string = name;
  const kept: unknown[] = [];
  const held = (): number => kept.length;
  if (name === 'anser') {
    const { default: anser } = (await import(library)) as { readonly default: Anser };
    return { append: (piece) => kept.push(anser.ansiToJson(piece.toString())), held };
  }
  if (name === 'ansi_up') {
    const { AnsiUp } = (await import(library)) as AnsiUpModule;
    const ansiUp = new AnsiUp();
    return { append: (piece) => kept.push(ansiUp.ansi_to_html(piece.toString())), held };
  }
  const reader = new LogReader();
  return { append: (piece) => reader.push(piece), held: () => reader.lines.length };
}

const [, , name = 'ours', megabytes = '1'] = process.argv;
console.log(JSON.stringify(await run(name as Reader, Number(megabytes))));
