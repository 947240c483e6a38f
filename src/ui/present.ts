import { l10n, MarkdownString, ThemeColor, ThemeIcon } from 'vscode';
import {
  canCancel,
  canErase,
  canForceCancel,
  canKeep,
  canPlay,
  canPlayWithVariables,
  canRetry,
  durationSeconds,
  hasArtifacts,
  hasFailed,
  isActive,
  statusClass,
  worstStatus,
  type Build,
} from '../core/build';
import type { Pipeline } from '../core/pipeline';
import type { TreeNode } from '../core/tree';
import { oneLine } from './sentences';

interface StatusLook {
  readonly icon: string;
  /** Theme colour; undefined: the text's. */
  readonly color?: string;
  readonly label: () => string;
}

const muted = 'descriptionForeground';
const looks: Readonly<Record<string, StatusLook>> = {
  created: { icon: 'circle-large-outline', color: muted, label: () => l10n.t('created') },
  waiting_for_resource: { icon: 'lock', color: 'charts.yellow', label: () => l10n.t('waiting for a resource') },
  preparing: { icon: 'tools', color: 'charts.yellow', label: () => l10n.t('preparing') },
  waiting_for_callback: { icon: 'broadcast', color: 'charts.yellow', label: () => l10n.t('waiting for a callback') },
  pending: { icon: 'watch', color: 'charts.yellow', label: () => l10n.t('pending') },
  running: { icon: 'sync~spin', color: 'charts.blue', label: () => l10n.t('running') },
  success: { icon: 'pass', color: 'testing.iconPassed', label: () => l10n.t('passed') },
  failed: { icon: 'error', color: 'charts.red', label: () => l10n.t('failed') },
  canceling: { icon: 'loading~spin', color: muted, label: () => l10n.t('canceling') },
  canceled: { icon: 'circle-slash', color: muted, label: () => l10n.t('canceled') },
  skipped: { icon: 'debug-step-over', color: muted, label: () => l10n.t('skipped') },
  manual: { icon: 'play-circle', color: 'charts.purple', label: () => l10n.t('manual') },
  scheduled: { icon: 'calendar', color: 'charts.purple', label: () => l10n.t('scheduled') },
};
const allowedFailure: StatusLook = {
  icon: 'warning',
  color: 'charts.yellow',
  label: () => l10n.t('failed, as is allowed'),
};

function lookOf(status: string): StatusLook {
  const known = Object.hasOwn(looks, status) ? looks[status] : undefined;
  return known ?? { icon: 'question', color: 'charts.yellow', label: () => oneLine(status.replaceAll('_', ' ')) };
}

function lookOfBuild(build: Build): StatusLook {
  return build.status === 'failed' && build.allowFailure ? allowedFailure : lookOf(build.status);
}

function themeIcon({ icon, color }: StatusLook): ThemeIcon {
  return new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
}

export function statusIcon(status: string): ThemeIcon {
  return themeIcon(lookOf(status));
}

export function buildIcon(build: Build): ThemeIcon {
  return themeIcon(lookOfBuild(build));
}

/** `$(icon)` for a status bar or a quick pick. */
export function statusCodicon(status: string): string {
  return `$(${lookOf(status).icon})`;
}

export function statusLabel(status: string): string {
  return lookOf(status).label();
}

/** `0:07`, `3:10`, `1:02:03` */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const end = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(whole % 60)}`;
  return hours > 0 ? `${hours}:${end}` : end;
}

/** Said in words, for screen readers. */
export function spokenDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return l10n.t('{0} seconds', whole);
  return l10n.t('{0} minutes {1} seconds', Math.floor(whole / 60), whole % 60);
}

/** `999 B`, `1.2 kB`, `34 MB` */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  // From 999.5 on it would be rounded to a thousand, which is one of the next unit.
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1) / 0.9995) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}

export function shortSha(sha: string): string {
  return sha.slice(0, 8);
}

/** One line, for titles and questions: `rspec #12`. */
export function buildTitle({ name, id }: Build): string {
  return `${oneLine(name)} #${id}`;
}

/** `Branch pipeline #12`: what made it, and its number. */
export function pipelineLabel(pipeline: Pipeline): string {
  return `${kindOfPipeline(pipeline)} #${pipeline.id}`;
}

/** `main`, or for a merge request `!7 Let people sign in · merge result` */
export function pipelineSubject(pipeline: Pipeline, sha: string | undefined): string {
  const { ref, mergeRequest } = pipeline;
  const iid = mergeRequest?.iid ?? /^refs\/merge-requests\/(\d+)\//.exec(ref)?.[1];
  const subject = iid === undefined ? oneLine(ref) : [`!${iid}`, oneLine(mergeRequest?.title ?? '')].join(' ').trim();
  return isMerge(pipeline, sha) ? l10n.t('{0} · result of the merge', subject) : subject;
}

/** It ran on GitLab's own merge of the commit into the target branch. */
function isMerge(pipeline: Pipeline, sha: string | undefined): boolean {
  return sha !== undefined && pipeline.sha !== sha && pipeline.source !== 'parent_pipeline';
}

const madeBy: Readonly<Record<string, () => string>> = {
  push: () => l10n.t('Branch pipeline'),
  web: () => l10n.t('Pipeline run by hand'),
  schedule: () => l10n.t('Scheduled pipeline'),
  api: () => l10n.t('Pipeline run by the API'),
  trigger: () => l10n.t('Triggered pipeline'),
  pipeline: () => l10n.t('Triggered pipeline'),
  parent_pipeline: () => l10n.t('Child pipeline'),
  merge_request_event: () => l10n.t('Merge request pipeline'),
  external: () => l10n.t('External pipeline'),
};

function kindOfPipeline({ source = '', ref, mergeRequest }: Pipeline): string {
  if (mergeRequest !== undefined || ref.startsWith('refs/merge-requests/')) return l10n.t('Merge request pipeline');
  const known = Object.hasOwn(madeBy, source) ? madeBy[source] : undefined;
  if (known !== undefined) return known();
  return source === '' ? l10n.t('Pipeline') : l10n.t('Pipeline ({0})', oneLine(source.replaceAll('_', ' ')));
}

/** What stands behind the name: duration, the ref where it is another than `ref`, artifacts, attempts. */
export function buildDescription(build: Build, ref: string | undefined, now: number): string {
  const seconds = durationSeconds(build, now);
  const parts = [
    seconds === undefined ? undefined : formatDuration(seconds),
    isToldElsewhere(build.ref, ref) ? undefined : oneLine(build.ref),
    build.artifacts === undefined ? undefined : l10n.t('artifacts {0}', formatSize(build.artifacts.size)),
    build.attempts.length === 0 ? undefined : l10n.t('attempt {0}', build.attempts.length + 1),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** By the view's message, or by the row of the merge request's pipeline. */
function isToldElsewhere(ref: string, shown: string | undefined): boolean {
  return ref === shown || ref === '' || ref.startsWith('refs/merge-requests/');
}

/** What a screen reader says of a build. */
export function buildSpoken(build: Build, now: number): string {
  const seconds = durationSeconds(build, now);
  const parts = [
    oneLine(build.name),
    lookOfBuild(build).label(),
    l10n.t('stage {0}', oneLine(build.stage)),
    seconds === undefined ? undefined : spokenDuration(seconds),
    build.artifacts === undefined ? undefined : l10n.t('has artifacts, {0}', formatSize(build.artifacts.size)),
    build.attempts.length === 0 ? undefined : l10n.t('attempt {0}', build.attempts.length + 1),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** `failed · 2 of 7: rspec, spinach`, or `passed · 7` */
export function groupDescription(builds: readonly Build[]): string {
  const status = statusLabel(worstStatus(builds) ?? '');
  const failing = builds.filter(hasFailed).map(({ name }) => oneLine(name));
  if (failing.length === 0) return `${status} · ${builds.length}`;
  const named = failing.slice(0, 3).join(', ') + (failing.length > 3 ? ', …' : '');
  return l10n.t('{0} · {1} of {2}: {3}', status, failing.length, builds.length, named);
}

/** Words for `viewItem`: the kind first, then what can be done; with a token that may only read, nothing. */
export function contextValue(node: TreeNode, readOnly: boolean): string {
  switch (node.kind) {
    case 'pipeline':
    case 'stage':
    case 'status':
      return words(node.kind, {
        hasFailed: !readOnly && node.builds.some((build) => hasFailed(build) && canRetry(build)),
        hasActive: !readOnly && node.builds.some((build) => isUnderWay(build) && canCancel(build)),
      });
    case 'build':
      return words('build', { ...(readOnly ? {} : startable(node.build)), ...keepsakes(node.build, readOnly) });
    case 'attempt': // A superseded attempt is over: its successor is what can be retried.
      return words('attempt', keepsakes(node.build, readOnly));
    default:
      return node satisfies never;
  }
}

/** What waits for a person is not in the way of anybody. */
function isUnderWay({ status }: Build): boolean {
  return ['active', 'notStarted'].includes(statusClass(status));
}

function startable(build: Build): Record<string, boolean> {
  return {
    retryable: canRetry(build),
    cancelable: canCancel(build),
    forceCancelable: canForceCancel(build),
    playable: canPlay(build),
    variables: canPlayWithVariables(build),
  };
}

function keepsakes(build: Build, readOnly: boolean): Record<string, boolean> {
  return {
    erasable: !readOnly && canErase(build),
    hasArtifacts: hasArtifacts(build),
    keepable: !readOnly && canKeep(build),
    hasLog: build.kind === undefined && build.startedAt !== undefined,
  };
}

function words(kind: string, abilities: Record<string, boolean>): string {
  return [kind, ...Object.keys(abilities).filter((ability) => abilities[ability])].join(' ');
}

/** Everything from outside is escaped: no link, no image, no command comes from a build's name. */
export function buildTooltip(build: Build, now: number): MarkdownString {
  const seconds = durationSeconds(build, now);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [l10n.t('Stage'), build.stage],
    [l10n.t('Ref'), build.tag ? l10n.t('tag {0}', build.ref) : build.ref],
    [
      l10n.t('Commit'),
      build.commit === undefined ? undefined : `${shortSha(build.commit.sha)} ${build.commit.title}`.trim(),
    ],
    [l10n.t('Author'), build.commit?.author],
    [l10n.t('Started by'), build.user],
    [l10n.t('Runner'), build.runner],
    [l10n.t('Created'), localTime(build.createdAt)],
    [l10n.t('Started'), localTime(build.startedAt)],
    [l10n.t('Finished'), localTime(build.finishedAt)],
    [l10n.t('Starts by itself'), build.status === 'scheduled' ? localTime(build.scheduledAt) : undefined],
    [l10n.t('Duration'), seconds === undefined ? undefined : formatDuration(seconds)],
    [l10n.t('Coverage'), build.coverage === undefined ? undefined : `${build.coverage} %`],
    [
      l10n.t('Artifacts'),
      build.artifacts === undefined ? undefined : `${build.artifacts.filename}, ${formatSize(build.artifacts.size)}`,
    ],
    [l10n.t('Artifacts until'), localTime(build.artifacts?.expireAt)],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : `| ${name} | ${escaped(value)} |`,
  );
  const head = `**${escaped(build.name)}** \\#${build.id} ${escaped(lookOfBuild(build).label())}`;
  return new MarkdownString([head, '', '| | |', '|:--|:--|', ...lines].join('\n'));
}

/**
 * One line of plain text as Markdown: CommonMark lets every ASCII punctuation be escaped, which undoes tables and links.
 * `$` becomes an entity, since VS Code looks for `$(icon)` in what the Markdown has become.
 */
export function escaped(text: string): string {
  return oneLine(text).replace(/[!-/:-@[-`{-~]/g, (mark) => (mark === '$' ? '&#36;' : `\\${mark}`));
}

function localTime(iso: string | undefined): string | undefined {
  if (iso === undefined || iso === '') return undefined;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? undefined : date.toLocaleString();
}

/** Where the builds of a commit stand: how many have ended, and the stage that is at work. */
export function progressOf(builds: readonly Build[]): { readonly ended: number; readonly stage: string | undefined } {
  const ended = builds.filter(({ status }) => statusClass(status) === 'ended').length;
  return { ended, stage: builds.find(isActive)?.stage };
}
