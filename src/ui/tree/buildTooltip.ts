import { l10n, type MarkdownString } from 'vscode';
import { hasPassedOnRetry, durationSeconds, isTimed, type Build } from '../../core/model/build';
import type { Pipeline } from '../../core/model/pipeline';
import { escaped } from '../../core/util/markdown';
import { expiryWords } from '../artifacts/expiry';
import { buildLabel, knownSize, shortSha, usualSeconds, waitWords, type BuildFacts } from '../text/buildText';
import { failureReasonSentence, failureReasonWords } from '../text/failureReasons';
import { isExpired } from '../text/goneArtifacts';
import { commitTitle } from '../text/mergeTitle';
import { commitPage, mergeRequestPage, mergeRequestTitle } from '../text/pipelineText';
import { agoWords, formatDuration, localTime, timeOf } from '../text/timeText';
import { can } from '../../core/model/abilities';
import { pageLink, toTooltip, type CommandLink, type TooltipLine } from './tooltipMarkdown';

/** Context of a build for its tooltip. */
export interface TooltipFacts extends BuildFacts {
  /** When the data was loaded, in ms since 1970; undefined: just now. */
  readonly asOf?: number | undefined;
  /** URI of the repository's root folder for links; undefined: no links. */
  readonly root?: string | undefined;
  readonly pipeline?: Pipeline | undefined;
}

const maxAttempts = 3;

/** Tooltip of a build. All untrusted text is escaped, so that it can't contain links, images or commands. */
export function buildTooltip(build: Build, now: number, facts: TooltipFacts = {}): MarkdownString {
  return toTooltip({
    head: `**${escaped(build.name)}** \\#${build.id} ${escaped(buildLabel(build))}`,
    sentence: failureReasonSentence(build),
    lines: [...origin(build, facts), ...times(build, now, facts), ...results(build, now)],
    links: linksOf(build, facts),
    asOf: facts.asOf,
    now,
  });
}

function origin(
  { stage, ref, tag, commit, user, runner, tags }: Build,
  { pipeline }: TooltipFacts,
): readonly TooltipLine[] {
  const title = commitTitle(ref, commit?.title ?? '', pipeline === undefined ? [] : [pipeline]);
  return [
    [l10n.t('Stage'), stage],
    [l10n.t('Ref'), tag ? l10n.t('tag {0}', ref) : ref],
    [l10n.t('Merge request'), pipeline === undefined ? undefined : mergeRequestTitle(pipeline)],
    [l10n.t('Commit'), commit === undefined ? undefined : `${shortSha(commit.sha)} ${title}`.trim()],
    [l10n.t('Author'), commit?.author],
    [l10n.t('Started by'), user],
    [l10n.t('Runner'), runner],
    [l10n.t('Runner tags'), tags?.join(', ')],
  ];
}

function times(build: Build, now: number, facts: TooltipFacts): readonly TooltipLine[] {
  const at = facts.asOf ?? now;
  const seconds = durationSeconds(build, at);
  const usual = usualSeconds(build, facts.expected);
  const left = seconds === undefined || usual === undefined || !isTimed(build) ? -1 : usual - seconds;
  const { queuedDuration } = build;
  return [
    [l10n.t('Created'), timeWords(build.createdAt, now)],
    [l10n.t('Queued'), queuedDuration === undefined ? undefined : formatDuration(queuedDuration)],
    [l10n.t('Started'), timeWords(build.startedAt, now)],
    [l10n.t('Finished'), timeWords(build.finishedAt, now)],
    [l10n.t('Starts'), build.status === 'scheduled' ? localTime(build.scheduledAt) : undefined],
    [l10n.t('State'), build.status === 'scheduled' ? undefined : waitWords(build, now, facts)],
    [l10n.t('Duration'), seconds === undefined ? undefined : durationWords(seconds, usual)],
    [l10n.t('Expected end'), left < 0 ? undefined : timeOf(at + left * 1000, now)],
  ];
}

/** Age and time: `3 min ago (3/1/2016, 12:03:10 PM)`. */
function timeWords(iso: string | undefined, now: number): string | undefined {
  const [ago, absolute] = [agoWords(iso, now), localTime(iso)];
  return ago === undefined || absolute === undefined ? absolute : l10n.t('{0} ({1})', ago, absolute);
}

function durationWords(seconds: number, usual: number | undefined): string {
  const words = formatDuration(seconds);
  return usual === undefined ? words : l10n.t('{0}, usually {1}', words, formatDuration(usual));
}

function results(build: Build, now: number): readonly TooltipLine[] {
  const { coverage, artifacts, artifactsExpiredAt, attempts } = build;
  return [
    [l10n.t('Coverage'), coverage === undefined ? undefined : `${coverage} %`],
    [l10n.t('Artifacts'), artifacts === undefined ? undefined : artifactsWords(artifacts, now)],
    [l10n.t('Artifacts expired'), isExpired(build, now) ? localTime(artifactsExpiredAt) : undefined],
    [l10n.t('Result'), hasPassedOnRetry(build) ? l10n.t('passed on retry') : undefined],
    [l10n.t('Earlier attempts'), attempts.length === 0 ? undefined : attemptsWords(attempts)],
  ];
}

function artifactsWords(artifacts: NonNullable<Build['artifacts']>, now: number): string {
  const [expiry, time] = [expiryWords(artifacts.expireAt, now), localTime(artifacts.expireAt)];
  const parts = [
    artifacts.filename,
    knownSize(artifacts),
    expiry === undefined || time === undefined ? undefined : l10n.t('{0} ({1})', expiry, time),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Earlier attempts: `#41 failed: timed out, #40 failed`. */
function attemptsWords(attempts: readonly Build[]): string {
  const lines = attempts.slice(0, maxAttempts).map((attempt) => {
    const standing = `#${attempt.id} ${buildLabel(attempt)}`;
    const reason = failureReasonWords(attempt);
    return reason === undefined ? standing : l10n.t('{0}: {1}', standing, reason);
  });
  return [...lines, ...(attempts.length > maxAttempts ? ['…'] : [])].join(', ');
}

function linksOf(build: Build, { root, pipeline }: TooltipFacts): readonly CommandLink[] {
  if (root === undefined) return [];
  const argument = { build: build.id, repository: root };
  return [
    ...(can(build, 'openLog')
      ? [{ title: l10n.t('Open Log'), command: 'gitlabBuilds.openLog', argument } as const]
      : []),
    ...(build.webUrl === undefined
      ? []
      : [{ title: l10n.t('Open in Browser'), command: 'gitlabBuilds.openInBrowser', argument } as const]),
    ...(pipeline === undefined ? [] : pageLink(l10n.t('Merge Request'), mergeRequestPage(pipeline))),
    ...(pipeline === undefined ? [] : pageLink(l10n.t('Commit'), commitPage(pipeline))),
  ];
}
