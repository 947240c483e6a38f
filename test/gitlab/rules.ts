import type { FakeBuild, Project, User } from './model';
import type { Profile } from './profiles';

/** Who may do what, and which build it may be done to. */
export type Ability = 'readProject' | 'readBuild' | 'updateBuild' | 'adminProject';

interface Times {
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

const complete = ['success', 'failed', 'canceled'];

export function can(user: User, ability: Ability, project: Project, profile: Profile): boolean {
  if (user.admin) return true;
  const role = Object.hasOwn(project.members, user.username) ? project.members[user.username] : undefined;
  switch (ability) {
    case 'readProject':
      return role !== undefined || project.visibility !== 'private';
    case 'readBuild':
      return (role !== undefined && role !== 'guest') || readsPublicBuilds(project, profile, role === 'guest');
    case 'updateBuild':
      return role === 'developer' || role === 'master' || role === 'owner';
    case 'adminProject':
      return role === 'master' || role === 'owner';
  }
}

function readsPublicBuilds(project: Project, profile: Profile, asGuest: boolean): boolean {
  if (!project.publicBuilds) return false;
  return project.visibility !== 'private' || (asGuest && profile.guestReadsPrivateBuilds);
}

export function canRetry({ retryableFrom }: Profile, build: FakeBuild): boolean {
  return build.commands && (retryableFrom === 'any' || retryableFrom.includes(build.status));
}

export function canErase(build: FakeBuild): boolean {
  return complete.includes(build.status) && (build.artifacts !== null || build.trace.length > 0);
}

/** The times that a build has after it went over to `status`. A build canceled before it ran never started. */
export function timesFor(status: string, before: Times, nowMs: number): Times {
  switch (status) {
    case 'running':
      return { startedAtMs: before.startedAtMs ?? nowMs, finishedAtMs: null };
    case 'success':
    case 'failed':
      return { startedAtMs: before.startedAtMs ?? nowMs, finishedAtMs: nowMs };
    case 'canceled':
      return { startedAtMs: before.startedAtMs, finishedAtMs: nowMs };
    default:
      return { startedAtMs: null, finishedAtMs: null };
  }
}
