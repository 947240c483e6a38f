/** Start of a line that only says when and by what it was written. */
interface LinePrefix {
  /** Length in columns. */
  readonly length: number;
  /** Name of the task or package that wrote the line; undefined if the prefix has none. */
  readonly task?: string;
}

const severity =
  /^(?:errors?|fatal|panic|failed|failure|fail|warn|warning|info|note|debug|hint|help|notice|critical|severe|trace)$/i;

/** Matches a time, with or without a date and brackets. */
const time = /^\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]? +/;
const seconds = /^\d{1,6}\.\d{1,4} /;

/** Patterns of a task name (first group). Neither it nor the second group, if any, may be a severity. */
const tasks = [
  // `[lint] `, `[web]: `
  /^\[([\w:@./-]{1,60})\]:? /,
  // Turbo: `web:build: `
  /^([\w@/.-]{1,60}):([a-z][\w-]{0,30}): /,
  // pnpm: `packages/web test: `
  /^((?:[\w@.-]{1,40}\/){1,6}[\w.-]{1,40}) ([a-z][\w:-]{0,30}): /,
  // Lerna: `@acme/web: `
  /^(@[\w.-]{1,40}\/[\w.-]{1,40}): /,
  // Docker Compose: `web-1  | `
  /^([a-z][\w.-]{0,40}[-_]\d{1,3}) {1,20}\| /,
];

/** Maximum number of prefixes in a row. */
const maxPrefixes = 4;

/** Prefixes that tools add to a line, such as `#12 3.456 `, `[lint] ` or a time. */
export function linePrefix(line: string): LinePrefix {
  let [length, task]: [number, string | undefined] = [0, undefined];
  for (let count = 0; count < maxPrefixes; count += 1) {
    const next = firstPrefix(line.slice(length, length + 200));
    if (next.length === 0) break;
    length += next.length;
    task ??= next.task;
  }
  return { length, ...(task === undefined ? {} : { task }) };
}

/** Length of a line's prefixes in columns. */
export function prefixLength(line: string): number {
  return linePrefix(line).length;
}

function firstPrefix(line: string): LinePrefix {
  const buildKit = buildKitPrefix(line);
  if (buildKit.length > 0) return buildKit;
  const stamp = time.exec(line)?.[0];
  if (stamp !== undefined) return { length: stamp.length };
  for (const pattern of tasks) {
    const [match, task, word] = pattern.exec(line) ?? [];
    if (match === undefined || task === undefined) continue;
    return severity.test(task) || (word !== undefined && severity.test(word))
      ? { length: 0 }
      : { length: match.length, task };
  }
  return { length: 0 };
}

/** Matches BuildKit's step and seconds. Stack frames of PHP begin with a number, too. */
function buildKitPrefix(line: string): LinePrefix {
  const step = /^#\d{1,5} /.exec(line)?.[0];
  if (step === undefined) return { length: 0 };
  const rest = line.slice(step.length);
  const after = seconds.exec(rest)?.[0];
  if (after !== undefined) return { length: step.length + after.length, task: step.trim() };
  return /^(?:ERROR|WARN|CACHED|DONE|CANCELED)\b/.test(rest)
    ? { length: step.length, task: step.trim() }
    : { length: 0 };
}
