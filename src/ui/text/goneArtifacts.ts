import { l10n } from 'vscode';
import { artifactsState, type Build } from '../../core/model/build';
import { buildTitle } from './buildText';
import { localTime } from './timeText';

/** Why a build's artifacts no longer exist. `now` in ms since 1970. */
export function goneSentence(build: Build, now: number): string {
  const expireAt = build.artifacts?.expireAt ?? build.artifactsExpiredAt;
  return isExpired(build, now)
    ? l10n.t(
        'The artifacts of {0} expired on {1} and were removed. Retry the build to create them again.',
        buildTitle(build),
        localTime(expireAt) ?? '',
      )
    : l10n.t(
        'The artifacts of {0} were erased or have expired. Retry the build to create them again.',
        buildTitle(build),
      );
}

/** Why a build has no artifacts. */
export function noneSentence(build: Build, now: number): string {
  if (build.kind === 'bridge')
    return l10n.t("{0} triggers a downstream pipeline. That pipeline's builds may have artifacts.", buildTitle(build));
  if (artifactsState(build) === 'reportsOnly') return reportsSentence(build);
  return isExpired(build, now)
    ? goneSentence(build, now)
    : l10n.t('{0} has no artifacts: it created none, or they were erased or have expired.', buildTitle(build));
}

/** Message for a build that has reports but no archive. */
export function reportsSentence(build: Build): string {
  return l10n.t("{0} has reports on GitLab's pages, but no archive to open or download.", buildTitle(build));
}

export function isExpired({ artifacts, artifactsExpiredAt }: Build, now: number): boolean {
  const expireAt = artifacts?.expireAt ?? artifactsExpiredAt;
  return expireAt !== undefined && Date.parse(expireAt) <= now;
}
