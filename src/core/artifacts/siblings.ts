import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../schedule';
import { isRunning } from './sidecar';

/** Hidden folders beside the one that is unpacked: what comes, and what was there. */
type Purpose = 'unpacking' | 'replaced';

const ours = /^\.gitlab-builds-([0-9a-f]{8})-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}\.(unpacking|replaced)$/;
/** What another computer has left in a folder that we share with it, we cannot know before. */
const abandonedMs = 24 * 60 * 60_000;

/** The name says what it is for, and who is at it, so that a later run knows what nobody needs any more. */
export function siblingOf(target: string, purpose: Purpose): string {
  const name = `.gitlab-builds-${hash(basename(target))}-${hash(hostname())}-${process.pid}-${randomBytes(4).toString('hex')}`;
  return join(dirname(target), `${name}.${purpose}`);
}

/** Takes away what runs have left that were killed, and brings back what one of them had put aside of `target`. */
export async function sweepSiblings(target: string, { now }: Pick<Clock, 'now'>): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    const [, of, host, pid, purpose] = ours.exec(name) ?? [];
    if (purpose === undefined) continue;
    const path = join(folder, name);
    if (!(await isAbandoned(path, host, Number(pid), now()))) continue;
    if (purpose === 'unpacking') await remove(path);
    else if (of === hash(basename(target))) await bringBack(path, target);
  }
}

/** It stays for the next run where somebody has a file of it open. */
export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

async function isAbandoned(path: string, host: string | undefined, pid: number, now: number): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return false;
  return now - found.ctimeMs > abandonedMs || (host === hash(hostname()) && !isRunning(pid));
}

async function bringBack(path: string, target: string): Promise<void> {
  const isThere = await lstat(target).then(
    () => true,
    () => false,
  );
  if (isThere) await remove(path);
  else await rename(path, target).catch(() => undefined);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
