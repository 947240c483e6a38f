import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import {
  durationSeconds,
  hasFailed,
  hasPassedOnRetry,
  isTimed,
  severity,
  worstStatus,
  type Build,
} from '../../core/model/build';
import type { Verdict } from '../../core/model/verdict';
import { failureReasonWords } from './failureReasons';
import { oneLine } from './failures';
import { formatDuration, formatMinutes, durationInWords, minutesInWords, timeOf } from './timeText';
import { plural } from './plural';

interface StatusLook {
  readonly icon: string;
  /** Theme color; undefined: the text's color. */
  readonly color?: string;
  readonly label: () => string;
}

const muted = 'descriptionForeground';
const looks: Readonly<Record<string, StatusLook>> = {
  created: { icon: 'circle-large-outline', color: muted, label: () => l10n.t('created') },
  waiting_for_resource: { icon: 'lock', color: 'charts.yellow', label: () => l10n.t('waiting for resource') },
  preparing: { icon: 'tools', color: 'charts.yellow', label: () => l10n.t('preparing') },
  waiting_for_callback: { icon: 'broadcast', color: 'charts.yellow', label: () => l10n.t('waiting for callback') },
  pending: { icon: 'watch', color: 'charts.yellow', label: () => l10n.t('pending') },
  running: { icon: 'sync~spin', color: 'charts.blue', label: () => l10n.t('running') },
  success: { icon: 'pass', color: 'charts.green', label: () => l10n.t('passed') },
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
  label: () => l10n.t('failed (allowed)'),
};

function lookOf(status: string): StatusLook {
  const known = Object.hasOwn(looks, status) ? looks[status] : undefined;
  return known ?? { icon: 'question', color: 'charts.yellow', label: () => oneLine(status.replaceAll('_', ' ')) };
}

function lookOfBuild(build: Build): StatusLook {
  return build.status === 'failed' && build.allowFailure ? allowedFailure : lookOf(build.status);
}

/** Stale builds are dimmed and not animated, since it is unknown whether they are still running. */
export type Freshness = 'fresh' | 'stale';

function themeIcon({ icon, color }: StatusLook, freshness: Freshness): ThemeIcon {
  if (freshness === 'stale') return new ThemeIcon(icon.replace('~spin', ''), new ThemeColor('disabledForeground'));
  return new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
}

export function statusIcon(status: string, freshness: Freshness = 'fresh'): ThemeIcon {
  return themeIcon(lookOf(status), freshness);
}

export function allowedFailureIcon(freshness: Freshness): ThemeIcon {
  return themeIcon(allowedFailure, freshness);
}

export function allowedFailureLabel(): string {
  return allowedFailure.label();
}

export function buildIcon(build: Build, freshness: Freshness = 'fresh'): ThemeIcon {
  return themeIcon(lookOfBuild(build), freshness);
}

/** Icon in text of a status bar or quick pick: `$(icon)`. */
export function statusCodicon(status: string): string {
  return `$(${lookOf(status).icon})`;
}

export function statusLabel(status: string): string {
  return lookOf(status).label();
}

export function buildLabel(build: Build): string {
  return lookOfBuild(build).label();
}

/** Size of artifacts as text; undefined if it is 0, which means that GitLab doesn't say. */
export function knownSize({ size }: { readonly size: number }): string | undefined {
  return size === 0 ? undefined : formatSize(size);
}

/** Size in bytes as text: `999 B`, `1.2 kB`, `34 MB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  // From 999.5 on, it would be rounded to 1000, which is 1 of the next unit.
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1) / 0.9995) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}

export function shortSha(sha: string): string {
  return sha.slice(0, 8);
}

/** Title of a build on one line: `rspec #12`. */
export function buildTitle({ name, id }: Build): string {
  return `${oneLine(name)} #${id}`;
}

/** Context of a build for its texts. */
export interface BuildFacts {
  /** Expected seconds by build name. */
  readonly expected?: Readonly<Record<string, number>> | undefined;
  /** Manual builds that may be blocking this one. */
  readonly blockers?: readonly Build[] | undefined;
  /** Whether to name the stage, because no parent row does. */
  readonly namesStage?: boolean;
}

/**
 * Description after a build's name: what it waits for, duration, the ref if it differs from `ref`, artifacts, attempts.
 * `now` in ms since 1970.
 */
export function buildDescription(build: Build, ref: string | undefined, now: number, facts: BuildFacts = {}): string {
  const parts = [
    facts.namesStage === true ? oneLine(build.stage) : undefined,
    waitWords(build, now, facts),
    failureReasonWords(build),
    timeWords(build, now, facts, { exact: formatDuration, coarse: formatMinutes }),
    isToldElsewhere(build.ref, ref) ? undefined : oneLine(build.ref),
    artifactsWords(build),
    attemptWords(build),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function attemptWords(build: Build): string | undefined {
  if (hasPassedOnRetry(build)) return l10n.t('passed on retry');
  const { length } = build.attempts;
  return length === 0 ? undefined : l10n.t('attempt {0}', length + 1);
}

function artifactsWords({ artifacts }: Build): string | undefined {
  if (artifacts === undefined) return undefined;
  const size = knownSize(artifacts);
  return size === undefined ? l10n.t('artifacts') : l10n.t('artifacts {0}', size);
}

function artifactsSpoken({ artifacts }: Build): string | undefined {
  if (artifacts === undefined) return undefined;
  const size = knownSize(artifacts);
  return size === undefined ? l10n.t('has artifacts') : l10n.t('has artifacts, {0}', size);
}

/** Whether the ref is already shown by the view's message or by the row of the merge request's pipeline. */
function isToldElsewhere(ref: string, shown: string | undefined): boolean {
  return ref === shown || ref === '' || ref.startsWith('refs/merge-requests/');
}

/** Label of a build for screen readers. */
export function buildAriaLabel(build: Build, now: number, facts: BuildFacts = {}): string {
  const parts = [
    oneLine(build.name),
    buildLabel(build),
    l10n.t('stage {0}', oneLine(build.stage)),
    waitWords(build, now, facts),
    failureReasonWords(build),
    timeWords(build, now, facts, { exact: durationInWords, coarse: minutesInWords }),
    artifactsSpoken(build),
    attemptWords(build),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Formatting of durations. */
interface TimeFormat {
  readonly exact: (seconds: number) => string;
  /** Format for running builds, in minutes, so that rows needn't be redrawn each second. */
  readonly coarse: (seconds: number) => string;
}

/** Duration: `3:10`, or `3 min of about 7 min` while running; undefined if unknown. */
function timeWords(
  build: Build,
  now: number,
  { expected }: BuildFacts,
  { exact, coarse }: TimeFormat,
): string | undefined {
  const seconds = durationSeconds(build, now);
  if (seconds === undefined || !isTimed(build)) return seconds === undefined ? undefined : exact(seconds);
  // A bridge has the times of the pipeline it triggered, which the rows below show.
  if (build.kind === 'bridge') return undefined;
  const usual = usualSeconds(build, expected);
  if (usual === undefined) return coarse(seconds);
  const [sofar, whole] = [coarse(seconds), coarse(usual)];
  const isInTime = Math.floor(seconds / 60) <= Math.floor(usual / 60);
  return isInTime ? l10n.t('{0} of about {1}', sofar, whole) : l10n.t('{0}, usually {1}', sofar, whole);
}

/** Expected seconds for builds of that name, if known. */
export function usualSeconds({ name }: Build, expected: BuildFacts['expected']): number | undefined {
  return expected !== undefined && Object.hasOwn(expected, name) ? expected[name] : undefined;
}

/** What a build waits for, as far as the server says. */
export function waitWords(build: Build, now: number, { blockers = [] }: BuildFacts): string | undefined {
  switch (build.status) {
    case 'pending':
      if (build.stuck === true) return stuckWords(build);
      return build.tags === undefined ? undefined : l10n.t('waiting for a runner tagged {0}', named(build.tags));
    case 'waiting_for_resource':
      return l10n.t('waiting for its resource group');
    case 'scheduled':
      return startWords(Date.parse(build.scheduledAt ?? ''), now);
    case 'created': {
      const [first] = blockers;
      if (first === undefined) return undefined;
      return blockers.length === 1
        ? l10n.t('waiting for {0}', oneLine(first.name))
        : l10n.t('waiting for a manual build');
    }
    default:
      return undefined;
  }
}

/** Text for a build that no online runner can take. */
function stuckWords({ tags }: Build): string {
  return tags === undefined
    ? l10n.t('stuck: no runner is online')
    : l10n.t('stuck: no runner tagged {0} is online', named(tags));
}

function startWords(time: number, now: number): string | undefined {
  return Number.isNaN(time) ? undefined : l10n.t('starts at {0}', timeOf(time, now));
}

/** Up to three names. */
function named(names: readonly string[]): string {
  return names.slice(0, 3).map(oneLine).join(', ') + (names.length > 3 ? ', …' : '');
}

/** Summary of a group: `failed · 2 of 7: rspec, spinach`, or `passed · 7`. */
export function groupDescription(builds: readonly Build[]): string {
  return summaryOf(worstStatus(builds) ?? '', builds, builds.filter(hasFailed));
}

function summaryOf(status: string, builds: readonly Build[], failing: readonly Build[]): string {
  const label = statusLabel(status);
  if (failing.length === 0) return `${label} · ${builds.length}`;
  return l10n.t('{0} · {1} of {2}: {3}', label, failing.length, builds.length, namesOf(failing));
}

function namesOf(builds: readonly Build[]): string {
  return named(builds.map(({ name }) => name));
}

/** Summary of a commit, as its verdict counts: `failed · 2 of 7: rspec, spinach`, `passed · 7 · child failed`. */
export function commitDescription(verdict: Verdict): string {
  const { status = '', builds, childFailed } = verdict;
  return withFailedChild(summaryOf(status, builds, failedThemselves(verdict)), childFailed.length > 0);
}

/**
 * Like `commitDescription`, beside a status icon, so that the status isn't repeated: `2 of 7: rspec, spinach`, or `7
 * builds`.
 */
export function commitSummary(verdict: Verdict): string {
  const [{ builds, childFailed }, failing] = [verdict, failedThemselves(verdict)];
  const standing =
    failing.length > 0
      ? l10n.t('{0} of {1}: {2}', failing.length, builds.length, namesOf(failing))
      : plural(builds.length, l10n.t('{0} build', builds.length), l10n.t('{0} builds', builds.length));
  return withFailedChild(standing, childFailed.length > 0);
}

/** Failed builds that fail the commit. */
function failedThemselves({ failed, childFailed }: Verdict): readonly Build[] {
  return failed.slice(0, failed.length - childFailed.length);
}

function withFailedChild(standing: string, hasFailedChild: boolean): string {
  return hasFailedChild ? `${standing} · ${l10n.t('child failed')}` : standing;
}

type FailedChildren = Pick<Verdict, 'bridgesOfFailed'>;

/** Number of builds by status, worst first: `2 failed · 3 passed`. */
export function statusCounts(builds: readonly Build[]): string {
  const counts = new Map<string, number>();
  for (const build of builds) counts.set(countedAs(build), (counts.get(countedAs(build)) ?? 0) + 1);
  const rank = (status: string) => (status === allowedToFail ? severity('success') + 0.5 : severity(status));
  return [...counts]
    .sort(([a], [b]) => rank(b) - rank(a))
    .map(([status, count]) =>
      status === allowedToFail ? l10n.t('{0} allowed to fail', count) : l10n.t('{0} {1}', count, statusLabel(status)),
    )
    .join(' · ');
}

/** Builds of one status, as far as a list has them: `2 failed · rspec, spinach`. */
export function listedDescription(builds: readonly Build[]): string {
  return `${statusCounts(builds)} · ${namesOf(builds)}`;
}

/** Counts of a group: `1 of 5 shown` if a filter hides builds, else the number of builds by status. */
export function shownCounts(builds: readonly Build[], shown: number, total: number): string {
  return shown < total ? l10n.t('{0} of {1} shown', shown, total) : statusCounts(builds);
}

/** Standing of a stage, in its row and in tooltips: counts, and whether a bridge that passed triggered a failure. */
export function stageStanding(counts: string, builds: readonly Build[], { bridgesOfFailed }: FailedChildren): string {
  return withFailedChild(
    counts,
    builds.some((build) => bridgesOfFailed.has(build)),
  );
}

/** Counts of a group: `2 of 5 failed`, or the number of builds by status. */
export function groupCounts(builds: readonly Build[]): string {
  const failing = builds.filter(hasFailed).length;
  return failing === 0 ? statusCounts(builds) : l10n.t('{0} of {1} failed', failing, builds.length);
}

/** Commits with at most this many builds don't show counts above the rows. */
const fewBuilds = 200;

export function isLargeCommit({ builds }: Pick<Verdict, 'builds'>): boolean {
  return builds.length > fewBuilds;
}

/** Counts above the rows: `148 failed, 50 running of 2000`. */
export function commitCounts({ builds, failed }: Pick<Verdict, 'builds' | 'failed'>): string {
  const running = builds.filter(({ status }) => status === 'running').length;
  return l10n.t('{0} failed, {1} running of {2}', failed.length, running, builds.length);
}

/** Maximum length of a name shown in full, and lengths of the parts of a longer one around the ellipsis, in characters. */
interface NameRoom {
  readonly longest: number;
  readonly head: number;
  readonly tail: number;
}

/** Limits in a row: the shortened name fits a side bar of 300 px. */
const inRow: NameRoom = { longest: 48, head: 12, tail: 15 };
/** Limits in the status bar. */
export const inStatusBar: NameRoom = { longest: 30, head: 13, tail: 16 };

/** Name on one line. A long one loses its middle, since the ends distinguish names, most of all the last part. */
export function shortName(name: string, { longest, head, tail } = inRow): string {
  const marks = Array.from(oneLine(name));
  if (marks.length <= longest) return marks.join('');
  return `${marks.slice(0, head).join('').trimEnd()}…${marks.slice(-tail).join('').trimStart()}`;
}

const allowedToFail = 'failed/allowed';

function countedAs({ status, allowFailure }: Build): string {
  return status === 'failed' && allowFailure ? allowedToFail : status;
}
