import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, type Dirent } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** A folder that is there during one test; in it `root`, the workspace, and whatever lies outside of it. */
export class Disk {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-')));

  /** A path in the folder. */
  at(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Everything in the folder, below `git init`'s own, in order; links with where they lead. */
  list(): readonly string[] {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return entries
      .map((entry) => [relative(this.folder, join(entry.parentPath, entry.name)), entry] as const)
      .filter(([path]) => !/(^|[/\\])\.git[/\\]/.test(path))
      .map(([path, entry]) => `${path}${markOf(entry)}`)
      .sort();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function markOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return ` → ${readlinkSync(join(entry.parentPath, entry.name))}`;
  return entry.isDirectory() ? '/' : '';
}
