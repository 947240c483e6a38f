import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../util/timer';
import { ownerStateOf, releaseOwnerTag, shortHash, takeOwnerTag } from '../processOwner';

/** Hidden folders beside the one that is unpacked: what comes, and what was there. */
type Purpose = 'unpacking' | 'replaced';

const ours = /^\.gitlab-builds-([0-9a-f]{8})-([0-9a-f]{8}-\d{1,10}-[0-9a-f]{8})\.(unpacking|replaced)$/;
/** Age at which a folder is taken for abandoned if it is unknown whether its process still runs. */
const abandonedMs = 24 * 60 * 60_000;

/** The name says what the folder is for, and which process works on it. In use until `release` is called. */
export function stagingFolder(target: string, purpose: Purpose): string {
  return join(dirname(target), `.gitlab-builds-${shortHash(basename(target))}-${takeOwnerTag()}.${purpose}`);
}

/** What is left of it, if anything, is for a later run to take away or to bring back. */
export function release(sibling: string): void {
  releaseOwnerTag(ours.exec(basename(sibling))?.[2] ?? '');
}

/** Takes away what runs have left that were killed, and brings back what one of them had put aside of `target`. */
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

/** It stays for the next run where somebody has a file of it open. */
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
