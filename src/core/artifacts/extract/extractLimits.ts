/** Limits for extracting an archive. */
export interface ExtractLimits {
  /** Maximum number of files and folders, including folders that are only implied by paths. */
  readonly maxEntries: number;
  /** Maximum total uncompressed size in bytes. */
  readonly maxBytes: number;
  /** Maximum compression ratio, per file and overall. Ignored up to `ratioFromBytes`. */
  readonly maxRatio: number;
  readonly ratioFromBytes: number;
}

export const defaultLimits: ExtractLimits = {
  maxEntries: 100_000,
  maxBytes: 4096 * 1_000_000,
  maxRatio: 200,
  ratioFromBytes: 16_000_000,
};
