import type { HyperLink, Log, Section, Span, Stream as StreamName } from './log';
import { styleOf } from './sgr';
import { LogBuffer } from './logBuffer';
import { iterateRuns } from './runs';
import { Stream } from './stream';
import { firstShown, type Extent } from './tailView';
import { fits, headerBytes, headerOf } from './timestamps';

const lineFeed = 0x0a;
/** Limits for reading a log. GitLab stores 100 MB by default. */
export const maxRead = { bytes: 256 * 1024 * 1024, lines: 4_000_000 };

/** Whether lines have the runner's timestamp headers; the first line decides. */
type Kind = 'unknown' | 'stamped' | 'plain';

/**
 * Incremental parser for job logs. The result doesn't depend on how the bytes are split. Time is linear in the piece,
 * regardless of what was read before; callers that must not block pass at most 1 MB at a time.
 */
export class LogReader implements Log {
  private readonly rows = new LogBuffer();
  /** Stream for text without headers; the only one in a log without timestamps. */
  private readonly plain = new Stream(this.rows);
  private readonly streams = new Map<number, Stream>();
  private current = this.plain;
  private kind: Kind = 'unknown';
  /** Bytes of an incomplete header at the start of a physical line. */
  private readonly header = Buffer.alloc(headerBytes);
  private headerSize = 0;
  private isAtHeader = true;
  private bytes = 0;
  /** Number of bytes read when the oldest lines were last dropped. */
  private bytesKept = 0;

  /** Adds bytes. Returns the index of the first line that is new, changed or removed; earlier lines are unchanged. */
  push(more: Uint8Array): number {
    const bytes = Buffer.from(more.buffer, more.byteOffset, more.byteLength);
    this.bytes += bytes.length;
    let at = 0;
    while (at < bytes.length) at = this.isAtHeader ? this.readHeader(bytes, at) : this.readLine(bytes, at);
    return this.rows.takeChanged();
  }

  /** Whether a limit is reached, so that callers should stop. */
  get isFull(): boolean {
    return this.bytes >= maxRead.bytes || this.dropped + this.rows.lines.length >= maxRead.lines;
  }

  /** Number of lines dropped before the first one that is kept. */
  get dropped(): number {
    return this.rows.dropped;
  }

  /**
   * Drops the oldest lines of a long log. Keeps at least the given extent, and at most 1.5 times as much. Amortized linear:
   * it runs only after the log has grown by half the extent.
   */
  forget({ characters, lines }: Extent): void {
    const isLong = this.bytes - this.bytesKept >= characters / 2 || this.rows.lines.length >= 1.5 * lines;
    if (!isLong) return;
    this.bytesKept = this.bytes;
    const count = firstShown(this, { characters, lines });
    if (count === 0) return;
    this.rows.dropFirst(count);
    for (const stream of this.all()) stream.drop(count);
  }

  /** Ends the log: completes a partial code point, escape sequence or header. Returns the same as `push`. */
  end(): number {
    if (this.isAtHeader && this.headerSize > 0) this.withoutHeader();
    for (const stream of this.all()) stream.end();
    return this.rows.takeChanged();
  }

  /** Current lines; read them again after `push`. */
  get lines(): readonly string[] {
    for (const { row, text } of this.unfinished()) this.rows.lines[row] = text;
    return this.rows.lines;
  }

  get sections(): readonly Section[] {
    for (const { row, text } of this.unfinished()) this.rows.sections.header(row, text);
    return this.rows.sections.all;
  }

  spans(line: number, most = Infinity): readonly Span[] {
    const styles = this.streamAt(line)?.runs.styles.slice(0, 4 * most) ?? this.rows.styles.of(line, most);
    return Array.from(iterateRuns(styles), ([start, end, ink, paper]) => ({ start, end, style: styleOf(ink, paper) }));
  }

  links(line: number): readonly HyperLink[] {
    const links = this.streamAt(line)?.runs.links ?? this.rows.links.of(line);
    return Array.from(iterateRuns(links)).flatMap(([start, end, index]) => {
      const url = this.rows.url(index);
      return url === undefined ? [] : [{ start, end, url }];
    });
  }

  timestamp(line: number): number | undefined {
    return this.rows.time(line);
  }

  stream(line: number): StreamName | undefined {
    return this.rows.stream(line);
  }

  private readLine(bytes: Buffer, start: number): number {
    const lineEnd = bytes.indexOf(lineFeed, start);
    if (lineEnd < 0) {
      this.current.write(bytes, start, bytes.length);
      return bytes.length;
    }
    if (this.current === this.plain) {
      if (!this.plain.writeWhole(bytes, start, lineEnd)) {
        this.plain.write(bytes, start, lineEnd);
        this.plain.endLine();
      }
    } else {
      this.current.write(bytes, start, lineEnd);
      this.current.pause();
    }
    this.isAtHeader = this.kind === 'stamped';
    return lineEnd + 1;
  }

  private readHeader(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (!fits(byte, this.headerSize)) {
        this.withoutHeader();
        return at;
      }
      this.header[this.headerSize++] = byte;
      if (this.headerSize < headerBytes) continue;
      this.withHeader();
      return at + 1;
    }
    return bytes.length;
  }

  private withHeader(): void {
    const { time, key, stream, isMore } = headerOf(this.header, 0);
    this.headerSize = 0;
    this.isAtHeader = false;
    this.kind = 'stamped';
    const known = this.streams.get(key);
    this.current = known ?? new Stream(this.rows);
    if (known === undefined) this.streams.set(key, this.current);
    else if (!isMore) known.endLine();
    if (!isMore || known?.row === undefined) this.current.origin = { stream, time };
  }

  /** Treats the bytes of a presumed header as text. */
  private withoutHeader(): void {
    const size = this.headerSize;
    this.headerSize = 0;
    this.isAtHeader = false;
    if (this.kind === 'unknown') this.kind = 'plain';
    this.current = this.plain;
    this.plain.write(this.header, 0, size);
  }

  private *unfinished(): Generator<{ readonly row: number; readonly text: string }> {
    for (const stream of this.all()) if (stream.row !== undefined) yield { row: stream.row, text: stream.line };
  }

  private streamAt(line: number): Stream | undefined {
    if (this.plain.row === line) return this.plain;
    for (const stream of this.streams.values()) if (stream.row === line) return stream;
    return undefined;
  }

  private all(): readonly Stream[] {
    return [this.plain, ...this.streams.values()];
  }
}
