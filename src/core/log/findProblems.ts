import { locationsOf } from './locations';
import type { Log } from './log';
import { problemsIn, type Problem } from './logProblems';
import { timeSlice } from '../util/timeSlice';
import type { WorkspaceFiles } from './workspaceFiles';

/** A problem in an existing file. */
export interface FoundProblem extends Problem {
  readonly file: string;
}

export interface FoundProblems {
  readonly problems: readonly FoundProblem[];
  /** Whether the list was truncated at `mostProblems`. */
  readonly isCut: boolean;
  /** Number of file locations in the log, whether or not the files exist. */
  readonly places: number;
}

/** Maximum number of problems to report. */
export const mostProblems = 1000;

/**
 * Finds problems in existing files, without duplicates; for each stack trace, only the first location in the
 * repository. Yields to other work meanwhile.
 */
export async function findProblems(log: Log, files: WorkspaceFiles): Promise<FoundProblems> {
  const found = new Map<string, FoundProblem>();
  const share = timeSlice();
  let [places, stack]: [number, number | undefined] = [0, undefined];
  for (const some of problemsIn(log.lines, locationsOf(log.lines))) {
    await share();
    if (some.length === 0) continue;
    await files.look(some.map(({ path }) => path));
    places += some.length;
    for (const problem of some) {
      const file = files.of(problem.path);
      if (file === undefined || (problem.stack !== undefined && problem.stack === stack)) continue;
      stack = problem.stack;
      const key = JSON.stringify([file, problem.line, problem.column, problem.message]);
      if (found.has(key)) continue;
      if (found.size === mostProblems) return { problems: [...found.values()], isCut: true, places };
      found.set(key, { ...problem, file });
    }
  }
  return { problems: [...found.values()], isCut: false, places };
}
