import { durationSeconds, type Build } from './build';

/** So many of the last runs count. */
const runsCounted = 5;

/** How long a build of each name took: the median of its last successful runs, in seconds. */
export function expectedSeconds(builds: readonly Build[]): Record<string, number> {
  const runs = new Map<string, Build[]>();
  for (const build of builds) {
    if (build.status !== 'success' || durationOf(build) === undefined) continue;
    const ofName = runs.get(build.name);
    if (ofName === undefined) runs.set(build.name, [build]);
    else ofName.push(build);
  }
  return Object.fromEntries([...runs].map(([name, ofName]) => [name, median(lastOf(ofName))]));
}

function lastOf(builds: readonly Build[]): readonly number[] {
  const newestFirst = [...builds].sort((a, b) => b.id - a.id);
  return newestFirst.slice(0, runsCounted).flatMap((build) => durationOf(build) ?? []);
}

/** Only of what has ended. */
function durationOf(build: Build): number | undefined {
  return build.finishedAt === undefined ? undefined : durationSeconds(build, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
