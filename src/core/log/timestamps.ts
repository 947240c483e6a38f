/** Length of the header that runners put before each physical line: `2024-05-14T11:19:19.899359Z 00O Hello`. */
export const headerBytes = 32;

const shape = Buffer.from('dddd-dd-ddTdd:dd:dd.ddddddZ xxOc');

/** Whether a byte is valid at a position of the header. */
export function fits(byte: number, at: number): boolean {
  const kind = shape[at];
  if (kind === digit) return isDigit(byte);
  if (kind === hex) return isDigit(byte) || (byte >= 0x61 && byte <= 0x66);
  if (kind === outOrError) return byte === outOrError || byte === error;
  if (kind === newOrMore) return byte === space || byte === plus;
  return byte === kind;
}

interface Header {
  /** In ms since 1970. */
  readonly time: number;
  /** Identifies the stream: its number, and stdout or stderr. */
  readonly key: number;
  readonly stream: 1 | 2;
  /** Whether it continues the last line of its stream. */
  readonly isMore: boolean;
}

/** Parses a header whose bytes have been validated. */
export function headerOf(bytes: Buffer, from: number): Header {
  const at = (index: number): number => bytes[from + index] ?? 0;
  const two = (index: number): number => 10 * at(index) + at(index + 1) - 11 * zero;
  const date = Date.UTC(100 * two(0) + two(2), two(5) - 1, two(8), two(11), two(14), two(17));
  const stream = at(30) === error ? 2 : 1;
  return {
    time: date + 10 * two(20) + (at(22) - zero),
    key: (at(28) << 9) | (at(29) << 1) | (stream - 1),
    stream,
    isMore: at(31) === plus,
  };
}

const [zero, space, plus, error] = [0x30, 0x20, 0x2b, 0x45];
const [digit, hex, outOrError, newOrMore] = [0x64, 0x78, 0x4f, 0x63];

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
