import { trimEndOf, trimStartOf, whitespace } from '../util/trim';
import type { Location } from './locations';
import { isFrame, isPythonFrame, isWithinStack, messageOfFrames, tracebackMessage } from './stacks';

export type Severity = 'error' | 'warning' | 'note';

/** What a log says of a place in a file. */
export interface Problem {
  /** As the log has it. */
  readonly path: string;
  /** 1-based, as `column`. */
  readonly line: number;
  readonly column?: number;
  readonly severity: Severity;
  /** Some lines at most, without the place. */
  readonly message: string;
  /** Index of the log's line that names the place. */
  readonly at: number;
  /** Of those of one stack trace, which have this in common, the first whose file is the reader's own tells most. */
  readonly stack?: number;
}

/** Looked through before others have their turn; whichever comes first. */
const linesAtOnce = 50;
const charactersAtOnce = 5000;
/** Columns of a line that patterns see; places are found no further out either. */
const longestLine = 10_000;
/** Places on one line that are told: a line that names more is a list. */
const mostPlaces = 20;
/** Columns of the lines around a place that patterns see. */
const longestAround = 500;
/** So many lines around a place are looked at for what it is about. */
const linesAround = 15;
const longestMessage = 2000;

/** A command that the script shows, what has passed, and the way to the file of the error that follows. */
const noProblem = /^\s*(?:\$ |PASS\b|ok\b|[✓✔√]|(?:In file included )?from \S+:\d+(?::\d+)?[,:]$)/;
const severityWords =
  /\b(?:(error|fatal|panic(?:ked)?|fail(?:ed|ures?)?)|(warn(?:ing)?)|(note|info|hint|help|remark|suggestion))\b|(?:Error|Exception)\b/i;
/** Of linters (C0114, W291, `C: `) and of kotlin (`e: `, `w: `). */
const codes = /^(?:([EF]\d{3,4}|[EFe]:)|(W\d{3,4}|[Ww]:)|([CIR]\d{4}|[CIRi]:))(?=[: ])/;

/**
 * What a log says of places in files, so many lines at a time, so that others may have their turn. A place in a stack
 * trace is about what was thrown; one without a word of its own, as `--> src/a.rs:1:2`, about what the line before says.
 */
export function* problemsIn(
  lines: readonly string[],
  locationsOn: (at: number) => readonly Location[],
): Generator<readonly Problem[]> {
  let [found, size, stack]: [Problem[], number, Stack | undefined] = [[], 0, undefined];
  for (const [at, whole] of lines.entries()) {
    const line = whole.slice(0, longestLine);
    if (stack !== undefined && !isWithinStack(line, stack.isPython)) {
      found.push(...problemsOfStack(lines, stack));
      stack = undefined;
    }
    const places = noProblem.test(line) ? [] : placesOn(locationsOn(at), at);
    if (places.length > 0 && isFrame(line)) {
      stack ??= { start: at, isPython: isPythonFrame(line), places: [] };
      if (stack.places.length < mostFrames) stack.places.push(...places);
    } else if (places.length > 0) {
      const context = once(() => around(lines, at));
      found.push(...places.map((place) => problemSaid(lines, place, context)));
    }
    size += line.length;
    if (size < charactersAtOnce && (at + 1) % linesAtOnce !== 0) continue;
    yield found;
    [found, size] = [[], 0];
  }
  yield stack === undefined ? found : [...found, ...problemsOfStack(lines, stack)];
}

const mostFrames = 500;

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
    .slice(0, mostPlaces)
    .flatMap(({ path, line, column, start, end }) =>
      path === undefined || line === undefined
        ? []
        : [{ path, line, at, start, end, ...(column === undefined ? {} : { column }) }],
    );
}

/** Python names the innermost last. */
function problemsOfStack(lines: readonly string[], { start, isPython, places }: Stack): readonly Problem[] {
  const said = isPython ? tracebackMessage(lines, start) : messageOfFrames(lines, start, linesAround);
  const message = said === '' ? (lines[start] ?? '').slice(0, longestMessage).trim() : said;
  const ordered = isPython ? places.toReversed() : places;
  return ordered.map((place) => ({ ...toProblem(place, message, 'error'), stack: start }));
}

/** `context`: what the lines around it say. */
function problemSaid(lines: readonly string[], place: ProblemPlace, context: () => string | undefined): Problem {
  const line = (lines[place.at] ?? '').slice(0, longestLine);
  const [before, after] = [line.slice(0, place.start), line.slice(place.end, place.end + longestMessage)];
  const isFirst = /^\W*(?:\w+\W{0,3})?$/.test(before);
  const words = isFirst || after.trim().length < 2 ? joined(before, after) : line.trim();
  const message = isBare(words) ? (context() ?? words) : words;
  const more = after.trim() === ':' ? (lines[place.at + 1] ?? '').slice(0, longestMessage).trim() : '';
  const whole = [message, more].filter((part) => part !== '').join('\n');
  return toProblem(place, whole === '' ? line.trim() : whole, isFirst ? 'error' : 'note');
}

function joined(before: string, after: string): string {
  const rest = after.replace(/^[\s:,\-–—)\]>]+/, '').trim();
  const first = trimEndOf(trimStartOf(before, `${whitespace}-–—>|#:*`), `${whitespace}([<-–—>|#*`);
  const start = rest === '' ? first.replace(/\b(?:at|in)$/, '') : first;
  return `${start} ${rest}`.replace(/\s{2,}/g, ' ').trim();
}

/** Nothing, or the name of what pytest tells in the lines before, or of a function. */
function isBare(words: string): boolean {
  return words === '' || /^(?:in )?[\w.<>]+$/.test(words);
}

/** Calls `make` when it is first asked, and not again. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What pytest has in lines that begin with `E`, else what is said above, as compilers do that draw the code below. */
function around(lines: readonly string[], at: number): string | undefined {
  const [from, to] = [Math.max(0, at - linesAround), at + linesAround];
  const near = lines.slice(from, to).map((line) => line.slice(0, longestAround));
  const told = near.filter((line) => /^E {3}/.test(line));
  if (told.length > 0) return told.map((line) => line.slice(1).trim()).join('\n');
  const above = near.slice(0, at - from).findLast((line) => severityWords.test(line));
  return above?.trim();
}

function toProblem({ path, line, column, at }: ProblemPlace, message: string, otherwise: Severity): Problem {
  const words = message.slice(0, longestMessage);
  const where = { path, line, ...(column === undefined ? {} : { column }) };
  return { ...where, severity: severityOf(words) ?? otherwise, message: words, at };
}

/** As the first word says that does. */
function severityOf(message: string): Severity | undefined {
  const found = codes.exec(message) ?? severityWords.exec(message);
  if (found === null) return undefined;
  if (found[2] !== undefined) return 'warning';
  return found[3] === undefined ? 'error' : 'note';
}
