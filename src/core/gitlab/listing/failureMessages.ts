/**
 * Phrases that identify GitLab's failure messages, with the reason code that REST uses. GraphQL only has the message,
 * in English.
 */
const telling: readonly (readonly [words: string, reason: string])[] = [
  ['maximum execution time', 'job_execution_timeout'],
  ['timeout failure', 'stuck_or_timeout_failure'],
  ['runner system failure', 'runner_system_failure'],
  ['runner is outdated', 'runner_unsupported'],
  ['missing dependency', 'missing_dependency_failure'],
  ['no matching runner', 'no_matching_runner'],
  ['minutes available', 'ci_quota_exceeded'],
  ['api failure', 'api_failure'],
  ['unknown failure', 'unknown_failure'],
  ['log size limit', 'trace_size_exceeded'],
  ['prerequisite', 'unmet_prerequisites'],
  ['scheduler failed', 'scheduler_failure'],
  ['is archived', 'archived_failure'],
  ['integrity problem', 'data_integrity_failure'],
  ['is blocked', 'user_blocked'],
];

/**
 * Reason code in the tooltip of a failed job, as in `failed - (runner system failure) (allowed to fail)`; undefined if it
 * has none. GitLab before 16.2 has no message.
 */
export function failureReasonInTooltip(tooltip: string): string | undefined {
  const start = tooltip.indexOf(' - (');
  const end = tooltip.indexOf(')', start);
  if (start < 0 || end < 0) return undefined;
  const [words = ''] = tooltip
    .slice(start + ' - ('.length, end)
    .toLowerCase()
    .split(',');
  const reason = words.trim().replaceAll(' ', '_');
  return reason === 'unsupported_runner' ? 'runner_unsupported' : reason === '' ? undefined : reason;
}

/** Reason code for a failure message; undefined if it isn't recognized. */
export function failureReasonIn(message: string): string | undefined {
  const lower = message.toLowerCase();
  return telling.find(([words]) => lower.includes(words))?.[1];
}
