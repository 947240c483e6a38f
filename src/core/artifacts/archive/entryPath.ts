import { platform as here } from 'node:process';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';
import { reserved } from '../fileNames';

/** Longest name and path that the usual file systems take, in bytes of UTF-8. */
const longestName = 255;
export const longestPath = 1024;
/** Characters that a disk, or git, may leave out of a name. */
const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** Why an entry's path is not used as a path on this disk. */
export interface PathFlaw {
  readonly kind: ArchiveFailureKind;
  /** Bytes, where the path or a name in it is too long. */
  readonly limit?: number | undefined;
  /** Number of names from the start of the path up to the offending one; undefined: the whole path. */
  readonly depth?: number | undefined;
}

/**
 * The names along an entry's path, each a plain name here; `.` and empty ones are left out. Throws ArchiveError where
 * the path would lead elsewhere on any of Linux, macOS and Windows, or could not be written here.
 */
export function toSafePath(path: string, platform: NodeJS.Platform = here): readonly string[] {
  const flaw = flawOfPath(path, platform);
  if (flaw !== undefined) throw new ArchiveError(flaw.kind, { path, limit: flaw.limit });
  return namesOf(path);
}

/** The first flaw of an entry's path; what would lead out of the folder comes before what could only not be written. */
export function flawOfPath(path: string, platform: NodeJS.Platform = here): PathFlaw | undefined {
  const names = namesOf(path);
  const whole = escapeOf(path) ?? (names.length === 0 ? 'noName' : unreadableOf(path));
  if (whole !== undefined) return { kind: whole };
  for (const [index, name] of names.entries()) {
    const flaw = flawOfName(name, platform);
    if (flaw !== undefined) return { ...flaw, depth: index + 1 };
  }
  const isLong = Buffer.byteLength(names.join('/')) > longestPath;
  return isLong ? { kind: 'longPath', limit: longestPath } : undefined;
}

/** The names along a path, safe or not. */
export function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** Two names that any disk takes for the same one have the same key. */
export function keyOf(name: string): string {
  // Lower case first: ẞ has none of its own above it, and the ß that it becomes is SS.
  return name.normalize('NFD').replace(ignorable, '').toLowerCase().toUpperCase().normalize('NFD');
}

/** How a path leads out of the folder, on the system where that is easiest: Windows takes a backslash for a slash. */
function escapeOf(path: string): ArchiveFailureKind | undefined {
  if (/^(\/\/|\\\\)/.test(path)) return 'network';
  if (/^[/\\]/.test(path)) return 'absolute';
  if (/^[a-z]:/i.test(path)) return 'drive';
  return path.split(/[/\\]/).includes('..') ? 'parent' : undefined;
}

function unreadableOf(path: string): ArchiveFailureKind | undefined {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(path)) return 'controlCharacter';
  return path.includes('\\') ? 'backslash' : undefined;
}

function flawOfName(name: string, platform: NodeJS.Platform): PathFlaw | undefined {
  if (Buffer.byteLength(name) > longestName) return { kind: 'longName', limit: longestName };
  if (isGitFolder(name)) return { kind: 'gitFolder' };
  // Files of Linux may well be called so, such as `aux.c` or `12:30.log`, and only Windows cannot have them.
  if (platform !== 'win32') return undefined;
  if (reserved.test(name)) return { kind: 'reservedName' };
  if (/[. ]$/.test(name)) return { kind: 'trailingDot' };
  if (name.includes(':')) return { kind: 'colon' };
  return /[<>"|?*]/.test(name) ? { kind: 'forbiddenCharacter' } : undefined;
}

/** Also as a disk may read it: without ignored characters, by Windows' short name, without what Windows leaves out. */
function isGitFolder(name: string): boolean {
  const [plain = ''] = name.replace(ignorable, '').toLowerCase().split(':');
  return /^(\.git|git~\d+)[. ]*$/.test(plain);
}
