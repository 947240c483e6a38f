import { Archive, type ArchiveInit } from './archive';
import type {
  BuildInit,
  Commit,
  CommitInit,
  FakeBuild,
  Project,
  ProjectInit,
  Role,
  Runner,
  Time,
  User,
  UserInit,
} from './model';
import type { Profile } from './profiles';
import { canErase, canRetry, timesFor } from './rules';

type Changes = Partial<Omit<FakeBuild, 'id' | 'projectId' | 'sha' | 'artifacts' | 'trace'>> & {
  readonly artifacts?: ArchiveInit | null;
  readonly trace?: string | Buffer;
};

interface Repository {
  readonly commits: Map<string, Commit>;
  /** Build ids by sha, ascending: GitLab 8.4 to 8.7 keep one CI record for each sha, whatever the ref. */
  readonly ciRecords: Map<string, number[]>;
  readonly buildIds: number[];
}

/** All that one GitLab holds, and what can happen to it. No HTTP here; time comes from outside. */
export class World {
  readonly #users = new Map<string, User>();
  readonly #runners = new Map<string, Runner>();
  readonly #projects = new Map<number, Project>();
  readonly #repositories = new Map<number, Repository>();
  readonly #builds = new Map<number, FakeBuild>();
  readonly #zipping = new Set<Promise<void>>();
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
    const user = this.#users.get(username);
    if (!user) throw new Error(`no user ${username}`);
    this.#users.set(username, { ...user, state });
  }

  userOfToken(token: string): User | undefined {
    return [...this.#users.values()].find((user) => user.token === token);
  }

  addProject(init: ProjectInit): Project {
    if (this.findProject(init.path)) throw new Error(`there is a project ${init.path}`);
    const id = this.#projects.size + 1;
    const project: Project = {
      id,
      path: init.path,
      visibility: init.visibility ?? 'private',
      publicBuilds: init.publicBuilds ?? true,
      defaultBranch: init.defaultBranch ?? 'master',
      members: init.members ?? {},
      runnersToken: `runners-token-of-${id}`,
      createdAtMs: this.now(),
    };
    this.#projects.set(id, project);
    this.#repositories.set(id, { commits: new Map(), ciRecords: new Map(), buildIds: [] });
    return project;
  }

  /** Gives a member another role, or takes it away. */
  setRole(project: Project, username: string, role: Role | undefined): void {
    const present = this.project(project.id);
    const others = Object.entries(present.members).filter(([name]) => name !== username);
    const members = Object.fromEntries(role === undefined ? others : [...others, [username, role]]);
    this.#projects.set(project.id, { ...present, members });
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

  addCommit(project: Project, init: CommitInit): Commit {
    const title = init.title ?? 'Test the CI integration.';
    const commit: Commit = {
      sha: init.sha,
      title,
      message: init.message ?? title,
      authorName: init.authorName ?? 'Administrator',
      authorEmail: init.authorEmail ?? 'admin@example.com',
      createdAt: init.createdAt ?? new Date(this.now()).toISOString().replace('Z', '+00:00'),
    };
    const repository = this.#repository(project);
    repository.commits.set(commit.sha, commit);
    if (init.ciSkipped) repository.ciRecords.set(commit.sha, []);
    return commit;
  }

  commit(projectId: number, sha: string): Commit | undefined {
    return this.#repositories.get(projectId)?.commits.get(sha);
  }

  addBuild(project: Project, init: BuildInit): FakeBuild {
    const status = init.status ?? 'pending';
    const createdAtMs = toMs(init.createdAt) ?? this.now();
    const times = timesFor(status, { startedAtMs: null, finishedAtMs: null }, createdAtMs);
    return this.#insert({
      id: this.#builds.size + 1,
      projectId: project.id,
      sha: init.sha,
      ref: init.ref ?? project.defaultBranch,
      tag: init.tag ?? false,
      stage: init.stage ?? 'test',
      name: init.name,
      status,
      createdAtMs,
      startedAtMs: init.startedAt === undefined ? times.startedAtMs : toMs(init.startedAt),
      finishedAtMs: init.finishedAt === undefined ? times.finishedAtMs : toMs(init.finishedAt),
      coverage: init.coverage ?? null,
      user: init.user === undefined ? null : this.#user(init.user),
      runner: init.runner === undefined ? null : this.#runner(init.runner),
      artifacts: init.artifacts ? this.#archive(init.artifacts) : null,
      trace: Buffer.from(init.trace ?? ''),
      commands: init.commands ?? true,
    });
  }

  build(id: number): FakeBuild {
    const build = this.#builds.get(id);
    if (!build) throw new Error(`no build ${id}`);
    return build;
  }

  findBuild(project: Project, id: number): FakeBuild | undefined {
    const build = this.#builds.get(id);
    return build?.projectId === project.id ? build : undefined;
  }

  /** Ids of all builds of a project, ascending. */
  buildIds(project: Project): readonly number[] {
    return this.#repository(project).buildIds;
  }

  /** Ids of a commit's builds, ascending; undefined where the commit never had CI. */
  buildIdsOfCommit(project: Project, sha: string): readonly number[] | undefined {
    return this.#repository(project).ciRecords.get(sha);
  }

  /** Forces any status, also one that GitLab of this version does not know, with the times that go with it. */
  setStatus({ id }: { readonly id: number }, status: string): FakeBuild {
    const build = this.build(id);
    return this.#replace({ ...build, status, ...timesFor(status, build, this.now()) });
  }

  /** A runner takes it. */
  start({ id }: { readonly id: number }, runner: string): FakeBuild {
    return this.update(this.setStatus({ id }, 'running'), { runner: this.#runner(runner) });
  }

  update({ id }: { readonly id: number }, { artifacts, trace, ...changes }: Changes): FakeBuild {
    const build = { ...this.build(id), ...changes };
    return this.#replace({
      ...build,
      artifacts: artifacts === undefined ? build.artifacts : artifacts && this.#archive(artifacts),
      trace: trace === undefined ? build.trace : Buffer.from(trace),
    });
  }

  appendTrace({ id }: { readonly id: number }, text: string): FakeBuild {
    const build = this.build(id);
    return this.#replace({ ...build, trace: Buffer.concat([build.trace, Buffer.from(text)]) });
  }

  /** A finished build stays as it is: GitLab calls that no error. */
  cancel({ id }: { readonly id: number }): FakeBuild {
    const build = this.build(id);
    return this.profile.cancelableFrom.includes(build.status) ? this.setStatus(build, 'canceled') : build;
  }

  /** A new build with a new id; the old one stays, and nothing marks it. Up to 8.8 the new one belongs to no user. */
  retry({ id }: { readonly id: number }): FakeBuild {
    const build = this.build(id);
    if (!canRetry(this.profile, build)) throw new Error(`build ${id} is not retryable`);
    return this.#insert({
      ...build,
      id: this.#builds.size + 1,
      status: 'pending',
      createdAtMs: this.now(),
      startedAtMs: null,
      finishedAtMs: null,
      coverage: null,
      user: null,
      runner: null,
      artifacts: null,
      trace: Buffer.alloc(0),
    });
  }

  /** Takes log and artifacts away. */
  erase({ id }: { readonly id: number }): FakeBuild {
    const build = this.build(id);
    if (!canErase(build)) throw new Error(`build ${id} is not erasable`);
    return this.#replace({ ...build, artifacts: null, trace: Buffer.alloc(0) });
  }

  /** Resolves when all artifacts are zipped. The server waits for it before it answers. */
  async settled(): Promise<void> {
    if (this.#zipping.size === 0) return;
    await Promise.all(this.#zipping);
    this.#zipping.clear();
  }

  #insert(build: FakeBuild): FakeBuild {
    const { buildIds, ciRecords } = this.#repository({ id: build.projectId });
    const record = ciRecords.get(build.sha);
    if (record) record.push(build.id);
    else ciRecords.set(build.sha, [build.id]);
    buildIds.push(build.id);
    return this.#replace(build);
  }

  #replace(build: FakeBuild): FakeBuild {
    this.#builds.set(build.id, build);
    return build;
  }

  #archive(init: ArchiveInit): Archive {
    const archive = new Archive(init, this.now());
    this.#zipping.add(archive.ready);
    return archive;
  }

  #repository({ id }: { readonly id: number }): Repository {
    const repository = this.#repositories.get(id);
    if (!repository) throw new Error(`no project ${id}`);
    return repository;
  }

  #user(username: string): User {
    const user = this.#users.get(username);
    if (!user) throw new Error(`no user ${username}`);
    return user;
  }

  #runner(description: string): Runner {
    const runner = this.#runners.get(description) ?? { id: this.#runners.size + 1, description };
    this.#runners.set(description, runner);
    return runner;
  }
}

function toMs(time: Time | null | undefined): number | null {
  if (time === null || time === undefined) return null;
  const ms = typeof time === 'number' ? time : Date.parse(time);
  if (Number.isNaN(ms)) throw new Error(`not a time: ${time}`);
  return ms;
}
