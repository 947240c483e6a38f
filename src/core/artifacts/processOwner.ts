import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { codeOf } from '../model/errors';

/**
 * State of the process that owns a temporary file or folder: this one with the tag in use, another one on this
 * computer, one that has ended, or one on another computer that shares the folder, whose state is unknown.
 */
type OwnerState = 'own' | 'running' | 'ended' | 'elsewhere';

/** Tags that this process is using. */
const tagsInUse = new Set<string>();

/**
 * Creates a unique part for the name of a temporary file or folder. It identifies the owning process, so that others
 * leave the file alone and can recognize abandoned ones later. Format: `[0-9a-f]{8}-\d{1,10}-[0-9a-f]{8}`; patterns for
 * such names repeat it.
 */
export function takeOwnerTag(): string {
  const tag = `${shortHash(hostname())}-${process.pid}-${randomBytes(4).toString('hex')}`;
  tagsInUse.add(tag);
  return tag;
}

/** Marks a tag as no longer used by this process. */
export function releaseOwnerTag(tag: string): void {
  tagsInUse.delete(tag);
}

export function ownerStateOf(tag: string): OwnerState {
  if (tagsInUse.has(tag)) return 'own';
  const [host, pid] = tag.split('-');
  if (host !== shortHash(hostname())) return 'elsewhere';
  // Process ids are reused; in a container often by the next extension host.
  return Number(pid) !== process.pid && isRunning(Number(pid)) ? 'running' : 'ended';
}

/**
 * Whether files with this tag are abandoned: their process has ended or, if that can't be determined, they haven't been
 * touched for `longestMs`.
 */
export function isAbandoned(tag: string, untouchedMs: number, longestMs: number): boolean {
  const state = ownerStateOf(tag);
  return state === 'ended' || (state !== 'own' && untouchedMs >= longestMs);
}

/** First 8 hex digits of the SHA-256 hash. */
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
