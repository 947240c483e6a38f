import assert from 'node:assert/strict';
import type { HyperLink, Section, Span } from '../../../src/core/log/log';
import { TrackedFiles } from '../../../src/core/git/trackedFiles';
import { LogReader } from '../../../src/core/log/reader';

export interface Whole {
  readonly lines: readonly string[];
  readonly spans: readonly (readonly Span[])[];
  readonly links: readonly (readonly HyperLink[])[];
  readonly times: readonly (number | undefined)[];
  readonly streams: readonly (string | undefined)[];
  readonly sections: readonly Section[];
}

export function read(text: string | Uint8Array): LogReader {
  const reader = new LogReader();
  reader.push(Buffer.from(text));
  reader.end();
  return reader;
}

/** All that a reader has to say. */
export function told(reader: LogReader): Whole {
  const lines = [...reader.lines];
  const each = <T>(one: (line: number) => T): T[] => lines.map((_, line) => one(line));
  return {
    lines,
    spans: each((line) => reader.spans(line)),
    links: each((line) => reader.links(line)),
    times: each((line) => reader.timestamp(line)),
    streams: each((line) => reader.stream(line)),
    sections: [...reader.sections],
  };
}

/** A line as the runner writes it with timestamps: `00O ` and so on, at that second. */
export function timestamped(second: number, stream: string, text: string): string {
  return `2024-05-14T11:19:${String(second).padStart(2, '0')}.899359Z ${stream}${text}\n`;
}

export function start(time: number, name: string, options = ''): string {
  return `section_start:${time}:${name}${options}\r\x1b[0K`;
}

export function end(time: number, name: string): string {
  return `section_end:${time}:${name}\r\x1b[0K`;
}

/** An index of git's files. */
export async function indexOf(paths: readonly string[]): Promise<TrackedFiles> {
  const files = await TrackedFiles.of(paths.map((path) => `${path}\0`).join(''));
  assert.ok(files);
  return files;
}
