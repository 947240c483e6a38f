import { timeSlice } from '../util/timeSlice';
import { errorLine, hintOn, hints, isCount, isOverLimit, isWarning, testOutput, type Hint } from './errorLines';
import { locationsIn } from './locations';
import { isCodeLine, isPythonFrame, longestTraceback } from './stacks';
import { prefixLength } from './linePrefix';
import type { Log, Section } from './log';

/** Number of lines at the end of a log to search, and of columns in each. Their product limits the work. */
const maxLines = 20_000;
const maxColumns = 500;

/** Names of the section that runs the user's script; `build_script` up to runner 13. */
const scripts = ['step_script', 'build_script'];

/** Name of the section that the runner writes only after a script that succeeded. */
const uploads = 'upload_artifacts_on_success';

/** How the runner ends the log of a failed build. */
const verdict = /^ERROR: (?:Job failed|Build failed|Preparation failed|Uploading artifacts)/;
/** A runner error that is more informative than the end of the script's output. */
const systemFailure = /^ERROR: (?:Job|Build) failed \(system failure\)|^ERROR: Preparation failed/;

/**
 * Line at which to start reading a failed build's log: the runner's error if only the upload of artifacts failed; the
 * first error of its script, else the last line before the runner's verdict. Without a script section: the log's first
 * error, else the verdict, else undefined. Yields while searching.
 */
export async function firstError(log: Log): Promise<number | undefined> {
  const { lines } = log;
  const from = Math.max(0, lines.length - maxLines);
  const script = lastScript(log);
  if (script !== undefined) {
    const upload = failedUpload(log, script);
    if (upload !== undefined) return upload;
    const range = { from: Math.max(from, script.start + 1), to: (script.end ?? lines.length - 1) + 1 };
    return (await errorIn(lines, range)) ?? (await hintIn(lines, range)) ?? lastLineOf(lines, script);
  }
  const all = { from, to: lines.length };
  return (await errorIn(lines, all)) ?? (await find(lines, all, (line) => verdict.test(line)));
}

/** Line on which the runner says why it couldn't upload the artifacts of a script that succeeded. */
function failedUpload({ lines, sections }: Log, script: Section): number | undefined {
  const section = sections.findLast(({ name, start }) => name === uploads && start > script.start);
  if (section === undefined) return undefined;
  const end = Math.min(section.end ?? lines.length - 1, section.start + maxLines);
  for (let at = section.start; at <= end; at += 1) if (/^(?:ERROR|FATAL): /.test(lines[at] ?? '')) return at;
  return undefined;
}

/** Range of lines; the end is exclusive. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Maximum distance between a failure and its reason for both to fit on one screen, so that the failure remains the
 * first error.
 */
const nearLines = 3;
/** Maximum number of lines of code between a place and the error in it. */
const maxCode = 5;
/** Number of lines at the end of a script to search for sentences that no error pattern matches. */
const lastLines = 50;
/** Number of lines at the end of a script that may say that it failed because of warnings. */
const closingLines = 6;

/** Line of the first error. If it only names what failed and a reason follows further down, the line of the reason. */
async function errorIn(lines: readonly string[], { from, to }: Range): Promise<number | undefined> {
  let failure: number | undefined;
  let output: ReturnType<typeof testOutput>;
  const error = await find(lines, { from, to }, (line, at) => {
    if (output?.isOver(line) !== false) output = testOutput(line);
    const kind = output !== undefined || verdict.test(line) ? undefined : errorLine(line.slice(prefixLength(line)));
    if (kind === 'failure') failure ??= at;
    return kind === 'error';
  });
  const reason = error === undefined ? undefined : headed(lines, raised(lines, counted(lines, error), to), from);
  if (failure !== undefined && (reason === undefined || reason - failure <= nearLines)) return failure;
  return reason;
}

/** Line that counts a linter's warnings, if what follows says that they are too many; otherwise `at` itself. */
function counted(lines: readonly string[], at: number): number {
  if (!isOverLimit((lines[at] ?? '').slice(0, maxColumns))) return at;
  for (let above = at - 1; above >= Math.max(0, at - nearLines); above -= 1)
    if (isCount((lines[above] ?? '').slice(0, maxColumns))) return above;
  return at;
}

/** Line that consists of the place of the error at `at`, if only code is between them; otherwise `at` itself. */
function headed(lines: readonly string[], at: number, from: number): number {
  for (let above = at - 1; above >= Math.max(from, at - maxCode); above -= 1) {
    const line = (lines[above] ?? '').slice(0, maxColumns).trimEnd();
    const [place] = locationsIn(line);
    if (place?.line !== undefined && place.start === 0 && place.end >= line.length - 1) return above;
    if (line !== '' && !isCodeLine(line)) break;
  }
  return at;
}

/** Line of the exception at the end of a Python traceback that starts at `at`; otherwise `at` itself. */
function raised(lines: readonly string[], at: number, to: number): number {
  if (!(lines[at] ?? '').startsWith('Traceback ') || !isPythonFrame(lines[at + 1] ?? '')) return at;
  for (let below = at + 1; below < Math.min(to, at + longestTraceback); below += 1)
    if (/^\S/.test(lines[below] ?? '')) return below;
  return at;
}

/**
 * Line of the likeliest hint at what is wrong, in a script without error messages. A refusal counts near the end only,
 * and warnings count if the script ends with them.
 */
async function hintIn(lines: readonly string[], { from, to }: Range): Promise<number | undefined> {
  const found: Partial<Record<Hint, number>> = {};
  const endsWithWarnings = lines.slice(Math.max(from, to - closingLines), to).some(isWarningWithin);
  await find(lines, { from, to }, (line, at) => {
    const hint = hintOn(line.slice(prefixLength(line)));
    if (hint === undefined || (hint === 'refusal' && at < to - lastLines)) return false;
    if (hint !== 'warning' || endsWithWarnings) found[hint] ??= at;
    return hint === 'finding';
  });
  const likeliest = hints.find((hint) => found[hint] !== undefined);
  return likeliest === undefined ? undefined : found[likeliest];
}

function isWarningWithin(line: string): boolean {
  return isWarning(line.slice(0, maxColumns));
}

/**
 * Last non-empty line of the script's output, or the runner's verdict if that is more informative or there is no
 * output.
 */
function lastLineOf(lines: readonly string[], { start, end }: Section): number {
  const last = lastWithText(lines, lines.length - 1);
  const hasVerdict = verdict.test(lines[last] ?? '');
  if (hasVerdict && systemFailure.test(lines[last] ?? '')) return last;
  let at = lastWithText(lines, end ?? lines.length - 1);
  while (at > start && verdict.test(lines[at] ?? '')) at = lastWithText(lines, at - 1);
  return at > start || !hasVerdict ? Math.max(at, start) : last;
}

/** Maximum number of columns to quote from a line, which may be very long. */
const longestTold = 5000;

/** The most informative lines of a failure: the end of the script's output, and the runner's verdict. */
export function tailOf(log: Log, count: number): readonly string[] {
  const { lines } = log;
  const script = lastScript(log);
  const end = lastWithText(lines, script?.end ?? lines.length - 1);
  const last = lastWithText(lines, lines.length - 1);
  const sentence = lines[last] ?? '';
  const rest = last > end && verdict.test(sentence) ? [sentence] : [];
  const least = script?.start ?? 0;
  const shown = lines.slice(Math.max(least, end + 1 - Math.max(0, count - rest.length)), end + 1);
  return [...shown, ...rest].map((line) => (line.length > longestTold ? `${line.slice(0, longestTold)}…` : line));
}

/** Section of the script, in the last attempt if the runner retried it. */
export function lastScript({ sections }: Log): Section | undefined {
  return sections.findLast(({ name }) => scripts.includes(name));
}

async function find(
  lines: readonly string[],
  { from, to }: Range,
  fits: (line: string, at: number) => boolean,
): Promise<number | undefined> {
  const yieldIfDue = timeSlice();
  for (let at = from; at < to; at += 1) {
    if (fits((lines[at] ?? '').slice(0, maxColumns), at)) return at;
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return undefined;
}

function lastWithText(lines: readonly string[], from: number): number {
  let at = from;
  while (at >= 0 && (lines[at] ?? '').trim() === '') at -= 1;
  return at;
}
