import { trimEndOf, trimStartOf, whitespace } from '../util/trim';
import type { Location } from './location';
import { prefixLength } from './linePrefix';
import { isPointer, messageAround, severityWords } from './problemContext';
import { isFrame, isPythonFrame, isWithinStack, messageOfFrames, tracebackMessage } from './stacks';

export type Severity = 'error' | 'warning' | 'note';

/** A message in a log about a location in a file. */
export interface Problem {
  /** Path as written in the log. */
  readonly path: string;
  /** 1-based, like `column`. */
  readonly line: number;
  readonly column?: number;
  readonly severity: Severity;
  /** At most a few lines, without the location. */
  readonly message: string;
  /** Index of the log line with the location. */
  readonly at: number;
  /** Identifies the stack trace; only its first frame in the workspace is reported. */
  readonly stack?: number;
}

/** Number of lines to process before yielding, unless time runs out first. */
const linesAtOnce = 50;
const charactersAtOnce = 5000;
/** Number of columns to search in a line, both for patterns and for locations. */
const longestLine = 10_000;
/** Maximum number of locations to report for a line; a line with more is a list. */
const maxPlaces = 20;
/** Number of lines around a location to search for its message. */
const linesAround = 15;
const longestMessage = 2000;

/** Not a problem: an echoed command, something that passed, or an include trace that leads to the next error. */
const noProblem = /^\s*(?:\$ |PASS\b|ok\b|[✓✔√]|(?:In file included )?from \S+:\d+(?::\d+)?[,:]$)/;
/** Severity codes of linters (C0114, W291, `C: `) and of the Kotlin compiler (`e: `, `w: `). */
const codes = /^(?:([EF]\d{3,4}|[EFe]:)|(W\d{3,4}|[Ww]:)|([CIR]\d{4}|[CIRi]:))(?=[: ])/;

/**
 * Finds problems in a log, a few lines per step so that callers can yield. A location in a stack trace gets the message
 * of the exception; one without text of its own, such as `--> src/a.rs:1:2`, that of the line before.
 */
export function* problemsIn(
  lines: readonly string[],
  locationsOn: (at: number) => readonly Location[],
): Generator<readonly Problem[]> {
  let [found, size, stack]: [Problem[], number, Stack | undefined] = [[], 0, undefined];
  for (const [at, whole] of lines.entries()) {
    const { line, prefix } = withoutPrefix(whole, locationsOn(at));
    if (stack !== undefined && !isWithinStack(line, stack.isPython)) {
      found.push(...problemsOfStack(lines, stack));
      stack = undefined;
    }
    const places = noProblem.test(line) ? [] : placesOn(locationsOn(at), at);
    if (places.length > 0 && isFrame(line) && !hasSeverity(line, places, prefix)) {
      stack ??= { start: at, isPython: isPythonFrame(line), places: [] };
      if (stack.places.length < maxFrames) stack.places.push(...places);
    } else if (places.length > 0) {
      found.push(...places.map((place) => problemSaid(lines, place, prefix)));
    }
    size += line.length;
    if (size < charactersAtOnce && (at + 1) % linesAtOnce !== 0) continue;
    yield found;
    [found, size] = [[], 0];
  }
  yield stack === undefined ? found : [...found, ...problemsOfStack(lines, stack)];
}

const maxFrames = 500;

interface ProblemPlace {
  readonly path: string;
  readonly line: number;
  readonly column?: number;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

interface Stack {
  readonly start: number;
  readonly isPython: boolean;
  readonly places: ProblemPlace[];
}

function placesOn(locations: readonly Location[], at: number): readonly ProblemPlace[] {
  return locations
    .slice(0, maxPlaces)
    .flatMap(({ path, line, column, start, end, isVague }) =>
      path === undefined || line === undefined || isVague === true
        ? []
        : [{ path, line, at, start, end, ...(column === undefined ? {} : { column }) }],
    );
}

/** Problems of a stack trace, innermost frame first. Python lists that one last. */
function problemsOfStack(lines: readonly string[], { start, isPython, places }: Stack): readonly Problem[] {
  const stackMessage = isPython ? tracebackMessage(lines, start) : messageOfFrames(lines, start, linesAround);
  const message = stackMessage === '' ? (lines[start] ?? '').slice(0, longestMessage).trim() : stackMessage;
  const ordered = isPython ? places.toReversed() : places;
  return ordered.map((place) => ({ ...toProblem(place, message, 'error'), stack: start }));
}

/** Builds the problem at a location in a line with a prefix of that length. */
function problemSaid(lines: readonly string[], place: ProblemPlace, prefix: number): Problem {
  const whole = (lines[place.at] ?? '').slice(0, longestLine);
  const line = whole.slice(prefix);
  const [before, after] = [whole.slice(prefix, place.start), whole.slice(place.end, place.end + longestMessage)];
  const isFirst = /^\W*(?:\w+\W{0,3})?$/.test(before);
  const words = isFirst || after.trim().length < 2 ? joined(before, after) : line.trim();
  const isAbove = isBare(words) || (isPointer(before) && /^\W*on\W*$/.test(before));
  const message = isOnlySeverity(words)
    ? `${words}\n${nextLine(lines, place.at)}`.trim()
    : isAbove
      ? (messageAround(lines, place.at, before) ?? words)
      : words;
  const more = after.trim() === ':' && !isAbove ? nextLine(lines, place.at) : '';
  const text = [message, more].filter((part) => part !== '').join('\n');
  return toProblem(place, text === '' ? line.trim() : text, isFirst ? 'error' : 'note');
}

/** webpack's `ERROR in ./src/a.js 1:0`, which says below what is wrong. */
function isOnlySeverity(words: string): boolean {
  return /^(?:error|warning|fatal)$/i.test(words);
}

function nextLine(lines: readonly string[], at: number): string {
  const line = (lines[at + 1] ?? '').slice(0, longestMessage);
  return line.slice(prefixLength(line)).trim();
}

/** A line without what only identifies its source, unless a location is in that. */
function withoutPrefix(
  whole: string,
  locations: readonly Location[],
): { readonly line: string; readonly prefix: number } {
  const text = whole.slice(0, longestLine);
  const length = prefixLength(text);
  const prefix = locations.some(({ start }) => start < length) ? 0 : length;
  return { line: text.slice(prefix), prefix };
}

/** Whether a line that looks like a frame says behind its location how severe it is. */
function hasSeverity(line: string, places: readonly ProblemPlace[], prefix: number): boolean {
  return places.some(({ end }) =>
    /^\W{0,4}(?:fatal )?(?:error|warning|note)\b/i.test(line.slice(end - prefix, end - prefix + 40)),
  );
}

function joined(before: string, after: string): string {
  const rest = after.replace(/^[\s:,\-–—)\]>]+/, '').trim();
  const first = trimEndOf(trimStartOf(before, `${whitespace}-–—>|#:*`), `${whitespace}([<-–—>|#*`);
  const start = rest === '' ? first.replace(/\b(?:at|in)$/, '') : first;
  return `${start} ${rest}`.replace(/\s{2,}/g, ' ').trim();
}

/** Whether there is no message: the text is empty, a function name, or what pytest explains on the lines before. */
function isBare(words: string): boolean {
  return words === '' || /^(?:in )?[\w.<>]+$/.test(words);
}

function toProblem({ path, line, column, at }: ProblemPlace, message: string, otherwise: Severity): Problem {
  const words = message.slice(0, longestMessage);
  const where = { path, line, ...(column === undefined ? {} : { column }) };
  return { ...where, severity: severityOf(words) ?? otherwise, message: words, at };
}

/** Severity from the first keyword in the message. */
function severityOf(message: string): Severity | undefined {
  if (message.startsWith('⚠')) return 'warning';
  const found = codes.exec(message) ?? severityWords.exec(message);
  if (found === null) return undefined;
  if (found[2] !== undefined) return 'warning';
  return found[3] === undefined ? 'error' : 'note';
}
