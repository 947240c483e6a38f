import { createHash } from 'node:crypto';
import type { Commit, FakeBuild, Project, Role, User } from './model';
import type { BuildKey } from './profiles';
import { can } from './rules';
import type { World } from './world';

/** World → JSON as Grape writes it: keys in GitLab's order, absent where GitLab leaves them out. */
export class Entities {
  readonly #world: World;
  /** External URL of the instance, relative root included. */
  readonly #url: URL;
  /** A build that changes is a new object, so its row is new too. */
  readonly #rows = { plain: new WeakMap<FakeBuild, string>(), downloadable: new WeakMap<FakeBuild, string>() };

  constructor(world: World, url: string) {
    this.#world = world;
    this.#url = new URL(url);
  }

  builds(ids: readonly number[], mayDownload: boolean): string {
    return `[${ids.map((id) => this.build(this.#world.build(id), mayDownload)).join(',')}]`;
  }

  build(build: FakeBuild, mayDownload: boolean): string {
    const rows = mayDownload ? this.#rows.downloadable : this.#rows.plain;
    const known = rows.get(build);
    if (known !== undefined) return known;
    const pairs = this.#world.profile.buildKeys.map((key) => [key, this.#buildValue(key, build, mayDownload)] as const);
    // What is undefined, JSON leaves out.
    const row = toJson(Object.fromEntries(pairs));
    rows.set(build, row);
    return row;
  }

  /** The caller's own account, private token included (so is it on GitLab 8.x). */
  currentUser(user: User): string {
    const createdAt = iso(user.createdAtMs);
    return toJson({
      ...this.#user(user),
      last_sign_in_at: createdAt,
      confirmed_at: createdAt,
      email: `${user.username}@example.com`,
      theme_id: 2,
      color_scheme_id: 1,
      projects_limit: 10,
      current_sign_in_at: createdAt,
      identities: [],
      can_create_group: true,
      can_create_project: true,
      two_factor_enabled: false,
      private_token: user.token,
    });
  }

  project(project: Project, user: User): string {
    const [namespace = '', path = ''] = splitPath(project.path);
    const webUrl = this.#webUrl(project.path);
    const role = project.members[user.username];
    return toJson({
      id: project.id,
      description: '',
      default_branch: project.defaultBranch,
      tag_list: [],
      public: project.visibility === 'public',
      archived: false,
      visibility_level: { private: 0, internal: 10, public: 20 }[project.visibility],
      ssh_url_to_repo: `git@${this.#url.hostname}:${project.path}.git`,
      http_url_to_repo: `${webUrl}.git`,
      web_url: webUrl,
      name: path,
      name_with_namespace: `${namespace} / ${path}`,
      path,
      path_with_namespace: project.path,
      issues_enabled: true,
      merge_requests_enabled: true,
      wiki_enabled: true,
      builds_enabled: true,
      snippets_enabled: false,
      created_at: iso(project.createdAtMs),
      last_activity_at: iso(project.createdAtMs),
      shared_runners_enabled: true,
      creator_id: 1,
      namespace: namespaceOf(namespace, project),
      avatar_url: null,
      star_count: 0,
      forks_count: 0,
      open_issues_count: 0,
      ...(can(user, 'adminProject', project, this.#world.profile) ? { runners_token: project.runnersToken } : {}),
      public_builds: project.publicBuilds,
      permissions: { project_access: role ? access(role) : null, group_access: null },
    });
  }

  #buildValue(key: BuildKey, build: FakeBuild, mayDownload: boolean): unknown {
    switch (key) {
      case 'id':
      case 'status':
      case 'stage':
      case 'name':
      case 'ref':
      case 'tag':
      case 'coverage':
        return build[key];
      case 'created_at':
        return iso(build.createdAtMs);
      case 'started_at':
        return iso(build.startedAtMs);
      case 'finished_at':
        return iso(build.finishedAtMs);
      case 'user':
        return build.user && this.#user(build.user);
      case 'download_url':
        return mayDownload && build.artifacts ? this.#downloadPath(build) : null;
      case 'artifacts_file':
        return build.artifacts ? { filename: build.artifacts.filename, size: build.artifacts.size } : undefined;
      case 'commit':
        return commitOf(this.#world.commit(build.projectId, build.sha));
      case 'runner':
        return build.runner && { ...build.runner, active: true, is_shared: true, name: 'gitlab-ci-multi-runner' };
    }
  }

  #user(user: User): Readonly<Record<string, unknown>> {
    return {
      name: user.name,
      username: user.username,
      id: user.id,
      state: user.state,
      avatar_url: `http://www.gravatar.com/avatar/${md5(`${user.username}@example.com`)}?s=80&d=identicon`,
      web_url: this.#webUrl(`u/${user.username}`),
      created_at: iso(user.createdAtMs),
      is_admin: user.admin,
      bio: null,
      skype: '',
      linkedin: '',
      twitter: '',
      website_url: '',
    };
  }

  /** A path of the web interface, of no use to a token. */
  #downloadPath(build: FakeBuild): string {
    const { path } = this.#world.project(build.projectId);
    return `${this.#rootPath()}/${path}/builds/${build.id}/artifacts/download`;
  }

  #webUrl(path: string): string {
    return `${this.#url.origin}${this.#rootPath()}/${path}`;
  }

  #rootPath(): string {
    return this.#url.pathname.replace(/\/$/, '');
  }
}

function commitOf(commit: Commit | undefined): Readonly<Record<string, unknown>> | null {
  if (!commit) return null;
  return {
    id: commit.sha,
    short_id: commit.sha.slice(0, 8),
    title: commit.title,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    created_at: commit.createdAt,
    message: commit.message,
  };
}

function namespaceOf(path: string, project: Project): Readonly<Record<string, unknown>> {
  const created = iso(project.createdAtMs);
  return {
    id: project.id,
    name: path,
    path,
    owner_id: null,
    created_at: created,
    updated_at: created,
    description: '',
  };
}

function access(role: Role): Readonly<Record<string, number>> {
  const level = { guest: 10, reporter: 20, developer: 30, master: 40, owner: 50 }[role];
  return { access_level: level, notification_level: 3 };
}

function splitPath(path: string): readonly string[] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Rails escapes what could end a script element. */
function toJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
