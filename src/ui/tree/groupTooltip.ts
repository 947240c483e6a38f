import { l10n, type MarkdownString } from 'vscode';
import { durationSeconds, hasFailed, isTimed, statusClass, type Build } from '../../core/model/build';
import { isInvalid, type Pipeline } from '../../core/model/pipeline';
import type { PipelineNode, StageNode } from '../../core/model/tree';
import type { Verdict } from '../../core/model/verdict';
import { escaped } from '../../core/util/markdown';
import { shortSha, stageStanding, statusCounts, statusLabel } from '../text/buildText';
import { failureReasonWords, pipelineFailureWords } from '../text/failureReasons';
import { commitPage, mergeRequestPage, mergeRequestTitle, pipelineLabel } from '../text/pipelineText';
import { commitTitle } from '../text/mergeTitle';
import { formatDuration } from '../text/timeText';
import { pageLink, toTooltip, type CommandLink, type TooltipLine } from './tooltipMarkdown';
import { timelineOf } from '../../core/model/timeline';
import { criticalPathWords } from '../text/timelineText';
import { groupBy } from '../../core/util/groupBy';

/** Context of a group for its tooltip. */
export interface GroupFacts {
  /** In ms since 1970. */
  readonly now: number;
  /** When the data was loaded, in ms since 1970; undefined: just now. */
  readonly asOf?: number | undefined;
  /** Manual builds that block pipelines, by pipeline. */
  readonly blockers: ReadonlyMap<number, readonly Build[]>;
  readonly verdict: Pick<Verdict, 'bridgesOfFailed'>;
  /** Root of the repository. */
  readonly root?: string | undefined;
}

const maxNames = 5;
const maxStages = 20;

/** Tooltip of a pipeline: counts, stages, what it waits for, and the slowest builds. */
export function pipelineTooltip(
  node: Pick<PipelineNode, 'pipeline' | 'status' | 'builds'>,
  facts: GroupFacts,
): MarkdownString {
  const { pipeline, status, builds } = node;
  const { id, name, ref } = pipeline;
  return toTooltip({
    head: `**${escaped(pipelineLabel(pipeline))}** \\#${id} ${escaped(statusLabel(status))}`,
    sentence: builds.length === 0 ? pipelineFailureWords(pipeline) : undefined,
    lines: [
      [l10n.t('Name'), name],
      [l10n.t('Merge request'), mergeRequestTitle(pipeline)],
      [l10n.t('Ref'), ref],
      [l10n.t('Commit'), commitWords(pipeline, builds)],
      [l10n.t('Failed'), failedWords(builds)],
      ...summaryOf(builds, facts.blockers.get(id) ?? [], facts),
      [l10n.t('Critical path'), criticalPath(pipeline, builds, facts)],
      ...stageLines(builds, facts),
    ],
    links: [
      ...(builds.length === 0 ? configErrorLink(pipeline, facts) : []),
      ...pageLink(l10n.t('Open in Browser'), pipeline.webUrl),
      ...pageLink(l10n.t('Merge Request'), mergeRequestPage(pipeline)),
      ...pageLink(l10n.t('Commit'), commitPage(pipeline)),
    ],
    asOf: facts.asOf,
    now: facts.now,
  });
}

function configErrorLink(pipeline: Pipeline, { root }: GroupFacts): readonly CommandLink[] {
  if (!isInvalid(pipeline)) return [];
  const argument = { pipeline: pipeline.id, repository: root };
  return [{ title: l10n.t('Go to Error in .gitlab-ci.yml'), command: 'gitlabBuilds.goToConfigError', argument }];
}

/** Critical path of a pipeline with several builds, from the times that are known. */
function criticalPath(pipeline: Pipeline, builds: readonly Build[], facts: GroupFacts): string | undefined {
  const timeline = timelineOf(builds, pipeline, facts.asOf ?? facts.now);
  return timeline === undefined || timeline.bars.length < 2 ? undefined : criticalPathWords(timeline);
}

/** SHA and title of the commit, as its builds have them. */
function commitWords(pipeline: Pipeline, builds: readonly Build[]): string {
  const { sha, ref } = pipeline;
  const title = builds.find(({ commit }) => commit?.sha === sha)?.commit?.title ?? '';
  return `${shortSha(sha)} ${commitTitle(ref, title, [pipeline])}`.trim();
}

/** Tooltip of a stage: counts, failures with reasons, what it waits for, and the slowest builds. */
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

/** Manual builds that the builds not yet started wait for. */
function blockersOf(builds: readonly Build[], { blockers }: GroupFacts): readonly Build[] {
  const waiting = builds.filter(({ status }) => statusClass(status) === 'notStarted');
  return [...new Set(waiting.map(({ pipeline }) => pipeline))].flatMap((id) =>
    id === undefined ? [] : (blockers.get(id) ?? []),
  );
}

function summaryOf(
  builds: readonly Build[],
  blockers: readonly Build[],
  { now, asOf = now, verdict }: GroupFacts,
): readonly TooltipLine[] {
  const slowest = slowestOf(builds, asOf);
  const seconds = wallSeconds(builds, asOf);
  return [
    [l10n.t('Builds'), stageStanding(statusCounts(builds), builds, verdict)],
    [l10n.t('Waits for'), named(blockers.map(({ name }) => name))],
    [l10n.t('Duration'), seconds === undefined ? undefined : formatDuration(seconds)],
    [
      l10n.t('Slowest'),
      slowest === undefined ? undefined : l10n.t('{0}, {1}', slowest.build.name, formatDuration(slowest.seconds)),
    ],
  ];
}

/** Failed builds with reasons: `rspec (timed out), lint`. */
function failedWords(builds: readonly Build[]): string {
  const failed = builds.filter(hasFailed).map((build) => {
    const reason = failureReasonWords(build);
    return reason === undefined ? build.name : l10n.t('{0} ({1})', build.name, reason);
  });
  return named(failed);
}

function named(names: readonly string[]): string {
  return [...names.slice(0, maxNames), ...(names.length > maxNames ? ['…'] : [])].join(', ');
}

/** The slowest builds, if there are several. A bridge takes as long as the pipeline it triggered. */
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

/** Seconds from the first start to the last end, or to `now` while something is running. */
export function wallSeconds(builds: readonly Build[], now: number): number | undefined {
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

/** Status of each stage. */
function stageLines(builds: readonly Build[], { verdict }: GroupFacts): readonly TooltipLine[] {
  const stages = groupBy(builds, ({ stage }) => stage);
  const lines = [...stages].map(([stage, those]): TooltipLine => [
    stage,
    stageStanding(statusCounts(those), those, verdict),
  ]);
  return lines.length > maxStages ? [...lines.slice(0, maxStages), ['…', '…']] : lines;
}
