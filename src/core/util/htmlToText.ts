const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/**
 * Converts a fragment of HTML to text. Links are dropped with their text, which is useless without the target; other
 * tags are replaced by their contents. The result is untrusted plain text, never HTML.
 */
export function htmlToText(html: string): string {
  const kept: string[] = [];
  let isInLink = false;
  // `from`: start of the text not yet copied; `at`: position from which to search for the next tag.
  let from = 0;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    at = open + 1;
    const name = html.slice(at, at + 2).toLowerCase();
    if (!isTag(name)) continue;
    if (!isInLink) kept.push(html.slice(from, open));
    const close = html.indexOf('>', open);
    if (close < 0) return withoutEntities(kept.join('')).trim();
    if (name === 'a ' || name === 'a>') isInLink = true;
    else if (name === '/a') isInLink = false;
    at = from = close + 1;
  }
  kept.push(html.slice(isInLink ? at : from));
  return withoutEntities(kept.join('')).trim();
}

function isTag(start: string): boolean {
  return /^\/?[a-z]/i.test(start);
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|nbsp|#39);/g, (entity) => entities[entity] ?? entity);
}
