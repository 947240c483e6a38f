/** Longest name or sentence from outside that is shown, in UTF-16 units. */
const mostShown = 1000;
/** Controls of C0 and C1, and white space of every kind. */
const breaks = /[\s\p{Cc}]+/gu;
/** Marks that nobody sees: of the direction of writing, and of zero width. They make one name look like another. */
const invisible = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const joiners = /[\u200c\u200d]+/gu;
/** What a joiner may stand behind and before: letters of some scripts, and emoji. */
const joinable = /[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;
const joined = /^[\p{L}\p{M}\p{Extended_Pictographic}]/u;

/**
 * Text from outside on one line, as a person may see it: well-formed, without control characters and invisible marks,
 * cut at `most` UTF-16 units with an ellipsis. Everything else stays as it is.
 */
export function plainText(text: string, most = mostShown): string {
  // What is longer is cut before anything is searched in it; twice as much, since some of it may go.
  const marked = text
    .slice(0, 2 * most)
    .toWellFormed()
    .replace(breaks, ' ')
    .replace(invisible, '');
  const line = marked.replace(joiners, (found: string, at: number) => (isMeant(marked, found, at) ? found : '')).trim();
  return line.length <= most && text.length <= 2 * most ? line : `${beforeSplit(line, most - 1)}…`;
}

/** Elsewhere than between letters or emoji a joiner only makes one name look like another. */
function isMeant(text: string, found: string, at: number): boolean {
  const [before, after] = [text.slice(Math.max(0, at - 2), at), text.slice(at + found.length, at + found.length + 2)];
  return joinable.test(before) && joined.test(after);
}

/** Not within a pair of surrogates. */
function beforeSplit(text: string, length: number): string {
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length);
}

/** Text from outside as identity and for requests: well-formed, each control character replaced by a space. */
export function withoutControls(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, ' ');
}
