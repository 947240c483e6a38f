import { timeSlice } from '../util/timeSlice';
import { runGit, type GitProgram } from './runGit';

/** Maximum number of files to index. */
export const maxTrackedFiles = 500_000;
/** Maximum output in bytes, and time limit in ms, of git's list of files. */
const listLimits = { maxBytes: 128 * 1024 * 1024, timeoutMs: 60_000 };

/**
 * Index of the files that git tracks, by name. The paths are stored in one string, with a few numbers per file: separate
 * strings would take four times the memory.
 */
export class TrackedFiles {
  private constructor(
    private readonly text: string,
    /** Start of each path in the text, and the end of the last; paths are separated by one character. */
    private readonly starts: Uint32Array,
    /** First file for each hash of a file name, and next file with the same hash; -1 for none. */
    private readonly heads: Int32Array,
    private readonly nexts: Int32Array,
  ) {}

  /**
   * Builds the index from NUL-terminated paths, as listed by `git ls-files -z`; undefined if there are more than
   * `maxTrackedFiles`. Yields while working.
   */
  static async of(list: string): Promise<TrackedFiles | undefined> {
    const yieldIfDue = timeSlice();
    const ends: number[] = [];
    for (let end = list.indexOf('\0'); end >= 0; end = list.indexOf('\0', end + 1)) {
      if (ends.push(end) > maxTrackedFiles) return undefined;
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    const starts = new Uint32Array(ends.length + 1);
    for (const [at, end] of ends.entries()) starts[at + 1] = end + 1;
    const heads = new Int32Array(powerOfTwo(ends.length)).fill(-1);
    const nexts = new Int32Array(ends.length);
    // Backward, so that files with the same hash are in git's order.
    for (let at = ends.length - 1; at >= 0; at -= 1) {
      const slot = hashBefore(list, starts[at] ?? 0, ends[at] ?? 0) & (heads.length - 1);
      nexts[at] = heads[slot] ?? -1;
      heads[slot] = at;
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    return new TrackedFiles(list, starts, heads, nexts);
  }

  get count(): number {
    return this.nexts.length;
  }

  /** Number of files to compare when looking up a path: those with the same name, and possibly a few more. */
  rivals(path: string): number {
    let count = 0;
    for (let at = this.firstOfName(path); at >= 0; at = this.nexts[at] ?? -1) count += 1;
    return count;
  }

  has(path: string): boolean {
    for (const at of this.sameName(path))
      if (this.length(at) === path.length && this.overlap(at, path) === path.length) return true;
    return false;
  }

  /**
   * Files whose paths have at least `least` names at their end in common with `path`, in git's order, with the number of
   * common names.
   */
  *endingLike(path: string, least = 1): Generator<{ readonly file: string; readonly names: number }> {
    for (const at of this.sameName(path)) {
      const names = this.namesInCommon(at, path);
      if (names >= least) yield { file: this.path(at), names };
    }
  }

  private path(at: number): string {
    return this.text.slice(this.starts[at], (this.starts[at + 1] ?? 0) - 1);
  }

  private length(at: number): number {
    return (this.starts[at + 1] ?? 0) - 1 - (this.starts[at] ?? 0);
  }

  /** Files in the hash slot of the path's last name; some of them have another name. */
  private *sameName(path: string): Generator<number> {
    for (let at = this.firstOfName(path); at >= 0; at = this.nexts[at] ?? -1) yield at;
  }

  private firstOfName(path: string): number {
    return this.heads[hashBefore(path, 0, path.length) & (this.heads.length - 1)] ?? -1;
  }

  private namesInCommon(at: number, path: string): number {
    const same = this.overlap(at, path);
    const isWhole = (length: number, text: string, end: number) =>
      same === length || text.charCodeAt(end - same - 1) === slash;
    const end = (this.starts[at + 1] ?? 0) - 1;
    const all = countOf(path, path.length - same);
    // Only whole names count.
    return isWhole(path.length, path, path.length) && isWhole(this.length(at), this.text, end) ? all : all - 1;
  }

  /** Number of characters that both have in common at their ends. */
  private overlap(at: number, path: string): number {
    const [start, end] = [this.starts[at] ?? 0, (this.starts[at + 1] ?? 0) - 1];
    const most = Math.min(path.length, end - start);
    let same = 0;
    while (same < most && this.text.charCodeAt(end - 1 - same) === path.charCodeAt(path.length - 1 - same)) same += 1;
    return same;
  }
}

const slash = 0x2f;

/** Number of names in a path from a position on, including a partial one. */
function countOf(path: string, from: number): number {
  let count = 1;
  for (let at = from; at < path.length; at += 1) if (path.charCodeAt(at) === slash) count += 1;
  return count;
}

/** Hash of the name that ends there. */
function hashBefore(text: string, start: number, end: number): number {
  let hash = 0;
  for (let at = end - 1; at >= start; at -= 1) {
    const code = text.charCodeAt(at);
    if (code === slash) break;
    hash = (Math.imul(hash, 31) + code) | 0;
  }
  return hash ^ (hash >>> 15);
}

function powerOfTwo(least: number): number {
  let size = 1;
  while (size < least) size *= 2;
  return size;
}

/** Lists the files that git tracks in a repository and its submodules; undefined if there are too many. Throws LocalError. */
export async function readTrackedFiles(git: GitProgram, root: string): Promise<TrackedFiles | undefined> {
  const list = await runGit({ ...git, limits: listLimits }, root, ['ls-files', '-z', '--recurse-submodules']);
  return TrackedFiles.of(list);
}

/**
 * Lists the files that differ between two commits; submodules by their folder. Throws LocalError, also if git doesn't have
 * one of the commits.
 */
export async function readChangedFiles(
  git: GitProgram,
  root: string,
  from: string,
  to: string,
): Promise<ReadonlySet<string>> {
  const args = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--no-textconv', from, to, '--'];
  const list = await runGit({ ...git, limits: listLimits }, root, args);
  return new Set(list.split('\0').filter((path) => path !== ''));
}
