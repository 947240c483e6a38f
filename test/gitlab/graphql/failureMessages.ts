/** Sentences of the fake, with the words that GitLab's own have; some come with a link to its help. */
const sentences: Readonly<Record<string, string>> = {
  unknown_failure: 'An unknown failure: please try again',
  api_failure: 'There was an API failure, please try again',
  stuck_or_timeout_failure: 'There was a timeout failure, or the job was stuck',
  runner_system_failure: 'There was a runner system failure, please try again',
  missing_dependency_failure: 'A missing dependency: artifacts are gone. <a href="/help/ci/jobs">How do I fix it?</a>',
  runner_unsupported: 'This runner is outdated',
  job_execution_timeout: 'The script ran for longer than its maximum execution time',
  archived_failure: 'The job is archived',
  unmet_prerequisites: 'A prerequisite of the job was not completed',
  scheduler_failure: 'The scheduler failed to give the job to a runner',
  data_integrity_failure: 'An integrity problem was found',
  no_matching_runner: 'There is no matching runner',
  ci_quota_exceeded: 'There are no more compute minutes available',
  trace_size_exceeded: 'The job reached the log size limit',
  user_blocked: 'The user of the job is blocked',
};

/** What GraphQL says of a job that failed: HTML, and null of a script that failed. */
export function failureMessage(reason: string): string | null {
  if (reason === 'script_failure') return null;
  return sentences[reason] ?? `The job <b>failed</b>: ${reason.replaceAll('_', ' ')}`;
}

/** Those with a sentence. */
export const explainedReasons: readonly string[] = Object.keys(sentences);
