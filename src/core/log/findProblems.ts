import { timeSlice } from '../util/timeSlice';
import { locationsOf } from './locations';
import type { Log } from './log';
import type { FoundFiles, LogFileFinder } from './logFileFinder';
import { problemsIn, type Problem } from './logProblems';
import { isDependency } from './pathLookup';

/** A problem in an existing file. */
export interface FoundProblem extends Problem {
  readonly file: string;
}

export interface FoundProblems {
  readonly problems: readonly FoundProblem[];
  /** Whether the list was truncated at `maxProblems`. */
  readonly isCut: boolean;
  /** Number of file locations in the log, whether or not the files exist. */
  readonly locations: number;
  /** Number of these whose file is ambiguous or has changed since. */
  readonly unsure: number;
}

/** Maximum number of problems to report. */
export const maxProblems = 1000;

/**
/**
 * Finds problems in existing files, without duplicates; for each stack trace, only the first location in the
 * repository, and none where several files may be meant. `hasChanged`: whether a file differs from the log's commit.
 * Yields to other work meanwhile.
 */
export async function findProblems(
  log: Log,
  files: LogFileFinder,
  hasChanged: (file: string) => boolean = () => false,
): Promise<FoundProblems> {
  const collected = new Collected(hasChanged);
  const yieldIfDue = timeSlice();
  for (const some of problemsIn(log.lines, locationsOf(log.lines))) {
    await yieldIfDue();
    const own = some.filter(({ path }) => !isDependency(path));
    collected.locations += some.length;
    if (own.length === 0) continue;
    const found = await files.find(own);
    for (const [index, problem] of own.entries())
      if (collected.add(problem, found[index])) return collected.result(true);
  }
  return collected.result(false);
}

class Collected {
  locations = 0;
  private unsure = 0;
  private stack: number | undefined;
  private readonly found = new Map<string, FoundProblem>();

  constructor(private readonly hasChanged: (file: string) => boolean) {}

  /** Whether it is one more than anybody reads. */
  add(problem: Problem, found: FoundFiles | undefined): boolean {
    const [file, rival] = found?.files ?? [];
    if (file === undefined || (problem.stack !== undefined && problem.stack === this.stack)) return false;
    this.stack = problem.stack;
    if (rival !== undefined || this.hasChanged(file)) {
      this.unsure += 1;
      return false;
    }
    const key = JSON.stringify([file, problem.line, problem.column, problem.message]);
    if (this.found.has(key)) return false;
    if (this.found.size === maxProblems) return true;
    this.found.set(key, { ...problem, file });
    return false;
  }

  result(isCut: boolean): FoundProblems {
    return { problems: [...this.found.values()], isCut, locations: this.locations, unsure: this.unsure };
  }
}
