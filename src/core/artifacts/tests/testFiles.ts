import { testLocations, type TestLocation } from './testLocations';
import { timeSlice } from '../../util/timeSlice';
import { WorkspaceFiles } from '../../log/workspaceFiles';
import type { FoundTest } from './testResults';

/** A location in an existing file. */
export interface FoundLocation {
  readonly file: string;
  /** 1-based, like `column`. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/**
 * Finds failed tests in the repository with folder `root`. The result has the same order; for each test, the first
 * candidate whose file exists, or undefined. `root`: undefined if the repository isn't on this disk.
 */
export async function locateTests(
  tests: readonly FoundTest[],
  root: string | undefined,
  project: string,
): Promise<readonly (FoundLocation | undefined)[]> {
  if (root === undefined) return tests.map(() => undefined);
  const files = new WorkspaceFiles(root, project);
  const named: (readonly TestLocation[])[] = [];
  const yieldIfDue = timeSlice();
  for (const { test, report } of tests) {
    named.push(testLocations(test, report ?? ''));
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  await files.look(named.flat().map(({ path }) => path));
  return named.map((places) => {
    const found = places.flatMap(({ path, line, column }): FoundLocation[] => {
      const file = files.of(path);
      return file === undefined ? [] : [{ file, line, column }];
    });
    return found[0];
  });
}
