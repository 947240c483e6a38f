import { readCiFile, type CiJob } from './ciFile';

/** Jobs of a merged configuration. Some versions of GitLab write names as Ruby's symbols (`:compile`). */
export async function mergedJobs(text: string): Promise<readonly CiJob[]> {
  const { jobs } = await readCiFile(text);
  return jobs.map((job) => ({ ...job, name: job.name.startsWith(':') ? job.name.slice(1) : job.name }));
}
