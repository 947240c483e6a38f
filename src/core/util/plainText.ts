/** Default length limit for displayed names and sentences, in UTF-16 units. */
const maxShown = 1000;
/** C0 and C1 control characters and all white space. */
const breaks = /[\s\p{Cc}]+/gu;
/** Invisible direction and zero-width marks, which make different names look alike. */
const invisible = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const joiners = /[\u200c\u200d]+/gu;
/** What may precede or follow a joiner: letters of some scripts and emoji. */
const joinable = /[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;
const joined = /^[\p{L}\p{M}\p{Extended_Pictographic}]/u;

/**
 * Untrusted text as one displayable line: well-formed, without control characters and invisible marks, cut at `most`
 * UTF-16 units with an ellipsis. The rest is unchanged.
 */
export function plainText(text: string, most = maxShown): string {
  // Cut long text before searching it; at twice the limit, since some characters may be removed.
  const marked = text
    .slice(0, 2 * most)
    .toWellFormed()
    .replace(breaks, ' ')
    .replace(invisible, '');
  const line = marked.replace(joiners, (found: string, at: number) => (isMeant(marked, found, at) ? found : '')).trim();
  return line.length <= most && text.length <= 2 * most ? line : `${beforeSplit(line, most - 1)}…`;
}

/** Whether a joiner is between letters or emoji. Elsewhere it only makes different names look alike. */
function isMeant(text: string, found: string, at: number): boolean {
  const [before, after] = [text.slice(Math.max(0, at - 2), at), text.slice(at + found.length, at + found.length + 2)];
  return joinable.test(before) && joined.test(after);
}

/** Moves a cut position so that it doesn't split a surrogate pair. */
function beforeSplit(text: string, length: number): string {
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length);
}

/** A line of untrusted text without control characters and invisible marks. Spaces are kept, and tabs become four spaces. */
export function withoutMarks(line: string): string {
  return line
    .toWellFormed()
    .replace(/\t/g, '    ')
    .replace(/\p{Cc}/gu, '')
    .replace(invisible, '')
    .replace(joiners, '');
}

/** Untrusted text as an identifier or request parameter: well-formed, with control characters replaced by spaces. */
export function withoutControls(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, ' ');
}
