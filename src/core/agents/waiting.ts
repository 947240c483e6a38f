import { flatten } from '../model/arrange';
import { blockers } from '../model/blocked';
import { isActive, statusClass } from '../model/build';
import { isSameTarget, type Ready, type Snapshot, type Target } from '../model/snapshot';
import { verdictOf } from '../model/verdict';

/** What an agent is waiting for: all builds of the commit, or one of them. */
export interface Awaited {
  readonly target: Target;
  readonly build: number | undefined;
}

/**
 * Why waiting ended. `ended`: the builds have finished · `blocked`: a manual build must be started first · `moved`: another
 * commit is shown · `noBuilds`: there are none, and none are expected · `signedOut` · `away`: GitLab hasn't responded for
 * two minutes · `gone`: the repository or the build is no longer shown
 */
export type WaitEnd = 'ended' | 'blocked' | 'moved' | 'noBuilds' | 'signedOut' | 'away' | 'gone';

const longestSilenceMs = 120_000;

/**
 * Why waiting ends now; undefined while it continues.
 * @param silentSince when GitLab stopped responding, in ms since 1970; undefined if it responds
 */
export function waitEnd(
  snapshot: Snapshot | undefined,
  awaited: Awaited,
  now: number,
  silentSince: number | undefined,
): WaitEnd | undefined {
  switch (snapshot?.kind) {
    case undefined:
    case 'noProject':
      return 'gone';
    case 'signedOut':
      return 'signedOut';
    case 'loading':
      return isSameTarget(snapshot.target, awaited.target) ? undefined : 'moved';
    case 'failed':
      if (snapshot.target !== undefined && !isSameTarget(snapshot.target, awaited.target)) return 'moved';
      return isAway(now, silentSince) ? 'away' : undefined;
    case 'ready':
      if (!isSameTarget(snapshot.target, awaited.target)) return 'moved';
      if (snapshot.stale !== undefined) return isAway(now, silentSince) ? 'away' : undefined;
      return awaited.build === undefined ? endOfAll(snapshot) : endOfOne(snapshot, awaited.build);
    default:
      return snapshot satisfies never;
  }
}

/** Whether GitLab isn't responding at the moment. */
export function isSilent(snapshot: Snapshot | undefined): boolean {
  return snapshot?.kind === 'failed' || (snapshot?.kind === 'ready' && snapshot.stale?.failure !== undefined);
}

function isAway(now: number, silentSince: number | undefined): boolean {
  return silentSince !== undefined && now - silentSince >= longestSilenceMs;
}

function endOfAll(snapshot: Ready): WaitEnd | undefined {
  const { builds, pipelines, watchingSince } = snapshot;
  if (builds.length === 0 && pipelines.length === 0) return watchingSince === undefined ? 'noBuilds' : undefined;
  if (snapshot.ancestor !== undefined && watchingSince !== undefined) return undefined;
  if (blockers(snapshot).size > 0 && !builds.some(isActive)) return 'blocked';
  return verdictOf(snapshot).isOpen ? undefined : 'ended';
}

function endOfOne(snapshot: Ready, id: number): WaitEnd | undefined {
  const build = flatten(snapshot.builds).find((one) => one.id === id);
  if (build === undefined) return 'gone';
  const kind = statusClass(build.status);
  if (kind === 'ended') return 'ended';
  if (kind === 'waiting' && build.status === 'manual') return 'blocked';
  const isHeldUp = blockers(snapshot).has(build.pipeline ?? -1) && !snapshot.builds.some(isActive);
  return isHeldUp ? 'blocked' : undefined;
}
