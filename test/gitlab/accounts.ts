import type {
  Commit,
  CommitInit,
  MergeRequest,
  MergeRequestInit,
  Project,
  ProjectInit,
  Role,
  Runner,
  Time,
  Token,
  TokenInit,
  User,
  UserInit,
  PipelineInputSpec,
} from './model';
import type { Profile } from './profiles/profile';

interface Repository {
  readonly commits: Map<string, Commit>;
  readonly mergeRequests: Map<number, MergeRequest>;
}

/** People, their tokens, projects and what git knows of them. */
export class Accounts {
  readonly #users = new Map<string, User>();
  readonly #tokens = new Map<string, Token>();
  readonly #runners = new Map<string, Runner>();
  readonly #projects = new Map<number, Project>();
  readonly #repositories = new Map<number, Repository>();
  readonly #files = new Map<string, Readonly<Record<string, string>>>();
  readonly #includable = new Map<string, string>();
  /** What the lint says of every file, in place of what it finds. */
  toldByLint: { readonly errors: readonly string[]; readonly warnings: readonly string[] } | undefined;
  readonly now: () => number;
  readonly profile: Profile;

  constructor(profile: Profile, now: () => number = Date.now) {
    this.profile = profile;
    this.now = now;
  }

  addUser(init: UserInit): User {
    if (this.#users.has(init.username)) throw new Error(`there is a user ${init.username}`);
    const user: User = {
      id: this.#users.size + 1,
      username: init.username,
      name: init.name ?? init.username,
      token: init.token,
      admin: init.admin ?? false,
      state: init.state ?? 'active',
      createdAtMs: this.now(),
    };
    this.#users.set(user.username, user);
    return user;
  }

  setUserState(username: string, state: User['state']): void {
    this.#users.set(username, { ...this.user(username), state });
  }

  user(username: string): User {
    const user = this.#users.get(username);
    if (!user) throw new Error(`no user ${username}`);
    return user;
  }

  userOfToken(token: string): User | undefined {
    return [...this.#users.values()].find((user) => user.token === token);
  }

  /** A personal access token besides the user's own. */
  addToken(init: TokenInit): Token {
    const token: Token = {
      id: this.#tokens.size + 1,
      token: init.token,
      name: init.name ?? init.token,
      user: this.user(init.user).username,
      scopes: init.scopes ?? ['api'],
      createdAtMs: this.now(),
      expiresAtMs: toMs(init.expiresAt),
      revoked: init.revoked ?? false,
      oauth: init.oauth ?? false,
    };
    this.#tokens.set(token.token, token);
    return token;
  }

  revokeToken(token: string): void {
    const present = this.#tokens.get(token);
    if (!present) throw new Error(`no token ${token}`);
    this.#tokens.set(token, { ...present, revoked: true });
  }

  personalToken(token: string): Token | undefined {
    return this.#tokens.get(token);
  }

  addRunner(init: { readonly description: string; readonly graceful?: boolean }): Runner {
    const { description, graceful = false } = init;
    const runner = { id: this.#runners.get(description)?.id ?? this.#runners.size + 1, description, graceful };
    this.#runners.set(description, runner);
    return runner;
  }

  addProject(init: ProjectInit): Project {
    if (this.findProject(init.path)) throw new Error(`there is a project ${init.path}`);
    const id = this.#projects.size + 1;
    const project: Project = {
      id,
      path: init.path,
      formerPaths: [],
      visibility: init.visibility ?? 'private',
      publicBuilds: init.publicBuilds ?? true,
      defaultBranch: init.defaultBranch ?? 'master',
      protectedRefs: init.protectedRefs ?? [],
      members: init.members ?? {},
      runnersToken: `runners-token-of-${id}`,
      pipelineInputs: [],
      createdAtMs: this.now(),
    };
    this.#projects.set(id, project);
    this.#repositories.set(id, { commits: new Map(), mergeRequests: new Map() });
    return project;
  }

  /** Gives a member another role, or takes it away. */
  setRole(project: Project, username: string, role: Role | undefined): void {
    const present = this.project(project.id);
    const others = Object.entries(present.members).filter(([name]) => name !== username);
    const members = Object.fromEntries(role === undefined ? others : [...others, [username, role]]);
    this.#projects.set(project.id, { ...present, members });
  }

  /** As a commit that changes `spec:inputs` does. */
  declareInputs(project: Project, ...pipelineInputs: readonly PipelineInputSpec[]): void {
    this.#projects.set(project.id, { ...this.project(project.id), pipelineInputs });
  }

  /** Files of a commit, by their paths. */
  commitFiles(project: Pick<Project, 'id'>, sha: string, files: Readonly<Record<string, string>>): void {
    this.#files.set(`${project.id} ${sha}`, files);
  }

  fileOf(project: Pick<Project, 'id'>, sha: string, path: string): string | undefined {
    const files = this.#files.get(`${project.id} ${sha}`) ?? {};
    return Object.hasOwn(files, path) ? files[path] : undefined;
  }

  /** What configurations can include that isn't in their repository: components, files of other projects and of the web. */
  publishInclude(location: string, text: string): void {
    this.#includable.set(location, text);
  }

  includable(location: string): string | undefined {
    return this.#includable.get(location);
  }

  protectRefs(project: Project, ...protectedRefs: readonly string[]): void {
    this.#projects.set(project.id, { ...this.project(project.id), protectedRefs });
  }

  /** To another path; what the old one answers is the profile's. */
  moveProject(project: Project, path: string): Project {
    const present = this.project(project.id);
    const moved = { ...present, path, formerPaths: [...present.formerPaths, present.path] };
    this.#projects.set(project.id, moved);
    return moved;
  }

  project(id: number): Project {
    const project = this.#projects.get(id);
    if (!project) throw new Error(`no project ${id}`);
    return project;
  }

  /** By number, or by path in any case. */
  findProject(idOrPath: string): Project | undefined {
    if (/^-?\d+$/.test(idOrPath)) return this.#projects.get(Number(idOrPath));
    const path = idOrPath.toLowerCase();
    return [...this.#projects.values()].find((project) => project.path.toLowerCase() === path);
  }

  /** By a path that it no longer has. */
  findMovedProject(path: string): Project | undefined {
    const wanted = path.toLowerCase();
    return [...this.#projects.values()].find(({ formerPaths }) =>
      formerPaths.some((former) => former.toLowerCase() === wanted),
    );
  }

  addCommit(project: Project, init: CommitInit): Commit {
    const title = init.title ?? 'Test the CI integration.';
    const commit: Commit = {
      sha: init.sha,
      title,
      message: init.message ?? title,
      authorName: init.authorName ?? 'Administrator',
      authorEmail: init.authorEmail ?? 'admin@example.com',
      createdAt: init.createdAt ?? new Date(this.now()).toISOString().replace('Z', '+00:00'),
      parents: init.parents ?? [],
    };
    this.#repository(project.id).commits.set(commit.sha, commit);
    return commit;
  }

  commit(projectId: number, sha: string): Commit | undefined {
    return this.#repositories.get(projectId)?.commits.get(sha);
  }

  commits(projectId: number): readonly Commit[] {
    return [...this.#repository(projectId).commits.values()];
  }

  addMergeRequest(project: Project, init: MergeRequestInit): MergeRequest {
    const { mergeRequests } = this.#repository(project.id);
    const mergeRequest: MergeRequest = {
      iid: mergeRequests.size + 1,
      projectId: project.id,
      title: init.title ?? `Merge ${init.sourceBranch}`,
      sourceBranch: init.sourceBranch,
      targetBranch: init.targetBranch ?? project.defaultBranch,
      sha: init.sha,
      state: init.state ?? 'opened',
      createdAtMs: this.now(),
    };
    mergeRequests.set(mergeRequest.iid, mergeRequest);
    return mergeRequest;
  }

  /** Its branch has a new head. */
  pushToMergeRequest(project: Project, iid: number, sha: string): void {
    const { mergeRequests } = this.#repository(project.id);
    const present = mergeRequests.get(iid);
    if (!present) throw new Error(`no merge request ${iid}`);
    mergeRequests.set(iid, { ...present, sha });
  }

  mergeRequests(project: Project): readonly MergeRequest[] {
    return [...this.#repository(project.id).mergeRequests.values()];
  }

  protected runner(description: string): Runner {
    return this.#runners.get(description) ?? this.addRunner({ description });
  }

  #repository(projectId: number): Repository {
    const repository = this.#repositories.get(projectId);
    if (!repository) throw new Error(`no project ${projectId}`);
    return repository;
  }
}

export function toMs(time: Time | null | undefined): number | null {
  if (time === null || time === undefined) return null;
  const ms = typeof time === 'number' ? time : Date.parse(time);
  if (Number.isNaN(ms)) throw new Error(`not a time: ${time}`);
  return ms;
}
