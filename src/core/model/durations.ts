import { durationSeconds, type Build } from './build';
import { groupBy } from '../util/groupBy';

/** Number of most recent runs that count. */
const runsCounted = 5;

/** Expected duration in seconds by build name: the median of the last successful runs. */
export function expectedSeconds(builds: readonly Build[]): Record<string, number> {
  const passed = builds.filter((build) => build.status === 'success' && durationOf(build) !== undefined);
  const runs = groupBy(passed, ({ name }) => name);
  return Object.fromEntries([...runs].map(([name, ofName]) => [name, median(lastOf(ofName))]));
}

function lastOf(builds: readonly Build[]): readonly number[] {
  const newestFirst = [...builds].sort((a, b) => b.id - a.id);
  return newestFirst.slice(0, runsCounted).flatMap((build) => durationOf(build) ?? []);
}

/** Duration in seconds of a finished build; undefined for any other. */
function durationOf(build: Build): number | undefined {
  return build.finishedAt === undefined ? undefined : durationSeconds(build, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
