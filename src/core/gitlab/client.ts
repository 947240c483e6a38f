import { arrange } from '../arrange';
import { Budget } from '../budget';
import type { ArchiveEntry } from '../artifacts/archive';
import type { Build, BuildAction } from '../build';
import { expectedSeconds } from '../durations';
import { GitLabError } from '../errors';
import type { Instance } from '../instance';
import type { Logger } from '../logger';
import type { Listing } from '../pipeline';
import { systemClock, type Clock, type Urgency } from '../schedule';
import { contradicts, isProjectGone, ProjectUnseen, unsupportedOr } from './absence';
import { Api } from './api';
import { ArtifactsOfBuild, latestArtifacts, type Part } from './artifacts';
import { detect, type Server } from './detect';
import {
  toProject,
  toRequest,
  type Call,
  type CommitQuestion,
  type CommitRef,
  type Dialect,
  type Project,
  type Variables,
} from './dialect';
import type { Row } from './fields';
import { isGraphqlUsed } from './graphql';
import type { Http, StreamAnswer } from './http';
import { Memory } from './memory';
import { metered } from './metered';
import { Places } from './places';
import { Scopes } from './scopes';
import { tokenPlace, type TokenPlace } from './tokenPlace';
import { v3 } from './v3';
import { v4 } from './v4';

const dialects = { v3, v4 } as const satisfies Record<Server['api'], Dialect>;
/** A server may be upgraded under us. */
const detectAgainMs = 24 * 3600_000;
/** Of 100 rows each. */
const pagesKept = 200;
const durationsKeptMs = 30 * 60_000;

/** One instance, spoken to in its dialect. Every method throws GitLabError, or the signal's reason once aborted. */
export class GitLabClient {
  private readonly projects = new Map<string, Project>();
  private readonly memory: Memory;
  private readonly pages: Memory;
  private readonly places: Places;
  private readonly tokenScopes: Scopes;
  private readonly budget: Budget;
  private readonly http: Http;
  private lastToken: string | undefined;
  private detected: { readonly server: Server; readonly at: number } | undefined;

  constructor(
    private readonly instance: Instance,
    http: Http,
    private readonly token: () => Promise<string | undefined>,
    private readonly log: Logger,
    private readonly clock: Clock = systemClock,
  ) {
    const now = (): number => clock.now();
    this.memory = new Memory(now);
    this.pages = new Memory(now, pagesKept);
    this.places = new Places(now);
    this.tokenScopes = new Scopes(this.memory);
    this.budget = new Budget(clock);
    this.http = metered(http, this.budget);
  }

  /** Rejects queued refreshes and clears the timer. */
  dispose(): void {
    this.budget.dispose();
  }

  /** What the instance turned out to be; undefined before the first answer. */
  get server(): Server | undefined {
    return this.detected?.server;
  }

  /** The name of the user whose token it is. */
  async user(signal: AbortSignal): Promise<string> {
    return this.call(signal, ({ api }) => api.get('user', (row) => row.must('username')));
  }

  /** Which kind of token it takes, and where one gets it; asked without a token. */
  async tokenPlace(signal: AbortSignal): Promise<TokenPlace> {
    const { http, instance } = this;
    return tokenPlace({ http, instance, signal });
  }

  /** Asks what the token may do, where GitLab tells: since 15.5. Then `scopes` and `readOnly` are known. */
  async learn(signal: AbortSignal): Promise<void> {
    await this.call(signal, (call) => this.tokenScopes.learn(call));
  }

  /** Of the token, as far as GitLab has told them. */
  get scopes(): readonly string[] {
    return this.tokenScopes.names;
  }

  /** Whether lists come from GraphQL; undefined before the first answer. */
  get usesGraphql(): boolean | undefined {
    const { server, memory } = this;
    return server === undefined ? undefined : isGraphqlUsed({ server, memory });
  }

  /** The token is known to let its owner read and nothing else; not known before it was asked for anything. */
  get readOnly(): boolean {
    return this.tokenScopes.readOnly;
  }

  /** Waits until this instance may be asked for a listing. Throws `rateLimited` while GitLab wants to be left alone. */
  async admit(urgency: Urgency, signal: AbortSignal): Promise<void> {
    return this.budget.admit(urgency, signal);
  }

  /** The builds of a commit and its pipelines, arranged; none where the commit has no CI. */
  async listing(project: string, commit: CommitRef, signal: AbortSignal): Promise<Listing> {
    return this.within(project, signal, async (found, call) => {
      const { api, server, dialect } = call;
      const { memory, log } = this;
      const question: CommitQuestion = { api, server, project: found, commit, memory, log };
      const [rows] = await Promise.all([dialect.commitRows(question), this.tokenScopes.learn(call)]);
      const pipelines = [...rows.pipelines].sort((a, b) => b.id - a.id);
      const isPartial = api.isPartial || rows.isPartial === true;
      return { builds: arrange(rows.builds, pipelines), pipelines, ...(isPartial ? { isPartial } : {}) };
    });
  }

  /** The newest builds of the project, one page of them, newest first; `scope`: only those of that status. */
  async recentBuilds(project: string, scope: string | undefined, signal: AbortSignal): Promise<readonly Build[]> {
    // Of all the forms of `scope` only the single one works on every server.
    const query = scope === undefined ? '' : `?scope=${encodeURIComponent(scope)}`;
    return this.within(project, signal, async (found, call) => {
      const path = `projects/${found.id}/${call.dialect.segment}${query}`;
      return (await call.api.page(path, 1, reader(found, call))).items;
    });
  }

  /** How long a build of each name took the last times that it succeeded, in seconds; asked for twice an hour. */
  async expectedSeconds(project: string, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const key = `durations of ${project}`;
    try {
      return await this.memory.recall(key, durationsKeptMs, async () =>
        expectedSeconds(await this.recentBuilds(project, 'success', signal)),
      );
    } catch (error) {
      // It is only good to know: what fails is not asked for at every refresh.
      if (error instanceof GitLabError) this.memory.keep(key, {}, durationsKeptMs);
      throw error;
    }
  }

  /** Not for bridges: GitLab shows those in lists alone. */
  async build(project: string, id: number, signal: AbortSignal): Promise<Build> {
    return this.within(project, signal, (found, call) =>
      call.api.get(`projects/${found.id}/${call.dialect.segment}/${id}`, reader(found, call)),
    );
  }

  /** The build as the action left it; for a retry, and for what is played again, that is a new build. */
  async act(
    project: string,
    id: number,
    action: BuildAction,
    signal: AbortSignal,
    variables: Variables = {},
  ): Promise<Build> {
    const { path, body } = toRequest(action, variables);
    this.places.clear();
    return this.tokenScopes.changing(() =>
      this.within(project, signal, (found, call) =>
        call.api.post(`projects/${found.id}/${call.dialect.segment}/${id}/${path}`, reader(found, call), body),
      ),
    );
  }

  /** Retries what failed or was cancelled in a pipeline, or cancels what is still open. Since 8.11. */
  async actOnPipeline(project: string, id: number, action: 'retry' | 'cancel', signal: AbortSignal): Promise<void> {
    await this.tokenScopes.changing(() =>
      this.within(project, signal, (found, { api }) =>
        api.post(`projects/${found.id}/pipelines/${id}/${action}`, () => undefined),
      ),
    );
  }

  /** The archive of a build, or a part of it; where a storage has it, that one is asked for further parts straight away. */
  async artifacts(project: string, id: number, signal: AbortSignal, part: Part = {}): Promise<StreamAnswer> {
    return this.within(project, signal, (found, call) =>
      new ArtifactsOfBuild(call, found, id).archive(part, this.places.of(`${found.id} ${id}`)),
    );
  }

  /** The archive of the build of that name in the newest pipeline of a branch or tag that has succeeded. */
  async latestArtifacts(
    project: string,
    ref: string,
    job: string,
    signal: AbortSignal,
    part: Part = {},
  ): Promise<StreamAnswer> {
    return this.within(project, signal, (found, call) => latestArtifacts(call, found, { ...part, ref, job }));
  }

  /** What is in the archive of a build, in GitLab's words; `unsupported` before 18.8. */
  async artifactTree(project: string, id: number, signal: AbortSignal): Promise<readonly ArchiveEntry[]> {
    return this.within(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).tree());
  }

  /** One file of the archive of a build, unpacked; `unsupported` before 10.0. */
  async artifactEntry(project: string, id: number, path: string, signal: AbortSignal): Promise<StreamAnswer> {
    return this.within(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).entry(path));
  }

  /** Takes archive and reports of a build away, for Maintainers; the log stays. `unsupported` before 11.9. */
  async deleteArtifacts(project: string, id: number, signal: AbortSignal): Promise<void> {
    this.places.clear();
    await this.tokenScopes.changing(() =>
      this.within(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).delete()),
    );
  }

  /** The whole log of a build, as bytes; `etag`: of what is known of it. Empty where there is none, or it was erased. */
  async trace(project: string, id: number, signal: AbortSignal, etag?: string): Promise<StreamAnswer> {
    return this.within(project, signal, (found, { api, dialect }) =>
      api.stream(`projects/${found.id}/${dialect.segment}/${id}/trace`, { etag }),
    );
  }

  /** Looked up once by its path, then remembered. */
  async project(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const known = this.projects.get(idOrPath);
    if (known !== undefined) return known;
    const project = await this.lookUp(idOrPath, signal);
    this.projects.set(idOrPath, project);
    return project;
  }

  private async lookUp(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const path = `projects/${encodeURIComponent(idOrPath.toWellFormed())}`;
    return this.call(signal, ({ api }) => api.get(path, (row) => toProject(row, this.instance)));
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
      this.pages.clear();
      // Up to 16.6 its old path leads nowhere, but its number does.
      const present = await this.lookUp(error instanceof ProjectUnseen ? String(found.id) : project, signal);
      this.projects.set(project, present);
      if (present.id === found.id && !(error instanceof ProjectUnseen)) throw error;
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
    if (token !== this.lastToken) this.forget();
    this.lastToken = token;
    if (this.detected === undefined || this.clock.now() - this.detected.at >= detectAgainMs) {
      this.detected = { server: await detect({ http, instance, token, signal }), at: this.clock.now() };
      this.forget();
    }
    const { server } = this.detected;
    const dialect = dialects[server.api];
    return { server, dialect, api: new Api(http, instance, dialect.root, token, signal, this.pages) };
  }

  private forget(): void {
    this.memory.clear();
    this.pages.clear();
    this.places.clear();
  }
}

function reader(project: Project, { dialect, server }: Call): (row: Row) => Build {
  return (row) => dialect.toBuild(row, { project, server });
}
