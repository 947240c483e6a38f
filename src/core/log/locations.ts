import { trimEndOf } from '../util/trim';
import type { Location } from './location';
import { detachedPlaces } from './detachedPlaces';
import { endOfPlace, startsOfPlace } from './placeForms';
import { ListHeaders } from './listedPlaces';
import {
  isFileName,
  longerPaths,
  packageOf,
  pathInPackage,
  pathStart,
  plainPath,
  queryStart,
  quotedPath,
} from './pathText';

/** Number of columns to search for links; a log may have lines of a MB. */
const longestLine = 10_000;

/** Locations in the formats of compilers, test runners and stack traces, and URLs. Sorted and not overlapping. */
export function locationsIn(line: string): readonly Location[] {
  const text = line.length > longestLine ? line.slice(0, longestLine) : line;
  // Cheap pre-filter.
  if (!/\d|:\/\//.test(text)) return [];
  const places = [...numbered(text)];
  if (places.length === 0) places.push(...detachedPlaces(text));
  const found = [...urls(text), ...places].sort((a, b) => a.start - b.start || b.end - a.end);
  let end = 0;
  return found.filter((one) => {
    const isFree = one.start >= end;
    if (isFree) end = one.end;
    return isFree;
  });
}

/**
 * Returns a function for the locations of a log line by index. Also handles linters that print the file name once,
 * above its findings. Fastest when called in ascending order.
 */
export function locationsOf(lines: readonly string[]): (at: number) => readonly Location[] {
  const headers = new ListHeaders(lines);
  return (at) => {
    const text = (lines[at] ?? '').slice(0, longestLine);
    const listed = headers.placeOn(at);
    return listed === undefined ? locationsIn(text) : [listed];
  };
}

/** The paths that a line names without a place in them: words with a slash that look like files. */
export function pathsIn(line: string): readonly (Location & { readonly path: string })[] {
  const text = line.slice(0, longestLine);
  if (!text.includes('/')) return [];
  return [...text.matchAll(/[^\s"'`()<>[\]{}|,;=*?:]{3,300}/g)].flatMap(({ 0: word, index }) => {
    const path = trimEndOf(word, '.');
    if (!path.includes('/') || path.startsWith('//') || !isFileName(path)) return [];
    return [{ start: index, end: index + path.length, path: plainPath(path) }];
  });
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

/** A path, then a line, in one of the forms of `placeForms.ts`. */
function* numbered(text: string): Generator<Location> {
  let from = 0;
  for (const form of startsOfPlace(text)) {
    if (form.pathEnd <= from) continue;
    const quote = quotedPath(text, form.pathEnd);
    const pathEnd = queryStart(text, form.pathEnd);
    const start = quote?.start ?? pathStart(text, pathEnd);
    const path = quote?.path ?? text.slice(start, pathEnd);
    const isVague = form.isVague || !isFileName(path);
    if (start < from || !mayBePath(path, form.isVague)) continue;
    const { line, column, end } = endOfPlace(text, form);
    // `a.ts:0:0` is a problem of the whole file.
    const isWhole = line === 0 && column === 0 && text.charAt(form.pathEnd) === ':';
    if (line === 0 && !isWhole) continue;
    const longer = quote === undefined ? longerPaths(text, start, pathEnd, from) : [];
    yield {
      start,
      end,
      path: packageOf(text, start, path) + plainPath(pathInPackage(text, start, path)),
      line: Math.max(1, line),
      ...(column === undefined || isWhole ? {} : { column }),
      ...(isVague ? { isVague } : {}),
      ...(longer.length === 0 ? {} : { longer }),
    };
    from = end;
  }
}

/** A name without an ending is a path only if it has folders, and stands before a line without a doubt. */
function mayBePath(path: string, isVague: boolean): boolean {
  if (path.startsWith('<')) return false;
  return isFileName(path) || (!isVague && /^\.{0,2}\/?[\w.@-]+(?:\/[\w.@-]+)+$/.test(path));
}
