import type { FileResponse } from '../archive/remoteArchive';
import { DiskError, GitLabError, isOutOfRange } from '../../model/errors';
import type { Clock } from '../../util/timer';
import { sleep } from '../../util/sleep';

/** Existing part of a file, so that only the rest is needed if the server still has the same file. */
export interface ResumePoint {
  readonly start: number;
  readonly validator: string;
}

/**
 * Starts a download. A server may send the whole file regardless of `from`. Throws GitLabError, or the signal's reason.
 */
export type StartDownload = (from?: ResumePoint) => Promise<FileResponse>;

/** Bytes follow from offset `start`. 0 after others means that previous bytes are obsolete. */
export interface TransferStart {
  readonly kind: 'start';
  readonly start: number;
  readonly total: number | undefined;
  readonly validator: string | undefined;
}

type Step = TransferStart | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export interface TransferOptions {
  readonly open: StartDownload;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** What an earlier run has left. */
  readonly from?: (ResumePoint & { readonly total: number }) | undefined;
}

/** Delays in ms between consecutive attempts without progress; progress resets them. */
const pausesMs: readonly number[] = [500, 1000, 2000, 4000, 8000];
/** Minimum progress in bytes that resets the delays, so that a file doesn't take thousands of requests. */
const worthBytes = 262_144;

/**
 * Downloads a file completely, resuming lost connections; starts again if the server sends the whole file or has a
 * different one. Throws the last error if it can't continue, DiskError if too few or too many bytes arrive, or the
 * signal's reason.
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
      if (!way.hasBegun || !isConnectionFailure(error) || pause === undefined) throw error;
      await sleep(pause, options);
    }
  }
}

/**
 * Like `transfer`, for consumers that can't rewind, such as a cache: resumes, but can't start again. Throws like
 * `transfer`, and DiskError if the server can only send the whole file again.
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

/** Progress of a transfer across its connections. */
class TransferState {
  hasBegun = false;
  /** Largest number of bytes reached. */
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

  begin({ size, range, validator }: FileResponse): TransferStart {
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

  /** Whether a response continues the existing bytes. */
  fits({ range, validator }: FileResponse, from: ResumePoint): boolean {
    if (range === undefined) return true; // The whole file always fits.
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

async function opened(open: StartDownload, way: TransferState): Promise<FileResponse> {
  const { from } = way;
  if (from === undefined) return await whole(open);
  try {
    const download = await open(from);
    if (way.fits(download, from)) return download;
    await leave(download);
  } catch (error) {
    // The server's file is shorter than what we have.
    if (!isOutOfRange(error)) throw error;
  }
  return await whole(open);
}

async function whole(open: StartDownload): Promise<FileResponse> {
  const download = await open();
  if ((download.range?.start ?? 0) === 0) return download;
  await leave(download);
  throw new GitLabError({ kind: 'invalidAnswer', reason: 'a part of the file in place of it' });
}

/** Closes a body that hasn't been read, to release its connection. */
async function leave({ body }: FileResponse): Promise<void> {
  const iterator = body[Symbol.asyncIterator]();
  await iterator.next().catch(() => undefined);
  await iterator.return?.();
}

/** The body ended early. */
class ShortBody extends DiskError {}

/** Whether the connection failed, so that another attempt may succeed. */
function isConnectionFailure(error: unknown): boolean {
  if (error instanceof ShortBody) return true;
  return error instanceof GitLabError && ['offline', 'timeout', 'server'].includes(error.failure.kind);
}

/** Whether the failure isn't about the file itself, so that the partial file is worth keeping. */
export function isTransient(error: unknown): error is Error {
  if (isConnectionFailure(error)) return true;
  return error instanceof GitLabError && ['rateLimited', 'notGitLab', 'tls', 'storage'].includes(error.failure.kind);
}
