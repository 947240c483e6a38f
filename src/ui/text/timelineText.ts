import { eastAsianWidth } from 'get-east-asian-width';
import { l10n } from 'vscode';
import type { Build } from '../../core/model/build';
import { runningSeconds, wholeSeconds, type Bar, type Timeline } from '../../core/model/timeline';
import { buildLabel, shortName, statusCounts } from './buildText';
import { oneLine } from './failures';
import { formatDuration, localTime, timeOf } from './timeText';

/** Names of the critical path at most; the middle of a longer one is left out. */
const maxNames = 9;
/** Width of the bars in characters. */
const barWidth = 40;
const maxNotStarted = 20;
/** Maximum number of rows of the table. */
const maxRows = 1000;

/** Critical path in one line, with its running time and the time of the whole pipeline: `compile → rspec: 14:02 of 15:10`. */
export function criticalPathWords(timeline: Timeline): string {
  const path = pathWords(timeline.path);
  const [running, whole] = [formatDuration(runningSeconds(timeline)), formatDuration(wholeSeconds(timeline))];
  if (timeline.isRunning)
    return timeline.isEstimated
      ? l10n.t('{0}: {1} of {2} so far (estimated)', path, running, whole)
      : l10n.t('{0}: {1} of {2} so far', path, running, whole);
  return timeline.isEstimated
    ? l10n.t('{0}: {1} of {2} (estimated)', path, running, whole)
    : l10n.t('{0}: {1} of {2}', path, running, whole);
}

/** Names of the builds of the path, with arrows between them. */
function pathWords(path: readonly Bar[]): string {
  const names = path.map(nameOf);
  const half = Math.floor(maxNames / 2);
  const shown = names.length > maxNames ? [...names.slice(0, half), '…', ...names.slice(-half)] : names;
  return shown.join(' → ');
}

function nameOf({ build, attempt }: Bar): string {
  const name = shortName(oneLine(build.name));
  return attempt === undefined ? name : l10n.t('{0} (attempt {1})', name, attempt);
}

/** Sentence about when the builds of a commit will probably have ended. Both times in ms since 1970. */
export function expectedEndWords(end: number, now: number): string {
  return end <= now ? l10n.t('Takes longer than usual') : l10n.t('Ends at about {0}', timeOf(end, now));
}

/**
 * Timeline as a text document: a line per build, with columns of words before the bar, so that it can be read aloud and
 * searched.
 * @param title what the timeline is of
 */
export function timelineText(title: string, timeline: Timeline): string {
  const { created, notStarted, isEstimated, isRunning } = timeline;
  const createdAt = localTime(new Date(created).toISOString()) ?? '';
  return [
    l10n.t('Timeline of {0}', title),
    l10n.t('Created: {0}', createdAt),
    l10n.t('Critical path: {0}', criticalPathWords(timeline)),
    ...(isEstimated
      ? [l10n.t("GitLab doesn't say which builds each of these waited for, so the path is estimated from their times.")]
      : []),
    l10n.t('{0} critical path · {1} waiting · {2} running', marks.critical, marks.waiting, marks.running),
    ...(isRunning ? [l10n.t('{0} still running', marks.open)] : []),
    '',
    ...table(timeline),
    ...(notStarted.length === 0 ? [] : ['', notStartedWords(notStarted)]),
    '',
  ].join('\n');
}

const marks = { critical: '*', waiting: '░', running: '█', open: '▶' } as const;

function notStartedWords(builds: readonly Build[]): string {
  const names = builds.slice(0, maxNotStarted).map(({ name }) => shortName(oneLine(name)));
  const more = builds.length > maxNotStarted ? ['…'] : [];
  return l10n.t('Not started: {0} ({1})', [...names, ...more].join(', '), statusCounts(builds));
}

/** Lines of a table with a heading; numbers are right-aligned. */
function table(timeline: Timeline): readonly string[] {
  const critical = new Set(timeline.path.map(({ build }) => build.id));
  const bars = timeline.bars.slice(0, maxRows);
  const more = timeline.bars.length - bars.length;
  const rows = bars.map((bar) => [
    critical.has(bar.build.id) ? marks.critical : '',
    formatDuration((bar.start - timeline.created) / 1000),
    formatDuration((bar.start - bar.ready) / 1000),
    formatDuration((bar.end - bar.start) / 1000),
    nameOf(bar),
    shortName(bar.build.stage),
    buildLabel(bar.build),
  ]);
  const heading = [
    '',
    l10n.t('Start'),
    l10n.t('Waited'),
    l10n.t('Ran'),
    l10n.t('Build'),
    l10n.t('Stage'),
    l10n.t('Status'),
  ];
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => all.reduce((width, row) => Math.max(width, lengthOf(row[column])), 0));
  const marked = ['', ...bars.map((bar) => drawn(bar, timeline))];
  const lines = all.map((row, index) => {
    const cells = row.map((cell, column) => padded(cell, widths[column] ?? 0, column >= 1 && column <= 3));
    return [...cells, marked[index] ?? ''].join('  ').trimEnd();
  });
  return more > 0 ? [...lines, l10n.t('and {0} more', more)] : lines;
}

const segmenter = new Intl.Segmenter();

/** Width in columns of a monospaced font: Chinese and Japanese characters and emoji take two. */
function lengthOf(text = ''): number {
  if (!text.split('').some((mark) => mark < ' ' || mark > '~')) return text.length;
  const characters = Array.from(segmenter.segment(text));
  return characters.reduce((width, { segment }) => width + eastAsianWidth(segment.codePointAt(0) ?? 0), 0);
}

function padded(text: string, width: number, isNumber: boolean): string {
  const space = ' '.repeat(width - lengthOf(text));
  return isNumber ? space + text : text + space;
}

/** Bar of a build: spaces until it could start, then how long it waited and ran. */
function drawn({ build, ready, start, end }: Bar, timeline: Timeline): string {
  const whole = timeline.end - timeline.created;
  const at = (time: number): number => (whole === 0 ? 0 : Math.round(((time - timeline.created) / whole) * barWidth));
  // A build that took no time to speak of is still seen.
  const last = Math.max(at(end), Math.min(at(start) + 1, barWidth));
  const first = Math.min(at(start), last - 1);
  const from = Math.min(at(ready), first);
  const isOpen = build.finishedAt === undefined;
  const ran = isOpen ? marks.running.repeat(last - first - 1) + marks.open : marks.running.repeat(last - first);
  return ' '.repeat(from) + marks.waiting.repeat(first - from) + ran;
}
