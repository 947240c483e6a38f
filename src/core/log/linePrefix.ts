/** BuildKit's step and seconds; a task name in brackets that isn't a severity; the task of a monorepo package. */
const prefixes = [
  /^#\d{1,5} (?:\d{1,6}\.\d{1,4} )?/,
  /^\[(?!(?:error|fatal|warn|warning|info|note|debug|failed|failure)\])[\w:@./-]{1,40}\] /i,
  /^[\w@/.-]{1,40}:[a-z][\w-]{0,20}: /i,
];

/** Length of a prefix that only identifies the source of a line, such as `#12 3.456 ` or `[lint] `. */
export function prefixLength(line: string): number {
  for (const pattern of prefixes) {
    const match = pattern.exec(line)?.[0];
    if (match !== undefined) return match.length;
  }
  return 0;
}
