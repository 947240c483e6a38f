import type { MergeRequest, Project, Role, User } from '../model';
import { can } from '../rules';
import type { World } from '../world';
import type { Links } from './links';
import { iso, type Shown } from './show';

interface Place {
  readonly world: World;
  readonly links: Links;
}

export function projectV3(project: Project, user: User | undefined, { world, links }: Place): Shown {
  const [namespace, path] = splitPath(project.path);
  const webUrl = links.absolute(links.project(project));
  return {
    id: project.id,
    description: '',
    default_branch: project.defaultBranch,
    tag_list: [],
    public: project.visibility === 'public',
    archived: false,
    visibility_level: { private: 0, internal: 10, public: 20 }[project.visibility],
    ...urls(project, webUrl, links),
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
    namespace: namespaceV3(namespace, project),
    avatar_url: null,
    star_count: 0,
    forks_count: 0,
    open_issues_count: 0,
    ...runnersToken(project, user, world),
    public_builds: project.publicBuilds,
    permissions: { project_access: access(project, user), group_access: null },
  };
}

export function projectV4(project: Project, user: User | undefined, { world, links }: Place): Shown {
  const [namespace, path] = splitPath(project.path);
  const webUrl = links.absolute(links.project(project));
  return {
    id: project.id,
    description: null,
    name: path,
    name_with_namespace: `${namespace.replaceAll('/', ' / ')} / ${path}`,
    path,
    path_with_namespace: project.path,
    created_at: iso(project.createdAtMs),
    default_branch: project.defaultBranch,
    tag_list: [],
    ...urls(project, webUrl, links),
    avatar_url: null,
    star_count: 0,
    forks_count: 0,
    last_activity_at: iso(project.createdAtMs),
    namespace: { id: project.id, name: namespace, path: namespace, kind: 'group', full_path: namespace },
    archived: false,
    visibility: project.visibility,
    issues_enabled: true,
    merge_requests_enabled: true,
    wiki_enabled: true,
    jobs_enabled: true,
    snippets_enabled: false,
    shared_runners_enabled: true,
    creator_id: 1,
    ...runnersToken(project, user, world),
    public_jobs: project.publicBuilds,
    // Nobody's permissions are not shown.
    ...(user ? { permissions: { project_access: access(project, user), group_access: null } } : {}),
  };
}

export function mergeRequestOf(mergeRequest: MergeRequest, { world, links }: Place): Shown {
  const { iid, projectId, title, state, sourceBranch, targetBranch, sha, createdAtMs } = mergeRequest;
  const project = links.project(world.project(projectId));
  return {
    id: 5000 + iid,
    iid,
    project_id: projectId,
    title,
    description: '',
    state,
    created_at: iso(createdAtMs),
    updated_at: iso(createdAtMs),
    target_branch: targetBranch,
    source_branch: sourceBranch,
    source_project_id: projectId,
    target_project_id: projectId,
    labels: [],
    merge_status: 'can_be_merged',
    sha,
    merge_commit_sha: null,
    web_url: links.absolute(`${project}/-/merge_requests/${iid}`),
  };
}

function urls(project: Project, webUrl: string, links: Links): Shown {
  return {
    ssh_url_to_repo: `git@${links.host}:${project.path}.git`,
    http_url_to_repo: `${webUrl}.git`,
    web_url: webUrl,
  };
}

function namespaceV3(path: string, project: Project): Shown {
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

function runnersToken(project: Project, user: User | undefined, { profile }: World): Shown {
  return can(user, 'adminProject', project, profile) ? { runners_token: project.runnersToken } : {};
}

function access(project: Project, user: User | undefined): Shown | null {
  const role = user && Object.hasOwn(project.members, user.username) ? project.members[user.username] : undefined;
  return role === undefined ? null : { access_level: levels[role], notification_level: 3 };
}

const levels: Readonly<Record<Role, number>> = { guest: 10, reporter: 20, developer: 30, master: 40, owner: 50 };

function splitPath(path: string): readonly [namespace: string, path: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}
