import type { Build } from '../model/build';
import { parallelName } from '../model/parallel';

/** The job of a build, by their names: `parallel` makes several builds of one job. Undefined if there is none. */
export function jobNameOf({ name }: Pick<Build, 'name'>, jobs: ReadonlySet<string>): string | undefined {
  if (jobs.has(name)) return name;
  const job = parallelName(name)?.name;
  return job !== undefined && jobs.has(job) ? job : undefined;
}

/** The builds of each job, by its name. Statuses of other CI systems have no job. */
export function buildsByJob(builds: readonly Build[], jobs: readonly string[]): ReadonlyMap<string, readonly Build[]> {
  const names = new Set(jobs);
  const found = new Map<string, Build[]>();
  for (const build of builds) {
    const job = build.kind === 'external' ? undefined : jobNameOf(build, names);
    if (job === undefined) continue;
    const known = found.get(job);
    if (known === undefined) found.set(job, [build]);
    else known.push(build);
  }
  return found;
}
