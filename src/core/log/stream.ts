import { endOfAscii, endOfText, LineText } from './bytes';
import { Escapes } from './escapes';
import { Pen } from './sgr';
import type { Origin, LogBuffer, RowStyles } from './logBuffer';
import { extend, upTo } from './runs';
import { longestMarker, markerAt } from './sections';

const carriageReturn = 0x0d;
const escape = 0x1b;
const longestUrl = 2083;
/** Columns of a line that are kept, before an ellipsis; no editor draws further out. */
export const longestLine = 1_048_576;
const ellipsis = Buffer.from('…');

/**
 * What one stream writes: its unfinished line, the escape it is in, its style. Streams are mixed in a log with
 * timestamps; each goes on where it was.
 */
export class Stream {
  /** Of its unfinished line, once there is something to see. */
  row: number | undefined;
  origin: Origin = { stream: 0, time: 0 };
  private readonly text = new LineText();
  private readonly escapes = new Escapes();
  private readonly pen = new Pen();
  private styles: number[] = [];
  private links: number[] = [];
  private url: number | undefined;
  /** After a `\r` that may belong to `\r\n`: what is there goes when something is written over it. */
  private isReturned = false;
  /** The line is longer than is kept, and ends with an ellipsis. */
  private isCut = false;
  /** A section was ended here: what follows on this physical line is a line of its own. */
  private isSplit = false;
  /** The physical line held nothing but the ends of sections, so it is none. */
  private isSwallowed = false;

  constructor(private readonly rows: LogBuffer) {}

  /** Of the unfinished line. */
  get runs(): RowStyles {
    return { styles: this.styles, links: this.links };
  }

  get line(): string {
    return this.text.toString();
  }

  /** Bytes of one physical line, its `\n` not among them. */
  write(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.escapes.isOpen) {
        at = this.escapes.read(bytes, at, end, this);
        continue;
      }
      const stop = endOfText(bytes, at, end);
      if (stop > at) this.print(bytes, at, stop);
      else this.controlByte(bytes[at++]);
      at = Math.max(at, stop);
    }
  }

  /** A whole line of ASCII without anything special costs no more than its string; false: it is not one. */
  writeWhole(bytes: Buffer, start: number, end: number): boolean {
    if (this.row !== undefined || this.escapes.isOpen || this.isReturned || this.isSplit || this.isSwallowed)
      return false;
    const stop = endOfAscii(bytes, start, end);
    // The `\r` of a `\r\n`.
    if (stop < end && !(stop === end - 1 && bytes[stop] === carriageReturn)) return false;
    if (stop - start > longestLine) return false;
    const row = this.rows.open(this.origin);
    const { foreground: ink, background: paper } = this.pen;
    const isPlain = (ink | paper) === 0 && this.url === undefined;
    if (isPlain && !this.rows.sections.startsAt(row)) this.rows.lines[row] = bytes.toString('latin1', start, stop);
    else {
      this.row = row;
      this.print(bytes, start, stop);
      this.endLine();
    }
    return true;
  }

  /** At a `\n` that may turn out to be none. */
  pause(): void {
    if (this.row === undefined && !this.isSwallowed) this.openRow();
  }

  endLine(): void {
    this.escapes.abandon();
    this.settle();
    this.pause();
    this.finishRow();
    this.isReturned = this.isSplit = this.isSwallowed = false;
  }

  /** The log ends here: no line is begun for it. */
  end(): void {
    this.escapes.abandon();
    this.settle();
  }

  /** Called by `escapes`. */
  control(final: number, parameters: string): void {
    if (final === code('m')) this.pen.sgr(parameters);
    else if (this.isReturned && (final === code('K') || final === code('J'))) {
      const isMarker = final === code('K') && parameters === '0' && this.takeMarker();
      if (!isMarker) this.clear();
      this.isReturned = false;
    }
  }

  /** Called by `escapes`: OSC 8 is a link, `8;parameters;address`, and ends with an empty address. */
  command(text: string): void {
    const [, url] = /^8;[^;]*;(.*)$/s.exec(text) ?? [];
    if (url === undefined) return;
    this.url = /^https?:\/\/[^\s]+$/i.test(url) && url.length <= longestUrl ? this.rows.urlIndex(url) : undefined;
  }

  private print(bytes: Buffer, start: number, end: number): void {
    if (this.isReturned) this.clear();
    if (this.isSplit) this.finishRow();
    this.isReturned = this.isSplit = this.isSwallowed = false;
    this.rows.touch(this.row ?? this.openRow());
    const from = this.text.columns;
    this.append(bytes, start, end);
    this.mark(from);
  }

  private append(bytes: Buffer, start: number, end: number): void {
    let at = start;
    // A column takes one byte at least.
    for (let room = this.room; at < end && room > 0; room = this.room) {
      const stop = Math.min(end, at + room);
      this.text.append(bytes, at, stop);
      at = stop;
    }
    if (at === end || this.isCut) return;
    this.isCut = true;
    this.text.append(ellipsis, 0, ellipsis.length);
  }

  /** Columns that the line may still have. */
  private get room(): number {
    return longestLine - this.text.columns;
  }

  /** Every other control character is dropped. */
  private controlByte(byte: number | undefined): void {
    this.settle();
    if (byte === escape) this.escapes.begin();
    else if (byte === carriageReturn) this.isReturned = true;
  }

  private settle(): void {
    const from = this.text.columns;
    this.text.settle();
    if (this.row === undefined || this.text.columns === from) return;
    this.rows.touch(this.row);
    this.mark(from);
  }

  private mark(from: number): void {
    const to = this.text.columns;
    if (to === from) return;
    const { foreground: ink, background: paper } = this.pen;
    if ((ink | paper) !== 0) extend(this.styles, from, to, ink, paper);
    if (this.url !== undefined) extend(this.links, from, to, this.url, 0);
  }

  private takeMarker(): boolean {
    const marker = markerAt(this.text.tail(longestMarker));
    if (marker === undefined || this.row === undefined) return false;
    this.text.cut(marker.length);
    this.styles = upTo(this.styles, this.text.columns);
    this.links = upTo(this.links, this.text.columns);
    this.rows.touch(this.row);
    const { sections } = this.rows;
    const isEmpty = this.text.columns === 0;
    if (marker.kind === 'start') {
      sections.start(marker, isEmpty ? this.row : this.nextRow());
    } else if (isEmpty && !sections.startsAt(this.row)) {
      sections.end(marker, Math.max(0, this.row - 1));
      this.isSwallowed = this.rows.drop(this.row);
      if (this.isSwallowed) this.row = undefined;
    } else {
      sections.end(marker, this.row);
      this.isSplit = true;
    }
    return true;
  }

  private openRow(): number {
    this.row = this.rows.open(this.origin);
    return this.row;
  }

  private nextRow(): number {
    this.finishRow();
    return this.openRow();
  }

  private finishRow(): void {
    if (this.row === undefined) return;
    this.rows.set(this.row, this.text.toString(), this.runs);
    this.clear();
    this.row = undefined;
  }

  private clear(): void {
    if (this.row !== undefined) this.rows.touch(this.row);
    this.text.clear();
    this.isCut = false;
    this.styles = [];
    this.links = [];
  }
}

function code(character: string): number {
  return character.charCodeAt(0);
}
