import type { Log } from '../log/log';
import { timeSlice } from '../util/timeSlice';
import type { Section } from './answer';

/** Range of 1-based line numbers, inclusive. */
interface LineRange {
  readonly from: number;
  readonly to: number;
}

const maxLines = 5_000;
/** Maximum number of matching lines. */
const maxMatches = 200;

/** A range of numbered log lines; the end of the log by default. */
export function logLines({ lines }: Log, range: LineRange | undefined): readonly Section[] {
  const last = lastWithText(lines);
  const to = Math.min(range?.to ?? last, lines.length);
  const from = Math.max(1, Math.min(range?.from ?? to - 199, to));
  const start = range === undefined ? Math.max(from, to - maxLines + 1) : from;
  const end = range === undefined ? to : Math.min(to, start + maxLines - 1);
  if (lines.length === 0) return [{ title: 'The log has no lines.', lines: [] }];
  return [
    {
      title: `Lines ${start} to ${end} of ${lines.length}:`,
      lines: lines.slice(start - 1, end).map((line, at) => numbered(start + at, line)),
      focus: range === undefined ? end - start : 0,
      around: { before: start - 1, after: lines.length - end },
      isQuoted: true,
    },
  ];
}

/** Numbered lines that contain a text, ignoring case. Yields while searching. */
export async function logMatches({ lines }: Log, text: string): Promise<readonly Section[]> {
  const wanted = text.toLowerCase();
  const turn = timeSlice();
  const found: string[] = [];
  let count = 0;
  for (const [at, line] of lines.entries()) {
    const wait = turn();
    if (wait !== undefined) await wait;
    if (!line.toLowerCase().includes(wanted)) continue;
    count += 1;
    if (found.length < maxMatches) found.push(numbered(at + 1, line));
  }
  if (count === 0) return [{ title: `None of the ${lines.length} lines contains that text.`, lines: [] }];
  const title = `${count} of ${lines.length} lines contain that text:`;
  return [{ title, lines: found, around: { before: 0, after: count - found.length }, isQuoted: true }];
}

function numbered(line: number, text: string): string {
  return `${line}: ${text}`;
}

function lastWithText(lines: readonly string[]): number {
  const at = lines.findLastIndex((line) => line.trim() !== '');
  return at < 0 ? lines.length : at + 1;
}
