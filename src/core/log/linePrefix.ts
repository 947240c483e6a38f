/** BuildKit's step and seconds; the name of a task, which is no severity; a task of a monorepo's package. */
const prefixes = [
  /^#\d{1,5} (?:\d{1,6}\.\d{1,4} )?/,
  /^\[(?!(?:error|fatal|warn|warning|info|note|debug|failed|failure)\])[\w:@./-]{1,40}\] /i,
  /^[\w@/.-]{1,40}:[a-z][\w-]{0,20}: /i,
];

/** How many columns at the start of a line say only where it comes from, such as `#12 3.456 ` or `[lint] `. */
export function prefixLength(line: string): number {
  for (const pattern of prefixes) {
    const match = pattern.exec(line)?.[0];
    if (match !== undefined) return match.length;
  }
  return 0;
}
