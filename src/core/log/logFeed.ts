import { createHash, type Hash } from 'node:crypto';
import { LogReader } from './reader';
import { maxShown } from './tailView';
import { timeSlice } from '../util/timeSlice';

/** Response to a request for a log. */
interface LogAnswer {
  readonly etag: string | undefined;
  /** Unchanged since the given ETag, so there is no body. */
  readonly isUnchanged: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Requests the whole log, unless it still has the given ETag. */
type AskForLog = (etag: string | undefined) => Promise<LogAnswer>;

/** Number of bytes to parse at a time. */
const pieceBytes = 16_384;

/** `replaced`: it has a different beginning, or is shorter. */
type LogChange = 'none' | 'grown' | 'replaced';

/** A log being read. GitLab always sends it from the start: the known part is compared by hash and not parsed again. */
export class LogFeed {
  private current = new LogReader();
  private hash = createHash('sha256');
  private size = 0;
  private etag: string | undefined;
  private isSettled = false;
  private wasCut = false;

  get log(): LogReader {
    return this.current;
  }

  /** Whether the log exceeds the read limit. */
  get isCut(): boolean {
    return this.wasCut;
  }

  /** Number of bytes read. */
  get bytes(): number {
    return this.size;
  }

  /**
   * Must not be called concurrently.
   *
   * @param progress called with the number of new bytes so far
   */
  async read(ask: AskForLog, progress?: (bytes: number) => void): Promise<LogChange> {
    const answer = await ask(this.etag);
    if (answer.isUnchanged) return 'none';
    const change = await this.take(answer, progress);
    if (change !== 'replaced') return change;
    this.forget();
    await this.take(await ask(undefined), progress);
    return 'replaced';
  }

  /** Called when reading was canceled: the log's end is missing. */
  stop(): void {
    this.wasCut = true;
  }

  /** Ends the log; no more output is expected. */
  settle(): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.current.end();
  }

  private async take({ body, etag }: LogAnswer, progress?: (bytes: number) => void): Promise<LogChange> {
    const [known, prefix] = [this.size, createHash('sha256')];
    const yieldIfDue = timeSlice();
    let seen = 0;
    for await (const chunk of body) {
      // Chunks that have already arrived come without a pause.
      await yieldIfDue();
      const own = chunk.subarray(0, Math.max(0, known - seen));
      prefix.update(own);
      seen += own.length;
      const news = chunk.subarray(own.length);
      if (news.length === 0) continue;
      if (this.size === known && !this.mayGrow(prefix)) return 'replaced';
      this.wasCut = this.current.isFull;
      if (this.wasCut) break;
      for (let at = 0; at < news.length; at += pieceBytes) {
        this.push(news.subarray(at, at + pieceBytes));
        const turn = yieldIfDue();
        if (turn !== undefined) await turn;
      }
      progress?.(this.size - known);
    }
    if (this.size === known && (seen < known || !isSame(prefix, this.hash))) return 'replaced';
    this.etag = etag;
    return this.size === known ? 'none' : 'grown';
  }

  private mayGrow(prefix: Hash): boolean {
    return !this.isSettled && isSame(prefix, this.hash);
  }

  private push(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.size += bytes.length;
    this.current.push(bytes);
    this.current.forget(maxShown);
  }

  private forget(): void {
    this.current = new LogReader();
    this.hash = createHash('sha256');
    this.size = 0;
    this.etag = undefined;
    this.isSettled = false;
    this.wasCut = false;
  }
}

function isSame(one: Hash, other: Hash): boolean {
  return one.copy().digest().equals(other.copy().digest());
}
