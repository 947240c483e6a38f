import type { Commit, FakeBuild, Runner, User } from '../model';
import { type Context, iso, md5, show, type Shown, type Values } from './show';

const userValues: Values<User> = {
  id: ({ id }) => id,
  username: ({ username }) => username,
  name: ({ name }) => name,
  public_email: () => null,
  state: ({ state }) => state,
  locked: () => false,
  avatar_url: ({ username }) => `http://www.gravatar.com/avatar/${md5(`${username}@example.com`)}?s=80&d=identicon`,
  web_url: ({ username }, { links }) => links.absolute(links.user(username)),
  created_at: ({ createdAtMs }) => iso(createdAtMs),
  is_admin: ({ admin }) => admin,
  bio: () => null,
  location: () => null,
  skype: () => '',
  linkedin: () => '',
  twitter: () => '',
  discord: () => '',
  website_url: () => '',
  github: () => '',
  organization: () => null,
  job_title: () => '',
  pronouns: () => null,
  bot: () => false,
  work_information: () => null,
  followers: () => 0,
  following: () => 0,
  is_followed: () => false,
  local_time: (_, { world }) => localTime(world.now()),
};

const basicKeys = ['id', 'username', 'name', 'state', 'avatar_url', 'web_url'];

export function userOf(user: User | null, context: Context): Shown | null {
  return user && show(context.keys.user, userValues, user, context);
}

export function basicUser(user: User | null, context: Context): Shown | null {
  return user && show(basicKeys, userValues, user, context);
}

const commitValues: Values<Commit> = {
  id: ({ sha }) => sha,
  short_id: ({ sha }) => sha.slice(0, 8),
  title: ({ title }) => title,
  author_name: ({ authorName }) => authorName,
  author_email: ({ authorEmail }) => authorEmail,
  created_at: ({ createdAt }) => createdAt,
  message: ({ message }) => message,
  committer_name: ({ authorName }) => authorName,
  committer_email: ({ authorEmail }) => authorEmail,
  parent_ids: ({ parents }) => parents,
  authored_date: ({ createdAt }) => createdAt,
  committed_date: ({ createdAt }) => createdAt,
  trailers: () => ({}),
  extended_trailers: () => ({}),
};

/** Null where git has lost it. */
export function commitOf({ projectId, sha }: Pick<FakeBuild, 'projectId' | 'sha'>, context: Context): Shown | null {
  const { world, links, keys } = context;
  const commit = world.commit(projectId, sha);
  const path = `${links.project(world.project(projectId))}/-/commit/${sha}`;
  const values = { ...commitValues, web_url: () => links.absolute(path) };
  return commit ? show(keys.commit, values, commit, context) : null;
}

const runnerValues: Values<Runner> = {
  id: ({ id }) => id,
  description: ({ description }) => description,
  ip_address: () => null,
  active: () => true,
  paused: () => false,
  is_shared: () => true,
  runner_type: () => 'instance_type',
  name: () => 'gitlab-ci-multi-runner',
  online: () => true,
  created_by: () => null,
  created_at: () => '2016-01-01T00:00:00.000Z',
  status: () => 'online',
  job_execution_status: () => 'idle',
};

export function runnerOf(runner: Runner | null, context: Context): Shown | null {
  return runner && show(context.keys.runner, runnerValues, runner, context);
}

export function runnerManagerOf(runner: Runner | null, { world }: Context): Shown | null {
  return (
    runner && {
      id: runner.id,
      system_id: `s_${runner.id}`,
      version: '18.9.0',
      revision: '07e534ba',
      platform: 'linux',
      architecture: 'amd64',
      created_at: '2026-01-01T00:00:00.000Z',
      // Whenever the runner asks for work.
      contacted_at: iso(Math.floor(world.now() / 40_000) * 40_000),
      ip_address: null,
      status: 'online',
      job_execution_status: 'idle',
    }
  );
}

/** `3:07 PM` */
function localTime(ms: number): string {
  const date = new Date(ms);
  const hours = date.getUTCHours();
  const minutes = String(date.getUTCMinutes()).padStart(2, '0');
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes} ${hours < 12 ? 'AM' : 'PM'}`;
}
