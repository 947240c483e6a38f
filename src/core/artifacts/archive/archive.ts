import type { ArchiveFailureKind } from '../archiveErrors';

/** A file with random access: on disk, or on a server that supports ranges. */
export interface RandomAccess {
  /** Size of the whole file in bytes. */
  readonly size: number;
  /** Reads from `start` to `end` (exclusive) in chunks. May throw its source's errors at any point. */
  read(start: number, end: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Maximum length in bytes of a symbolic link's target. */
export const longestTarget = 4096;

/** An entry of an archive. Nothing the archive says of it is trustworthy before it is extracted. */
export interface ArchiveEntry {
  /**
   * Path with `/` as separator and no trailing one. Untrusted: it may be malicious and must not be used on disk as is.
   */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Uncompressed size in bytes. */
  readonly size: number;
  /** Compressed size in bytes; undefined if unknown. */
  readonly packed?: number | undefined;
  /** Why the entry won't be extracted, as far as the directory shows; `open` throws it. */
  readonly flaw?: ArchiveFailureKind | undefined;
  /** Whether the listing doesn't tell if it is a regular file or a symbolic link. */
  readonly mayBeLink?: boolean | undefined;
  /** In ms since 1970; undefined if the archive doesn't say. */
  readonly modifiedAt?: number | undefined;
}

/** The contents of a build's artifacts, from any source. */
export interface Archive {
  readonly entries: readonly ArchiveEntry[];
  /** Reads the uncompressed contents of a file in chunks. Throws ArchiveError or errors of its source. */
  open(entry: ArchiveEntry, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Target of a symbolic link, if known. Throws ArchiveError or errors of its source. */
  link?(entry: ArchiveEntry, signal: AbortSignal): Promise<string | undefined>;
}
