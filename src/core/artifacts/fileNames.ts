import { trimCharacters, whitespace } from '../util/trim';

/** Maximum length of a name in bytes: file systems allow 255, and temporary files need some more than the name. */
const longestBytes = 200;
/** Number of characters to process, half from each end: normalization takes quadratic time. */
const maxCharacters = 1000;
/** Device names on Windows, with any extension and spaces before it. */
export const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * Converts an untrusted name to a file name that is valid on Linux, macOS and Windows: no separators, control or
 * reserved characters, no dot or space at its ends, not too long. Never empty, never `.` or `..`.
 */
export function safeName(name: string): string {
  const plain = withoutMiddle(name)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '-');
  const short = shorten(trimCharacters(plain, `${whitespace}.`));
  if (short === '') return 'unnamed';
  return reserved.test(short) ? `_${short}` : short;
}

function withoutMiddle(name: string): string {
  if (name.length <= maxCharacters) return name;
  return `${name.slice(0, maxCharacters / 2)}${name.slice(-maxCharacters / 2)}`;
}

/** Shortens a name in the middle, between characters, so that its ending (an id, an extension) is kept. */
function shorten(name: string): string {
  const characters = Array.from(name);
  if (Buffer.byteLength(name) <= longestBytes) return name;
  const tail = characters.splice(-24).join('');
  let left = longestBytes - Buffer.byteLength(`…${tail}`);
  const end = characters.findIndex((character) => (left -= Buffer.byteLength(character)) < 0);
  return `${characters.slice(0, end < 0 ? undefined : end).join('')}…${tail}`;
}
