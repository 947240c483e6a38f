import { platform as here } from 'node:process';
import { ArchiveError, type ArchiveFailure, type ArchiveFailureKind } from '../archiveErrors';
import { reserved } from '../fileNames';

/** What the usual file systems take, in bytes of UTF-8. */
const longest = { name: 255, path: 1024 };
/** Characters that a disk, or git, may leave out of a name. */
const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/**
 * The names along an entry's path, each a plain name on every system; `.` and empty ones are left out. Throws
 * ArchiveError where the path would lead elsewhere, or be another one, on any of Linux, macOS and Windows.
 */
export function toSafePath(path: string, platform: NodeJS.Platform = here): readonly string[] {
  const refuse = (kind: ArchiveFailureKind, detail: ArchiveFailure = {}) => new ArchiveError(kind, { path, ...detail });
  const whole = flawOfPath(path);
  if (whole !== undefined) throw refuse(whole);
  const names = namesOf(path);
  if (names.length === 0) throw refuse('noName');
  for (const name of names) {
    if (Buffer.byteLength(name) > longest.name) throw refuse('longName', { limit: longest.name });
    const flaw = flawOfName(name, platform);
    if (flaw !== undefined) throw refuse(flaw);
  }
  if (Buffer.byteLength(names.join('/')) > longest.path) throw refuse('longPath', { limit: longest.path });
  return names;
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

function flawOfPath(path: string): ArchiveFailureKind | undefined {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(path)) return 'controlCharacter';
  if (/^(\/\/|\\\\)/.test(path)) return 'network';
  if (path.startsWith('/')) return 'absolute';
  if (/^[a-z]:/i.test(path)) return 'drive';
  return path.includes('\\') ? 'backslash' : undefined;
}

function flawOfName(name: string, platform: NodeJS.Platform): ArchiveFailureKind | undefined {
  if (name === '..') return 'parent';
  if (isGitFolder(name)) return 'gitFolder';
  if (reserved.test(name)) return 'reservedName';
  if (/[. ]$/.test(name)) return 'trailingDot';
  // Files of Linux may well be called so, such as `12:30.log`, and only Windows cannot have them.
  if (platform !== 'win32') return undefined;
  if (name.includes(':')) return 'colon';
  return /[<>"|?*]/.test(name) ? 'forbiddenCharacter' : undefined;
}

/** Also as a disk may read it: without ignored characters, by Windows' short name, without what Windows leaves out. */
function isGitFolder(name: string): boolean {
  const [plain = ''] = name.replace(ignorable, '').toLowerCase().split(':');
  return /^(\.git|git~\d+)[. ]*$/.test(plain);
}
