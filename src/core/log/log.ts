/** A parsed build log, plain data. Created by `LogReader` (reader.ts) from bytes. */
export interface Log {
  /** Plain text without line ends and escape sequences. The last line may still grow. */
  readonly lines: readonly string[];
  /** Sections by start. A section that changes is replaced by a new object. */
  readonly sections: readonly Section[];
  /** Styled parts of a line, the first `most`, sorted and not overlapping; unstyled text is omitted. */
  spans(line: number, most?: number): readonly Span[];
  /** OSC 8 links of a line; http and https only. */
  links(line: number): readonly HyperLink[];
  /** When the line was written, in ms since 1970, if the runner recorded it. */
  timestamp(line: number): number | undefined;
  stream(line: number): Stream | undefined;
}

export type Stream = 'stdout' | 'stderr';

/** A styled part of a line. Columns are UTF-16 code units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly style: Style;
}

export interface Style {
  readonly color?: Color;
  readonly background?: Color;
  readonly bold?: true;
  readonly faint?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly inverse?: true;
  readonly conceal?: true;
  readonly strike?: true;
}

/** 0 to 15: terminal color of the theme; otherwise `#rrggbb`. */
export type Color = number | `#${string}`;

export interface HyperLink {
  readonly start: number;
  readonly end: number;
  readonly url: string;
}

export interface Section {
  readonly name: string;
  /** Text of its first line; may be empty. */
  readonly header: string;
  /** First line, which is the header. */
  readonly start: number;
  /** Last line, at least `start`; undefined while the section is open, or if it was never closed. */
  readonly end?: number;
  readonly seconds?: number;
  readonly collapsed: boolean;
  /** Nesting depth; 0 at the top level. */
  readonly depth: number;
}
