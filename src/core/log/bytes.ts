/**
 * Text of an unfinished line, kept as UTF-8 that is valid except for a trailing incomplete code point. Invalid UTF-8
 * becomes U+FFFD as in browsers: one for each maximal invalid prefix.
 */
export class LineText {
  /** Length of the complete code points in UTF-16 code units. */
  columns = 0;
  private bytes = Buffer.allocUnsafe(smallest);
  private size = 0;
  /** Number of bytes present and missing of the incomplete code point. */
  private begun = 0;
  private lacking = 0;
  /** The decoded text, cached until it changes: many streams may each have an unfinished line of 1 MB. */
  private known: string | undefined;
  /** Valid range of the next byte. */
  private least = 0x80;
  private most = 0xbf;

  append(from: Buffer, start: number, end: number): void {
    this.known = undefined;
    // In the worst case one byte becomes three.
    this.reserve(3 * (end - start) + 3);
    const { bytes } = this;
    for (let at = start; at < end; at += 1) {
      const byte = from[at] ?? 0;
      if (byte < 0x80 && this.lacking === 0) {
        bytes[this.size++] = byte;
        this.columns += 1;
      } else this.take(byte);
    }
  }

  /** Ends an incomplete code point with U+FFFD. */
  settle(): void {
    if (this.lacking === 0) return;
    this.known = undefined;
    this.size -= this.begun;
    this.lacking = 0;
    this.replace();
  }

  clear(): void {
    this.known = undefined;
    this.columns = this.size = this.lacking = 0;
    // Don't hold on to a large buffer after a single long line.
    if (this.bytes.length > largestKept) this.bytes = Buffer.allocUnsafe(smallest);
  }

  /** The last bytes, at most `most`, as text; only meaningful if they are ASCII. */
  tail(most: number): string {
    return this.bytes.toString('latin1', Math.max(0, this.size - most), this.size);
  }

  /** Removes the last `count` bytes, which must be ASCII. */
  cut(count: number): void {
    this.known = undefined;
    this.size -= count;
    this.columns -= count;
  }

  toString(): string {
    const size = this.lacking === 0 ? this.size : this.size - this.begun;
    return (this.known ??= this.bytes.toString(this.columns === size ? 'latin1' : 'utf8', 0, size));
  }

  private take(byte: number): void {
    if (this.lacking > 0) {
      if (byte >= this.least && byte <= this.most) {
        this.continueRune(byte);
        return;
      }
      this.settle();
    }
    if (byte < 0x80) {
      this.bytes[this.size++] = byte;
      this.columns += 1;
    } else if (byte >= 0xc2 && byte <= 0xf4) this.beginRune(byte);
    else this.replace();
  }

  private beginRune(byte: number): void {
    this.bytes[this.size++] = byte;
    this.begun = 1;
    this.lacking = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    // Rules out overlong forms, surrogates, and values above U+10FFFF.
    this.least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  }

  private continueRune(byte: number): void {
    this.bytes[this.size++] = byte;
    this.begun += 1;
    this.lacking -= 1;
    this.least = 0x80;
    this.most = 0xbf;
    if (this.lacking === 0) this.columns += this.begun === 4 ? 2 : 1;
  }

  private replace(): void {
    this.size += this.bytes.write('\ufffd', this.size, 'utf8');
    this.columns += 1;
  }

  private reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.size + more, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.size);
    this.bytes = larger;
  }
}

const tab = 0x09;
const smallest = 1024;
const largestKept = 64 * 1024;

/** Index of the first control byte from `start` on. */
export function endOfText(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if ((byte < 0x20 && byte !== tab) || byte === 0x7f) break;
    at += 1;
  }
  return at;
}

/** Index of the first control or non-ASCII byte from `start` on. */
export function endOfAscii(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if ((byte < 0x20 && byte !== tab) || byte > 0x7e) break;
    at += 1;
  }
  return at;
}
