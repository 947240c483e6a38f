import type { Commit } from './build';
import { groupBy } from '../util/groupBy';

/** One run of a build name. A retry is a run of its own. */
export interface Run {
  /** Id of the build. */
  readonly id: number;
  readonly status: string;
  /** ISO 8601; undefined if GitLab doesn't say. */
  readonly createdAt?: string | undefined;
  readonly commit: Commit;
}

/** A commit with the run that decides whether the build passes on it; undefined if none has passed or failed. */
export interface JudgedCommit {
  readonly commit: Commit;
  readonly run: Run | undefined;
}

/** Since when a build has been failing, as far as its runs are known. */
export interface History {
  /** The commits on which it failed since it last passed, newest first; empty if it passed on the newest. */
  readonly failing: readonly JudgedCommit[];
  /** The newest commit on which it passed; undefined if none was seen. */
  readonly lastGreen: JudgedCommit | undefined;
  /**
   * The commits of which one made it fail, newest first: from the first on which it was seen to fail back to the last on
   * which it passed, without the latter. Empty if no commit was seen on which it passed.
   */
  readonly suspects: readonly JudgedCommit[];
  /** Runs that failed on commits on which it passed as well, among the newest; undefined if there are none. */
  readonly flaky: { readonly failed: number; readonly runs: number } | undefined;
}

/** Number of newest runs that show whether a build is flaky. */
const runsCounted = 10;

/**
 * Determines since when a build has been failing.
 * @param chain the commits, newest first, following first parents; runs on other commits don't count
 */
export function historyOf(chain: readonly Commit[], runs: readonly Run[]): History {
  const ended = [...new Map(runs.map((run) => [run.id, run])).values()]
    .filter(({ status }) => status === 'success' || status === 'failed')
    .sort((a, b) => b.id - a.id);
  const bySha = groupBy(ended, ({ commit }) => commit.sha);
  const judged = chain.map((commit): JudgedCommit => ({ commit, run: bySha.get(commit.sha)?.[0] }));
  const green = judged.findIndex(({ run }) => run?.status === 'success');
  const since = green < 0 ? judged : judged.slice(0, green);
  const firstRed = since.findLastIndex(({ run }) => run !== undefined);
  return {
    failing: since.filter(({ run }) => run !== undefined),
    lastGreen: judged[green],
    suspects: green < 0 || firstRed < 0 ? [] : since.slice(firstRed),
    flaky: flakiness(chain, ended, bySha),
  };
}

function flakiness(
  chain: readonly Commit[],
  ended: readonly Run[],
  bySha: ReadonlyMap<string, readonly Run[]>,
): History['flaky'] {
  const known = new Set(chain.map(({ sha }) => sha));
  const newest = ended.filter(({ commit }) => known.has(commit.sha)).slice(0, runsCounted);
  const passes = ({ commit }: Run): boolean =>
    bySha.get(commit.sha)?.some(({ status }) => status === 'success') === true;
  const failed = newest.filter((run) => run.status === 'failed' && passes(run)).length;
  return failed === 0 ? undefined : { failed, runs: newest.length };
}

/** Commits of the runs, newest run first, beginning with the given one: a chain where git knows no parents. */
export function chainOfRuns(first: Commit, runs: readonly Run[]): readonly Commit[] {
  const newestFirst = [...runs].sort((a, b) => b.id - a.id).map(({ commit }) => commit);
  const start = newestFirst.findLastIndex(({ sha }) => sha === first.sha);
  const older = start < 0 ? newestFirst : newestFirst.slice(start + 1);
  return [...new Map([first, ...older].map((commit) => [commit.sha, commit])).values()];
}

/** Commits without a run that could narrow down the cause: those before the last green one, newest first. */
export function openCommits(chain: readonly Commit[], runs: readonly Run[]): readonly Commit[] {
  const { lastGreen } = historyOf(chain, runs);
  const end = lastGreen === undefined ? chain.length : chain.indexOf(lastGreen.commit);
  const known = new Set(runs.map(({ commit }) => commit.sha));
  return chain.slice(0, end).filter(({ sha }) => !known.has(sha));
}
