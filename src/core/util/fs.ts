import { lstat, stat } from 'node:fs/promises';

/** Whether the path is a file or a link to a file. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Whether the path is a folder. False for a link, so that its target is never replaced. */
export async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
