import { hasArtifacts, hasFailed, isUnderWay, statusClass, type Build, type BuildAbility } from './build';

/** What can be done with a build: changes on GitLab, which it may deny, and what a read-only token suffices for. */
export type Ability = BuildAbility | 'retryFailed' | 'cancelActive' | ReadingAbility;

type ReadingAbility = (typeof reading)[number];

const reading = ['downloadArtifacts', 'openLog', 'explainFailure', 'watch'] as const;

/** Whether status, artifacts and log of a build permit it, regardless of what is denied. */
const conditions: Readonly<Record<Ability, (build: Build) => boolean>> = {
  // GitLab 8.5 also retries running builds; since 8.9 only finished ones, which is what users expect.
  retry: hasRun,
  // Canceling again in status `canceling` has no effect, unless forced.
  cancel: ({ status }) => status !== 'canceling' && statusClass(status) !== 'ended',
  forceCancel: ({ status }) => status === 'canceling',
  // GitLab erases finished builds that still have a log or artifacts. API v3 doesn't say whether there is a log.
  erase: hasRun,
  play: isPlayable,
  playWithVariables: (build) => can(build, 'play'),
  // Only the job itself says whether it has inputs.
  playWithInputs: (build) => can(build, 'play'),
  retryWithInputs: (build) => can(build, 'retry'),
  keep: hasArtifacts,
  deleteArtifacts: hasArtifacts,
  retryFailed: (build) => hasFailed(build) && can(build, 'retry'),
  cancelActive: (build) => isUnderWay(build) && can(build, 'cancel'),
  downloadArtifacts: hasArtifacts,
  // GitLab doesn't say whether the log of a build that has started still exists.
  openLog: ({ kind, startedAt }) => kind === undefined && startedAt !== undefined,
  // A log also explains the failure of a build that is allowed to fail.
  explainFailure: (build) => build.status === 'failed' && can(build, 'openLog'),
  watch: ({ status }) => statusClass(status) !== 'ended',
};

const deniable: readonly BuildAbility[] = [
  'retry',
  'cancel',
  'forceCancel',
  'erase',
  'play',
  'playWithVariables',
  'playWithInputs',
  'retryWithInputs',
  'keep',
  'deleteArtifacts',
];
const forBridges: readonly BuildAbility[] = ['retry', 'play'];

/** Whether it can be done with the build now, by a token that may only read if `readOnly`. */
export function can(build: Build, ability: Ability, readOnly = false): boolean {
  if (readOnly && !isReading(ability)) return false;
  return conditions[ability](build) && (!isDeniable(ability) || isAllowed(build, ability));
}

/** Marks abilities that the build's status would allow but `isDenied` rules out. */
export function deny(build: Build, isDenied: (ability: BuildAbility) => boolean): Build {
  const denied = deniable.filter((ability) => can(build, ability) && isDenied(ability));
  return denied.length === 0 ? build : { ...build, denied: [...(build.denied ?? []), ...denied] };
}

/** Whether the build has a log, or will have one once it has started. */
export function mayComeToHaveLog(build: Build): boolean {
  return can(build, 'openLog') || (build.kind === undefined && can(build, 'watch'));
}

function isReading(ability: Ability): boolean {
  return reading.some((one) => one === ability);
}

function isDeniable(ability: Ability): ability is BuildAbility {
  return deniable.some((one) => one === ability);
}

function isAllowed({ kind, denied }: Build, ability: BuildAbility): boolean {
  const isForKind = kind === undefined || (kind === 'bridge' && forBridges.includes(ability));
  return isForKind && denied?.includes(ability) !== true;
}

function hasRun({ status }: Build): boolean {
  return ['success', 'failed', 'canceled'].includes(status);
}

/** Whether the build waits for a person or a timer. */
function isPlayable({ status, maybeManual }: Build): boolean {
  return statusClass(status) === 'waiting' || maybeManual === true;
}
