/** What a reader of a build's log has to say; `LogReader` (reader.ts) makes it from the bytes. Plain data. */
export interface Log {
  /** Plain text: no line ends, no escapes. The last line may still grow. */
  readonly lines: readonly string[];
  /** In order of their start. An entry that changes is replaced by a new object. */
  readonly sections: readonly Section[];
  /** Styles of that line, ascending, not overlapping; text without a style is in none of them. */
  spans(line: number): readonly Span[];
  /** OSC 8 links of that line, http and https only. */
  links(line: number): readonly HyperLink[];
  /** Milliseconds since 1970, where the runner wrote them. */
  timestamp(line: number): number | undefined;
  stream(line: number): Stream | undefined;
}

export type Stream = 'stdout' | 'stderr';

/** Columns are UTF-16 code units; `end` is the first column after it. */
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

/** 0 to 15: the theme's terminal colours; otherwise `#rrggbb`. */
export type Color = number | `#${string}`;

export interface HyperLink {
  readonly start: number;
  readonly end: number;
  readonly url: string;
}

export interface Section {
  readonly name: string;
  /** The text of its first line; may be empty. */
  readonly header: string;
  /** The first line, which is the header. */
  readonly start: number;
  /** The last line, at least `start`; absent while it is open and where it was never closed. */
  readonly end?: number;
  readonly seconds?: number;
  readonly collapsed: boolean;
  /** 0 for those in no other section. */
  readonly depth: number;
}
