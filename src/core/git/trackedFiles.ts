import { timeSlice } from '../util/timeSlice';
import { runGit, type GitProgram } from './runGit';

/** Files beyond which no index is made. */
export const mostTrackedFiles = 500_000;
/** Bytes of the names of so many files, and the time that git may take to list them. */
const listLimits = { mostBytes: 128 * 1024 * 1024, timeoutMs: 60_000 };

/**
 * The files that git tracks, found by their names. The paths are one text, with two numbers for each file beside it: as
 * separate strings they would take four times the memory.
 */
export class TrackedFiles {
  private constructor(
    private readonly text: string,
    /** Where each path begins in the text, and where the last ends; a separator is between two. */
    private readonly starts: Uint32Array,
    /** The first file of each hash of a name, and the next file with the same hash; -1: none. */
    private readonly heads: Int32Array,
    private readonly nexts: Int32Array,
  ) {}

  /**
   * The index of paths that are each ended by a NUL, as git lists them with `-z`; undefined where there are more than
   * `mostTrackedFiles`. It yields while it works.
   */
  static async of(list: string): Promise<TrackedFiles | undefined> {
    const share = timeSlice();
    const ends: number[] = [];
    for (let end = list.indexOf('\0'); end >= 0; end = list.indexOf('\0', end + 1)) {
      if (ends.push(end) > mostTrackedFiles) return undefined;
      const turn = share();
      if (turn !== undefined) await turn;
    }
    const starts = new Uint32Array(ends.length + 1);
    for (const [at, end] of ends.entries()) starts[at + 1] = end + 1;
    const heads = new Int32Array(powerOfTwo(ends.length)).fill(-1);
    const nexts = new Int32Array(ends.length);
    // From the last on, so that those with one hash are in git's order.
    for (let at = ends.length - 1; at >= 0; at -= 1) {
      const slot = hashBefore(list, starts[at] ?? 0, ends[at] ?? 0) & (heads.length - 1);
      nexts[at] = heads[slot] ?? -1;
      heads[slot] = at;
      const turn = share();
      if (turn !== undefined) await turn;
    }
    return new TrackedFiles(list, starts, heads, nexts);
  }

  get count(): number {
    return this.nexts.length;
  }

  has(path: string): boolean {
    for (const at of this.sameName(path))
      if (this.length(at) === path.length && this.overlap(at, path) === path.length) return true;
    return false;
  }

  /**
   * The files whose paths end as `path` does, in whole names, and how many of these names they have in common with it. In
   * git's order; `least`: names in common at least.
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

  /** The files in whose slot the name at the end of the path is: some of them have another name. */
  private *sameName(path: string): Generator<number> {
    const slot = hashBefore(path, 0, path.length) & (this.heads.length - 1);
    for (let at = this.heads[slot] ?? -1; at >= 0; at = this.nexts[at] ?? -1) yield at;
  }

  private namesInCommon(at: number, path: string): number {
    const same = this.overlap(at, path);
    const isWhole = (length: number, text: string, end: number) =>
      same === length || text.charCodeAt(end - same - 1) === slash;
    const end = (this.starts[at + 1] ?? 0) - 1;
    const all = countOf(path, path.length - same);
    // A name that is cut off in the middle on either side is another name.
    return isWhole(path.length, path, path.length) && isWhole(this.length(at), this.text, end) ? all : all - 1;
  }

  /** How many characters both have in common at their ends. */
  private overlap(at: number, path: string): number {
    const [start, end] = [this.starts[at] ?? 0, (this.starts[at + 1] ?? 0) - 1];
    const most = Math.min(path.length, end - start);
    let same = 0;
    while (same < most && this.text.charCodeAt(end - 1 - same) === path.charCodeAt(path.length - 1 - same)) same += 1;
    return same;
  }
}

const slash = 0x2f;

/** How many names of a path are in it from there on, a part of one too. */
function countOf(path: string, from: number): number {
  let count = 1;
  for (let at = from; at < path.length; at += 1) if (path.charCodeAt(at) === slash) count += 1;
  return count;
}

/** A hash of the name that ends there. */
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

/** What git tracks in a repository and its submodules; undefined where that is too much. Throws where git fails. */
export async function readTrackedFiles(git: GitProgram, root: string): Promise<TrackedFiles | undefined> {
  const list = await runGit({ ...git, limits: listLimits }, root, ['ls-files', '-z', '--recurse-submodules']);
  return TrackedFiles.of(list);
}

/**
 * The files that differ between two commits, a submodule by its folder. Throws where git fails, also since it does not have
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
