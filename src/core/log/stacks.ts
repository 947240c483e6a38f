import { prefixLength } from './linePrefix';

/** Stack frames of Java, JavaScript, .NET and Rust; Ruby; PHP; Go; Python. */
const frames =
  /^\s*at \S|^\s*(?:from|#) \S+:\d+|^\s+\S+:\d+:in [`']|^\s*#\d+ |^\t\S+\.go:\d+|^\s*File "[^"]+", line \d/;
/** Lines between frames: frames without a file, frames that Java omits, and function names in Go and Rust. */
const between = /^\s*(?:at|❯)\s|^\s*\.{3} \d+ more|^\s*\d+: +\S|^[\w./*-][^\s(]*\(.*\)$|^\s*#|^goroutine \d/;
const codeFrame = /^\s*(?:>\s*)?(?:\d+\s*)?\|/;
/** Also matches the title of a failed test. */
const thrown = /error|exception|panic|fatal|failure|assert|^\s*(?:[●✕✗✖×]|\d+\)) /i;
/** Number of lines of a Python traceback to search for the exception. */
export const longestTraceback = 1000;
const linesOfMessage = 6;
/** Number of columns to match in a line. */
const maxColumns = 500;

/** Whether the line is a stack frame. */
export function isFrame(line: string): boolean {
  const text = line.slice(0, maxColumns);
  return frames.test(text) || /^\s*❯ \S/.test(text);
}

export function isPythonFrame(line: string): boolean {
  return /^\s*File "/.test(line);
}

/** Whether a line after a frame still belongs to the stack trace. */
export function isWithinStack(line: string, isPython: boolean): boolean {
  return isPython ? /^\s/.test(line) : isFrame(line) || isBetween(line);
}

/** Message of the exception above the first frame; '' if there is none. */
export function messageOfFrames(lines: readonly string[], first: number, most: number): string {
  const cut = lines.slice(Math.max(0, first - most), first).map(plain);
  // What is above another stack trace, or above the title of the test, is about something else.
  const from = cut.findLastIndex((line) => isFrame(line) || isTitle(line));
  const above = cut
    .slice(from < 0 ? 0 : isTitle(cut[from] ?? '') ? from : from + 1)
    .filter((line) => line.trim() !== '');
  const messageLines = above.filter((line) => !codeFrame.test(line) && !isBetween(line));
  const title = messageLines.findIndex(isTitle);
  const start = title < 0 ? messageLines.findLastIndex((line) => thrown.test(line)) : title;
  const own = start < 0 ? messageLines.slice(-1) : messageLines.slice(start, start + linesOfMessage);
  return own.map((line) => line.trim()).join('\n');
}

function isBetween(line: string): boolean {
  return between.test(line.slice(0, maxColumns));
}

/** Message of the exception, which Python prints below the frames. */
export function tracebackMessage(lines: readonly string[], first: number): string {
  const end = Math.min(lines.length, first + longestTraceback);
  // Line by line, since a log may have an exception on each of its lines.
  for (let at = first; at < end; at += 1) {
    const line = plain(lines[at] ?? '');
    if (/^\S/.test(line)) return line.trim();
  }
  return '';
}

/** The line without its prefix, as long as is looked at. */
function plain(line: string): string {
  const text = line.slice(0, maxColumns);
  return text.slice(prefixLength(text));
}

/** Title of a failed test in Jest and pytest. */
function isTitle(line: string): boolean {
  return /^\s{0,4}● \S/.test(line) || (line.startsWith('___') && line.endsWith('___'));
}

/** Whether the line is code that a compiler or a test runner prints, with its number. */
export function isCodeLine(line: string): boolean {
  return codeFrame.test(line);
}
