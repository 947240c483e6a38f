import { isTimed, type Build } from './build';
import { stageRanks, type Pipeline } from './pipeline';

/** Names of the builds that a build needs, by its name. A build without an entry waits for the stages before its own. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** One run of a build: the time that it waited, and the time that it ran. All times in ms since 1970. */
export interface Bar {
  readonly build: Build;
  /** Number of the attempt, from 1; undefined if the build ran only once. */
  readonly attempt: number | undefined;
  /** When the builds that it waited for had ended, or the pipeline was created. */
  readonly ready: number;
  readonly start: number;
  /** For a build that is running, the present. */
  readonly end: number;
}

export interface Timeline {
  /** When the pipeline was created. */
  readonly created: number;
  /** When the last build ended, or the present if one is running. */
  readonly end: number;
  readonly isRunning: boolean;
  /** Runs in order of their start. */
  readonly bars: readonly Bar[];
  /** Builds that have not started, in order of their stages. */
  readonly notStarted: readonly Build[];
  /** Critical path: the runs that determined when the pipeline ended, each of which waited for the one before. */
  readonly path: readonly Bar[];
  /** Whether the path is a guess from stages and times, although the pipeline's builds don't simply follow its stages. */
  readonly isEstimated: boolean;
}

/** A run before it is known what it waited for. */
interface Run extends Omit<Bar, 'ready'> {
  /** Position of its stage. */
  readonly rank: number;
  /** The newest attempt of its build. */
  readonly newest: Build;
}

/**
 * Timeline of one pipeline; undefined if none of its builds has started.
 * @param builds the pipeline's own, with their attempts
 * @param now in ms since 1970
 * @param needs undefined if GitLab doesn't say
 */
export function timelineOf(
  builds: readonly Build[],
  pipeline: Pipeline | undefined,
  now: number,
  needs?: Needs,
): Timeline | undefined {
  const own = builds.filter(({ kind }) => kind !== 'external');
  const ranks = stageRanks(own, pipeline === undefined ? [] : [pipeline]);
  const rankOf = ({ stage }: Build): number => ranks.get(stage) ?? 0;
  const runs = own.flatMap((build) => runsOf(build, rankOf(build), now)).sort((a, b) => a.start - b.start);
  const last = latestOf(runs);
  if (last === undefined) return undefined;
  const created = createdAt(runs);
  const before = predecessors(runs, needs);
  const toBar = (run: Run): Bar => {
    const { build, attempt, start, end } = run;
    return { build, attempt, ready: before.get(run)?.end ?? created, start, end };
  };
  return {
    created,
    end: last.end,
    isRunning: own.some(isTimed),
    bars: runs.map(toBar),
    notStarted: own.filter(({ startedAt }) => startedAt === undefined).sort((a, b) => rankOf(a) - rankOf(b)),
    path: pathTo(last, before).map(toBar),
    isEstimated: needs === undefined && !followsStages(own, runs, rankOf),
  };
}

/** Seconds that the runs of the path took together, without waiting. */
export function runningSeconds({ path }: Pick<Timeline, 'path'>): number {
  return path.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;
}

/** Seconds from the creation of the pipeline to the end of its last build. */
export function wholeSeconds({ created, end }: Pick<Timeline, 'created' | 'end'>): number {
  return (end - created) / 1000;
}

/** Runs of a build, oldest first. */
function runsOf(build: Build, rank: number, now: number): readonly Run[] {
  const runs: Run[] = [];
  const attempts = [...build.attempts, build].sort((a, b) => a.id - b.id);
  attempts.forEach((each, index) => {
    const start = Date.parse(each.startedAt ?? '');
    const end = isTimed(each) ? now : Date.parse(each.finishedAt ?? '');
    if (!Number.isFinite(start) || !Number.isFinite(end)) return;
    const attempt = attempts.length === 1 ? undefined : index + 1;
    runs.push({ build: each, attempt, start, end: Math.max(start, end), rank, newest: build });
  });
  return runs;
}

/** When the oldest of the builds was created, or the first has started. The builds are created with their pipeline. */
function createdAt(runs: readonly Run[]): number {
  return runs.reduce((oldest, { build, start }) => {
    const created = Date.parse(build.createdAt);
    return Math.min(oldest, start, Number.isFinite(created) ? created : start);
  }, Infinity);
}

/** The run that ended last. */
function latestOf(runs: readonly Run[]): Run | undefined {
  return runs.reduce<Run | undefined>((latest, run) => (isLater(run, latest) ? run : latest), undefined);
}

function isLater(run: Run, than: Run | undefined): boolean {
  return than === undefined || run.end > than.end || (run.end === than.end && run.start > than.start);
}

/** For each run, the one that it waited for last. `runs`: in order of their start. */
function predecessors(runs: readonly Run[], needs: Needs | undefined): ReadonlyMap<Run, Run> {
  const found = new Map<Run, Run>();
  const ended = [...runs].sort((a, b) => a.end - b.end || a.start - b.start);
  const ofStages = new LatestBelow();
  const latestByName = new Map<string, Run>();
  const attempts = new Map<Build, Run[]>();
  let next = 0;
  for (const run of runs) {
    for (let other = ended[next]; other !== undefined && other.end <= run.start; other = ended[++next]) {
      ofStages.set(other);
      latestByName.set(other.build.name, other);
      attempts.set(other.newest, [...(attempts.get(other.newest) ?? []).slice(-1), other]);
    }
    const needed = needs?.get(run.build.name)?.slice(0, maxNeeds);
    const candidates =
      needed === undefined
        ? [ofStages.below(run.rank)]
        : needed.map((name) => (name === run.build.name ? undefined : latestByName.get(name)));
    const earlier = attempts.get(run.newest)?.findLast(({ build }) => build.id < run.build.id);
    const before = latestOf([...candidates, earlier].filter((one) => one !== undefined));
    if (before !== undefined) found.set(run, before);
  }
  return found;
}

/** Maximum number of builds that one build may need; GitLab's own limit is 50. */
const maxNeeds = 200;

/** The run that was added last with a rank below another, in logarithmic time: a Fenwick tree of maxima. */
class LatestBelow {
  private readonly latest = new Map<number, Added>();
  private count = 0;

  /** Adds a run that ended after those before it. */
  set(run: Run): void {
    const added = { run, at: (this.count += 1) };
    for (let slot = run.rank + 1; slot <= maxRanks; slot += slot & -slot) this.latest.set(slot, added);
  }

  below(rank: number): Run | undefined {
    let best: Added | undefined;
    for (let slot = rank; slot > 0; slot -= slot & -slot) {
      const one = this.latest.get(slot);
      if (one !== undefined && (best === undefined || one.at > best.at)) best = one;
    }
    return best?.run;
  }
}

interface Added {
  readonly run: Run;
  /** Position in the order in which runs were added. */
  readonly at: number;
}

/** Maximum number of ranks, more than any list of stages has. */
const maxRanks = 1 << 20;

/** Runs from the first to the given one, each of which waited for the one before. */
function pathTo(last: Run, before: ReadonlyMap<Run, Run>): readonly Run[] {
  const path = new Set<Run>();
  // Runs without a duration could wait for each other.
  for (let run: Run | undefined = last; run !== undefined && !path.has(run); run = before.get(run)) path.add(run);
  return [...path].reverse();
}

/** Whether no build began before each stage before its own had ended once, as far as their times show. */
function followsStages(own: readonly Build[], runs: readonly Run[], rankOf: (build: Build) => number): boolean {
  const ends = new Map<string, number>();
  const starts = new Map<number, number>();
  const keyOf = ({ stage, name }: Build): string => JSON.stringify([stage, name]);
  for (const { build, rank, start, end } of runs) {
    const key = keyOf(build);
    ends.set(key, Math.min(ends.get(key) ?? Infinity, end));
    starts.set(rank, Math.min(starts.get(rank) ?? Infinity, start));
  }
  const lastEnds = new Map<number, number>();
  for (const build of own) {
    const end = ends.get(keyOf(build)) ?? (isStillToCome(build) ? Infinity : -Infinity);
    lastEnds.set(rankOf(build), Math.max(lastEnds.get(rankOf(build)) ?? -Infinity, end));
  }
  let before = -Infinity;
  for (const rank of [...lastEnds.keys()].sort((a, b) => a - b)) {
    if ((starts.get(rank) ?? Infinity) < before) return false;
    before = Math.max(before, lastEnds.get(rank) ?? -Infinity);
  }
  return true;
}

/** Whether later stages would wait for a build that has not started. They don't wait for one that is manual or skipped. */
function isStillToCome({ status }: Build): boolean {
  return ['created', 'pending', 'preparing', 'waiting_for_resource'].includes(status);
}
