import type { LongerPath } from './pathText';

/** A place that a line of a log names: in a file, by `path` with `line`, or a `url`. Columns are UTF-16 code units. */
export interface Location {
  readonly start: number;
  readonly end: number;
  /** As it stands there, without `file://` and `./`; of a Java stack trace the package's folder and the file. */
  readonly path?: string;
  /** 1-based, as `column`. */
  readonly line?: number;
  readonly column?: number;
  readonly url?: string;
  /** It may as well be a word and a number: it is a place only where such a file exists, and never a problem. */
  readonly isVague?: true;
  /** The paths with spaces and brackets that may be meant instead, where such files exist; the longest first. */
  readonly longer?: readonly LongerPath[];
}
