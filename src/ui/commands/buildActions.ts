import { l10n } from 'vscode';
import {
  canCancel,
  canDeleteArtifacts,
  canErase,
  canForceCancel,
  canKeep,
  canPlay,
  canPlayWithVariables,
  canRetry,
  hasArtifacts,
  type Build,
  type BuildAbility,
  type BuildAction,
} from '../../core/model/build';
import type { Failure } from '../../core/model/errors';
import type { Variables } from '../../core/gitlab/dialect';
import { buildTitle, statusLabel } from '../text/buildText';
import { oneLine } from '../text/failures';

/** What a command does with a build, and how it speaks of it. */
export interface Action {
  readonly name: BuildAction | 'deleteArtifacts';
  readonly ability: BuildAbility;
  readonly can: (build: Build) => boolean;
  /** Placeholder of the quick pick. */
  readonly pick: string;
  /** The refusal when there is no such build. */
  readonly none: string;
  readonly tooOld: string;
  /** Why a build in this state cannot, one that could a moment ago too. */
  readonly late: (build: Build) => string;
  readonly done: (before: Build, after: Build) => string;
  /** GitLab's refusal in better words, where there are some. */
  readonly refused?: (failure: Failure, build: Build) => string | undefined;
  /** What is said where it cannot be told whether GitLab did it; without one, trying again does no harm. */
  readonly doubt?: (title: string) => string;
  readonly variables?: Variables;
}

export function maybeStarted(title: string): string {
  return l10n.t('“{0}” may have been started: the answer of GitLab was lost.', title);
}

export const retrying = (): Action => ({
  name: 'retry',
  ability: 'retry',
  can: canRetry,
  pick: l10n.t('Builds to retry'),
  none: l10n.t('No build here can be retried: only those that have ended can.'),
  tooOld: l10n.t('This GitLab is too old to retry what starts another pipeline.'),
  late: (build) => l10n.t('{0} is {1} and cannot be retried.', buildTitle(build), statusLabel(build.status)),
  done: (before, after) => l10n.t('{0} runs again as #{1}', buildTitle(before), after.id),
  doubt: maybeStarted,
});

export const canceling = (): Action => ({
  name: 'cancel',
  ability: 'cancel',
  can: canCancel,
  pick: l10n.t('Builds to cancel'),
  none: l10n.t('No build here can be cancelled: all have ended.'),
  tooOld: l10n.t('This GitLab is too old to cancel it.'),
  late: (build) =>
    build.status === 'canceling'
      ? l10n.t('{0} is being cancelled: its runner is finishing.', buildTitle(build))
      : l10n.t('{0} is {1} and cannot be cancelled.', buildTitle(build), statusLabel(build.status)),
  done: doneCanceling,
});

export const forcing = (): Action => ({
  ...canceling(),
  name: 'forceCancel',
  ability: 'forceCancel',
  can: canForceCancel,
  tooOld: l10n.t('This GitLab is too old to force the end of a build whose runner is finishing.'),
  late: (build) => l10n.t('{0} is {1}: there is nothing to force.', buildTitle(build), statusLabel(build.status)),
  refused: ({ kind, reason }, build) =>
    kind === 'forbidden'
      ? l10n.t('Only maintainers may force the end of {0}: {1}', buildTitle(build), oneLine(reason ?? '403'))
      : undefined,
});

function doneCanceling(_before: Build, after: Build): string {
  return after.status === 'canceling'
    ? l10n.t('{0} is being cancelled: its runner is finishing', buildTitle(after))
    : l10n.t('{0} is {1}', buildTitle(after), statusLabel(after.status));
}

export const erasing = (): Action => ({
  name: 'erase',
  ability: 'erase',
  can: canErase,
  pick: l10n.t('Builds to erase'),
  none: l10n.t('No build here can be erased: only those that have ended can.'),
  tooOld: l10n.t('This GitLab is too old to erase builds.'),
  late: (build) => l10n.t('{0} is {1} and cannot be erased.', buildTitle(build), statusLabel(build.status)),
  done: (_before, after) => l10n.t('{0} is erased', buildTitle(after)),
  doubt: (title) => l10n.t('“{0}” may have been erased: the answer of GitLab was lost.', title),
});

export const deletingArtifacts = (): Action => ({
  name: 'deleteArtifacts',
  ability: 'deleteArtifacts',
  can: canDeleteArtifacts,
  pick: l10n.t('Builds whose artifacts to delete'),
  none: l10n.t('No build here has artifacts that can be deleted.'),
  tooOld: l10n.t('This GitLab is too old to delete artifacts alone: erasing the build removes them with its log.'),
  late: (build) => l10n.t('{0} has no artifacts to delete.', buildTitle(build)),
  done: (before) => l10n.t('The artifacts of {0} are deleted', buildTitle(before)),
  refused: ({ kind, status, reason }, build) => {
    if (kind === 'notFound') return l10n.t('{0} has no artifacts to delete.', buildTitle(build));
    if (kind === 'forbidden') return l10n.t('Only maintainers may delete the artifacts of {0}.', buildTitle(build));
    return status === 409
      ? l10n.t(
          'GitLab is counting what the project stores, and deletes nothing meanwhile: {0}',
          oneLine(reason ?? '409'),
        )
      : undefined;
  },
});

export const playing = (variables: Variables = {}): Action => ({
  name: 'play',
  can: canPlay,
  pick: l10n.t('Builds to play'),
  none: l10n.t('No build here can be played: only manual and delayed ones can.'),
  late: (build) => l10n.t('{0} is {1} and cannot be played.', buildTitle(build), statusLabel(build.status)),
  refused: ({ reason = '' }, build) =>
    /unplayable/i.test(reason)
      ? l10n.t('{0} does not wait for a person: GitLab calls it unplayable.', buildTitle(build))
      : undefined,
  done: (_before, after) => l10n.t('{0} is {1}', buildTitle(after), statusLabel(after.status)),
  doubt: maybeStarted,
  ability: 'play',
  tooOld: l10n.t('This GitLab is too old to play builds.'),
  ...(Object.keys(variables).length === 0 ? {} : { ...takingVariables(), variables }),
});

export const playingWithVariables = (): Action => ({ ...playing(), ...takingVariables() });

const takingVariables = () => ({
  ability: 'playWithVariables' as const,
  can: canPlayWithVariables,
  tooOld: l10n.t('This GitLab is too old to play builds with variables.'),
});

export const keeping = (): Action => ({
  name: 'keep',
  ability: 'keep',
  can: canKeep,
  pick: l10n.t('Builds whose artifacts to keep'),
  none: l10n.t('No build here has artifacts to keep.'),
  tooOld: l10n.t('This GitLab is too old to keep artifacts.'),
  late: (build) =>
    hasArtifacts(build)
      ? l10n.t('The artifacts of {0} do not expire.', buildTitle(build))
      : l10n.t('{0} has no artifacts to keep.', buildTitle(build)),
  done: (_before, after) => l10n.t('The artifacts of {0} are kept', buildTitle(after)),
  // GitLab writes a Ruby object into its answer.
  refused: ({ kind }, build) =>
    kind === 'notFound' ? l10n.t('{0} has no artifacts to keep.', buildTitle(build)) : undefined,
});
