import { l10n } from 'vscode';
import { statusClass, type Build } from '../../core/model/build';
import type { Failure } from '../../core/model/errors';
import { buildTitle, statusLabel } from '../text/buildText';
import { failureSentence } from '../text/failures';

/** Facts about a log that has nothing to show. */
interface NoLog {
  readonly build: Build | undefined;
  readonly failure: Failure | undefined;
  /** Whether there was one before. */
  readonly isErased: boolean;
}

/** Text for the editor in place of a log: why there is none, and how to get it. */
export function placeholder({ build, failure, isErased }: NoLog): string {
  if (failure !== undefined) return failed(failure, build);
  return build === undefined ? '' : missing(build, isErased);
}

/** Puts each sentence on a line of its own, for an editor that doesn't wrap. */
export function inLines(sentences: string): string {
  return sentences.replaceAll(/([.?]) (?=\p{Lu})/gu, '$1\n');
}

function failed(failure: Failure, build: Build | undefined): string {
  if (failure.kind !== 'notFound') return failureSentence(failure);
  const { host = 'GitLab' } = failure;
  const title = build === undefined ? l10n.t('This build') : buildTitle(build);
  return l10n.t('{0} is no longer on {1}, or your token has no access to it. Refresh the builds.', title, host);
}

function missing(build: Build, isErased: boolean): string {
  const [title, status] = [buildTitle(build), statusLabel(build.status)];
  switch (statusClass(build.status)) {
    case 'ended':
      if (isErased) return l10n.t('The log of {0} was erased. Retry the build for a new one.', title);
      return build.startedAt === undefined
        ? l10n.t('{0} has no log. It is {1} and never started.', title, status)
        : l10n.t('{0} has no log. It was erased, or the build wrote nothing. Retry the build for a new one.', title);
    case 'waiting':
      return l10n.t('{0} is {1} and has no log yet. It appears here once the build starts.', title, status);
    case 'active':
    case 'notStarted':
      return isErased
        ? l10n.t('The log of {0} was erased. New output appears here.', title)
        : l10n.t('{0} is {1} and has no log yet. It appears here as it is written.', title, status);
  }
}
