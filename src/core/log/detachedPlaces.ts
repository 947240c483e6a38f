import type { Location } from './location';
import { isBreak, isFileName, pathStart, plainPath } from './pathText';

/** Maximum number of columns to search. */
const maxColumns = 1000;

/** Matches a line by name, as `line 12`, `line=12`, `{line,12}` and `"line": 12`, and its column if that follows. */
const named = /\bline(?:_?number|_?no)?["']?(?: ?[=:,] ?| )["']?(\d{1,7})\b/i;
const namedColumn = /^.{0,12}\bcol(?:umn)?(?:_?number|_?no)?["']?(?: ?[=:,] ?| )["']?(\d{1,6})\b/i;
/** Matches a line and its column at the end of a message or before what stands there: `… (3:7)`, `…: 3:7: x`. */
const behind = /(?:: | \()(\d{1,7}):(\d{1,6})(?:\)|:|$)/;

/** Matches the words between a line's number and its file. */
const ofFile = /^(?:,? (?:col(?:umn)?|char(?:acter)?) \d{1,6})? (?:of|in) (?:the )?(?:file )?["'`‘“]?/;

/** Position of a line number in a text that names its file earlier. */
interface Numbers {
  /** Column where the words for the position begin. */
  readonly start: number;
  /** Column after the words for the line. */
  readonly end: number;
  readonly line: number;
  readonly column?: number;
}

/**
 * Location whose line number doesn't follow the path at once: `src/a.ts: Unexpected token (3:7)`, `file=src/a.ts,line=3`,
 * `error parsing pod.yaml: yaml: line 12: …`, `line 3 of src/a.ts`. Its range is the path. At most one.
 */
export function detachedPlaces(whole: string): readonly Location[] {
  const text = whole.slice(0, maxColumns);
  const numbers = numbersIn(text);
  if (numbers === undefined || numbers.line === 0) return [];
  const { start: before, end: after, ...where } = numbers;
  const path = pathAfter(text, after) ?? lastPathIn(text.slice(0, before));
  return path === undefined ? [] : [{ ...path, ...where }];
}

/** Line and column that the text names in words, or after its message. */
export function numbersIn(text: string): Numbers | undefined {
  const word = named.exec(text);
  if (word !== null) {
    const end = word.index + word[0].length;
    const column = namedColumn.exec(text.slice(end))?.[1];
    return {
      start: word.index,
      end,
      line: Number(word[1]),
      ...(column === undefined ? {} : { column: Number(column) }),
    };
  }
  const found = behind.exec(text);
  if (found === null) return undefined;
  const end = found.index + found[0].length;
  return { start: found.index, end, line: Number(found[1]), column: Number(found[2]) };
}

interface FoundPath {
  readonly start: number;
  readonly end: number;
  readonly path: string;
}

/** The path in `line 3 of src/a.ts` and `line 3, column 4 in file "src/a.ts"`. */
function pathAfter(text: string, after: number): FoundPath | undefined {
  const words = ofFile.exec(text.slice(after, after + 60))?.[0];
  if (words === undefined) return undefined;
  const start = after + words.length;
  let end = start;
  while (end < text.length && !isBreak(text.charAt(end))) end += 1;
  while (text.endsWith('.', end)) end -= 1;
  const path = text.slice(start, end);
  return isFileName(path) ? { start, end, path: plainPath(path) } : undefined;
}

/** The last word that looks like the path of a file. */
function lastPathIn(text: string): FoundPath | undefined {
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
