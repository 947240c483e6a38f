import { posix, win32, type PlatformPath } from 'node:path';

/**
 * The rules for paths that a folder's own absolute path follows: those of Windows if it begins with a drive or a share,
 * else those of Linux and macOS.
 */
export function rulesOf(folder: string): PlatformPath {
  return /^(?:[a-z]:|\\\\)/i.test(folder) ? win32 : posix;
}

/** Path of a file from a folder that contains it, with `/`; empty for the folder itself, undefined for a file elsewhere. */
export function pathBelow(folder: string, file: string): string | undefined {
  const rules = rulesOf(folder);
  const way = rules.relative(folder, file);
  const names = way.split(rules.sep);
  return rules.isAbsolute(way) || names[0] === '..' ? undefined : names.join('/');
}
