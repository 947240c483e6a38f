import { trimEndOf, trimStartOf, whitespace } from '../util/trim';
import { prefixLength } from './linePrefix';
import { isCodeLine, isFrame } from './stacks';

/** Number of columns to match in the lines around a location. */
const longestAround = 500;
/** Number of lines above a location to search for its message. */
const linesAround = 15;
/** Number of lines of a test's block in pytest to search for its message. */
const longestBlock = 300;

export const severityWords =
  /\b(?:(error|fatal|panic(?:ked)?|fail(?:ed|ures?)?)|(warn(?:ing)?)|(note|info|hint|help|remark|suggestion))\b|(?:Error|Exception)\b/i;

/** Text before a location that only points at it: of rustc, Terraform, Vitest, and of linters that draw boxes. */
const pointers = new Set(['-->', '->', '=>', 'on', '❯', '╭─[', '┌─', '╭─', '╭▸', ',-[', '::']);

/** Whether the text before a location is a pointer; the message is above it then. */
export function isPointer(before: string): boolean {
  return pointers.has(trimStartOf(before, `${whitespace}│|`).trim());
}

/** Message of a location whose own line has none, from the block around it. */
export function messageAround(lines: readonly string[], at: number, before: string): string | undefined {
  if (before.startsWith('In ')) {
    const below = shellCheckMessage(lines, at);
    if (below !== undefined) return below;
  }
  const explained = pytestMessage(lines, at);
  if (explained !== undefined) return explained;
  return isPointer(before) ? lineAbove(lines, at) : messageOfGroup(lines, at);
}

function textAt(lines: readonly string[], at: number): string {
  const line = (lines[at] ?? '').slice(0, longestAround);
  return line.slice(prefixLength(line));
}

/** ShellCheck's explanations below the code: `^-- SC2086 (info): Double quote to prevent globbing`. */
function shellCheckMessage(lines: readonly string[], at: number): string | undefined {
  const messages: string[] = [];
  for (let below = at + 1; below <= at + linesAround && textAt(lines, below).trim() !== ''; below += 1) {
    const line = textAt(lines, below);
    const start = line.search(/\bSC\d{4}\b/);
    if (start > 0 && /^[\s^-]+$/.test(line.slice(0, start))) messages.push(line.slice(start).trim());
  }
  return messages.length === 0 ? undefined : messages.join('\n');
}

/** The lines that pytest begins with `E`, of the same test, nearest above the location or else below. */
function pytestMessage(lines: readonly string[], at: number): string | undefined {
  const isTitle = (line: string) => ['___', '==='].some((rule) => line.startsWith(rule) && line.endsWith(rule));
  const group: string[] = [];
  for (let above = at - 1; above >= Math.max(0, at - longestBlock); above -= 1) {
    const line = textAt(lines, above);
    if (isTitle(line)) break;
    if (/^E {3}/.test(line)) group.unshift(line.slice(1).trim());
    else if (group.length > 0) break;
    else if (line.trim() === '' && above < at - linesAround) break;
  }
  for (let below = at + 1; group.length === 0 && below <= at + longestBlock; below += 1) {
    const line = textAt(lines, below);
    if (isTitle(line)) break;
    if (!/^E {3}/.test(line)) continue;
    for (let more = below; more <= at + longestBlock && /^E {3}/.test(textAt(lines, more)); more += 1)
      group.push(textAt(lines, more).slice(1).trim());
  }
  return group.length === 0 ? undefined : group.join('\n');
}

/** Nearest line above that isn't empty, a stack frame or code. */
function lineAbove(lines: readonly string[], at: number): string | undefined {
  for (let above = at - 1; above >= Math.max(0, at - linesAround); above -= 1) {
    const line = textAt(lines, above);
    const words = trimStartOf(trimEndOf(line, `${whitespace}╵╷│|`), `${whitespace}│╷|`).trim();
    if (words !== '' && !isFrame(line) && !isCodeLine(line) && /\w/.test(words)) return words;
  }
  return undefined;
}

/** Nearest line with a severity above, in the same group of lines; without one there, in the groups above. */
function messageOfGroup(lines: readonly string[], at: number): string | undefined {
  let isOwnGroup = true;
  for (let above = at - 1; above >= Math.max(0, at - linesAround); above -= 1) {
    const line = textAt(lines, above);
    if (line.trim() === '') isOwnGroup = false;
    // Another place's stack is about something else.
    if (!isOwnGroup && isFrame(line)) return undefined;
    if (severityWords.test(line)) return line.trim();
  }
  return undefined;
}
