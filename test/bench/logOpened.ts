import { setImmediate as nextTurn } from 'node:timers/promises';
import { firstError } from '../../src/core/log/firstError';
import { locationsOf } from '../../src/core/log/locations';
import { timeSlice } from '../../src/core/util/timeSlice';
import { LogFeed } from '../../src/core/log/logFeed';
import { LogView } from '../../src/core/log/tailView';
import { Blocking } from './blocking';

const polls = 5;

export interface Opened {
  readonly seconds: number;
  readonly appendMs: readonly number[];
  readonly longestMs: number;
  readonly held: () => number;
}

/**
 * What an editor asks of a log: it is read as it comes from a server, its end is cut out as text, the first error and the
 * places are looked for; then it grows by a piece at a time, and GitLab sends all of it each time.
 */
export async function openAsEditors(pieces: readonly Buffer[], megabytes: number): Promise<Opened> {
  const blocking = new Blocking();
  const feed = new LogFeed();
  const view = new LogView(() => 5e6);
  const count = Math.ceil((megabytes * 1e6) / (pieces[0]?.length ?? 1));
  const shown = { characters: 0 };
  const read = async (pieceCount: number): Promise<number> => {
    const start = performance.now();
    const body = sent(pieces, pieceCount);
    await feed.read(() => Promise.resolve({ size: undefined, etag: undefined, isUnchanged: false, body }));
    view.grow(feed.log, false);
    shown.characters = view.of(feed.log).lines.join('\n').length;
    return performance.now() - start;
  };
  const [openMs, appendMs] = await blocking.during(async () => {
    const first = await read(count);
    await lookThrough(view, feed);
    const more: number[] = [];
    for (let poll = 1; poll <= polls; poll += 1) more.push(await read(count + poll));
    return [first, more] as const;
  });
  return { seconds: openMs / 1000, appendMs, longestMs: blocking.longestMs, held: () => shown.characters };
}

async function lookThrough(view: LogView, feed: LogFeed): Promise<void> {
  const log = view.of(feed.log);
  await firstError(log);
  await nextTurn();
  const [locationsAt, share] = [locationsOf(log.lines), timeSlice()];
  for (let at = 0; at < log.lines.length; at += 1) {
    locationsAt(at);
    const turn = share();
    if (turn !== undefined) await turn;
  }
}

/** As a socket gives it: others have their turn before each piece. */
async function* sent(pieces: readonly Buffer[], count: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < count; at += 1) {
    await nextTurn();
    yield pieces[at % pieces.length] ?? Buffer.alloc(0);
  }
}
