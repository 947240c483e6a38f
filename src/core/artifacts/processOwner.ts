import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { codeOf } from '../model/errors';

/**
 * The process that works on a temporary file or folder: a download of this one, one that runs on this computer, one
 * that has ended, or one of another computer that shares the folder, of which nothing is known.
 */
export type OwnerState = 'own' | 'running' | 'ended' | 'elsewhere';

/** Tags of this process that are in use. */
const tagsInUse = new Set<string>();

/**
 * A unique part of the name of a temporary file or folder. It names the process that works on it, so that no other
 * process takes it away or takes it over meanwhile, and a later one knows what nobody needs any more:
 * `[0-9a-f]{8}-\d{1,10}-[0-9a-f]{8}`, which the patterns of such names repeat.
 */
export function takeOwnerTag(): string {
  const tag = `${shortHash(hostname())}-${process.pid}-${randomBytes(4).toString('hex')}`;
  tagsInUse.add(tag);
  return tag;
}

/** What has this tag is no longer worked on by this process. */
export function releaseOwnerTag(tag: string): void {
  tagsInUse.delete(tag);
}

export function ownerStateOf(tag: string): OwnerState {
  if (tagsInUse.has(tag)) return 'own';
  const [host, pid] = tag.split('-');
  if (host !== shortHash(hostname())) return 'elsewhere';
  // The number of an ended process is given again, in a container often to the next extension host.
  return Number(pid) !== process.pid && isRunning(Number(pid)) ? 'running' : 'ended';
}

/** The first 8 hex digits of the SHA-256. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
