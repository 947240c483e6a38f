const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

const slash = 0x2f;

/**
 * Converts a fragment of HTML to text. Links are dropped with their text, which is useless without the target; other
 * tags are replaced by their contents. The result is untrusted plain text, never HTML.
 */
export function htmlToText(html: string): string {
  const parts: string[] = [];
  let isInLink = false;
  // `from`: start of the text not yet copied; `at`: position from which to search for the next tag.
  let from = 0;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    at = open + 1;
    if (!isTag(html, at)) continue;
    const name = html.slice(at, at + 2).toLowerCase();
    if (!isInLink) parts.push(html.slice(from, open));
    const close = html.indexOf('>', open);
    if (close < 0) return withoutEntities(parts.join('')).trim();
    if (name === 'a ' || name === 'a>') isInLink = true;
    else if (name === '/a') isInLink = false;
    at = from = close + 1;
  }
  parts.push(html.slice(isInLink ? at : from));
  return withoutEntities(parts.join('')).trim();
}

/** Whether a tag's name, or a slash and a name, begins at the position. Makes no text, since there may be many. */
function isTag(html: string, at: number): boolean {
  const isEnd = html.charCodeAt(at) === slash;
  // The bit tells lower case from upper case.
  const letter = html.charCodeAt(isEnd ? at + 1 : at) | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|nbsp|#39);/g, (entity) => entities[entity] ?? entity);
}
