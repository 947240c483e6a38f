import type { ArchiveFailureKind } from '../archiveErrors';

/** A file whose bytes are had by their place: a file on disk, or one on a server that answers ranges. */
export interface RandomAccess {
  /** Bytes of the whole file. */
  readonly size: number;
  /** The bytes from `start` up to, not including, `end`, in pieces. Throws as its source does, on the way too. */
  read(start: number, end: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** One entry of an archive, as the archive says; nothing of it is to be believed before it was unpacked. */
export interface ArchiveEntry {
  /** With `/`, without one at its end. Not made safe: it may be hostile, and is written nowhere as it is. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Bytes, unpacked. */
  readonly size: number;
  /** Bytes in the archive; undefined where it is not known. */
  readonly packed?: number | undefined;
  /** Why it will not be unpacked, as far as the archive's directory tells; `open` throws it. */
  readonly flaw?: ArchiveFailureKind | undefined;
  /** ms since 1970; undefined where the archive does not say. */
  readonly modifiedAt?: number | undefined;
}

/** What is in a build's artifacts and how to get it, wherever it comes from. */
export interface Archive {
  readonly entries: readonly ArchiveEntry[];
  /** The unpacked bytes of a file, in pieces. Throws ArchiveError, or what its source throws. */
  open(entry: ArchiveEntry, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Where a symbolic link leads, where that is known. Throws ArchiveError, or what its source throws. */
  link?(entry: ArchiveEntry, signal: AbortSignal): Promise<string | undefined>;
}
