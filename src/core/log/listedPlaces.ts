import type { Location } from './location';
import { isFileName, plainPath } from './pathText';

/** How many lines below its file's name a list may begin, or go on after something else. */
const longestGap = 500;
const mostColumns = 500;
const longestPath = 300;

/** A list's or a table's row; the first group is all that stands for the place, then the line, then the column. */
const rows = [
  // ESLint, stylelint, yamllint, html-validate, remark, Vale.
  /^(\s+(\d{1,7}):(\d{1,6})(?:-\d{1,7}:\d{1,6})?)\s+(?:error|warning|info|suggestion|[✖×⚠ℹ])\s/,
  // PHP_CodeSniffer.
  /^(\s+(\d{1,7})) \| (?:ERROR|WARNING) +\|/,
  // SQLFluff.
  /^(L: {0,6}(\d{1,7}) \| P: {0,6}(\d{1,6})) \|/,
];
/** PHPStan's, in its own tables alone. */
const tableRow = /^(\s{1,6}:?(\d{1,7}))\s{2,}\S/;
/** editorconfig-checker's, below a name with a colon. */
const tabbedRow = /^(\t(\d{1,7})):? /;

interface Header {
  readonly path: string;
  readonly at: number;
  readonly kind: 'list' | 'table' | 'colon';
}

/** What a list says of its rows: the file that its name above them tells, until the next name. */
export class ListHeaders {
  private last = -1;
  private header: Header | undefined;

  constructor(private readonly lines: readonly string[]) {}

  /** The place on a line that is a row of a list; undefined where it is none, or no file is named above. */
  placeOn(at: number): Location | undefined {
    if (at < this.last) this.header = undefined;
    const from = at < this.last || this.last < at - longestGap ? at - longestGap : this.last;
    for (let before = Math.max(0, from); before < at; before += 1) this.read(before);
    this.last = at;
    return this.header === undefined ? undefined : this.rowOf(this.header, at);
  }

  private read(at: number): void {
    const line = (this.lines[at] ?? '').slice(0, mostColumns);
    const { header } = this;
    const path = headerOn(line);
    if (path !== undefined) this.header = { ...path, at };
    else if (header === undefined) return;
    else if (line.startsWith('$ ') || at - header.at > longestGap) this.header = undefined;
    else if (matchOf(line, header) !== undefined) this.header = { ...header, at };
  }

  private rowOf(header: Header, at: number): Location | undefined {
    const [, match, line, column] = matchOf((this.lines[at] ?? '').slice(0, mostColumns), header) ?? [];
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

/** The file that a line names for those below it; undefined for every other line. */
function headerOn(line: string): Pick<Header, 'path' | 'kind'> | undefined {
  const text = line.trim();
  if (text.length < 3 || text.length > longestPath + 10 || line.length - line.trimStart().length > 4) return undefined;
  const [, table, sniffed, linted] = /^(?:Line {1,9}(\S.*)|FILE: (\S.*)|== \[(.+)\] FAIL)$/.exec(text) ?? [];
  const named = table ?? sniffed ?? linted;
  // PHPStan says whose trait it is about.
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
