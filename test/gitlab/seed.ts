import { createHash } from 'node:crypto';
import type { Project } from './model';
import type { World } from './world';

/** What every scenario begins with: people, a project, a commit. */
export interface SeedOptions {
  /** Of the commit that has the builds. */
  readonly sha?: string | undefined;
  readonly path?: string | undefined;
  readonly ref?: string | undefined;
  /** Default: `ref`. */
  readonly defaultBranch?: string | undefined;
}

export interface Seed {
  readonly project: Project;
  readonly sha: string;
  readonly ref: string;
  /** A Developer's. */
  readonly username: string;
  readonly token: string;
}

export const developerToken = 'developer-private-token';
export const reporterToken = 'reporter-private-token';
export const strangerToken = 'stranger-private-token';

export const minute = 60_000;

/** A project with a dot in its path, its commit, and the people around it. */
export function seedProject(world: World, options: SeedOptions = {}, message?: string): Seed {
  const { path = 'group/sub.project', ref = 'master' } = options;
  const sha = options.sha ?? shaOf(path);
  const username = addOnce(world, 'dana', 'Dana Developer', developerToken);
  addOnce(world, 'rita', 'Rita Reporter', reporterToken);
  addOnce(world, 'stan', 'Stan Stranger', strangerToken);
  const members = { dana: 'developer', rita: 'reporter' } as const;
  const defaultBranch = options.defaultBranch ?? ref;
  const project = world.addProject({ path, visibility: 'private', defaultBranch, members });
  const title = 'Test the CI integration.';
  const text = message === undefined ? {} : { message: `${title}\n\n${message}` };
  world.addCommit(project, { sha, title, createdAt: zoned(world.now() - 25 * minute), ...text });
  return { project, sha, ref, username, token: developerToken };
}

function addOnce(world: World, username: string, name: string, token: string): string {
  if (!world.userOfToken(token)) world.addUser({ username, token, name });
  return username;
}

export function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** In the committer's zone, as GitLab writes it: `2015-12-24T16:51:14.000+01:00`. */
export function zoned(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000 + 60 * minute).toISOString().replace('Z', '+01:00');
}
