import type { FakeBuild } from '../gitlab/model';
import type { ProfileName } from '../gitlab/profiles/profile';
import type { SmallProject } from '../gitlab/scenarios';
import type { World } from '../gitlab/world';
import type { AppOptions } from './app';

/** What stands beside the builds of the small project and waits for somebody. */
export interface Waiting {
  /** A manual build. */
  readonly release: FakeBuild;
  /** Another, of the same name on another commit: to be reached by its number alone. */
  readonly elsewhere: FakeBuild;
  /** From 13.9 on: a delayed build, a manual bridge, and what another CI system reports. */
  readonly newer?: { readonly delayed: FakeBuild; readonly bridge: FakeBuild; readonly external: FakeBuild };
}

/** The options of an app on that GitLab, and what waits there once it has started. */
export function waitingOn(
  profile: ProfileName,
  options: AppOptions = {},
): { options: AppOptions; waiting: () => Waiting } {
  let made: Waiting | undefined;
  return {
    options: {
      ...options,
      gitlab: { profile },
      prepare: (parts) => {
        made = addWaiting(parts.gitlab.world, parts.small);
        options.prepare?.(parts);
      },
    },
    waiting: () => {
      if (made === undefined) throw new Error('the app has not started');
      return made;
    },
  };
}

function addWaiting(world: World, { project, sha, olderSha, username: user }: SmallProject): Waiting {
  const manual = { name: 'release', stage: 'deploy', user, when: 'manual', allowFailure: true } as const;
  const status = world.profile.rules.manualStatus;
  const release = world.addBuild(project, { ...manual, sha, status });
  const elsewhere = world.addBuild(project, { ...manual, sha: olderSha, status });
  if (!world.profile.rules.playOfBridge) return { release, elsewhere };
  const later = { sha, stage: 'deploy', user } as const;
  return {
    release,
    elsewhere,
    newer: {
      delayed: world.addBuild(project, {
        ...{ ...later, name: 'announce', when: 'delayed', status: 'scheduled' },
        scheduledAt: world.now() + 600_000,
      }),
      bridge: world.addBuild(project, { ...later, name: 'packages', kind: 'bridge', when: 'manual', status: 'manual' }),
      external: world.addBuild(project, { sha, kind: 'external', name: 'jenkins', status: 'failed' }),
    },
  };
}
