import { trimStartOf } from '../util/trim';

/** Longest path of a file, in UTF-16 units: each is compared with those of all files. */
const longestPath = 1_000;

/**
 * Path of an included file from the repository's root; undefined for one that isn't local. Only GitLab can resolve a path with
 * variables, and one with `..` leads out of the repository.
 */
export function includedPath(written: string | undefined): string | undefined {
  if (written === undefined || written.length > longestPath || written.includes('://')) return undefined;
  const path = trimStartOf(written.trim(), '/');
  const parts = path.split('/');
  const isKnown = path !== '' && !path.includes('$') && !parts.includes('..');
  return isKnown ? parts.filter((part) => part !== '.' && part !== '').join('/') : undefined;
}

export function isPattern(path: string): boolean {
  return path.includes('*');
}

/** Whether a path is included by one that may have wildcards: `*` within a name, `**` for any number of folders. */
export function includes(pattern: string, path: string): boolean {
  const [wanted, names] = [pattern.split('/'), path.split('/')];
  // Which first parts of the path the parts of the pattern so far can stand for.
  let reached = new Set([0]);
  for (const [index, part] of wanted.entries()) {
    if (reached.size === 0) return false;
    const isAnyDepth = part === '**' && index < wanted.length - 1;
    reached = isAnyDepth ? allFrom(Math.min(...reached), names.length) : nextOf(reached, part, names);
  }
  return reached.has(names.length);
}

function allFrom(first: number, last: number): Set<number> {
  return new Set(Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function nextOf(reached: ReadonlySet<number>, part: string, names: readonly string[]): Set<number> {
  const matching = [...reached].filter((at) => at < names.length && isName(part, names[at] ?? ''));
  return new Set(matching.map((at) => at + 1));
}

/** Whether a name matches a pattern in which `*` stands for any characters. */
function isName(pattern: string, name: string): boolean {
  const pieces = pattern.split('*');
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (pieces.length === 1) return pattern === name;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > name.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}
