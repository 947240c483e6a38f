import { numbersIn } from './detachedPlaces';
import { locationsIn } from './locations';

/**
 * Kind of a line in a failed script's log. `error`: states what went wrong. `failure`: names what failed, as a test
 * summary does; the reason may follow below.
 */
type ErrorLine = 'error' | 'failure';

const errors = [
  /\b(?:fatal )?error(?: ?[A-Z]{1,4}\d+|\[\w+\])?: /i,
  /^\W{0,3}(?:error|fatal|panic|failed|failure|fail)\b/i,
  /^CMake Error\b|^#\s{1,9}Failed test\b|^curl: \(\d{1,3}\) |^\s*● \S/,
  /^(?:npm ERR!|npm error|E {3,7}\S|--- FAIL:|not ok \d|FAIL\b|Traceback \(most recent call last\))/,
  /(?:Error|Exception)(?: \[\w+\])?(?:: |:?$)/,
  /\bassertion\b.{0,60} failed\b/i,
  // Ruby
  /\((?:\w+::)*\w*(?:Error|Exception)\)$/,
  // Perl
  / at \S+ line \d{1,7}\.$/,
  /\b(?:panicked at|Segmentation fault|core dumped|command not found|undefined reference to|[Oo]ut of memory|Killed$)/,
  /\*\*\* (?:\[|No rule)|\*\*\*(?:Failed|Exception|Timeout|Not Run)\b|<<< (?:FAILURE|ERROR)!/,
  /: (?:no such file or directory|permission denied|not found)$/i,
  // Linters that name the file on a line above, or on the same line
  /^\s+\d{1,7}:\d{1,6}\s+(?:error|✖|×)\s/,
  /^\S{1,300}:\d{1,7} error\b/,
];
const failures = [
  /^\s*(?:\d+\) |[✗✕✖×✘] )|\bFAILED\b/,
  /^\W{0,3}FAIL(?:ED:)?\s+\S/,
  // Meson, SQLFluff
  /\sFAIL(?: {2,20}\d|$)/,
  // Python's unittest
  /^\w+ \(\S+\) \.\.\. (?:FAIL|ERROR)$/,
];
/** Cheap pre-filter. */
const mayBeError =
  /error|fail|fatal|panic|exception|fault|dumped|not |no such|denied|ERR!|Trace|E {3}|\*\*\*|\d\) |[✗✕✖×✘●]|line \d|curl: |undefined r|of memory|Killed/i;

/** An echoed command, or a comment in test output (TAP). */
const shown = /^(?:\$ |\++ \S|> \S|# )/;
const passed =
  /^\s*(?:[✓✔√]|ok\b|PASS\b|=== (?:RUN|PAUSE|CONT|NAME)\b|--- (?:PASS|SKIP):)|\bPASSED\b|\.\.\. (?:ok|skipped)\b|\bPassed\s/;
/** Counts of zero, and headings of captured output. */
const none = /\b(?:0|no) (?:errors?|failed|failures?)\b|\b(?:errors?|fail(?:ed|s|ures?)?)[:=] ?0\b/i;
const summary = /^\W{0,9}\d{1,9} \w|^\W{0,3}\w{1,20}:? {1,40}\d{1,9}$|^FAILED \(|\bfailed in \d|● Console$/i;
const notice = /(?:^|[\s[(:])(?:warn(?:ing)?|note|info|hint|debug|deprecated|deprecation(?:Warning)?)(?:[\s\]):]|$)/i;
const severe = /error|fail|fatal|panic|exception/i;

/** The kind of error in a line, or undefined if it only resembles one: a pass, a warning, a count. */
export function errorLine(line: string): ErrorLine | undefined {
  if (isOverLimit(line) || isUncaught(line)) return 'error';
  if (!mayBeError.test(line) || isHarmless(line)) return undefined;
  if (isUnittestError(line)) return 'failure';
  if (failures.some((pattern) => pattern.test(line)) && !isReason(line)) return 'failure';
  return errors.some((pattern) => pattern.test(line)) ? 'error' : undefined;
}

/** Whether nobody handled an exception: `Unhandled SIMPLE-ERROR in thread`, `Uncaught TypeError`. */
function isUncaught(line: string): boolean {
  const [first] = line.trimStart().toLowerCase().split(' ', 1);
  return (first === 'unhandled' || first === 'uncaught') && !isHarmless(line);
}

/** Whether a linter says that there are more warnings than it allows, so that no single one of them is the error. */
export function isOverLimit(line: string): boolean {
  if (!line.includes('warnings') || shown.test(line)) return false;
  const plain = line.toLowerCase();
  return plain.includes('too many warnings') || (plain.includes('exceeded') && plain.includes('max'));
}

/** Whether the line counts what a linter found, before it says that this is too much. */
export function isCount(line: string): boolean {
  return summary.test(line.trim());
}

/**
 * Whether the line is the heading of a test that raised an exception, as Python's unittest writes it: `ERROR: test_a
 * (module.Class.test_a)`.
 */
function isUnittestError(line: string): boolean {
  const [heading, name, where] = line.split(' ', 3);
  if (heading !== 'ERROR:' || name === undefined || name === '') return false;
  return where?.startsWith('(') === true && where.endsWith(')') && where.includes('.');
}

/**
 * Recognizes the start of captured test output, which isn't an error of the script. It ends at an empty line, or at one
 * that is no longer indented.
 */
export function testOutput(line: string): { readonly isOver: (next: string) => boolean } | undefined {
  if (/^std(?:err|out) \| /.test(line)) return { isOver: (next) => next.trim() === '' };
  if (!/^\s*console\.(?:error|warn|log|info|debug)\b/.test(line)) return undefined;
  const indent = indentOf(line);
  return { isOver: (next) => next.trim() !== '' && indentOf(next) <= indent };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/**
 * What may be wrong in a script without error messages, most likely first: a linter's finding, which starts with a place;
 * a sentence that says that something wasn't possible; a warning with a place; a place within a sentence; a word for
 * something that should be different.
 */
export const hints = ['finding', 'refusal', 'warning', 'place', 'flaw'] as const;
export type Hint = (typeof hints)[number];

/** What a line hints at in a script without error messages; undefined for most lines, and for passes and commands. */
export function hintOn(line: string): Hint | undefined {
  if (isShownOrPassed(line)) return undefined;
  const [first] = locationsIn(line).filter((place) => place.line !== undefined && place.isVague !== true);
  const isAtStart = first?.start === indentOf(line) || isLineOfShownFile(line);
  if (isHarmless(line)) return isAtStart && isWarning(line) ? 'warning' : undefined;
  if (isAtStart) return 'finding';
  if (/\b(?:cannot|can't|could not|couldn't|unable to|timed out|refused)\b/i.test(line)) return 'refusal';
  if (first !== undefined || numbersIn(line)?.column !== undefined) return 'place';
  return /\b(?:invalid|not valid|missing|duplicated?|unused|undefined|unresolved|unexpected|exceed(?:s|ed))\b/i.test(
    line,
  )
    ? 'flaw'
    : undefined;
}

/** Whether the line names a line of a file that is named further up: `Line 3: `, `line 3 column 1 - `, `L3 |`. */
function isLineOfShownFile(line: string): boolean {
  return (
    /^In \S{1,300} line \d{1,7}:$/.test(line) ||
    /^(?:line \d{1,7}(?::| column \d)|L\d{1,7} ?\|)/i.test(line.trimStart())
  );
}

/** Whether the line is a warning, or counts them. */
export function isWarning(line: string): boolean {
  return /\bwarn(?:ing)?s?\b|\b[1-9]\d{0,6} (?:problem|issue|finding)s?\b/i.test(line) && !none.test(line);
}

/** Whether a failure includes its reason on the same line. */
function isReason(line: string): boolean {
  return /^(?:not ok \d|E {3}|\s*[✗✕✖×✘] \[ERROR\])|\bFAIL(?:ED)?: \w/.test(line) && !line.startsWith('FAILED: ');
}

function isHarmless(line: string): boolean {
  if (isShownOrPassed(line) || none.test(line) || summary.test(line.trimEnd()) || isTotal(line)) return true;
  const noticed = line.search(notice);
  const wrong = line.search(severe);
  return noticed >= 0 && (wrong < 0 || noticed < wrong);
}

const counts = ['error', 'failure', 'issue', 'problem', 'violation'];

/** Whether the line sums up what failed: `Failed after min profile: 9 failure(s), 0 warning(s) on 1 files.` */
function isTotal(line: string): boolean {
  const [first, ...words] = line.trim().toLowerCase().split(' ', 20);
  const isCounted = (word: string, at: number) =>
    Number(words[at - 1]) > 0 && counts.some((count) => word.startsWith(count));
  return first === 'failed' && words.some(isCounted);
}

function isShownOrPassed(line: string): boolean {
  return passed.test(line) || (shown.test(line) && !/^#\s{1,9}Failed test\b/.test(line));
}
