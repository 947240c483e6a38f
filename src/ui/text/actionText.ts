import { l10n } from 'vscode';
import { hasArtifacts, type Build, type BuildAbility, type BuildAction } from '../../core/model/build';
import type { Failure } from '../../core/model/errors';
import type { Variables } from '../../core/gitlab/dialect';
import type { Inputs } from '../../core/gitlab/inputSpecs';
import { buildTitle, statusLabel } from './buildText';
import { oneLine } from './failures';

/** An action on a build, and its messages. */
export interface Action {
  readonly name: BuildAction | 'deleteArtifacts';
  readonly ability: BuildAbility;
  /** Placeholder of the quick pick. */
  readonly pick: string;
  /** Error message if no build allows the action. */
  readonly none: string;
  readonly tooOld: string;
  /** Error message for a build whose state doesn't allow the action, or no longer does. */
  readonly late: (build: Build) => string;
  readonly done: (before: Build, after: Build) => string;
  /** Replaces GitLab's error message, if there is a better one. */
  readonly refused?: (failure: Failure, build: Build) => string | undefined;
  /** Message if it is unknown whether GitLab performed the action; undefined: repeating it is harmless. */
  readonly doubt?: (title: string) => string;
  readonly variables?: Variables;
  readonly inputs?: Inputs;
}

export function maybeStarted(title: string): string {
  return l10n.t('"{0}" may have been started. GitLab\'s response was lost.', title);
}

export const retrying = (): Action => ({
  name: 'retry',
  ability: 'retry',
  pick: l10n.t('Select builds to retry'),
  none: l10n.t('No build can be retried: only finished builds can.'),
  tooOld: l10n.t("This version of GitLab can't retry a build that triggers a pipeline."),
  late: (build) => l10n.t("{0} is {1} and can't be retried.", buildTitle(build), statusLabel(build.status)),
  done: (before, after) => l10n.t('Retried {0} as #{1}', buildTitle(before), after.id),
  doubt: maybeStarted,
});

export const retryingWithInputs = (): Action => ({
  ...retrying(),
  ability: 'retryWithInputs',
  pick: l10n.t('Select a build to retry with inputs'),
  tooOld: l10n.t("This version of GitLab can't retry builds with inputs."),
});

export const canceling = (): Action => ({
  name: 'cancel',
  ability: 'cancel',
  pick: l10n.t('Select builds to cancel'),
  none: l10n.t('No build can be canceled: all have finished.'),
  tooOld: l10n.t("This version of GitLab can't cancel it."),
  late: (build) =>
    build.status === 'canceling'
      ? l10n.t('{0} is canceling: its runner is finishing.', buildTitle(build))
      : l10n.t("{0} is {1} and can't be canceled.", buildTitle(build), statusLabel(build.status)),
  done: doneCanceling,
});

export const forcing = (): Action => ({
  ...canceling(),
  name: 'forceCancel',
  ability: 'forceCancel',
  tooOld: l10n.t("This version of GitLab can't force a build to cancel."),
  late: (build) => l10n.t("{0} is {1}, so it can't be forced to cancel.", buildTitle(build), statusLabel(build.status)),
  refused: ({ kind, reason }, build) =>
    kind === 'forbidden'
      ? l10n.t('Only maintainers can force {0} to cancel: {1}', buildTitle(build), oneLine(reason ?? '403'))
      : undefined,
});

function doneCanceling(_before: Build, after: Build): string {
  return after.status === 'canceling'
    ? l10n.t('{0} is canceling: its runner is finishing', buildTitle(after))
    : l10n.t('{0} is {1}', buildTitle(after), statusLabel(after.status));
}

export const erasing = (): Action => ({
  name: 'erase',
  ability: 'erase',
  pick: l10n.t('Select builds to erase'),
  none: l10n.t('No build can be erased: only finished builds can.'),
  tooOld: l10n.t("This version of GitLab can't erase builds."),
  late: (build) => l10n.t("{0} is {1} and can't be erased.", buildTitle(build), statusLabel(build.status)),
  done: (_before, after) => l10n.t('Erased {0}', buildTitle(after)),
  doubt: (title) => l10n.t('"{0}" may have been erased. GitLab\'s response was lost.', title),
});

export const deletingArtifacts = (): Action => ({
  name: 'deleteArtifacts',
  ability: 'deleteArtifacts',
  pick: l10n.t('Select builds to delete artifacts from'),
  none: l10n.t('No build has artifacts that can be deleted.'),
  tooOld: l10n.t("This version of GitLab can't delete artifacts alone. Erase the build to remove them with its log."),
  late: (build) => l10n.t('{0} has no artifacts to delete.', buildTitle(build)),
  done: (before) => l10n.t('Deleted the artifacts of {0}', buildTitle(before)),
  refused: ({ kind, status, reason }, build) => {
    if (kind === 'notFound') return l10n.t('{0} has no artifacts to delete.', buildTitle(build));
    if (kind === 'forbidden') return l10n.t('Only maintainers can delete the artifacts of {0}.', buildTitle(build));
    return status === 409
      ? l10n.t(
          "GitLab is recalculating the project's storage and can't delete artifacts right now: {0}",
          oneLine(reason ?? '409'),
        )
      : undefined;
  },
});

export const playing = (variables: Variables = {}): Action => ({
  name: 'play',
  pick: l10n.t('Select builds to play'),
  none: l10n.t('No build can be played: only manual and delayed builds can.'),
  late: (build) => l10n.t("{0} is {1} and can't be played.", buildTitle(build), statusLabel(build.status)),
  refused: ({ reason = '' }, build) =>
    /unplayable/i.test(reason) ? l10n.t("GitLab reports that {0} can't be played.", buildTitle(build)) : undefined,
  done: (_before, after) => l10n.t('{0} is {1}', buildTitle(after), statusLabel(after.status)),
  doubt: maybeStarted,
  ability: 'play',
  tooOld: l10n.t("This version of GitLab can't play builds."),
  ...(Object.keys(variables).length === 0 ? {} : { ...takingVariables(), variables }),
});

export const playingWithVariables = (): Action => ({ ...playing(), ...takingVariables() });

export const playingWithInputs = (): Action => ({
  ...playing(),
  ability: 'playWithInputs',
  pick: l10n.t('Select a build to play with inputs'),
  tooOld: l10n.t("This version of GitLab can't play builds with inputs."),
});

const takingVariables = () => ({
  ability: 'playWithVariables' as const,
  tooOld: l10n.t("This version of GitLab can't play builds with variables."),
});

export const keeping = (): Action => ({
  name: 'keep',
  ability: 'keep',
  pick: l10n.t('Select builds to keep their artifacts'),
  none: l10n.t('No build has artifacts to keep.'),
  tooOld: l10n.t("This version of GitLab can't keep artifacts."),
  late: (build) =>
    hasArtifacts(build)
      ? l10n.t("The artifacts of {0} don't expire.", buildTitle(build))
      : l10n.t('{0} has no artifacts to keep.', buildTitle(build)),
  done: (_before, after) => l10n.t('Keeping the artifacts of {0}', buildTitle(after)),
  // GitLab's message contains a serialized Ruby object.
  refused: ({ kind }, build) =>
    kind === 'notFound' ? l10n.t('{0} has no artifacts to keep.', buildTitle(build)) : undefined,
});
