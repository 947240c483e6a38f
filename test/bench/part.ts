import type { ProfileName } from '../gitlab/profiles/profile';
import type { Release } from '../vscode/install';

/** One VS Code over one line to one GitLab. */
export interface WireCase {
  readonly profile: ProfileName;
  /** Round-trip time in ms. */
  readonly latencyMs: number;
  readonly builds: number;
  readonly repositories: number;
  readonly restMs: number;
}

export interface Options {
  /** Fresh starts, or turns. */
  readonly runs: number;
  readonly release: Release;
  /** Where the bundles of the programs lie that a part starts. */
  readonly programs: string;
  /** For how long the part `hostSoak` leaves a window alone. */
  readonly soakMs: number;
  /** What the part `wire` measures. */
  readonly wire: readonly WireCase[];
}

/** One line of the table. */
export interface Line {
  readonly what: string;
  readonly measured: string;
  readonly aim?: string;
}

export interface Measured {
  readonly lines: readonly Line[];
  /** All that was measured, for bench.json. */
  readonly numbers: unknown;
}

export type Measure = (options: Options) => Promise<Measured>;
