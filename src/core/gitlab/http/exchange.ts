import type { Response } from 'node-fetch';
import { GitLabError } from '../../model/errors';
import { failureOfConnection } from './httpFailures';

/** Applies a time limit to each wait of one exchange, and classifies its end: aborted by the caller, timeout, network. */
export class Deadline {
  readonly signal: AbortSignal;
  private readonly own = new AbortController();
  private isOver = false;

  constructor(
    readonly host: string,
    private readonly caller: AbortSignal,
  ) {
    this.signal = AbortSignal.any([caller, this.own.signal]);
  }

  async within<T>(ms: number, work: () => Promise<T>): Promise<T> {
    this.caller.throwIfAborted();
    const timer = setTimeout(() => {
      this.isOver = true;
      this.own.abort();
    }, ms);
    try {
      return await work();
    } catch (error) {
      throw this.explain(error);
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.own.abort();
  }

  private explain(error: unknown): unknown {
    if (this.caller.aborted) return this.caller.reason;
    if (this.isOver) return new GitLabError({ kind: 'timeout', host: this.host });
    return new GitLabError(failureOfConnection(error, this.host));
  }
}

/** A response whose body hasn't been read. */
export class Exchange {
  constructor(
    readonly response: Response,
    private readonly deadline: Deadline,
    private readonly idleMs: number,
  ) {}

  get host(): string {
    return this.deadline.host;
  }

  /** The body in chunks. Leaving the loop early closes the connection. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const { body } = this.response;
    if (body === null) return;
    const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    let whole = false;
    try {
      for (;;) {
        const next = await this.deadline.within(this.idleMs, () => iterator.next());
        if (next.done === true) break;
        yield next.value;
      }
      whole = true;
    } finally {
      if (!whole) this.close();
    }
  }

  /** The body in chunks, up to the announced number of bytes. Throws `invalidAnswer` at the first excess byte. */
  async *chunksUpTo(bytes: number): AsyncGenerator<Uint8Array, void> {
    let left = bytes;
    for await (const chunk of this.chunks()) {
      if (chunk.length > left) {
        const reason = 'more bytes than announced';
        throw new GitLabError({ kind: 'invalidAnswer', host: this.host, status: this.response.status, reason });
      }
      left -= chunk.length;
      yield chunk;
    }
  }

  /** The whole body as text. If it exceeds the limit, returns undefined and closes the connection. */
  async text(maxBytes: number): Promise<string | undefined> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.chunks()) {
      bytes += chunk.length;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Closes the connection and discards what hasn't been read. */
  close(): void {
    this.deadline.end();
  }
}
