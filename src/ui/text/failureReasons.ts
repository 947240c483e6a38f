import { l10n } from 'vscode';
import type { Build } from '../../core/model/build';
import { pipelineFailure, type Pipeline } from '../../core/model/pipeline';
import { oneLine } from './failures';

/** Texts for a failure reason. */
interface ReasonWords {
  /** Text for a row. */
  readonly short: () => string;
  readonly sentence: () => string;
}

const timedOut: ReasonWords = {
  short: () => l10n.t('timed out'),
  sentence: () => l10n.t('It ran longer than its timeout allows.'),
};
const runnerSilent: ReasonWords = {
  short: () => l10n.t('runner went silent'),
  sentence: () => l10n.t('Its runner died or lost its connection. Retry the build.'),
};
const noRunner: ReasonWords = {
  short: () => l10n.t('no runner matches'),
  sentence: () => l10n.t('No runner matches it. Check its tags and the runners of the project.'),
};
const inGitLab: ReasonWords = {
  short: () => l10n.t('GitLab error'),
  sentence: () => l10n.t('Something went wrong in GitLab. Retry the build.'),
};
const newerDeployment: ReasonWords = {
  short: () => l10n.t('newer deployment'),
  sentence: () => l10n.t('A newer deployment ran first.'),
};

/** Failure reasons by GitLab's code, as of 19.x. Unknown, mostly rare ones are shown as they are. */
const reasons: Readonly<Record<string, ReasonWords>> = {
  job_execution_timeout: timedOut,
  job_execution_server_timeout: timedOut,
  server_timeout_running: timedOut,
  server_timeout_canceling: timedOut,
  stuck_or_timeout_failure: {
    short: () => l10n.t('timed out or stuck'),
    sentence: () => l10n.t('It timed out, or no runner took it in time.'),
  },
  no_updates_running: runnerSilent,
  no_updates_canceling: runnerSilent,
  runner_system_failure: {
    short: () => l10n.t('runner died'),
    sentence: () => l10n.t('Its runner failed, not its script. Retry the build.'),
  },
  runner_unsupported: {
    short: () => l10n.t('runner too old'),
    sentence: () => l10n.t("Its runner can't do what the build needs. Update the runner."),
  },
  no_matching_runner: noRunner,
  stuck_pending_no_matching_runners: noRunner,
  stuck_pending_with_matching_runners: {
    short: () => l10n.t('no runner was free'),
    sentence: () => l10n.t('It waited too long: no matching runner was free.'),
  },
  missing_dependency_failure: {
    short: () => l10n.t('artifact missing'),
    sentence: () => l10n.t('An artifact of an earlier build is missing. Retry that build first.'),
  },
  ci_quota_exceeded: {
    short: () => l10n.t('quota used up'),
    sentence: () => l10n.t('The compute minutes of the namespace are used up.'),
  },
  trace_size_exceeded: {
    short: () => l10n.t('log too large'),
    sentence: () => l10n.t('Its log grew larger than GitLab allows.'),
  },
  unknown_failure: inGitLab,
  api_failure: inGitLab,
  scheduler_failure: {
    short: () => l10n.t('not assigned'),
    sentence: () => l10n.t("GitLab couldn't assign it to a runner. Retry the build."),
  },
  stale_schedule: {
    short: () => l10n.t('delayed start failed'),
    sentence: () => l10n.t("GitLab couldn't start this delayed build. Retry it."),
  },
  unmet_prerequisites: {
    short: () => l10n.t('setup failed'),
    sentence: () => l10n.t("GitLab couldn't set up what the build needs before it starts."),
  },
  data_integrity_failure: {
    short: () => l10n.t('inconsistent data'),
    sentence: () => l10n.t("GitLab's data about this build is inconsistent. Contact your GitLab administrator."),
  },
  archived_failure: {
    short: () => l10n.t('archived'),
    sentence: () => l10n.t('The build is archived: it is too old to run.'),
  },
  forward_deployment_failure: newerDeployment,
  failed_outdated_deployment_job: newerDeployment,
  deployment_rejected: {
    short: () => l10n.t('deployment rejected'),
    sentence: () => l10n.t('This deployment was rejected.'),
  },
  protected_environment_failure: {
    short: () => l10n.t('environment protected'),
    sentence: () => l10n.t('Whoever started it may not deploy to this protected environment.'),
  },
  environment_creation_failure: {
    short: () => l10n.t('environment invalid'),
    sentence: () => l10n.t("GitLab couldn't create its environment. Check the environment's name."),
  },
  user_blocked: {
    short: () => l10n.t('user blocked'),
    sentence: () => l10n.t('The user who started it is blocked.'),
  },
  downstream_pipeline_creation_failed: {
    short: () => l10n.t('downstream not created'),
    sentence: () => l10n.t("GitLab couldn't create the downstream pipeline."),
  },
};

const outOfMemory = 137;

/** Failure reason for a row, such as `timed out`; undefined if it adds nothing to the status. */
export function failureReasonWords(build: Build): string | undefined {
  if (!isExplained(build)) return undefined;
  const { failureReason, failureMessage, exitCode } = build;
  if (isScriptFailure(build)) return exitCodeWords(exitCode);
  if (failureReason === undefined) return failureMessage === undefined ? undefined : shortened(failureMessage);
  return known(failureReason)?.short() ?? asWords(failureReason);
}

/** Failure reason as a sentence; undefined if the build hasn't failed or GitLab gives no reason. */
export function failureReasonSentence(build: Build): string | undefined {
  if (!isExplained(build)) return undefined;
  const { failureReason, failureMessage, exitCode } = build;
  if (isScriptFailure(build)) return scriptSentence(exitCode);
  const words = failureReason === undefined ? undefined : known(failureReason)?.sentence();
  if (words !== undefined) return words;
  if (failureMessage !== undefined) return oneLine(failureMessage);
  return failureReason === undefined ? undefined : l10n.t('GitLab gives the reason "{0}".', asWords(failureReason));
}

/**
 * Whether there is nothing to explain: a bridge fails because of the pipeline it triggered, and GitLab gives no other
 * reason.
 */
function isExplained({ kind, status, failureReason }: Build): boolean {
  return status === 'failed' && !(kind === 'bridge' && failureReason === 'unknown_failure');
}

function isScriptFailure({ failureReason, failureMessage, exitCode }: Build): boolean {
  if (failureReason !== undefined) return failureReason === 'script_failure';
  return failureMessage === undefined && exitCode !== undefined;
}

/** Exit code, unless it is 1, which says nothing. */
function exitCodeWords(exitCode: number | undefined): string | undefined {
  if (exitCode === undefined || exitCode === 1) return undefined;
  return exitCode === outOfMemory
    ? l10n.t('exit code {0} · out of memory?', exitCode)
    : l10n.t('exit code {0}', exitCode);
}

function scriptSentence(exitCode: number | undefined): string {
  if (exitCode === undefined) return l10n.t('Its script failed.');
  return exitCode === outOfMemory
    ? l10n.t('Its script failed with exit code {0}: it was probably out of memory.', exitCode)
    : l10n.t('Its script failed with exit code {0}.', exitCode);
}

function known(reason: string): ReasonWords | undefined {
  return Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
}

/** Turns an unknown reason code from GitLab into words. */
function asWords(reason: string): string {
  return oneLine(reason.replaceAll('_', ' '));
}

const maxInRow = 60;

function shortened(message: string): string {
  const line = oneLine(message);
  return line.length > maxInRow ? `${line.slice(0, maxInRow - 1).toWellFormed()}…` : line;
}

/** Why a pipeline failed without builds. */
export function pipelineFailureWords(pipeline: Pipeline): string | undefined {
  const why = pipelineFailure(pipeline);
  return why === undefined ? undefined : oneLine(why);
}
