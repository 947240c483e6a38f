/** What an archive may be at most to be unpacked. */
export interface ExtractLimits {
  /** Files and folders, those too that only a path names. */
  readonly maxEntries: number;
  /** Unpacked bytes of all that is unpacked. */
  readonly maxBytes: number;
  /** Unpacked bytes for one packed, in a file and in all of them; nothing up to `ratioFromBytes` is held to it. */
  readonly maxRatio: number;
  readonly ratioFromBytes: number;
}

export const defaultLimits: ExtractLimits = {
  maxEntries: 100_000,
  maxBytes: 4096 * 1_000_000,
  maxRatio: 200,
  ratioFromBytes: 16_000_000,
};
