/** Why an archive, or one entry of it, is not unpacked. `path` names the entry where nothing else is said. */
export type ArchiveFailureKind =
  // Names that would leave the folder, or mean something else on another system.
  | 'parent' // a `..`
  | 'absolute' // begins with `/`
  | 'drive' // begins with `C:`
  | 'network' // begins with `//server` or `\\server`
  | 'backslash'
  | 'controlCharacter' // NUL and its like
  | 'noName' // nothing but `.` and `/`
  | 'reservedName' // `con`, `nul`, `com1.txt` …
  | 'trailingDot' // a name that ends with a dot or a space
  | 'colon' // a name with `:`, which is a hidden stream of a file on Windows; there alone
  | 'forbiddenCharacter' // one of `<>"|?*`, on Windows alone
  | 'longName' // one name; `limit`: bytes
  | 'longPath' // the whole path; `limit`: bytes
  | 'gitFolder' // a `.git`, which could make git run what it likes
  // Entries that are no files, or in each other's way.
  | 'symlink'
  | 'special' // a device, a pipe or a socket
  | 'belowFile' // `other`: the file that it would lie in
  | 'belowLink' // `other`: the symbolic link that it would lie behind
  | 'duplicate' // one path twice
  | 'collision' // `other`: what it is the same as where case or Unicode's forms do not count
  | 'fileAndFolder' // one path as both
  // Too much.
  | 'tooManyEntries' // `count` of `limit`
  | 'tooBig' // more than `limit` bytes, unpacked
  | 'ratio' // more than `limit` bytes out of one
  | 'overlap' // shares bytes with another entry
  | 'listTooBig' // `count` bytes of directory of `limit`
  // What cannot be read.
  | 'encrypted'
  | 'method' // packed in a way that is not known here
  | 'damaged' // its bytes are not what the archive says of them
  | 'truncated' // ends too early
  | 'header' // its own header says something else than the directory of the archive
  | 'directory' // the directory of the archive contradicts itself
  | 'zip64' // so do its 64-bit numbers
  | 'multiDisk' // one part of several
  | 'empty' // no bytes at all
  | 'notZip'
  | 'changed' // the archive is another one by now
  | 'missing'; // no such entry

export interface ArchiveFailure {
  /** Made fit to be shown: no control characters, not long. */
  readonly path?: string | undefined;
  /** As `path`. */
  readonly other?: string | undefined;
  readonly count?: number | undefined;
  readonly limit?: number | undefined;
}

/** An archive that is not unpacked, or not read. Sentences for it are `ui/sentences.ts`'s. */
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

const longest = 120;

/** What is invisible, turns the line around or ends it becomes visible; the middle of what is long is left out. */
function shown(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const characters = Array.from(path, (one) => (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(one) ? '\ufffd' : one));
  if (characters.length <= longest) return characters.join('');
  return [...characters.slice(0, longest / 2), '…', ...characters.slice(-longest / 2)].join('');
}
