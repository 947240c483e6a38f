/** Characters of one text that are looked at. */
const longest = 32_000;

/**
 * A control sequence of a terminal after its escape character; XML can't hold that, so writers put a replacement
 * character or its number as text.
 */
const sequence = /(?:\ufffd|\u241b|#x1[bB]|\\x1[bB]|\\u001[bB]|&#27;|&#x1[bB];)\[[\d;?]{0,32}[A-Za-z]/g;

/** A text of a report without control sequences and control characters, except for line breaks and tabs. */
export function withoutControls(text: string): string {
  return text
    .slice(0, longest)
    .replaceAll('\u001b[', '\ufffd[')
    .replace(sequence, '')
    .replace(/\p{Cc}/gu, (one) => ('\n\r\t'.includes(one) ? one : ''));
}

const longestReference = 12;

/** Where a character reference begins that the text breaks off in; else its end. */
export function startOfReference(text: string): number {
  const start = text.lastIndexOf('&');
  const isOpen = start >= 0 && text.length - start < longestReference && !text.includes(';', start);
  return isOpen ? start : text.length;
}

/** XML without references to characters that it can't hold, which parsers take for damage. */
export function withoutForbidden(xml: string): string {
  return xml.replace(/&#(?:x([\da-fA-F]{1,6})|(\d{1,7}));/g, (reference, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code === 0x1b) return '\ufffd';
    return isForbidden(code) ? '' : reference;
  });
}

function isForbidden(code: number): boolean {
  if (code < 0x20) return ![0x9, 0xa, 0xd].includes(code);
  return (code >= 0xd800 && code < 0xe000) || code === 0xfffe || code === 0xffff || code > 0x10ffff;
}

/** Lines of a text that may say what is wrong. */
const linesRead = 50;
const emptyWords = new Set(['', 'failed', 'failure', 'error', 'testfailed', 'collectionfailure']);

/** The first line that says something new: not the names that are known already, and not merely that it failed. */
export function sayingLine(text: string, names: readonly (string | undefined)[]): string | undefined {
  const known = namesTogether(names);
  return text
    .split(/\r?\n/, linesRead)
    .map((line) => line.trim())
    .find((line) => !isGoStatus(line) && !emptyWords.has(letters(line).toLowerCase()) && !known.has(letters(line)));
}

/** `=== RUN   TestSum`, `--- FAIL: TestSum (0.00s)`. */
function isGoStatus(line: string): boolean {
  return line.startsWith('=== ') || line.startsWith('--- FAIL:');
}

/** Each name, and each two of them in a row, such as `Tests\MathTest::testSum`. */
function namesTogether(names: readonly (string | undefined)[]): ReadonlySet<string> {
  const known = names.flatMap((name) => (name === undefined ? [] : [letters(name)]));
  return new Set([...known, ...known.flatMap((one) => known.map((other) => one + other))]);
}

/** Without what only separates names; a line of signs alone is taken as it is. */
function letters(text: string): string {
  const plain = text.slice(0, 1000).replace(/[^\p{L}\p{N}]/gu, '');
  return plain === '' ? text : plain;
}
