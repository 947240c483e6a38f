import { trimCharacters, whitespace } from '../util/trim';

/** Longest name in bytes that every common file system takes is 255; the temporary file's needs some of it. */
const longestBytes = 200;
/** Characters of a name that are looked at, half of them at each end: normalizing takes the square of the length. */
const mostCharacters = 1000;
/** Names that Windows gives to devices, whatever comes after spaces and a dot. */
export const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * A name from outside → one that is a plain file name on Linux, macOS and Windows: no separators, no control or
 * reserved characters, no dot or space at its ends, not too long. Never empty, never `.` or `..`.
 */
export function safeName(name: string): string {
  const plain = withoutMiddle(name)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '-');
  const short = shorten(trimCharacters(plain, `${whitespace}.`));
  if (short === '') return 'unnamed';
  return reserved.test(short) ? `_${short}` : short;
}

function withoutMiddle(name: string): string {
  if (name.length <= mostCharacters) return name;
  return `${name.slice(0, mostCharacters / 2)}${name.slice(-mostCharacters / 2)}`;
}

/** Cut in the middle, between characters, so that the ending (an id, a file type) stays. */
function shorten(name: string): string {
  const characters = Array.from(name);
  if (Buffer.byteLength(name) <= longestBytes) return name;
  const tail = characters.splice(-24).join('');
  let left = longestBytes - Buffer.byteLength(`…${tail}`);
  const end = characters.findIndex((character) => (left -= Buffer.byteLength(character)) < 0);
  return `${characters.slice(0, end < 0 ? undefined : end).join('')}…${tail}`;
}
