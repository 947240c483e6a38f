import type { Location } from './location';
import { isFileName, plainPath } from './pathText';

/** Maximum number of other lines between a file's name and its list, or within the list. */
const longestGap = 500;
const maxColumns = 500;
const longestPath = 300;

/** Matches a row of a list or table. Groups: the whole location, line, column. */
const rows = [
  // ESLint, stylelint, yamllint, html-validate, remark, Vale.
  /^(\s+(\d{1,7}):(\d{1,6})(?:-\d{1,7}:\d{1,6})?)\s+(?:error|warning|info|suggestion|[✖×⚠ℹ])\s/,
  // PHP_CodeSniffer.
  /^(\s+(\d{1,7})) \| (?:ERROR|WARNING) +\|/,
  // HTMLHint.
  /^(\s+L(\d{1,7})) \|/,
  // gitleaks, dockerfilelint.
  /^(Line:? {1,20}(\d{1,7}))(?::|$)/,
  // SQLFluff.
  /^(L: {0,6}(\d{1,7}) \| P: {0,6}(\d{1,6})) \|/,
];
/** Matches a row of PHPStan, in its own tables only. */
const tableRow = /^(\s{1,6}:?(\d{1,7}))\s{2,}\S/;
/** Matches a row of editorconfig-checker, below a name with a colon. */
const tabbedRow = /^(\t(\d{1,7})):? /;

interface Header {
  readonly path: string;
  readonly at: number;
  readonly kind: 'list' | 'table' | 'colon';
}

/** Finds locations in lists and tables whose file is named above the rows. */
export class ListHeaders {
  private last = -1;
  private header: Header | undefined;

  constructor(private readonly lines: readonly string[]) {}

  /** Location of a line that is a row of a list; undefined for other lines, or if no file is named above. */
  placeOn(at: number): Location | undefined {
    if (at < this.last) this.header = undefined;
    const from = at < this.last || this.last < at - longestGap ? at - longestGap : this.last;
    for (let before = Math.max(0, from); before < at; before += 1) this.read(before);
    this.last = at;
    return this.header === undefined ? undefined : this.rowOf(this.header, at);
  }

  private read(at: number): void {
    const line = (this.lines[at] ?? '').slice(0, maxColumns);
    const { header } = this;
    const path = headerOn(line);
    if (path !== undefined) this.header = { ...path, at };
    else if (header === undefined) return;
    else if (line.startsWith('$ ') || at - header.at > longestGap) this.header = undefined;
    else if (matchOf(line, header) !== undefined) this.header = { ...header, at };
  }

  private rowOf(header: Header, at: number): Location | undefined {
    const [, match, line, column] = matchOf((this.lines[at] ?? '').slice(0, maxColumns), header) ?? [];
    if (match === undefined || Number(line) === 0) return undefined;
    const start = match.length - match.trimStart().length;
    const where = { line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
    return { start, end: match.length, path: header.path, ...where };
  }
}

function matchOf(line: string, { kind }: Header): RegExpExecArray | undefined {
  if (!/^[\sL]/.test(line)) return undefined;
  const own = kind === 'table' ? tableRow.exec(line) : kind === 'colon' ? tabbedRow.exec(line) : null;
  if (own !== null) return own;
  for (const row of rows) {
    const found = row.exec(line);
    if (found !== null) return found;
  }
  return undefined;
}

/** File that a line names for the rows below; undefined for other lines. */
function headerOn(line: string): Pick<Header, 'path' | 'kind'> | undefined {
  const text = line.trim();
  if (text.length < 3 || text.length > longestPath + 10 || line.length - line.trimStart().length > 4) return undefined;
  const [, table, sniffed, linted] =
    /^(?:Line {1,9}(\S.*)|(?:FILE|File): {1,20}(\S.*)|== \[(.+)\] FAIL)$/.exec(text) ?? [];
  const named = table ?? sniffed ?? linted;
  // PHPStan adds the class that uses the trait.
  if (named !== undefined)
    return pathNamed(named.replace(/ \(in context of .{1,200}\)$/, ''), table === undefined ? 'list' : 'table');
  if (text.endsWith(':')) return pathNamed(text.slice(0, -1), 'colon');
  return pathNamed(text, 'list');
}

function pathNamed(text: string, kind: Header['kind']): Pick<Header, 'path' | 'kind'> | undefined {
  const isSentence =
    /\s/.test(text) && !/^(?:\.{0,2}\/)?[\w.@-][^:;"'`<>|*?]{0,200}\/[^/:;"'`<>|*?]{1,100}$/.test(text);
  return isFileName(text) && !isSentence ? { path: plainPath(text), kind } : undefined;
}
