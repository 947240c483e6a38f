import { parallelName } from '../../core/model/parallel';
import type { Build } from '../../core/model/build';
import { groupBy } from '../../core/util/groupBy';
import { oneLine } from './failures';
import { shortName } from './buildText';

/** The beginning that several names of a pipeline share, by the pipeline and the first characters of the names. */
export type SharedBeginnings = ReadonlyMap<string, string>;

/** Names that agree in this many first characters are held against each other. */
const keyLength = 10;
/** Names up to this length are shown whole, since they fit a side bar of 200 px. */
const shortEnough = 24;
/** Minimum length of a beginning that is worth shortening, and maximum length of what is left of it. */
const [leastShared, head] = [14, 8];

/**
 * Beginnings shared by the names of a pipeline's rows. All builds of the pipeline count, whatever their stage and status,
 * so that a name looks the same wherever its row goes.
 */
export function sharedBeginnings(builds: readonly Build[]): SharedBeginnings {
  const found = new Map<string, string>();
  for (const [key, family] of groupBy(builds.flatMap(longName), ({ key: one }) => one)) {
    const names = [...new Set(family.map(({ name }) => name))];
    const shared = names.length > 1 ? sharedBy(names) : '';
    if (shared.length >= leastShared) found.set(key, shared);
  }
  return found;
}

/** Name of a row: a long beginning that others have as well is shortened, since what differs comes after it. */
export function nameAmong(build: Build, whole: string, beginnings: SharedBeginnings): string {
  if (whole.length <= shortEnough || beginnings.size === 0) return shortName(whole);
  const name = oneLine(whole);
  const shared = beginnings.get(keyOf(build, name));
  if (shared === undefined || !name.startsWith(shared)) return shortName(name);
  return `${beginningOf(shared)}…${shortName(name.slice(shared.length))}`;
}

/** The name of the row that has the build if it is long. Parallel builds share one. */
function longName(build: Build): readonly { readonly key: string; readonly name: string }[] {
  if (build.name.length <= shortEnough) return [];
  const name = oneLine(parallelName(build.name)?.name ?? build.name);
  return name.length <= shortEnough ? [] : [{ key: keyOf(build, name), name }];
}

function keyOf({ pipeline }: Build, name: string): string {
  return `${pipeline ?? ''} ${name.slice(0, keyLength)}`;
}

/** The beginning that all names share, up to a word's end and shorter than each of them. */
function sharedBy(names: readonly string[]): string {
  const [first = '', ...others] = names;
  const common = others.reduce((length, name) => lengthShared(first, name, length), first.length);
  const shared = first.slice(0, Math.min(common, ...names.map(({ length }) => length - 1)));
  const end = lastBoundary(shared);
  return shared.slice(0, end < 0 ? 0 : end + 1);
}

function lengthShared(a: string, b: string, longest: number): number {
  let length = 0;
  while (length < longest && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** The first words of a shared beginning, or as much of a long first word as there is room for. */
function beginningOf(shared: string): string {
  const end = lastBoundary(shared.slice(0, head + 1));
  const marks = end > 0 ? shared.slice(0, end) : Array.from(shared).slice(0, head).join('');
  return marks.trimEnd();
}

const boundaries = [' ', '/', ':', '-', '_', '.'];

/** Index of the last character between two words; -1: none. */
function lastBoundary(text: string): number {
  return Math.max(...boundaries.map((mark) => text.lastIndexOf(mark)));
}
