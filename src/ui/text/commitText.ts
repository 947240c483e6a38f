import { l10n } from 'vscode';
import type { Ancestor, Head, Operation } from '../../core/model/head';
import type { RemoteProject } from '../../core/model/remotes';
import {
  isUnpushed,
  targetOf,
  type Ready,
  type Snapshot,
  type Staleness,
  type Target,
} from '../../core/model/snapshot';
import { shortSha, statusLabel } from './buildText';
import { failureSentence, oneLine } from './failures';
import { timeOf } from './timeText';
import { plural } from './plural';
import { situationOf } from './situation';

/** Title of the view, short enough for a side bar of usual width. */
export function titleOf(snapshot: Snapshot | undefined): string {
  const target = targetOf(snapshot);
  if (target === undefined) return hostOf(snapshot) ?? l10n.t('GitLab Builds');
  const since = snapshot?.kind === 'ready' && !isUnpushed(snapshot) ? snapshot.watchingSince : undefined;
  return since === undefined
    ? shortSha(target.sha)
    : l10n.t('{0} · since {1}', shortSha(target.sha), timeOf(since, since));
}

/** Says to which server the user isn't signed in; a view without rows couldn't name it. */
export function signInSentence({ url, known }: Extract<Snapshot, { kind: 'signedOut' }>): string {
  const { host } = new URL(url);
  return known
    ? l10n.t("You're not signed in to {0}. Sign in to see the builds (jobs) of this commit.", host)
    : l10n.t(
        'Is {0} a GitLab server? Nothing has been sent to it yet. Sign in to see the builds (jobs) of this commit. If your GitLab has another web address, enter that one.',
        host,
      );
}

/**
 * What is displayed: branch or tag and commit, or the host if there is no commit; plus anything unusual: a commit other
 * than HEAD, a detached HEAD, a git operation in progress, a filter.
 */
export function subjectOf(snapshot: Snapshot | undefined, filter: readonly string[] = []): string {
  const target = targetOf(snapshot);
  const parts = target === undefined ? [hostOf(snapshot)] : ofTarget(target);
  const subject = parts.filter((part) => part !== undefined).join(' · ') || l10n.t('Builds');
  const only = filter.length === 0 ? [] : [l10n.t('only {0}', filter.map(statusLabel).join(', '))];
  return [subject, ...only].join(' · ');
}

function ofTarget({ ref, sha, pinned, head }: Target): readonly (string | undefined)[] {
  const name = ref ?? (pinned ? undefined : head?.tag);
  return [
    name === undefined ? undefined : oneLine(name),
    shortSha(sha),
    ...(pinned ? [l10n.t('not HEAD')] : ofHead(head)),
  ];
}

function ofHead(head: Head | undefined): readonly string[] {
  if (head === undefined) return [];
  if (head.operation !== undefined) return [operationWord(head.operation)];
  return head.branch === undefined ? [l10n.t('detached')] : [];
}

function operationWord(operation: Operation): string {
  const words: Readonly<Record<Operation, string>> = {
    rebase: l10n.t('rebasing'),
    merge: l10n.t('merging'),
    cherryPick: l10n.t('cherry-picking'),
    revert: l10n.t('reverting'),
    bisect: l10n.t('bisecting'),
  };
  return words[operation];
}

/** Host of a snapshot that has no commit. */
function hostOf(snapshot: Snapshot | undefined): string | undefined {
  return snapshot === undefined || snapshot.kind === 'ready' ? undefined : situationOf(snapshot).host;
}

/** Notes about the displayed builds that rows don't show, the most important first. */
export function caveats(snapshot: Snapshot | undefined, now: number): readonly string[] {
  if (snapshot?.kind !== 'ready') return [];
  const { readOnly, stale } = snapshot;
  return [
    snapshot.isPartial === true ? partialWords(snapshot) : undefined,
    whoseBuilds(snapshot, now),
    snapshot.elsewhere === undefined ? undefined : elsewhereWords(snapshot.elsewhere),
    stale === undefined ? undefined : staleSentence(stale, now),
    endOfHistory(snapshot),
    readOnly ? l10n.t('read-only token') : undefined,
  ].filter((part) => part !== undefined);
}

/** Says that the list was truncated. */
export function partialWords({ builds }: Pick<Ready, 'builds'>): string {
  return l10n.t('only the first {0} builds', builds.length);
}

/** Says that the builds belong to another commit, or why HEAD has none. */
function whoseBuilds(snapshot: Ready, now: number): string | undefined {
  const { ancestor, watchingSince } = snapshot;
  if (snapshot.ciHidden === true) return l10n.t('CI/CD is off in this project, or not visible for your role');
  const whose = ancestor === undefined ? undefined : ancestorWords(ancestor);
  if (isUnpushed(snapshot))
    return whose === undefined ? l10n.t('not pushed') : l10n.t('not pushed, showing {0}', whose);
  if (watchingSince !== undefined) {
    const since = timeOf(watchingSince, now);
    return whose === undefined
      ? l10n.t('waiting for builds since {0}', since)
      : l10n.t('waiting for builds since {0}, showing {1}', since, whose);
  }
  return whose === undefined ? undefined : l10n.t('no builds yet, showing {0}', whose);
}

function elsewhereWords({ project }: RemoteProject): string {
  return l10n.t('{0} has builds for this commit', oneLine(project));
}

/** Project with host: "group/project on git.example.com". */
export function projectWords({ project, instance }: Target): string {
  return l10n.t('{0} on {1}', oneLine(project), new URL(instance.url).host);
}

/** Ancestor with distance: "abc12345, 2 commits back". */
function ancestorWords({ sha, back }: Ancestor): string {
  return plural(
    back,
    l10n.t('{0}, {1} commit back', shortSha(sha), back),
    l10n.t('{0}, {1} commits back', shortSha(sha), back),
  );
}

/** Says that the history is shallow, if ancestors were searched. */
function endOfHistory(snapshot: Ready): string | undefined {
  const { target, builds, pipelines, ancestor } = snapshot;
  const looked = !target.pinned && target.head?.shallow === true && ancestor === undefined;
  return looked && builds.length === 0 && pipelines.length === 0
    ? l10n.t("shallow clone: earlier commits aren't available")
    : undefined;
}

function staleSentence({ asOf, failure }: Staleness, now: number): string {
  const time = timeOf(asOf, now);
  if (failure === undefined) return l10n.t('as of {0}, refreshing', time);
  if (failure.kind === 'rateLimited' && failure.retryAt !== undefined)
    return l10n.t('rate limited until {0}, as of {1}', timeOf(failure.retryAt, now), time);
  return l10n.t('out of date, as of {0}: {1}', time, failureSentence(failure));
}
