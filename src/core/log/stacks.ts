/** Java, JavaScript, .NET, Rust; Ruby; PHP; Go; Python. */
const frames =
  /^\s*at \S|^\s*(?:from|#) \S+:\d+|^\s+\S+:\d+:in [`']|^\s*#\d+ |^\t\S+\.go:\d+|^\s*File "[^"]+", line \d/;
/** A place without a file, what Java leaves out, and the functions of Go and Rust. */
const between = /^\s*at\b|^\s*\.{3} \d+ more|^\s*\d+: +\S|^[\w./*-][^\s(]*\(.*\)$|^\s*#|^goroutine \d/;
const codeFrame = /^\s*(?:>\s*)?(?:\d+\s*)?\|/;
/** Also the title of a test that failed. */
const thrown = /error|exception|panic|fatal|failure|assert|^\s*(?:[●✕✗✖×]|\d+\)) /i;
/** Lines of a Python stack trace that are looked through for what was raised. */
export const longestTraceback = 1000;
const linesOfMessage = 6;
/** Columns of a line that patterns see. */
const mostColumns = 500;

/** Whether a line is one of a stack trace. */
export function isFrame(line: string): boolean {
  return frames.test(line.slice(0, mostColumns));
}

export function isPythonFrame(line: string): boolean {
  return /^\s*File "/.test(line);
}

/** Whether a line that follows a frame is still of its stack trace. */
export function isWithinStack(line: string, isPython: boolean): boolean {
  return isPython ? /^\s/.test(line) : isFrame(line) || isBetween(line);
}

/** What was thrown, by the lines above the first frame; '' where there is nothing. */
export function messageOfFrames(lines: readonly string[], first: number, most: number): string {
  const cut = lines.slice(Math.max(0, first - most), first).map((line) => line.slice(0, mostColumns));
  const above = cut.filter((line) => line.trim() !== '');
  const told = above.filter((line) => !codeFrame.test(line) && !isBetween(line));
  const start = told.findLastIndex((line) => thrown.test(line));
  const own = start < 0 ? told.slice(-1) : told.slice(start, start + linesOfMessage);
  return own.map((line) => line.trim()).join('\n');
}

function isBetween(line: string): boolean {
  return between.test(line.slice(0, mostColumns));
}

/** Python says below its frames what was raised. */
export function tracebackMessage(lines: readonly string[], first: number): string {
  const below = lines.slice(first, first + longestTraceback);
  return below.find((line) => /^\S/.test(line))?.trim() ?? '';
}
