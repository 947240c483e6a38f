import type { Location } from './location';
import { isBreak, isFileName, pathStart, plainPath } from './pathText';

/** Maximum number of columns to search. */
const maxColumns = 1000;

/** Matches a line by name, as `line 12`, `line=12`, `{line,12}` and `"line": 12`, and its column if that follows. */
const named = /\bline(?:_?number|_?no)?["']?(?: ?[=:,] ?| )["']?(\d{1,7})\b/i;
const namedColumn = /^.{0,12}\bcol(?:umn)?(?:_?number|_?no)?["']?(?: ?[=:,] ?| )["']?(\d{1,6})\b/i;
/** Matches a line and its column at the end of a message or before what stands there: `… (3:7)`, `…: 3:7: x`. */
const behind = /(?:: | \()(\d{1,7}):(\d{1,6})(?:\)|:|$)/;

/** Position of a line number in a text that names its file earlier. */
interface Numbers {
  /** Column where the words for the position begin. */
  readonly start: number;
  readonly line: number;
  readonly column?: number;
}

/**
 * Location whose line number doesn't follow the path at once: `src/a.ts: Unexpected token (3:7)`, `file=src/a.ts,line=3`,
 * `error parsing pod.yaml: yaml: line 12: …`. Its range is the path. At most one.
 */
export function detachedPlaces(whole: string): readonly Location[] {
  const text = whole.slice(0, maxColumns);
  const numbers = numbersIn(text);
  if (numbers === undefined || numbers.line === 0) return [];
  const { start: before, ...where } = numbers;
  const path = lastPathIn(text.slice(0, before));
  return path === undefined ? [] : [{ ...path, ...where }];
}

/** Line and column that the text names in words, or after its message. */
export function numbersIn(text: string): Numbers | undefined {
  const word = named.exec(text);
  if (word !== null) {
    const column = namedColumn.exec(text.slice(word.index + word[0].length))?.[1];
    return { start: word.index, line: Number(word[1]), ...(column === undefined ? {} : { column: Number(column) }) };
  }
  const found = behind.exec(text);
  return found === null ? undefined : { start: found.index, line: Number(found[1]), column: Number(found[2]) };
}

/** The last word that looks like the path of a file. */
function lastPathIn(text: string): { readonly start: number; readonly end: number; readonly path: string } | undefined {
  for (let end = text.length; end > 0;) {
    if (isBreak(text.charAt(end - 1)) || text.endsWith('.', end)) {
      end -= 1;
      continue;
    }
    const start = pathStart(text, end);
    const path = text.slice(start, end);
    if (isFileName(path) && !path.startsWith('//')) return { start, end, path: plainPath(path) };
    end = start;
  }
  return undefined;
}
