import { arrange, type Build } from '../build';
import { GitLabError } from '../errors';
import type { Instance } from '../instance';
import { isProjectGone } from './absence';
import { Api } from './api';
import { detect, hasV4, type Server } from './detect';
import type { BuildAction, Dialect, Project } from './dialect';
import type { Row } from './fields';
import type { Http, StreamAnswer } from './http';
import { v3 } from './v3';
import { v4 } from './v4';

const dialects = { v3, v4 } as const satisfies Record<Server['api'], Dialect>;
/** A server may be upgraded under us. */
const detectAgainMs = 24 * 3600_000;

/** What a call works with. */
interface Call {
  readonly api: Api;
  readonly server: Server;
  readonly dialect: Dialect;
}

/** One instance, spoken to in its dialect. Every method throws GitLabError, or the signal's reason once aborted. */
export class GitLabClient {
  private readonly projects = new Map<string, Project>();
  private detected: { readonly server: Server; readonly at: number } | undefined;

  constructor(
    private readonly instance: Instance,
    private readonly http: Http,
    private readonly token: () => Promise<string | undefined>,
    private readonly now: () => number = Date.now,
  ) {}

  /** What the instance turned out to be; undefined before the first answer. */
  get server(): Server | undefined {
    return this.detected?.server;
  }

  /** The name of the user whose token it is. */
  async user(signal: AbortSignal): Promise<string> {
    return this.call(signal, ({ api }) => api.get('user', (row) => row.must('username')));
  }

  /** The page where a user finds or makes a token. */
  async tokenPage(signal: AbortSignal): Promise<string> {
    const { http, instance } = this;
    const path = (await hasV4({ http, instance, signal }))
      ? '-/profile/personal_access_tokens?name=GitLab+Builds&scopes=api'
      : 'profile/account';
    return `${instance.url}/${path}`;
  }

  /** The builds of a commit, arranged; none where the commit has no CI. `sha` in full: GitLab compares it as it stands. */
  async commitBuilds(project: string, sha: string, signal: AbortSignal): Promise<readonly Build[]> {
    return this.within(project, signal, async (found, { api, server, dialect }) => {
      const toBuild = (row: Row) => this.toBuild(row, found, dialect);
      return arrange(await dialect.commitRows({ api, server, project: found, sha, toBuild }));
    });
  }

  /** The newest builds of the project, one page of them, newest first; `scope`: only those of that status. */
  async recentBuilds(project: string, scope: string | undefined, signal: AbortSignal): Promise<readonly Build[]> {
    // Of all the forms of `scope` only the single one works on every server.
    const query = scope === undefined ? '' : `?scope=${encodeURIComponent(scope)}`;
    return this.within(project, signal, async (found, { api, dialect }) => {
      const path = `projects/${found.id}/${dialect.segment}${query}`;
      return (await api.page(path, 1, (row) => this.toBuild(row, found, dialect))).items;
    });
  }

  async build(project: string, id: number, signal: AbortSignal): Promise<Build> {
    return this.within(project, signal, (found, { api, dialect }) =>
      api.get(`projects/${found.id}/${dialect.segment}/${id}`, (row) => this.toBuild(row, found, dialect)),
    );
  }

  /** The build as the action left it; for a retry that is a new build. */
  async act(project: string, id: number, action: BuildAction, signal: AbortSignal): Promise<Build> {
    return this.within(project, signal, (found, { api, dialect }) =>
      api.post(`projects/${found.id}/${dialect.segment}/${id}/${action}`, (row) => this.toBuild(row, found, dialect)),
    );
  }

  async artifacts(project: string, id: number, signal: AbortSignal): Promise<StreamAnswer> {
    return this.within(project, signal, (found, { api, dialect }) =>
      api.stream(`projects/${found.id}/${dialect.segment}/${id}/artifacts`),
    );
  }

  /** Looked up once by its path, then remembered. */
  async project(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const known = this.projects.get(idOrPath);
    if (known !== undefined) return known;
    return this.call(signal, async ({ api }) => {
      const project = await api.get(`projects/${encodeURIComponent(idOrPath)}`, toProject);
      this.projects.set(idOrPath, project);
      return project;
    });
  }

  /** The project may have gone since it was looked up, or been made anew under another number: then that one is asked. */
  private async within<T>(
    project: string,
    signal: AbortSignal,
    ask: (found: Project, call: Call) => Promise<T>,
  ): Promise<T> {
    const found = await this.project(project, signal);
    try {
      return await this.call(signal, (call) => ask(found, call));
    } catch (error) {
      if (!isProjectGone(error)) throw error;
      this.projects.delete(project);
      const present = await this.project(project, signal);
      if (present.id === found.id) throw error;
      return this.call(signal, (call) => ask(present, call));
    }
  }

  /** In the dialect that the server was found to speak; an answer that contradicts this makes it be asked again. */
  private async call<T>(signal: AbortSignal, work: (call: Call) => Promise<T>): Promise<T> {
    const known = this.detected;
    try {
      return await work(await this.open(signal));
    } catch (error) {
      if (known === undefined || !contradicts(error)) throw error;
      this.detected = undefined;
      const call = await this.open(signal);
      if (call.server.api === known.server.api) throw unsupportedOr(error);
      return work(call);
    }
  }

  private async open(signal: AbortSignal): Promise<Call> {
    const { instance, http } = this;
    const token = await this.token();
    if (this.detected === undefined || this.now() - this.detected.at >= detectAgainMs) {
      this.detected = { server: await detect({ http, instance, token, signal }), at: this.now() };
    }
    const { server } = this.detected;
    const dialect = dialects[server.api];
    return { server, dialect, api: new Api(http, instance, dialect.root, token, signal) };
  }

  /** Web pages are below the base URL that the user knows, not where a wrongly set up server thinks that it is. */
  private toBuild(row: Row, { path }: Project, dialect: Dialect): Build {
    return dialect.toBuild(row, `${this.instance.url}/${path}`);
  }
}

/** 410: v3 is gone since 11.0. A page where the API was: so it is not there any more. */
function contradicts(error: unknown): boolean {
  return error instanceof GitLabError && (error.failure.status === 410 || error.failure.kind === 'notGitLab');
}

/** The API is there, so it is the one route that is missing. */
function unsupportedOr(error: unknown): unknown {
  if (!(error instanceof GitLabError) || error.failure.status !== 404) return error;
  return new GitLabError({ ...error.failure, kind: 'unsupported' }, { cause: error });
}

function toProject(row: Row): Project {
  return { id: row.id('id'), path: row.must('path_with_namespace') };
}
