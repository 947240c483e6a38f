import { identity, type Build } from './build';
import { stageRanks, type Pipeline } from './pipeline';

/**
 * Rows as GitLab lists them (every attempt a row of its own, unmarked, in any order) → the newest attempt of each
 * build with the others below it, in stage order, then by id.
 */
export function arrange(rows: readonly Build[], pipelines: readonly Pipeline[] = []): readonly Build[] {
  const groups = new Map<string, Build[]>();
  for (const row of new Map(rows.map((one) => [one.id, one])).values()) {
    const key = identity(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const builds = [...groups.values()].map(newestFirst);
  const ranks = stageRanks(builds, pipelines);
  const rankOf = ({ stage }: Build) => ranks.get(stage) ?? 0;
  return builds.sort((a, b) => rankOf(a) - rankOf(b) || a.id - b.id);
}

function newestFirst(group: readonly Build[]): Build {
  const [newest, ...attempts] = [...group].sort((a, b) => b.id - a.id) as [Build, ...Build[]];
  return attempts.length === 0 ? newest : { ...newest, attempts };
}

/** Every attempt a row of its own again: `arrange(flatten(builds))` gives the same builds. */
export function flatten(builds: readonly Build[]): readonly Build[] {
  return builds.flatMap((build) => [{ ...build, attempts: [] }, ...build.attempts]);
}
