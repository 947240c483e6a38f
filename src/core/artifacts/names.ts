/** Longest name in bytes that every common file system takes is 255; the temporary file's needs some of it. */
const longestBytes = 200;
/** Names that Windows gives to devices, whatever comes after spaces and a dot. */
export const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * A name from outside → one that is a plain file name on Linux, macOS and Windows: no separators, no control or
 * reserved characters, no dot or space at its ends, not too long. Never empty, never `.` or `..`.
 */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '-')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  const short = shorten(plain);
  if (short === '') return 'unnamed';
  return reserved.test(short) ? `_${short}` : short;
}

/** Cut in the middle, between characters, so that the ending (an id, a file type) stays. */
function shorten(name: string): string {
  const characters = Array.from(name);
  const bytes = () => Buffer.byteLength(characters.join(''));
  if (bytes() <= longestBytes) return name;
  const tail = characters.splice(-24);
  while (bytes() + Buffer.byteLength(tail.join('')) + 3 > longestBytes) characters.pop();
  return `${characters.join('')}…${tail.join('')}`;
}
