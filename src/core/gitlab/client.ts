import { arrange, type Build } from '../build';
import { GitLabError } from '../errors';
import type { Instance } from '../instance';
import type { BuildAction, Dialect, Project } from './dialect';
import { Row, rowsOf, UnexpectedShape } from './fields';
import type { Http, JsonAnswer, StreamAnswer } from './http';
import { allPages, perPage, type Page } from './pages';

/** One instance, spoken to in its dialect. Every method throws GitLabError, or the signal's reason once aborted. */
export class GitLabClient {
  private readonly projects = new Map<string, Project>();

  constructor(
    private readonly instance: Instance,
    private readonly dialect: Dialect,
    private readonly http: Http,
    private readonly token: () => Promise<string | undefined>,
  ) {}

  get apiVersion(): Dialect['name'] {
    return this.dialect.name;
  }

  /** The name of the user whose token it is. */
  async user(signal: AbortSignal): Promise<string> {
    const { body } = await this.json('GET', this.dialect.user, signal);
    return this.read(() => new Row(body, 'the user').must('username'));
  }

  /** The builds of a commit, arranged; none where the commit has no CI. `sha` in full: GitLab compares it as it stands. */
  async commitBuilds(project: string, sha: string, signal: AbortSignal): Promise<readonly Build[]> {
    return this.within(project, signal, async (found) => {
      try {
        return arrange(await this.list(this.dialect.commitBuilds(found.id, sha), found, signal));
      } catch (error) {
        if (this.dialect.noBuildsIs404 && isNotFound(error) && !isProjectGone(error)) return [];
        throw error;
      }
    });
  }

  /** The newest builds of the project, one page of them, newest first; `scope`: only those of that status. */
  async recentBuilds(project: string, scope: string | undefined, signal: AbortSignal): Promise<readonly Build[]> {
    // Of all the forms of `scope` only the single one works on every server.
    const query = `per_page=${perPage}${scope === undefined ? '' : `&scope=${encodeURIComponent(scope)}`}`;
    return this.within(project, signal, async (found) => {
      return (await this.page(`${this.dialect.projectBuilds(found.id)}?${query}`, found, signal)).items;
    });
  }

  async build(project: string, id: number, signal: AbortSignal): Promise<Build> {
    return this.within(project, signal, (found) => this.one('GET', this.dialect.build(found.id, id), found, signal));
  }

  /** The build as the action left it; for a retry that is a new build. */
  async act(project: string, id: number, action: BuildAction, signal: AbortSignal): Promise<Build> {
    return this.within(project, signal, (found) =>
      this.one('POST', this.dialect.action(found.id, id, action), found, signal),
    );
  }

  async artifacts(project: string, id: number, signal: AbortSignal): Promise<StreamAnswer> {
    return this.within(project, signal, async (found) =>
      this.http.stream(await this.request('GET', this.dialect.artifacts(found.id, id), signal)),
    );
  }

  /** Looked up once by its path, then remembered. */
  async project(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const known = this.projects.get(idOrPath);
    if (known !== undefined) return known;
    const { body } = await this.json('GET', this.dialect.project(idOrPath), signal);
    const project = this.read(() => toProject(new Row(body, 'the project')));
    this.projects.set(idOrPath, project);
    return project;
  }

  /** The project may have gone since it was looked up, or been made anew under another number: then that one is asked. */
  private async within<T>(project: string, signal: AbortSignal, ask: (found: Project) => Promise<T>): Promise<T> {
    const found = await this.project(project, signal);
    try {
      return await ask(found);
    } catch (error) {
      if (!isProjectGone(error)) throw error;
      this.projects.delete(project);
      const present = await this.project(project, signal);
      if (present.id === found.id) throw error;
      return ask(present);
    }
  }

  private async list(path: string, project: Project, signal: AbortSignal): Promise<readonly Build[]> {
    return allPages((page) => this.page(`${path}?per_page=${perPage}&page=${page}`, project, signal));
  }

  private async page(path: string, project: Project, signal: AbortSignal): Promise<Page<Build>> {
    const { headers, body } = await this.json('GET', path, signal);
    return { headers, items: this.read(() => rowsOf(body).map((row) => this.toBuild(row, project))) };
  }

  private async one(method: 'GET' | 'POST', path: string, project: Project, signal: AbortSignal): Promise<Build> {
    const { body } = await this.json(method, path, signal);
    return this.read(() => this.toBuild(new Row(body, 'the build'), project));
  }

  /** Web pages are below the base URL that the user knows, not where a wrongly set up server thinks that it is. */
  private toBuild(row: Row, { path }: Project): Build {
    return this.dialect.toBuild(row, `${this.instance.url}/${path}`);
  }

  private async json(method: 'GET' | 'POST', path: string, signal: AbortSignal): Promise<JsonAnswer> {
    return this.http.json(await this.request(method, path, signal));
  }

  private async request(method: 'GET' | 'POST', path: string, signal: AbortSignal) {
    const { url } = this.instance;
    return { method, url: `${url}/${this.dialect.root}/${path}`, instance: url, token: await this.token(), signal };
  }

  private read<T>(reader: () => T): T {
    try {
      return reader();
    } catch (cause) {
      if (!(cause instanceof UnexpectedShape)) throw cause;
      const { host } = new URL(this.instance.url);
      throw new GitLabError({ kind: 'invalidAnswer', host, reason: cause.message }, { cause });
    }
  }
}

function toProject(row: Row): Project {
  return { id: row.id('id'), path: row.must('path_with_namespace') };
}

function isNotFound(error: unknown): error is GitLabError {
  return error instanceof GitLabError && error.failure.kind === 'notFound';
}

/** "404 Project Not Found": neither the build nor the commit is what is missing. */
function isProjectGone(error: unknown): boolean {
  return isNotFound(error) && /project/i.test(error.failure.reason ?? '');
}
