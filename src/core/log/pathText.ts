const longestPath = 300;

/** A longer path, and the column where it begins. */
export interface LongerPath {
  readonly start: number;
  readonly path: string;
}

const withoutEnding =
  /(?:^|[/\\])(?:\.[\w-]+|(?:[A-Z][A-Za-z]{0,20}|make|just|rake)file|BUILD|WORKSPACE|SCons(?:truct|cript)|Kconfig|Kbuild|wscript|gradlew|mvnw|configure)$/;

/** Whether a path ends with what looks like the name of a file. */
export function isFileName(path: string): boolean {
  return /[\w$)\]\u00a1-\uffff-]\.[A-Za-z][\w+-]{0,9}$/.test(path) || withoutEnding.test(path);
}

/** Column where the path that ends there begins. The colon of a drive or a scheme is part of it. */
export function pathStart(text: string, end: number): number {
  const least = Math.max(0, end - longestPath);
  let start = end;
  while (start > least && !isBreak(text.charAt(start - 1))) start -= 1;
  const before = text.slice(Math.max(0, start - 18), start);
  if (/(?:^|[^\w])[A-Za-z]:$/.test(before) && /[\\/]/.test(text.charAt(start))) {
    return before.endsWith(`file:///${before.slice(-2)}`) ? start - 10 : start - 2;
  }
  if (!text.startsWith('//', start)) return start;
  const scheme = ['webpack-internal:', 'webpack:', 'file:'].find((one) => before.endsWith(one));
  return start - (scheme?.length ?? 0);
}

/** Whether a character ends a path that isn't quoted. */
export function isBreak(character: string): boolean {
  return ' \t\n\v\f\r\u00a0"\'`‘’“”()<>[]{}|,;=*?:'.includes(character);
}

/** Characters that begin a quotation, by the one that ends it. */
const openingQuotes: Readonly<Record<string, string>> = { '"': '"', "'": "'`", '`': '`', '’': '‘', '”': '“' };

/** Path in quotes that end there; it may contain spaces and brackets. */
export function quotedPath(text: string, end: number): LongerPath | undefined {
  const opening = openingQuotes[text.charAt(end)];
  if (opening === undefined) return undefined;
  const start = Math.max(...Array.from(opening, (quote) => text.lastIndexOf(quote, end - 1))) + 1;
  return start === 0 || end - start > longestPath || start === end
    ? undefined
    : { start, path: text.slice(start, end) };
}

/** Maximum number of longer paths to try. */
const maxLonger = 8;

/** Paths that end at the same column but begin further left, longest first: they may contain spaces and brackets. */
export function longerPaths(text: string, start: number, end: number, from: number): readonly LongerPath[] {
  const longer: LongerPath[] = [];
  const least = Math.max(from, end - longestPath);
  for (let at = start - 1; at >= least && longer.length < maxLonger; at -= 1) {
    if (`"'\`<>|*?`.includes(text.charAt(at)) && !isApostrophe(text, at)) break;
    const isStart = (at === least || isBreak(text.charAt(at - 1))) && !' \t)]},;=:'.includes(text.charAt(at));
    if (isStart) longer.push({ start: at, path: plainPath(text.slice(at, end)) });
  }
  return longer.reverse();
}

/** Whether a quotation mark stands within a word, as in `it's.ts`. */
function isApostrophe(text: string, at: number): boolean {
  return text.charAt(at) === "'" && /^\w'\w$/.test(text.slice(at - 1, at + 2));
}

/** Column where the query of a bundler's URL begins, as in `src/a.ts?1234`; else the end. */
export function queryStart(text: string, end: number): number {
  const query = /\?[\w.=&-]{0,80}$/.exec(text.slice(Math.max(0, end - 81), end))?.[0] ?? '';
  return query !== '' && isFileName(text.slice(Math.max(0, end - query.length - longestPath), end - query.length))
    ? end - query.length
    : end;
}

/** Path without a scheme and a leading `./`; for a bundler's URL, the path of the file. */
export function plainPath(path: string): string {
  return path
    .replace(/^webpack(?:-internal)?:\/\/[^/]{0,100}\/(?:\([\w-]{1,40}\)\/)?/, '')
    .replace(/^file:\/\//, '')
    .replace(/^\/([A-Za-z]:)/, '$1')
    .replace(/^(?:\.[/\\])+/, '');
}

/** Name that ends there; it consists of letters, digits and `$.<>`. */
function methodBefore(text: string, end: number): string {
  let start = end;
  while (start > Math.max(0, end - longestPath) && /[\w$.<>]/.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

/** Path in the repository, for Dart's `package:app/main.dart`, which is that package's `lib/main.dart`. */
export function pathInPackage(text: string, start: number, path: string): string {
  return text.slice(0, start).endsWith('package:') ? path.replace(/^\w+\//, 'lib/') : path;
}

/** `at org.example.App$Inner.run(App.java:3)`: the folder of `App.java` is `org/example/`. */
export function packageOf(text: string, start: number, path: string): string {
  if (!/^\w+\.(?:java|kt|scala|groovy)$/.test(path) || text.charAt(start - 1) !== '(') return '';
  return methodBefore(text, start - 1)
    .split('.')
    .slice(0, -2)
    .map((name) => `${name}/`)
    .join('');
}
