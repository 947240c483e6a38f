import { isActive, type Build } from './build';
import type { Listing } from './pipeline';

/**
 * Of each pipeline in which nothing goes on until a person starts something: the builds of which it may be one. GitLab
 * calls such a pipeline manual, and a build that is allowed to fail holds nothing up.
 */
export function blockers({ builds, pipelines }: Listing): ReadonlyMap<number, readonly Build[]> {
  const manual = new Set(pipelines.filter(({ status }) => status === 'manual').map(({ id }) => id));
  const found = new Map<number, Build[]>();
  for (const build of builds) {
    const { pipeline, status, allowFailure } = build;
    if (pipeline === undefined || !manual.has(pipeline) || status !== 'manual' || allowFailure) continue;
    found.set(pipeline, [...(found.get(pipeline) ?? []), build]);
  }
  // What its builds say is newer where they say otherwise: one of them may have been started since.
  for (const build of builds) if (build.pipeline !== undefined && isActive(build)) found.delete(build.pipeline);
  return found;
}
