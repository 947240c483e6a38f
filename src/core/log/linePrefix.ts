/** What stands at the start of a line and says only when and by whom it was written. */
export interface LinePrefix {
  /** Columns. */
  readonly length: number;
  /** The task or the package whose line it is, as its tool writes it; undefined where the prefix names none. */
  readonly task?: string;
}

const severity =
  /^(?:errors?|fatal|panic|failed|failure|fail|warn|warning|info|note|debug|hint|help|notice|critical|severe|trace)$/i;

/** A time, with or without a date and brackets, as scripts put it before their lines. */
const time = /^\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]? +/;
const seconds = /^\d{1,6}\.\d{1,4} /;

/** The patterns of a task's name, which is the first group; the second, where there is one, must be no severity either. */
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

/** At most so many prefixes stand in a row. */
const mostPrefixes = 4;

/** Where a line comes from, by what its tools have put before it, such as `#12 3.456 `, `[lint] ` or a time. */
export function linePrefix(line: string): LinePrefix {
  let [length, task]: [number, string | undefined] = [0, undefined];
  for (let count = 0; count < mostPrefixes; count += 1) {
    const next = firstPrefix(line.slice(length, length + 200));
    if (next.length === 0) break;
    length += next.length;
    task ??= next.task;
  }
  return { length, ...(task === undefined ? {} : { task }) };
}

/** How many columns of the line are such a prefix. */
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

/** BuildKit's step and seconds. A frame of PHP begins with a number, too. */
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
