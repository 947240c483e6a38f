import { timeSlice } from '../util/timeSlice';
import type { Log, Section } from './log';

/** Lines at the end of a log that are searched, and columns of each: their product bounds the work, whatever the log. */
const mostLines = 20_000;
const mostColumns = 500;

/** The section in which the runner runs what the user wrote; `build_script` until runner 13. */
const scripts = ['step_script', 'build_script'];

const errors = [
  /\b(?:fatal )?error(?: ?[A-Z]{1,4}\d+|\[\w+\])?: /i,
  /^\W{0,3}(?:error|fatal|panic|failed|failure|fail)\b/i,
  /^(?:npm ERR!|npm error|E {3,}\S|--- FAIL:|not ok \d|FAIL\b|Traceback \(most recent call last\))/,
  /(?:Error|Exception)(?:: |$)/,
  /\b(?:panicked at|Segmentation fault|core dumped|command not found)|\*\*\* \[/,
  /: (?:No such file or directory|Permission denied|not found)$/,
  /^\s*(?:\d+\) |[✗✕✖×✘] )|\bFAILED\b|<<< (?:FAILURE|ERROR)!/,
];
/** Only to spare the patterns the lines that none of them fits. */
const mayBeError =
  /error|fail|fatal|panic|exception|fault|dumped|not |No such|denied|ERR!|Trace|E {3}|\*\*\*|\d\) |[✗✕✖×✘]/i;
/** Of what was told about errors and is none. */
const harmless =
  /\b(?:0|no) (?:errors?|failed|failures?)\b|\b(?:errors?|failed|failures?)[:=] ?0\b|^\W*(?:warn(?:ing)?)\b/i;
/** How the runner ends the log of a failed build. */
const verdict = /^ERROR: (?:Job failed|Build failed|Preparation failed|Uploading artifacts)/;
/** A verdict that says more than the script's last lines do. */
const systemFailure = /^ERROR: (?:Job|Build) failed \(system failure\)|^ERROR: Preparation failed/;

/**
 * Line at which to start reading a failed build's log: the first error of its script, else the script's last line before
 * the runner's verdict. Without a script, the log's first error, else the verdict; undefined where there is neither.
 * It yields while it searches.
 */
export async function firstError(log: Log): Promise<number | undefined> {
  const { lines } = log;
  const from = Math.max(0, lines.length - mostLines);
  const script = lastScript(log);
  if (script !== undefined) return (await errorIn(lines, script, from)) ?? lastLineOf(lines, script);
  return (
    (await find(lines, from, lines.length, isError)) ??
    (await find(lines, from, lines.length, (line) => verdict.test(line)))
  );
}

async function errorIn(lines: readonly string[], { start, end }: Section, from: number): Promise<number | undefined> {
  return find(lines, Math.max(from, start + 1), (end ?? lines.length - 1) + 1, isError);
}

/** The last line with text that a script wrote; the runner's verdict where that tells more or the script wrote nothing. */
function lastLineOf(lines: readonly string[], { start, end }: Section): number {
  const last = lastWithText(lines, lines.length - 1);
  const hasVerdict = verdict.test(lines[last] ?? '');
  if (hasVerdict && systemFailure.test(lines[last] ?? '')) return last;
  let at = lastWithText(lines, end ?? lines.length - 1);
  while (at > start && verdict.test(lines[at] ?? '')) at = lastWithText(lines, at - 1);
  return at > start || !hasVerdict ? Math.max(at, start) : last;
}

/** Columns of a line that is told: nobody reads further, and a line may have a million. */
const longestTold = 5000;

/** The lines that tell most of a failure: the last of the script, and the runner's verdict. */
export function tailOf(log: Log, count: number): readonly string[] {
  const { lines } = log;
  const script = lastScript(log);
  const end = lastWithText(lines, script?.end ?? lines.length - 1);
  const last = lastWithText(lines, lines.length - 1);
  const sentence = lines[last] ?? '';
  const rest = last > end && verdict.test(sentence) ? [sentence] : [];
  const least = script?.start ?? 0;
  const told = lines.slice(Math.max(least, end + 1 - Math.max(0, count - rest.length)), end + 1);
  return [...told, ...rest].map((line) => (line.length > longestTold ? `${line.slice(0, longestTold)}…` : line));
}

/** The section of the script, of the runner's last try where there were several. */
export function lastScript({ sections }: Log): Section | undefined {
  return sections.findLast(({ name }) => scripts.includes(name));
}

async function find(
  lines: readonly string[],
  from: number,
  to: number,
  fits: (line: string) => boolean,
): Promise<number | undefined> {
  const share = timeSlice();
  for (let at = from; at < to; at += 1) {
    if (fits((lines[at] ?? '').slice(0, mostColumns))) return at;
    const turn = share();
    if (turn !== undefined) await turn;
  }
  return undefined;
}

function isError(line: string): boolean {
  if (!mayBeError.test(line) || harmless.test(line) || verdict.test(line)) return false;
  // A command that the script shows is no error of it.
  return !line.startsWith('$ ') && errors.some((pattern) => pattern.test(line));
}

function lastWithText(lines: readonly string[], from: number): number {
  let at = from;
  while (at >= 0 && (lines[at] ?? '').trim() === '') at -= 1;
  return at;
}
