/** Default length limit for displayed names and sentences, in UTF-16 units. */
const maxShown = 1000;
/** C0 and C1 control characters and all white space. */
const breaks = /[\s\p{Cc}]+/gu;
/**
 * Invisible characters, which make different names look alike or hide text: marks of direction and of zero width, fillers,
 * annotations and tags. The tags of a flag, which are its first group, stay.
 */
const invisible =
  /(\u{1f3f4}[\u{e0061}-\u{e007a}]{4,6}\u{e007f})|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
/** Runs of variation selectors: the first may be intended, as in emoji; further ones can only hide text. */
const selectors = /([\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+/gu;
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
    .replace(invisible, '$1')
    .replace(selectors, '$1');
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
    .replace(invisible, '$1')
    .replace(selectors, '$1')
    .replace(joiners, '');
}

/** Untrusted text as an identifier or request parameter: well-formed, with control characters replaced by spaces. */
export function withoutControls(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, ' ');
}
