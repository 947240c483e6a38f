/**
 * Trims the given characters (UTF-16 code units) from both ends in linear time. A pattern such as `/\s+$/` is quadratic
 * in the length of a run.
 */
export function trimCharacters(text: string, characters: string): string {
  return trimEndOf(trimStartOf(text, characters), characters);
}

export function trimStartOf(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start += 1;
  return text.slice(start);
}

export function trimEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** All characters that `\s` matches. */
export const whitespace =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
