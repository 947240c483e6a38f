/** Location in a log line: `path` and `line`, or a `url`. Columns are UTF-16 code units. */
export interface Location {
  readonly start: number;
  readonly end: number;
  /** Path as written, without `file://` and `./`. In a Java stack trace, folder of the package plus file name. */
  readonly path?: string;
  /** 1-based, like `column`. */
  readonly line?: number;
  readonly column?: number;
  readonly url?: string;
}

/** Number of columns to search for links; a log may have lines of a MB. */
const longestLine = 10_000;
const longestPath = 300;

/** Locations in the formats of compilers, test runners and stack traces, and URLs. Sorted and not overlapping. */
export function locationsIn(line: string): readonly Location[] {
  const text = line.length > longestLine ? line.slice(0, longestLine) : line;
  // Cheap pre-filter.
  if (!/\d|:\/\//.test(text)) return [];
  const found = [...urls(text), ...quoted(text), ...numbered(text)].sort((a, b) => a.start - b.start || b.end - a.end);
  let end = 0;
  return found.filter((one) => {
    const isFree = one.start >= end;
    if (isFree) end = one.end;
    return isFree;
  });
}

/** How many lines below their file's name places are looked for, as eslint and stylelint write them. */
const longestList = 500;
const listed = /^(\s+(\d{1,7}):(\d{1,6}))\s+(?:error|warning|[✖×⚠ℹ])\s/;

/**
 * Returns a function for the locations of a log line by index. Also handles linters that print the file name once,
 * above its findings. Fastest when called in ascending order.
 */
export function locationsOf(lines: readonly string[]): (at: number) => readonly Location[] {
  let last: { readonly at: number; readonly path: string | undefined } | undefined;
  return (at) => {
    const text = (lines[at] ?? '').slice(0, longestLine);
    const [, match, line, column] = listed.exec(text) ?? [];
    if (match === undefined) return locationsIn(text);
    const path = last?.at === at - 1 || last?.at === at ? last.path : pathAbove(lines, at);
    last = { at, path };
    if (path === undefined) return locationsIn(text);
    const start = match.length - match.trimStart().length;
    return [{ start, end: match.length, path, line: Number(line), column: Number(column) }];
  };
}

/** The file name above a linter's finding, if there is one. */
function pathAbove(lines: readonly string[], below: number): string | undefined {
  const least = Math.max(0, below - longestList);
  for (let at = below - 1; at >= least; at -= 1) {
    const text = (lines[at] ?? '').slice(0, longestLine);
    if (listed.test(text)) continue;
    const isPath = text.length <= longestPath && /^\S+$/.test(text) && isFile(text);
    return isPath ? plain(text) : undefined;
  }
  return undefined;
}

function* urls(text: string): Generator<Location> {
  for (const { 0: match, index } of text.matchAll(/\bhttps?:\/\/[^\s<>"'`{}|\\^]+/gi)) {
    const url = withoutPunctuation(match);
    if (/^https?:\/\/[^/?#]/i.test(url)) yield { start: index, end: index + url.length, url };
  }
}

/** Removes the punctuation that follows a URL in a sentence or in brackets. */
function withoutPunctuation(url: string): string {
  let open = 0;
  for (const character of url) {
    if (character === '(' || character === '[') open += 1;
    if (character === ')' || character === ']') open -= 1;
  }
  let end = url.length;
  for (; end > 0; end -= 1) {
    const last = url.charAt(end - 1);
    const isUnopened = (last === ')' || last === ']') && open < 0;
    if (isUnopened) open += 1;
    else if (!'.,;:!?*'.includes(last)) break;
  }
  return url.slice(0, end);
}

/** Python: `File "a.py", line 3`. PHP: `in /a.php on line 3`. */
function* quoted(text: string): Generator<Location> {
  for (const pattern of [/\bFile "([^"]{1,300})", line (\d{1,7})/g, /\bin (\S{1,300}) on line (\d{1,7})/g]) {
    for (const { 0: match, 1: path = '', 2: line, index } of text.matchAll(pattern)) {
      const start = index + match.indexOf(path);
      if (!path.startsWith('<')) yield { start, end: index + match.length, path: plain(path), line: Number(line) };
    }
  }
}

/** Position after a path: `:12`, `:12:3`, `:line 12`, `(12,3)`, `:[12,3]`, `: (12, 3)`. */
const place = /(?::(?:line )?|\(|:\[|: \()(\d{1,7})(?:(?::|, ?)(\d{1,6}))?/g;

function* numbered(text: string): Generator<Location> {
  for (const { 0: match, 1: line, 2: column, index } of text.matchAll(place)) {
    const start = pathStart(text, index);
    const path = text.slice(start, index);
    if (!isFile(path) || Number(line) === 0) continue;
    const closing = /[([]/.test(match) && /[)\]]/.test(text.charAt(index + match.length)) ? 1 : 0;
    const where = { line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
    yield { start, end: index + match.length + closing, path: packageOf(text, start, path) + plain(path), ...where };
  }
}

/** Start of the path that ends at `end`; includes the colon of a drive or a scheme. */
function pathStart(text: string, end: number): number {
  const least = Math.max(0, end - longestPath);
  let start = end;
  while (start > least && /[^\s"'`()<>[\]{}|,;=*?:]/.test(text.charAt(start - 1))) start -= 1;
  const before = text.slice(Math.max(0, start - 6), start);
  if (/(?:^|[^\w])[A-Za-z]:$/.test(before) && text.charAt(start) === '\\') return start - 2;
  if (text.startsWith('//', start) && before.endsWith('file:')) return start - 5;
  return start;
}

function isFile(path: string): boolean {
  return /[\w$)\]-]\.[A-Za-z][\w+-]{0,9}$|(?:^|[/\\])(?:\.[\w-]+|(?:Make|Docker|Rake|Gem|Jenkins|Vagrant)file)$/.test(
    path,
  );
}

function plain(path: string): string {
  return path.replace(/^file:\/\//, '').replace(/^(?:\.[/\\])+/, '');
}

/** The name of letters, digits and `$.<>` that ends at `end`. */
function methodBefore(text: string, end: number): string {
  let start = end;
  while (start > Math.max(0, end - longestPath) && /[\w$.<>]/.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

/** Folder of a Java class's package: `at org.example.App$Inner.run(App.java:3)` gives `org/example/`. */
function packageOf(text: string, start: number, path: string): string {
  if (!/^\w+\.(?:java|kt|scala|groovy)$/.test(path) || text.charAt(start - 1) !== '(') return '';
  return methodBefore(text, start - 1)
    .split('.')
    .slice(0, -2)
    .map((name) => `${name}/`)
    .join('');
}
