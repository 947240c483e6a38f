import { isActive, type Build } from './build';
import type { Listing } from './pipeline';
import { groupBy } from '../util/groupBy';

/**
 * Maps each pipeline that is blocked until a person starts something to the builds that may be blocking it. GitLab
 * gives such a pipeline the status `manual`; a build that is allowed to fail blocks nothing.
 */
export function blockers({ builds, pipelines }: Listing): ReadonlyMap<number, readonly Build[]> {
  const manual = new Set(pipelines.filter(({ status }) => status === 'manual').map(({ id }) => id));
  const waiting = builds.filter(({ status, allowFailure }) => status === 'manual' && !allowFailure);
  // Build statuses are newer than the pipeline's: a blocking build may have been started since.
  for (const build of builds) if (build.pipeline !== undefined && isActive(build)) manual.delete(build.pipeline);
  const byPipeline = groupBy(waiting, ({ pipeline }) => pipeline ?? -1);
  return new Map([...byPipeline].filter(([pipeline]) => manual.has(pipeline)));
}
