import { GitLabError, isOutOfRange } from '../../model/errors';
import type { RandomAccess } from './archive';
import { ArchiveError } from '../archiveErrors';

/** Range from `start` to `end` (exclusive), or the last bytes. */
export type RangeRequest = { readonly start: number; readonly end: number } | { readonly last: number };

/** The bytes from `start` to `end` (exclusive) of a file of `total` bytes. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly total: number;
}

/** A server's response with a file, or a range of it. */
export interface FileResponse {
  /** Length of the body in bytes; undefined if the server doesn't say. */
  readonly size: number | undefined;
  /** Range of the body; undefined: the whole file. */
  readonly range?: Range | undefined;
  /** Validator that identifies this version of the file, for If-Range; undefined if the server doesn't send one. */
  readonly validator?: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Requests a range of a file; with `validator`, only of that version. A server without range support, or with another
 * version, sends the whole file. Throws GitLabError, or the signal's reason.
 */
export type RequestRange = (
  wanted: RangeRequest,
  validator: string | undefined,
  signal: AbortSignal,
) => Promise<FileResponse>;

interface RemoteOptions {
  readonly signal: AbortSignal;
  /** Size in bytes, if known. Some storages don't support ranges relative to the end. */
  readonly size?: number | undefined;
}

/** Size of the initial request at the end of an archive, which usually contains its directory. */
export const tailBytes = 65_536;
/** Maximum size of an unrequested whole file to accept, because that costs less than another request. */
const smallBytes = 256 * 1024;

/**
 * Random access to a file on a server, one request per read; its end is loaded in advance. Undefined if the server
 * doesn't support ranges. Reads throw ArchiveError if the file has changed.
 */
export async function remoteFile(
  ask: RequestRange,
  { size, signal }: RemoteOptions,
): Promise<RandomAccess | undefined> {
  const hurry = new AbortController();
  const until = AbortSignal.any([signal, hurry.signal]);
  try {
    const given = await askForEnd(ask, size, until);
    if (given === undefined) return undefined;
    const { range, validator } = given;
    if (range === undefined) return (given.size ?? Infinity) <= smallBytes ? inMemory(await bytesOf(given)) : undefined;
    const isEnd = range.end === range.total && range.end - range.start <= tailBytes;
    return isEnd ? new RemoteFile(ask, range, validator, await bytesOf(given)) : undefined;
  } finally {
    // Cancel a body that isn't needed.
    hurry.abort();
  }
}

async function askForEnd(
  ask: RequestRange,
  size: number | undefined,
  signal: AbortSignal,
): Promise<FileResponse | undefined> {
  try {
    if (size === undefined || size === 0) return await ask({ last: tailBytes }, undefined, signal);
    const given = await ask(endOf(size), undefined, signal);
    const total = given.range?.total;
    if (total === undefined || total === size) return given;
    return await ask(endOf(total), given.validator, signal);
  } catch (error) {
    // The file is shorter than reported.
    if (isOutOfRange(error) && size !== undefined) return askForEnd(ask, undefined, signal);
    const isUnfit = error instanceof GitLabError && error.failure.kind === 'invalidAnswer';
    if (isUnfit || isOutOfRange(error)) return undefined;
    throw error;
  }
}

function endOf(size: number): RangeRequest {
  return { start: Math.max(size - tailBytes, 0), end: size };
}

class RemoteFile implements RandomAccess {
  readonly size: number;

  constructor(
    private readonly ask: RequestRange,
    private readonly held: Range,
    private readonly validator: string | undefined,
    private readonly tail: Buffer,
  ) {
    this.size = held.total;
    if (tail.length !== held.end - held.start) throw new ArchiveError('truncated');
  }

  async *read(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const { held, tail } = this;
    if (start < held.start) yield* this.fetch(start, Math.min(end, held.start), signal);
    if (end > held.start) yield tail.subarray(Math.max(start - held.start, 0), end - held.start);
  }

  private async *fetch(start: number, end: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
    if (start >= end) return;
    const own = new AbortController();
    let left = end - start;
    try {
      const until = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
      const given = await this.ask({ start, end }, this.validator, until);
      this.check(given, start, end);
      for await (const piece of given.body) {
        left -= piece.length;
        if (left < 0) throw new ArchiveError('changed');
        yield piece;
      }
      if (left > 0) throw new ArchiveError('truncated');
    } finally {
      if (left !== 0) own.abort();
    }
  }

  private check({ range, validator }: FileResponse, start: number, end: number): void {
    const isSame = validator === undefined || this.validator === undefined || validator === this.validator;
    const isPart = range?.start === start && range.end === end && range.total === this.size;
    if (!isSame || !isPart) throw new ArchiveError('changed');
  }
}

/** Random access to a buffer. */
export function inMemory(bytes: Buffer): RandomAccess {
  return {
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- as those that wait
    async *read(start, end) {
      if (start < end) yield bytes.subarray(start, end);
    },
  };
}

async function bytesOf({ body }: FileResponse): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
