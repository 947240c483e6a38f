import type { Response } from 'node-fetch';
import { GitLabError } from '../errors';
import { failureOfConnection } from './answers';

/** Bounds each wait of one exchange, and says whose fault its end was: the caller's, the clock's or the network's. */
export class Patience {
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

/** A response whose body is still to come. */
export class Exchange {
  constructor(
    readonly response: Response,
    private readonly patience: Patience,
    private readonly idleMs: number,
  ) {}

  get host(): string {
    return this.patience.host;
  }

  /** The body as it comes; ending the loop early closes the connection. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const { body } = this.response;
    if (body === null) return;
    const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    let whole = false;
    try {
      for (;;) {
        const next = await this.patience.within(this.idleMs, () => iterator.next());
        if (next.done === true) break;
        yield next.value;
      }
      whole = true;
    } finally {
      if (!whole) this.close();
    }
  }

  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks()) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Gives up what has not been read. */
  close(): void {
    this.patience.end();
  }
}
