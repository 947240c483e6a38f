/** Executions by line and branch of a file, as a coverage report has them. Paths are untrusted. */
export interface CoveredFile {
  /** As the report has it, with the prefixes under which the file may be found, the likeliest first. */
  readonly paths: readonly string[];
  /** Number of executions by line (1-based). */
  readonly lines: ReadonlyMap<number, number>;
  /** Branches taken and in total, by line. */
  readonly branches: ReadonlyMap<number, BranchCount>;
}

interface BranchCount {
  readonly covered: number;
  readonly total: number;
}

/** Maximum number of files of one report. */
export const maxFiles = 20_000;
/** Maximum number of lines of all files of one report. */
export const maxLines = 2_000_000;

/** Largest line number that a report may name. */
const lastLine = 10_000_000;

/** Collects the lines of one file; what a report says of a line twice is added up. */
export class FileLines {
  readonly lines = new Map<number, number>();
  readonly branches = new Map<number, BranchCount>();

  add(line: number, hits: number): void {
    if (isLine(line)) this.lines.set(line, (this.lines.get(line) ?? 0) + hits);
  }

  addBranches(line: number, covered: number, total: number): void {
    const known = this.branches.get(line) ?? { covered: 0, total: 0 };
    if (isLine(line)) this.branches.set(line, { covered: known.covered + covered, total: known.total + total });
  }
}

function isLine(line: number): boolean {
  return line > 0 && line <= lastLine;
}

/** A whole number that isn't negative; undefined for anything else. */
export function count(text: string | undefined): number | undefined {
  const number = text === undefined || text === '' ? NaN : Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
