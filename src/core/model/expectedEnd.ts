import { isUnderWay, statusClass, type Build } from './build';
import { blockers } from './blocked';
import { stageRanks, buildsThatCount, type Listing } from './pipeline';
import { groupBy } from '../util/groupBy';

/**
 * When the builds of a commit will have ended, in ms since 1970, if they take as long as usual and each stage waits for
 * the one before; undefined if nothing is under way, or if that can't be said.
 * @param expected seconds by build name
 * @param now in ms since 1970
 */
export function expectedEnd(
  listing: Listing,
  expected: Readonly<Record<string, number>> | undefined,
  now: number,
): number | undefined {
  if (expected === undefined) return undefined;
  const builds = buildsThatCount(listing).filter(({ kind }) => kind === undefined);
  if (!builds.some(isUnderWay)) return undefined;
  const blocked = blockers(listing);
  const ends = [...groupBy(builds, ({ pipeline }) => pipeline)].map(([id, own]) =>
    blocked.has(id ?? -1) ? undefined : endOfPipeline(own, listing, expected, now),
  );
  return ends.reduce((latest, end) => (latest === undefined || end === undefined ? undefined : Math.max(latest, end)));
}

function endOfPipeline(
  builds: readonly Build[],
  { pipelines }: Listing,
  expected: Readonly<Record<string, number>>,
  now: number,
): number | undefined {
  const ranks = stageRanks(
    builds,
    pipelines.filter(({ id }) => id === builds[0]?.pipeline),
  );
  const stages = [...groupBy(builds, ({ stage }) => ranks.get(stage) ?? 0)].sort(([a], [b]) => a - b);
  let ready = now;
  for (const [, own] of stages) {
    // A manual or delayed build starts at some other time, and nobody waits for it unless it blocks the pipeline.
    let last = ready;
    for (const build of own.filter(isUnderWay)) {
      const end = endOf(build, ready, expected, now);
      if (end === undefined) return undefined;
      last = Math.max(last, end);
    }
    ready = last;
  }
  return ready;
}

function endOf(
  { name, status, startedAt }: Build,
  ready: number,
  expected: Readonly<Record<string, number>>,
  now: number,
): number | undefined {
  const seconds = Object.hasOwn(expected, name) ? expected[name] : undefined;
  if (seconds === undefined) return undefined;
  const started = statusClass(status) === 'active' ? Date.parse(startedAt ?? '') : NaN;
  return Math.max(now, (Number.isFinite(started) ? started : ready) + seconds * 1000);
}
