import { identity, type Build } from './build';
import { inStageOrder, stageRanks, type Pipeline } from './pipeline';
import { groupBy } from '../util/groupBy';

/**
 * Groups rows as GitLab lists them (one per attempt, unmarked, in any order) into the newest attempt of each build,
 * with older ones in `attempts`. Sorted by stage, then by id.
 */
export function arrange(rows: readonly Build[], pipelines: readonly Pipeline[] = []): readonly Build[] {
  const distinct = new Map(rows.map((one) => [one.id, one])).values();
  const builds = [...groupBy(distinct, identity).values()].map(newestFirst);
  return inStageOrder(builds, stageRanks(builds, pipelines), ({ id }) => id);
}

function newestFirst(group: readonly Build[]): Build {
  if (group.length === 1 && group[0] !== undefined) return group[0];
  const [newest, ...attempts] = [...group].sort((a, b) => b.id - a.id) as [Build, ...Build[]];
  return attempts.length === 0 ? newest : { ...newest, attempts };
}

/** Undoes the grouping into attempts: `arrange(flatten(builds))` gives the same builds. */
export function flatten(builds: readonly Build[]): readonly Build[] {
  return builds.flatMap((build) => [{ ...build, attempts: [] }, ...build.attempts]);
}
