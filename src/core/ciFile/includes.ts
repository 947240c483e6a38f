import { trimStartOf } from '../util/trim';

/** Local files in the value of an `include`: paths from the repository's root. All others are left out. */
export function includedPaths(include: unknown): readonly string[] {
  if (Array.isArray(include)) return include.flatMap((one: unknown) => (Array.isArray(one) ? [] : includedPaths(one)));
  if (typeof include === 'string') return include.includes('://') ? [] : localPath(include);
  if (typeof include !== 'object' || include === null || !('local' in include)) return [];
  const { local } = include;
  return typeof local === 'string' ? localPath(local) : [];
}

/** A path with variables is only known to GitLab, and one with `..` leads out of the repository. */
function localPath(written: string): readonly string[] {
  const path = trimStartOf(written.trim(), '/');
  const parts = path.split('/');
  const isKnown = path !== '' && !path.includes('$') && !parts.includes('..');
  return isKnown ? [parts.filter((part) => part !== '.' && part !== '').join('/')] : [];
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
    const next = new Set<number>();
    for (const at of reached) {
      const isLast = index === wanted.length - 1;
      if (part === '**' && !isLast) for (let end = at; end <= names.length; end += 1) next.add(end);
      else if (at < names.length && isName(part, names[at] ?? '')) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(names.length);
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
