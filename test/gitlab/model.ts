import type { Archive, ArchiveInit } from './archive';

/** What the fake GitLab knows. All of it is plain data that never changes: a change puts a new object in the old one's place. */
export type Role = 'guest' | 'reporter' | 'developer' | 'master' | 'owner';
export type Visibility = 'private' | 'internal' | 'public';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly token: string;
  readonly admin: boolean;
  readonly state: 'active' | 'blocked';
  readonly createdAtMs: number;
}

export interface Project {
  readonly id: number;
  /** With namespace, as in the URL: `group/sub.project`. */
  readonly path: string;
  readonly visibility: Visibility;
  readonly publicBuilds: boolean;
  readonly defaultBranch: string;
  readonly members: Readonly<Record<string, Role>>;
  /** GitLab masks it in logs. */
  readonly runnersToken: string;
  readonly createdAtMs: number;
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** ISO 8601 with the committer's zone. */
  readonly createdAt: string;
}

export interface Runner {
  readonly id: number;
  readonly description: string;
}

/** One build as it stands now: a snapshot. `world.build(id)` gives the present one. */
export interface FakeBuild {
  readonly id: number;
  readonly projectId: number;
  readonly sha: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly stage: string;
  readonly name: string;
  readonly status: string;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly coverage: number | null;
  readonly user: User | null;
  readonly runner: Runner | null;
  readonly artifacts: Archive | null;
  readonly trace: Buffer;
  /** False: without commands, so never to be retried. */
  readonly commands: boolean;
}

/** Milliseconds since 1970, or ISO 8601. */
export type Time = number | string;

export interface UserInit {
  readonly username: string;
  readonly token: string;
  readonly name?: string | undefined;
  readonly admin?: boolean | undefined;
  readonly state?: User['state'] | undefined;
}

export interface ProjectInit {
  readonly path: string;
  readonly visibility?: Visibility | undefined;
  readonly publicBuilds?: boolean | undefined;
  readonly defaultBranch?: string | undefined;
  readonly members?: Readonly<Record<string, Role>> | undefined;
}

export interface CommitInit {
  readonly sha: string;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  readonly authorName?: string | undefined;
  readonly authorEmail?: string | undefined;
  readonly createdAt?: string | undefined;
  /** `[ci skip]`: GitLab keeps a CI record of the commit, without builds. */
  readonly ciSkipped?: boolean | undefined;
}

export interface BuildInit {
  /** A sha that no commit was added for is one that git has lost: such builds have `commit: null`. */
  readonly sha: string;
  readonly name: string;
  readonly ref?: string | undefined;
  readonly stage?: string | undefined;
  readonly status?: string | undefined;
  readonly tag?: boolean | undefined;
  readonly createdAt?: Time | undefined;
  readonly startedAt?: Time | null | undefined;
  readonly finishedAt?: Time | null | undefined;
  readonly coverage?: number | null | undefined;
  readonly artifacts?: ArchiveInit | undefined;
  readonly trace?: string | Buffer | undefined;
  /** Username. */
  readonly user?: string | undefined;
  /** Description. */
  readonly runner?: string | undefined;
  readonly commands?: boolean | undefined;
}
