import { DiskError, GitLabError, isOutOfRange } from '../../model/errors';
import type { Clock } from '../../util/timer';
import { sleep } from '../../util/sleep';

/** Bytes on their way. */
export interface Download {
  /** To come, as Content-Length says; undefined where the server does not. */
  readonly size: number | undefined;
  /** Where a part was asked for and this is that part; `end` is not in it. */
  readonly range?: { readonly start: number; readonly end: number; readonly total: number } | undefined;
  /** Names this state of the file, fit for If-Range; undefined where the server does not. */
  readonly validator?: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is there already of a file, so the rest is enough as long as the server still has that file. */
export interface ResumePoint {
  readonly start: number;
  readonly validator: string;
}

/** Throws GitLabError, or the signal's reason. A server may send the whole file whatever it is asked for. */
export type Open = (from?: ResumePoint) => Promise<Download>;

/** A file's state: bytes come from `start` on. 0 after others: what came before is of no use. */
export interface Start {
  readonly kind: 'start';
  readonly start: number;
  readonly total: number | undefined;
  readonly validator: string | undefined;
}

export type Step = Start | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export interface TransferOptions {
  readonly open: Open;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** What is left of an earlier run. */
  readonly from?: (ResumePoint & { readonly total: number }) | undefined;
}

/** Pauses before another try, as long as none brings anything; one that does lets them begin again. */
const pausesMs: readonly number[] = [500, 1000, 2000, 4000, 8000];
/** A connection that brings less has brought nothing: a file must not take thousands of requests. */
const worthBytes = 262_144;

/**
 * A whole file, however often the connection breaks: it goes on where it was, and begins anew where the server sends
 * all or has another file by now. Throws what broke it last when it cannot go on, DiskError where too little or too much
 * comes, or the signal's reason.
 */
export async function* transfer(options: TransferOptions): AsyncGenerator<Step, void> {
  const way = new TransferState(options.from);
  for (let fruitless = 0; ; fruitless += 1) {
    const best = way.best;
    try {
      for await (const step of connection(options, way)) yield step;
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      if (way.best - best >= worthBytes) fruitless = 0;
      const pause = pausesMs[fruitless];
      if (!way.hasBegun || !isBreak(error) || pause === undefined) throw error;
      await sleep(pause, options);
    }
  }
}

/**
 * The same for who takes bytes but once, such as a cache: it goes on where it was, but cannot begin anew. Throws as
 * `transfer`, and DiskError where the server has nothing but the whole once more.
 */
export async function* resumableBody(options: Omit<TransferOptions, 'from'>): AsyncGenerator<Uint8Array, void> {
  let given = 0;
  for await (const step of transfer(options)) {
    if (step.kind === 'bytes') {
      given += step.bytes.byteLength;
      yield step.bytes;
    } else if (step.start !== given) throw new DiskError('incomplete', `${given}/${step.total ?? ''}`);
  }
}

/** How far a transfer is, over all its connections. */
class TransferState {
  hasBegun = false;
  /** The most bytes that were there at any time. */
  best = 0;
  at = 0;
  total: number | undefined;
  validator: string | undefined;

  constructor(from: TransferOptions['from']) {
    this.at = from?.start ?? 0;
    this.total = from?.total;
    this.validator = from?.validator;
  }

  get from(): ResumePoint | undefined {
    return this.at === 0 || this.validator === undefined ? undefined : { start: this.at, validator: this.validator };
  }

  begin({ size, range, validator }: Download): Start {
    this.hasBegun = true;
    this.at = range?.start ?? 0;
    this.total = range?.total ?? size;
    this.validator = validator ?? (range === undefined ? undefined : this.validator);
    return { kind: 'start', start: this.at, total: this.total, validator: this.validator };
  }

  advance(bytes: number): void {
    this.at += bytes;
    this.best = Math.max(this.best, this.at);
  }

  /** Whether an answer goes on with what is there. */
  fits({ range, validator }: Download, from: ResumePoint): boolean {
    if (range === undefined) return true; // The whole file: never wrong.
    const isSame = validator === undefined || validator === from.validator;
    return isSame && range.start === from.start && (this.total === undefined || range.total === this.total);
  }
}

async function* connection({ open, signal }: TransferOptions, way: TransferState): AsyncGenerator<Step, void> {
  const download = await opened(open, way);
  yield way.begin(download);
  for await (const bytes of download.body) {
    signal.throwIfAborted();
    way.advance(bytes.byteLength);
    if (way.total !== undefined && way.at > way.total) throw new DiskError('incomplete', `${way.at}/${way.total}`);
    yield { kind: 'bytes', bytes };
  }
  signal.throwIfAborted();
  if (way.total !== undefined && way.at < way.total) throw new ShortBody('incomplete', `${way.at}/${way.total}`);
}

async function opened(open: Open, way: TransferState): Promise<Download> {
  const { from } = way;
  if (from === undefined) return await whole(open);
  try {
    const download = await open(from);
    if (way.fits(download, from)) return download;
    await leave(download);
  } catch (error) {
    // There is less of it now than we have.
    if (!isOutOfRange(error)) throw error;
  }
  return await whole(open);
}

async function whole(open: Open): Promise<Download> {
  const download = await open();
  if ((download.range?.start ?? 0) === 0) return download;
  await leave(download);
  throw new GitLabError({ kind: 'invalidAnswer', reason: 'a part of the file in place of it' });
}

/** A body that nobody has begun to read would keep its connection. */
async function leave({ body }: Download): Promise<void> {
  const iterator = body[Symbol.asyncIterator]();
  await iterator.next().catch(() => undefined);
  await iterator.return?.();
}

/** The body ended before all of it had come. */
class ShortBody extends DiskError {}

/** Whether the way to the server is what failed, so that another try may do better. */
function isBreak(error: unknown): boolean {
  if (error instanceof ShortBody) return true;
  return error instanceof GitLabError && ['offline', 'timeout', 'server'].includes(error.failure.kind);
}

/** Whether a failure says nothing of the file itself, so that what came of it is worth keeping. */
export function isTransient(error: unknown): error is Error {
  if (isBreak(error)) return true;
  return error instanceof GitLabError && ['rateLimited', 'notGitLab', 'tls', 'storage'].includes(error.failure.kind);
}
