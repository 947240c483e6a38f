/**
 * The text without the given characters at its ends. A pattern such as `/\s+$/` tries anew at each of a run's characters,
 * which costs the square of the run's length; this costs one pass. Characters are UTF-16 code units.
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

/** What `\s` matches. */
export const whitespace =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
