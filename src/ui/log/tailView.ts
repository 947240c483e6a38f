import type { Log, Section } from '../../core/log/log';

/** VS Code gives no document of more than 50 MB to extensions. In UTF-16 code units, of which it may take three bytes. */
export const mostShown = 16_000_000;

/** The first line from which on the rest is no longer than `most`. */
export function firstShown({ lines }: Log, most: number): number {
  let size = 0;
  for (let line = lines.length - 1; line >= 0; line--) {
    size += (lines[line]?.length ?? 0) + 1;
    if (size > most) return Math.min(line + 1, lines.length - 1);
  }
  return 0;
}

/** A log without its lines before `from`, as it is now. */
export function tailFrom(log: Log, from: number): Log {
  if (from === 0) return log;
  return {
    lines: log.lines.slice(from),
    sections: log.sections.flatMap((section) => moved(section, from) ?? []),
    spans: (line) => log.spans(line + from),
    links: (line) => log.links(line + from),
    timestamp: (line) => log.timestamp(line + from),
    stream: (line) => log.stream(line + from),
  };
}

/** undefined: it has ended before. */
function moved(section: Section, from: number): Section | undefined {
  const { start, end } = section;
  if (end !== undefined && end < from) return undefined;
  const moved = { ...section, start: Math.max(start - from, 0) };
  return end === undefined ? moved : { ...moved, end: end - from };
}
