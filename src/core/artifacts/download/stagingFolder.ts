import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../util/timer';
import { artifactsFolder } from './buildFolder';
import { ownerStateOf, releaseOwnerTag, shortHash, takeOwnerTag } from '../processOwner';

/** Purpose of a hidden folder beside the target: extraction in progress, or the previous folder. */
type Purpose = 'unpacking' | 'replaced';

const ours = /^\.gitlab-builds-([0-9a-f]{8})-([0-9a-f]{8}-\d{1,10}-[0-9a-f]{8})\.(unpacking|replaced)$/;
/** Age in ms at which a folder counts as abandoned if it is unknown whether its process is still running. */
const abandonedMs = 24 * 60 * 60_000;

/** Path for a hidden folder whose name contains purpose and owner. In use until `release` is called. */
export function stagingFolder(target: string, purpose: Purpose): string {
  return join(dirname(target), `.gitlab-builds-${shortHash(basename(target))}-${takeOwnerTag()}.${purpose}`);
}

/** Releases a folder. If it still exists, a later run removes or restores it. */
export function release(sibling: string): void {
  releaseOwnerTag(ours.exec(basename(sibling))?.[2] ?? '');
}

/**
 * Removes folders of processes that were killed, and restores a previous folder of `target` that one of them had moved
 * aside.
 */
export async function sweepStagingFolders(target: string, { now }: Pick<Clock, 'now'>): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    const [, of, owner, purpose] = ours.exec(name) ?? [];
    if (owner === undefined) continue;
    const path = join(folder, name);
    if (!(await isAbandoned(path, owner, now()))) continue;
    if (purpose === 'unpacking') await remove(path);
    else if (of === shortHash(basename(target))) await bringBack(path, target);
  }
}

/** Maximum number of folders that are searched, so that large downloads don't slow down the start. */
const maxSearched = 500;

/**
 * Removes what killed extractions have left in a workspace's artifacts directory, outermost folders first. Follows no
 * symbolic link, and leaves previous folders for the next extraction, which restores them. Never rejects.
 */
export async function sweepUnpacked(root: string, directory: string, { now }: Pick<Clock, 'now'>): Promise<void> {
  const first = await artifactsFolder(root, directory).catch(() => undefined);
  const open = first === undefined ? [] : [first];
  for (let searched = 0; searched < maxSearched; searched += 1) {
    const folder = open.shift();
    if (folder === undefined) return;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      const [, , owner, purpose] = ours.exec(entry.name) ?? [];
      if (owner === undefined) open.push(path);
      else if (purpose === 'unpacking' && (await isAbandoned(path, owner, now()))) await remove(path);
    }
  }
}

/** Removes a folder; one with an open file is left for the next run. */
export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

async function isAbandoned(path: string, owner: string, now: number): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && (ownerStateOf(owner) === 'ended' || now - found.ctimeMs > abandonedMs);
}

async function bringBack(path: string, target: string): Promise<void> {
  const isThere = await lstat(target).then(
    () => true,
    () => false,
  );
  if (isThere) await remove(path);
  else await rename(path, target).catch(() => undefined);
}
