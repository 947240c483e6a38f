import { l10n, type MarkdownString } from 'vscode';
import { durationSeconds, hasFailed, isTimed, severity, statusClass, type Build } from '../../core/model/build';
import type { PipelineNode, StageNode } from '../../core/model/tree';
import { buildLabel, escaped, groupDescription, shortSha, statusLabel } from '../text/buildText';
import { failureReasonWords, pipelineFailureWords } from '../text/failureReasons';
import { commitPage, mergeRequestPage, mergeRequestTitle, pipelineLabel } from '../text/pipelineText';
import { formatDuration } from '../text/timeText';
import { pageLink, toTooltip, type TooltipLine } from './tooltipMarkdown';

/** What the tooltip of a group says beside its builds. */
export interface GroupFacts {
  /** In ms since 1970. */
  readonly now: number;
  /** When it was told, in ms since 1970; undefined: just now. */
  readonly asOf?: number | undefined;
  /** Of each pipeline that waits for a person: the builds it waits for. */
  readonly blockers: ReadonlyMap<number, readonly Build[]>;
}

const mostNames = 5;
const mostStages = 20;

/** A pipeline: the counts of its builds, its stages, what it waits for, and what takes the longest. */
export function pipelineTooltip(
  node: Pick<PipelineNode, 'pipeline' | 'status' | 'builds'>,
  facts: GroupFacts,
): MarkdownString {
  const { pipeline, status, builds } = node;
  const { id, name, ref, sha } = pipeline;
  return toTooltip({
    head: `**${escaped(pipelineLabel(pipeline))}** \\#${id} ${escaped(statusLabel(status))}`,
    sentence: builds.length === 0 ? pipelineFailureWords(pipeline) : undefined,
    lines: [
      [l10n.t('Name'), name],
      [l10n.t('Merge request'), mergeRequestTitle(pipeline)],
      [l10n.t('Ref'), ref],
      [l10n.t('Commit'), shortSha(sha)],
      ...summaryOf(builds, facts.blockers.get(id) ?? [], facts),
      ...stageLines(builds),
    ],
    links: [
      ...pageLink(l10n.t('Open in Browser'), pipeline.webUrl),
      ...pageLink(l10n.t('Merge Request'), mergeRequestPage(pipeline)),
      ...pageLink(l10n.t('Commit'), commitPage(pipeline)),
    ],
    asOf: facts.asOf,
    now: facts.now,
  });
}

/** A stage: the counts of its builds, which failed and why, what it waits for, and what takes the longest. */
export function stageTooltip(
  { stage, isExternal, status, builds }: Pick<StageNode, 'stage' | 'isExternal' | 'status' | 'builds'>,
  facts: GroupFacts,
): MarkdownString {
  const name = isExternal ? l10n.t('Reported by other systems') : stage;
  return toTooltip({
    head: `**${escaped(name)}** ${escaped(statusLabel(status))}`,
    lines: [[l10n.t('Failed'), failedWords(builds)], ...summaryOf(builds, blockersOf(builds, facts), facts)],
    links: [],
    asOf: facts.asOf,
    now: facts.now,
  });
}

/** What the builds that have not started wait for. */
function blockersOf(builds: readonly Build[], { blockers }: GroupFacts): readonly Build[] {
  const waiting = builds.filter(({ status }) => statusClass(status) === 'notStarted');
  return [...new Set(waiting.map(({ pipeline }) => pipeline))].flatMap((id) =>
    id === undefined ? [] : (blockers.get(id) ?? []),
  );
}

function summaryOf(
  builds: readonly Build[],
  blockers: readonly Build[],
  { now, asOf = now }: GroupFacts,
): readonly TooltipLine[] {
  const slowest = slowestOf(builds, asOf);
  const seconds = wallSeconds(builds, asOf);
  return [
    [l10n.t('Builds'), countsByStatus(builds)],
    [l10n.t('Waits for'), named(blockers.map(({ name }) => name))],
    [l10n.t('Duration'), seconds === undefined ? undefined : formatDuration(seconds)],
    [
      l10n.t('Slowest'),
      slowest === undefined ? undefined : l10n.t('{0}, {1}', slowest.build.name, formatDuration(slowest.seconds)),
    ],
  ];
}

/** `2 failed, 1 running, 4 passed`: the worst first. */
function countsByStatus(builds: readonly Build[]): string {
  const counts = new Map<string, number>();
  const worstFirst = [...builds].sort((a, b) => rankOf(b) - rankOf(a));
  for (const build of worstFirst) counts.set(buildLabel(build), (counts.get(buildLabel(build)) ?? 0) + 1);
  return [...counts].map(([label, count]) => l10n.t('{0} {1}', count, label)).join(', ');
}

/** A failure that is allowed stands just before what passed. */
function rankOf(build: Build): number {
  return build.status === 'failed' && !hasFailed(build) ? severity('success') + 0.5 : severity(build.status);
}

/** `rspec (timed out), lint` */
function failedWords(builds: readonly Build[]): string {
  const failed = builds.filter(hasFailed).map((build) => {
    const reason = failureReasonWords(build);
    return reason === undefined ? build.name : l10n.t('{0} ({1})', build.name, reason);
  });
  return named(failed);
}

function named(names: readonly string[]): string {
  return [...names.slice(0, mostNames), ...(names.length > mostNames ? ['…'] : [])].join(', ');
}

/** One build alone is no slowest one. A bridge takes as long as what it has started. */
function slowestOf(
  builds: readonly Build[],
  now: number,
): { readonly build: Build; readonly seconds: number } | undefined {
  const timed = builds.flatMap((build) => {
    const seconds = build.kind === undefined ? durationSeconds(build, now) : undefined;
    return seconds === undefined ? [] : [{ build, seconds }];
  });
  if (timed.length < 2) return undefined;
  return timed.reduce((slowest, each) => (each.seconds > slowest.seconds ? each : slowest));
}

/** Seconds from the first start to the last end, or to `now` while something runs. */
function wallSeconds(builds: readonly Build[], now: number): number | undefined {
  const starts = times(builds.map(({ startedAt }) => startedAt));
  const ends = times(builds.map(({ finishedAt }) => finishedAt));
  const first = least(starts);
  const last = builds.some(isTimed) ? now : greatest(ends);
  return first === undefined || last === undefined || last < first ? undefined : (last - first) / 1000;
}

function times(isos: readonly (string | undefined)[]): readonly number[] {
  return isos.map((iso) => Date.parse(iso ?? '')).filter(Number.isFinite);
}

function least(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.min(a, b));
}

function greatest(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.max(a, b));
}

/** How each stage stands. */
function stageLines(builds: readonly Build[]): readonly TooltipLine[] {
  const stages = new Map<string, Build[]>();
  for (const build of builds) {
    const inStage = stages.get(build.stage);
    if (inStage === undefined) stages.set(build.stage, [build]);
    else inStage.push(build);
  }
  const lines = [...stages].map(([stage, those]): TooltipLine => [stage, groupDescription(those)]);
  return lines.length > mostStages ? [...lines.slice(0, mostStages), ['…', '…']] : lines;
}
