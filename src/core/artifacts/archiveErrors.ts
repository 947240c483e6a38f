/** Why an archive, or one of its entries, isn't extracted. `path` names the entry unless noted otherwise. */
export type ArchiveFailureKind =
  // Names that would leave the folder, or mean something else on another system.
  | 'parent' // contains `..`
  | 'absolute' // starts with `/`
  | 'drive' // starts with `C:`
  | 'network' // starts with `//server` or `\\server`
  | 'backslash'
  | 'controlCharacter' // NUL and other control characters
  | 'noName' // consists of `.` and `/` only
  | 'reservedName' // `con`, `nul`, `com1.txt` …
  | 'trailingDot' // a name ending in a dot or a space
  | 'colon' // a name with `:`, which is an alternate data stream on Windows; only checked there
  | 'forbiddenCharacter' // contains one of `<>"|?*`; only checked on Windows
  | 'longName' // a name; `limit` in bytes
  | 'longPath' // the whole path; `limit` in bytes
  | 'gitFolder' // contains `.git`, which could make git run arbitrary programs
  // Entries that aren't files, or that are in each other's way.
  | 'symlink'
  | 'special' // a device, pipe or socket
  | 'belowFile' // `other`: the file it would be inside of
  | 'belowLink' // `other`: the symbolic link it would be behind
  | 'duplicate' // the same path twice
  | 'collision' // `other`: the path that is equal if case and Unicode form are ignored
  | 'fileAndFolder' // the same path as a file and as a folder
  // Limits.
  | 'tooManyEntries' // `count` of `limit`
  | 'tooBig' // more than `limit` bytes uncompressed
  | 'ratio' // compression ratio above `limit`
  | 'overlap' // overlaps another entry
  | 'listTooBig' // directory of `count` bytes exceeds `limit`
  // Unreadable data.
  | 'encrypted'
  | 'method' // unsupported compression method
  | 'damaged' // data doesn't match size or checksum
  | 'truncated' // ends early
  | 'header' // its local header contradicts the directory
  | 'directory' // the directory is inconsistent
  | 'zip64' // its 64-bit fields are inconsistent
  | 'multiDisk' // part of a multi-volume archive
  | 'empty' // a file of 0 bytes
  | 'notZip'
  | 'changed' // the archive has been replaced meanwhile
  | 'missing'; // the entry doesn't exist

export interface ArchiveFailure {
  /** Shortened and without control characters, for display. */
  readonly path?: string | undefined;
  /** Like `path`. */
  readonly other?: string | undefined;
  readonly count?: number | undefined;
  readonly limit?: number | undefined;
}

/** An archive can't be read or extracted. `ui/text/archiveFailures.ts` has the messages. */
export class ArchiveError extends Error {
  readonly detail: ArchiveFailure;

  constructor(
    readonly kind: ArchiveFailureKind,
    detail: ArchiveFailure = {},
    options?: ErrorOptions,
  ) {
    const [path, other] = [shown(detail.path), shown(detail.other)];
    super([kind, path, other, detail.count, detail.limit].filter((part) => part !== undefined).join(' '), options);
    this.name = 'ArchiveError';
    this.detail = { ...detail, path, other };
  }
}

/** Why a readable archive, or a file in it, isn't opened. `ui/text/archiveFailures.ts` has the messages. */
type RefusalReason =
  | { readonly kind: 'signedOut' } // of the instance that has it
  | { readonly kind: 'unknownProject' } // the workspace has never shown its project
  | { readonly kind: 'tooLargeForEditor'; readonly path: string; readonly size: number };

export class ArchiveRefusal extends Error {
  constructor(readonly reason: RefusalReason) {
    super(`archive not opened: ${reason.kind}`);
    this.name = 'ArchiveRefusal';
  }
}

const longest = 120;

/** Makes a path displayable: replaces invisible, bidirectional and line break characters, and shortens the middle. */
function shown(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const characters = Array.from(path, (one) => (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(one) ? '\ufffd' : one));
  if (characters.length <= longest) return characters.join('');
  return [...characters.slice(0, longest / 2), '…', ...characters.slice(-longest / 2)].join('');
}
