import { endOfAscii, endOfText, LineText } from './bytes';
import { Escapes } from './escapes';
import { Pen } from './sgr';
import type { Origin, LogBuffer, RowStyles } from './logBuffer';
import { extend, upTo } from './runs';
import { longestMarker, markerAt } from './sections';

const carriageReturn = 0x0d;
const escape = 0x1b;
const longestUrl = 2083;
/** Maximum number of styled parts, and of links, of a line: a line with a color per character is a picture. */
const maxRuns = 100_000;
/** Maximum number of columns to keep of a line, before an ellipsis; no editor renders more. */
export const longestLine = 1_048_576;
const ellipsis = Buffer.from('…');

/**
 * State of one output stream: unfinished line, pending escape sequence, style. A log with timestamps interleaves
 * several streams, each of which continues where it stopped.
 */
export class Stream {
  /** Row of the unfinished line, once it has visible text. */
  row: number | undefined;
  origin: Origin = { stream: 0, time: 0 };
  private readonly text = new LineText();
  private readonly escapes = new Escapes();
  private readonly pen = new Pen();
  private styles: number[] = [];
  private links: number[] = [];
  private url: number | undefined;
  /** After a `\r` that may be part of `\r\n`: the line is cleared when more text is written. */
  private isReturned = false;
  /** Whether an escape sequence moved the cursor here; such a move doesn't end a section marker. */
  private isMoved = false;
  /** Whether the line exceeds the limit and ends with an ellipsis. */
  private isCut = false;
  /** Whether a section ended here, so that the rest of the physical line becomes a line of its own. */
  private isSplit = false;
  /** Whether the physical line has held nothing but ends of sections, so that it is dropped. */
  private isSwallowed = false;

  constructor(private readonly rows: LogBuffer) {}

  /** Styles and links of the unfinished line. */
  get runs(): RowStyles {
    return { styles: this.styles, links: this.links };
  }

  get line(): string {
    return this.text.toString();
  }

  /** Writes bytes of one physical line, without its `\n`. */
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

  /** Fast path for a whole line of plain ASCII; returns false if it isn't one. */
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

  /** Called at a `\n` that may not end the line. */
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

  /** Ends the log without starting a new line. */
  end(): void {
    this.escapes.abandon();
    this.settle();
  }

  /** Implements Terminal. */
  control(final: number, parameters: string): void {
    if (final === code('m')) this.pen.sgr(parameters);
    else if (final === code('G') && /^[01]?$/.test(parameters)) this.toFirstColumn();
    else if (final === code('K') && parameters === '2') this.clear();
    else if (this.isReturned && (final === code('K') || final === code('J'))) {
      const isMarker = !this.isMoved && final === code('K') && parameters === '0' && this.takeMarker();
      if (!isMarker) this.clear();
      this.isReturned = false;
    }
  }

  /** Implements Terminal. OSC 8 is a link: `8;parameters;address`, ended by an empty address. */
  command(text: string): void {
    const [, url] = /^8;[^;]*;(.*)$/s.exec(text) ?? [];
    if (url === undefined) return;
    this.url = /^https?:\/\/[^\s/?#]\S*$/i.test(url) && url.length <= longestUrl ? this.rows.urlIndex(url) : undefined;
  }

  /** Called when the first rows are dropped: a line that began in them continues as a new one. */
  drop(count: number): void {
    if (this.row === undefined) return;
    if (this.row >= count) {
      this.row -= count;
      return;
    }
    this.row = undefined;
    this.clear();
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
    // Each column takes at least one byte.
    for (let room = this.room; at < end && room > 0; room = this.room) {
      const stop = Math.min(end, at + room);
      this.text.append(bytes, at, stop);
      at = stop;
    }
    if (at === end || this.isCut) return;
    this.isCut = true;
    this.text.append(ellipsis, 0, ellipsis.length);
  }

  /** Number of columns that the line can still hold. */
  private get room(): number {
    return longestLine - this.text.columns;
  }

  /** Handles a control character; unsupported ones are dropped. */
  private controlByte(byte: number | undefined): void {
    this.settle();
    if (byte === escape) this.escapes.begin();
    else if (byte === carriageReturn) [this.isReturned, this.isMoved] = [true, false];
  }

  /** Returns to the start of the line, as a spinner does before redrawing itself; the same as a `\r`. */
  private toFirstColumn(): void {
    this.settle();
    [this.isReturned, this.isMoved] = [true, true];
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
    if ((ink | paper) !== 0) extend(this.styles, [from, to, ink, paper], maxRuns);
    if (this.url !== undefined) extend(this.links, [from, to, this.url, 0], maxRuns);
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
