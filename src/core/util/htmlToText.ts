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
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    const tag = isTag(html.slice(open + 1, open + 3));
    if (!isInLink) kept.push(html.slice(at, tag ? open : open + 1));
    at = open + 1;
    if (!tag) continue;
    const close = html.indexOf('>', open);
    if (close < 0) return withoutEntities(kept.join('')).trim();
    const name = html.slice(open + 1, open + 3).toLowerCase();
    if (name === 'a ' || name === 'a>') isInLink = true;
    else if (name === '/a') isInLink = false;
    at = close + 1;
  }
  kept.push(html.slice(at));
  return withoutEntities(kept.join('')).trim();
}

function isTag(start: string): boolean {
  return /^\/?[a-z]/i.test(start);
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|nbsp|#39);/g, (entity) => entities[entity] ?? entity);
}
