import { isActive, type Build } from './build';
import type { Listing } from './pipeline';

/**
 * Maps each pipeline that is blocked until a person starts something to the builds that may be blocking it. GitLab
 * gives such a pipeline the status `manual`; a build that is allowed to fail blocks nothing.
 */
export function blockers({ builds, pipelines }: Listing): ReadonlyMap<number, readonly Build[]> {
  const manual = new Set(pipelines.filter(({ status }) => status === 'manual').map(({ id }) => id));
  const found = new Map<number, Build[]>();
  for (const build of builds) {
    const { pipeline, status, allowFailure } = build;
    if (pipeline === undefined || !manual.has(pipeline) || status !== 'manual' || allowFailure) continue;
    found.set(pipeline, [...(found.get(pipeline) ?? []), build]);
  }
  // Build statuses are newer than the pipeline's: a blocking build may have been started since.
  for (const build of builds) if (build.pipeline !== undefined && isActive(build)) found.delete(build.pipeline);
  return found;
}
