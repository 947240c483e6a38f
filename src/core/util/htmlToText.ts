const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/**
 * The text of a little HTML: links with their words are left out, since the words say nothing without the link; of other
 * tags what is within them stays. The outcome is outside text like any other, never HTML.
 */
export function htmlToText(html: string): string {
  const kept: string[] = [];
  let isInLink = false;
  // Where the text begins that is not kept yet, and where the next tag may be.
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
