import type { FakeBuild, Project, User } from './model';
import type { Profile } from './profiles/profile';

/** Who may do what, and which build it may be done to. */
export type Ability = 'readProject' | 'readBuild' | 'updateBuild' | 'eraseBuild' | 'adminProject';

interface Times {
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

export const complete = ['success', 'failed', 'canceled', 'skipped'];

/** `user` undefined: anonymous. */
export function can(user: User | undefined, ability: Ability, project: Project, { rules }: Profile): boolean {
  if (!user) return isPublic(project, ability);
  if (user.admin) return true;
  const role = roleOf(user, project);
  switch (ability) {
    case 'readProject':
      return role !== undefined || project.visibility !== 'private';
    case 'readBuild':
      return (
        (role !== undefined && role !== 'guest') ||
        readsPublicBuilds(project, role === 'guest' && rules.guestReadsPrivateBuilds)
      );
    case 'updateBuild':
    case 'eraseBuild':
      return role === 'developer' || role === 'master' || role === 'owner';
    case 'adminProject':
      return role === 'master' || role === 'owner';
  }
}

/** The same for one build: on some versions those of protected refs are for Masters, and erasing for who triggered it. */
export function canOn(
  user: User | undefined,
  ability: Ability,
  project: Project,
  build: FakeBuild,
  profile: Profile,
): boolean {
  if (!can(user, ability, project, profile)) return false;
  if (can(user, 'adminProject', project, profile)) return true;
  const { rules } = profile;
  const changes = ability === 'updateBuild' || ability === 'eraseBuild';
  if (changes && rules.protectedRefs && project.protectedRefs.includes(build.ref)) return false;
  return ability !== 'eraseBuild' || rules.eraseNeeds === 'developer' || build.user?.username === user?.username;
}

function isPublic(project: Project, ability: Ability): boolean {
  if (project.visibility !== 'public') return false;
  return ability === 'readProject' || (ability === 'readBuild' && project.publicBuilds);
}

function roleOf(user: User, { members }: Project): Project['members'][string] | undefined {
  return Object.hasOwn(members, user.username) ? members[user.username] : undefined;
}

function readsPublicBuilds(project: Project, asGuest: boolean): boolean {
  return project.publicBuilds && (project.visibility !== 'private' || asGuest);
}

export function canRetry({ rules }: Profile, build: FakeBuild): boolean {
  if (build.kind === 'external' || (build.kind === 'bridge' && !rules.retryOfBridge)) return false;
  if (build.retried && rules.retryOfSuperseded === 'refused') return false;
  return build.commands && (rules.retryableFrom === 'any' || rules.retryableFrom.includes(build.status));
}

export function canCancel({ rules }: Profile, build: FakeBuild): boolean {
  return rules.cancelableFrom.includes(build.status);
}

export function canPlay({ rules }: Profile, build: FakeBuild): boolean {
  return (build.when === 'manual' || build.when === 'delayed') && rules.playableFrom.includes(build.status);
}

export function canErase(build: FakeBuild): boolean {
  return complete.includes(build.status) && (build.artifacts !== null || build.trace.length > 0);
}

/** The times that a build has after it went over to `status`. A build canceled before it ran never started. */
export function timesFor(status: string, before: Times, nowMs: number): Times {
  switch (status) {
    case 'running':
      return { startedAtMs: before.startedAtMs ?? nowMs, finishedAtMs: null };
    case 'canceling':
      return { startedAtMs: before.startedAtMs, finishedAtMs: null };
    case 'success':
    case 'failed':
      return { startedAtMs: before.startedAtMs ?? nowMs, finishedAtMs: nowMs };
    case 'canceled':
      return { startedAtMs: before.startedAtMs, finishedAtMs: nowMs };
    default:
      return { startedAtMs: null, finishedAtMs: null };
  }
}
