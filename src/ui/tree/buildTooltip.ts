import { l10n, MarkdownString } from 'vscode';
import { durationSeconds, isTimed, type Build } from '../../core/model/build';
import { isExpired } from '../text/goneArtifacts';
import { buildLabel, escaped, formatSize, shortSha, usualSeconds, waitWords, type BuildFacts } from '../text/buildText';
import { formatDuration, localTime, timeOf } from '../text/timeText';

/** Further of a build that is not fresh. */
export interface TooltipFacts extends BuildFacts {
  /** When it was told, in ms since 1970; undefined: just now. */
  readonly asOf?: number | undefined;
}

/** Everything from outside is escaped: no link, no image, no command comes from a build's name. */
export function buildTooltip(build: Build, now: number, facts: TooltipFacts = {}): MarkdownString {
  const rows = [...origin(build), ...times(build, now, facts), ...results(build, now)];
  const lines = rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : `| ${name} | ${escaped(value)} |`,
  );
  const head = `**${escaped(build.name)}** \\#${build.id} ${escaped(buildLabel(build))}`;
  const age = facts.asOf === undefined ? [] : ['', escaped(ageWords(facts.asOf, now))];
  return new MarkdownString([head, '', '| | |', '|:--|:--|', ...lines, ...age].join('\n'));
}

/** Of what is not fresh. Both in ms since 1970. */
export function ageWords(asOf: number, now: number): string {
  return l10n.t('Out of date: as of {0}', timeOf(asOf, now));
}

type Line = readonly [name: string, value: string | undefined];

function origin({ stage, ref, tag, commit, user, runner, tags }: Build): readonly Line[] {
  return [
    [l10n.t('Stage'), stage],
    [l10n.t('Ref'), tag ? l10n.t('tag {0}', ref) : ref],
    [l10n.t('Commit'), commit === undefined ? undefined : `${shortSha(commit.sha)} ${commit.title}`.trim()],
    [l10n.t('Author'), commit?.author],
    [l10n.t('Started by'), user],
    [l10n.t('Runner'), runner],
    [l10n.t('Runner tags'), tags?.join(', ')],
  ];
}

function times(build: Build, now: number, facts: TooltipFacts): readonly Line[] {
  const at = facts.asOf ?? now;
  const seconds = durationSeconds(build, at);
  const usual = isTimed(build) ? usualSeconds(build, facts.expected) : undefined;
  const left = seconds === undefined || usual === undefined ? -1 : usual - seconds;
  return [
    [l10n.t('Created'), localTime(build.createdAt)],
    [l10n.t('Started'), localTime(build.startedAt)],
    [l10n.t('Finished'), localTime(build.finishedAt)],
    [l10n.t('Starts'), build.status === 'scheduled' ? localTime(build.scheduledAt) : undefined],
    [l10n.t('State'), build.status === 'scheduled' ? undefined : waitWords(build, now, facts)],
    [l10n.t('Duration'), seconds === undefined ? undefined : formatDuration(seconds)],
    [l10n.t('Usual duration'), usual === undefined ? undefined : formatDuration(usual)],
    [l10n.t('Expected end'), left < 0 ? undefined : timeOf(at + left * 1000, now)],
  ];
}

function results(build: Build, now: number): readonly Line[] {
  const { coverage, artifacts, artifactsExpiredAt } = build;
  return [
    [l10n.t('Coverage'), coverage === undefined ? undefined : `${coverage} %`],
    [l10n.t('Artifacts'), artifacts === undefined ? undefined : `${artifacts.filename}, ${formatSize(artifacts.size)}`],
    [l10n.t('Artifacts until'), localTime(artifacts?.expireAt)],
    [l10n.t('Artifacts expired'), isExpired(build, now) ? localTime(artifactsExpiredAt) : undefined],
  ];
}
