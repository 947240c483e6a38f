import { locationsIn } from '../../log/locations';
/** Number of characters of a text to process. */
const longest = 32_000;

/**
 * ANSI sequence. XML can't contain the escape character, so writers use a replacement character or a textual escape.
 */
const sequence = /(?:\ufffd|\u241b|#x1[bB]|\\x1[bB]|\\u001[bB]|&#27;|&#x1[bB];)\[[\d;?]{0,32}[A-Za-z]/g;

/** Removes ANSI sequences and control characters except line breaks and tabs. */
export function withoutControls(text: string): string {
  return text
    .slice(0, longest)
    .replaceAll('\u001b[', '\ufffd[')
    .replace(sequence, '')
    .replace(/\p{Cc}/gu, (one) => ('\n\r\t'.includes(one) ? one : ''));
}

const longestReference = 12;

/** Start of an incomplete character reference at the end of a text; else its length. */
export function startOfReference(text: string): number {
  const start = text.lastIndexOf('&');
  const isOpen = start >= 0 && text.length - start < longestReference && !text.includes(';', start);
  return isOpen ? start : text.length;
}

/**
 * Removes references to characters that XML can't contain, which parsers would reject, and the byte order marks of
 * documents that were joined.
 */
export function withoutForbidden(xml: string): string {
  return xml
    .replaceAll('\ufeff', '')
    .replace(/&#(?:x([\da-fA-F]{1,6})|(\d{1,7}));/g, (reference, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (code === 0x1b) return '\ufffd';
      return isForbidden(code) ? '' : reference;
    });
}

function isForbidden(code: number): boolean {
  if (code < 0x20) return ![0x9, 0xa, 0xd].includes(code);
  return (code >= 0xd800 && code < 0xe000) || code === 0xfffe || code === 0xffff || code > 0x10ffff;
}

/** Number of lines to search for a message. */
const linesRead = 50;
const emptyWords = new Set(['', 'failed', 'failure', 'error', 'testfailed', 'collectionfailure']);

/** First informative line: not one of the known names, and not just a statement that the test failed. */
function sayingLine(text: string, names: readonly (string | undefined)[]): string | undefined {
  const known = namesTogether(names);
  return text
    .split(/\r?\n/, linesRead)
    .map((line) => line.trim())
    .find(
      (line) =>
        !isGoStatus(line) &&
        !isPlace(line) &&
        !emptyWords.has(letters(line).toLowerCase()) &&
        !known.has(letters(line)),
    );
}

/** Whether the line is Go's status output: `=== RUN   TestSum`, `--- FAIL: TestSum (0.00s)`. */
function isGoStatus(line: string): boolean {
  return line.startsWith('=== ') || line.startsWith('--- FAIL:');
}

/** Whether the line only says where, as Bats does: `(in test file tests/sum.bats, line 3)`. */
function isPlace(line: string): boolean {
  return line.startsWith('(') && line.endsWith(')') && locationsIn(line).some((place) => place.line !== undefined);
}

/** Names and pairs of consecutive names, such as `Tests\MathTest::testSum`. */
function namesTogether(names: readonly (string | undefined)[]): ReadonlySet<string> {
  const known = names.flatMap((name) => (name === undefined ? [] : [letters(name)]));
  return new Set([...known, ...known.flatMap((one) => known.map((other) => one + other))]);
}

/** Text without name separators; unchanged if it has nothing else. */
function letters(text: string): string {
  const plain = text.slice(0, 1000).replace(/[^\p{L}\p{N}]/gu, '');
  return plain === '' ? text : plain;
}

export const longestText = 8000;
const longestMessage = 2000;
export const longestName = 1000;

/** Attributes of a failure. */
interface Failure {
  readonly message?: string | undefined;
  readonly type?: string | undefined;
}

/**
 * Message of a failure. Some runners put it into the text, and only a generic phrase or the test's name into `message`.
 */
export function messageOf(how: Failure, text: string, names: readonly (string | undefined)[]): string | undefined {
  const message = plain(how.message, longestMessage);
  const first = message?.split(/\r?\n/, 1)[0] ?? '';
  // Keep all lines if the message has several and starts with something informative.
  if (message !== undefined && sayingLine(first, names) !== undefined) return message;
  const line = sayingLine(message ?? '', names) ?? sayingLine(text, names);
  return short(line, longestMessage) ?? message ?? plain(text, longestMessage) ?? plain(how.type, longestMessage);
}

/** Text for display; undefined if nothing is left. */
export function plain(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : short(withoutControls(text).trim(), most);
}

export function short(text: string | undefined, most: number): string | undefined {
  return text === undefined || text === '' ? undefined : text.slice(0, most);
}
