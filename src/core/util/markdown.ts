import { plainText } from './plainText';

/**
 * One line of plain text as Markdown: CommonMark lets every ASCII punctuation be escaped, which undoes tables and links.
 * `$` becomes an entity, since VS Code looks for `$(icon)` in what the Markdown has become.
 * @param most UTF-16 units of the text, before it is escaped
 */
export function escaped(text: string, most?: number): string {
  return plainText(text, most).replace(/[!-/:-@[-`{-~]/g, (mark) => (mark === '$' ? '&#36;' : `\\${mark}`));
}

/** One line of plain text as a Markdown code span, in which nothing is markup, including backticks. */
export function codeSpan(text: string, most?: number): string {
  const line = plainText(text, most);
  let longest = 0;
  for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return line === '' ? '' : `${fence}${space}${line}${space}${fence}`;
}
