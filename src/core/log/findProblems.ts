import { locationsOf } from './locations';
import type { Log } from './log';
import { problemsIn, type Problem } from './logProblems';
import { timeSlice } from '../util/timeSlice';
import type { WorkspaceFiles } from './workspaceFiles';

/** A problem in a file that is there. */
export interface FoundProblem extends Problem {
  readonly file: string;
}

export interface FoundProblems {
  readonly problems: readonly FoundProblem[];
  /** There are more than `mostProblems`. */
  readonly isCut: boolean;
  /** How many places in files the log names, there or not. */
  readonly places: number;
}

/** More than that nobody reads. */
export const mostProblems = 1000;

/** Each once, of each stack trace the first place that is in a file of the repository. Others have their turn meanwhile. */
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
