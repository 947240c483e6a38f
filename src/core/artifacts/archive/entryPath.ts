import { platform as here } from 'node:process';
import { ArchiveError, type ArchiveFailureKind } from '../archiveErrors';
import { reserved } from '../fileNames';

/** Maximum length in bytes of UTF-8 of a name and of a path on common file systems. */
const longestName = 255;
export const longestPath = 1024;
/** Characters that file systems or git may ignore in a name. */
const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** Why an entry's path can't be used on this disk. */
interface PathFlaw {
  readonly kind: ArchiveFailureKind;
  /** Maximum in bytes, if the path or one of its names is too long. */
  readonly limit?: number | undefined;
  /** Number of names up to the offending one; undefined: the whole path. */
  readonly depth?: number | undefined;
}

/**
 * Splits an entry's path into plain names, dropping `.` and empty ones. Throws ArchiveError if the path would leave the
 * folder on Linux, macOS or Windows, or can't be written on this platform.
 */
export function toSafePath(path: string, platform: NodeJS.Platform = here): readonly string[] {
  const flaw = flawOfPath(path, platform);
  if (flaw !== undefined) throw new ArchiveError(flaw.kind, { path, limit: flaw.limit });
  return namesOf(path);
}

/** First flaw of an entry's path. Leaving the folder takes precedence over names that just can't be written. */
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

/** Splits a path into names, safe or not. */
export function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** Key that is equal for names which any file system considers the same. */
export function keyOf(name: string): string {
  // Lower case first: ẞ is already upper case, but its lower case ß becomes SS.
  return name.normalize('NFD').replace(ignorable, '').toLowerCase().toUpperCase().normalize('NFD');
}

/** How a path leaves the folder, by the rules of Windows, where a backslash is a separator, too. */
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
  // Names such as `aux.c` or `12:30.log` are valid except on Windows.
  if (platform !== 'win32') return undefined;
  if (reserved.test(name)) return { kind: 'reservedName' };
  if (/[. ]$/.test(name)) return { kind: 'trailingDot' };
  if (name.includes(':')) return { kind: 'colon' };
  return /[<>"|?*]/.test(name) ? { kind: 'forbiddenCharacter' } : undefined;
}

/**
 * Whether a name means `.git` to some file system: with ignorable characters, as a Windows short name, or with trailing
 * characters that Windows drops.
 */
function isGitFolder(name: string): boolean {
  const [plain = ''] = name.replace(ignorable, '').toLowerCase().split(':');
  return /^(\.git|git~\d+)[. ]*$/.test(plain);
}
