import type { LongerPath } from './pathText';

/** A place that a line of a log names: in a file, by `path` with `line`, or a `url`. Columns are UTF-16 code units. */
export interface Location {
  readonly start: number;
  readonly end: number;
  /** Path in the log, without `file://` and `./`; for a Java stack trace, the package's folder and the file name. */
  readonly path?: string;
  /** 1-based, as `column`. */
  readonly line?: number;
  readonly column?: number;
  readonly url?: string;
  /** Whether it may be just a word and a number. Then it counts only if such a file exists, and is never a problem. */
  readonly isVague?: true;
  /** Paths with spaces and brackets that may be meant instead if such files exist, longest first. */
  readonly longer?: readonly LongerPath[];
}
