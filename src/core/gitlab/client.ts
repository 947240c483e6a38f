import { RateLimiter } from '../polling/rateLimiter';
import type { Urgency } from '../polling/schedule';
import type { Build, BuildAction } from '../model/build';
import type { Instance } from '../model/instance';
import type { Listing } from '../model/pipeline';
import type { Logger } from '../util/logger';
import { systemClock, type Clock } from '../util/timer';
import { ArtifactCalls } from './artifactCalls';
import { listsBranchPipelines } from './branchPipelines';
import { BuildCalls } from './buildCalls';
import { CiFileCalls } from './ciFileCalls';
import { ClientCaches } from './clientCaches';
import type { Server } from './detect';
import { DetectedServer } from './detectedServer';
import {
  buildReader,
  toRequest,
  type ActionValues,
  type Call,
  type CommitRef,
  type Project,
  type ProjectCaller,
} from './dialect';
import { lacksRunPipeline } from './features';
import { rateLimitedHttp, type Sent } from './http/rateLimitedHttp';
import type { Http, StreamAnswer } from './http/request';
import { FoundProjects } from './foundProjects';
import type { FactsKeeper } from './instanceFacts';
import { isGraphqlUsed } from './listing/graphql';
import { Listings } from './listings';
import { isProjectGone, presenceOrThrow, ProjectUnseen } from './notFound';
import { PipelineCalls } from './pipelineCalls';
import { ServerClock } from './serverClock';
import { tokenPage, type TokenPage } from './tokenPage';
import { TokenScopes } from './tokenScopes';

/**
 * Client for one instance, whose API dialect it detects: finds projects, and reads and changes their builds. Other
 * subjects have parts of their own. Every method throws GitLabError, or the signal's reason once aborted.
 */
export class GitLabClient implements ProjectCaller {
  readonly artifacts: ArtifactCalls;
  readonly builds: BuildCalls;
  readonly ciFiles = new CiFileCalls(this);
  readonly pipelines: PipelineCalls;
  private readonly caches: ClientCaches;
  private readonly http: Http;
  private readonly detectedServer: DetectedServer;
  private readonly listings: Listings;
  private readonly projects: FoundProjects;
  private readonly rateLimiter: RateLimiter;
  private readonly sent: Sent = new WeakMap();
  private readonly tokenScopes: TokenScopes;

  constructor(
    private readonly instance: Instance,
    http: Http,
    token: () => Promise<string | undefined>,
    log: Logger,
    clock: Clock = systemClock,
    facts?: FactsKeeper,
  ) {
    const now = (): number => clock.now();
    const serverClock = new ServerClock(now);
    const caches = (this.caches = new ClientCaches(now, serverClock));
    this.tokenScopes = new TokenScopes(caches.memory);
    this.rateLimiter = new RateLimiter(clock);
    this.http = rateLimitedHttp(http, this.rateLimiter, this.sent, serverClock);
    const common = { instance, clock, serverClock, caches, facts };
    const onNewToken = (): void => this.projects.forgetPending();
    const server = (this.detectedServer = new DetectedServer({ ...common, http: this.http, token, onNewToken }));
    this.projects = new FoundProjects({ ...common, server });
    this.listings = new Listings({ client: this, server, projects: this.projects, caches, facts, log });
    this.artifacts = new ArtifactCalls(this, caches);
    this.builds = new BuildCalls(this, caches, log, clock);
    this.pipelines = new PipelineCalls(this, this.listings, caches, log);
  }

  /** Rejects queued refreshes and clears the timer. */
  dispose(): void {
    this.rateLimiter.dispose();
  }

  /** The detected server; undefined before the first response. */
  get server(): Server | undefined {
    return this.detectedServer.detected?.server;
  }

  /** Whether the server is known to be too old to run a pipeline. */
  get lacksRunPipeline(): boolean {
    return this.server !== undefined && lacksRunPipeline(this.server);
  }

  /** Username of the token's owner. */
  async user(signal: AbortSignal): Promise<string> {
    return this.detectedServer.call(signal, ({ api }) => api.get('user', (row) => row.requireString('username')));
  }

  /** Which kind of token the instance accepts, and the page that creates one. Sends no token. */
  async tokenPage(signal: AbortSignal): Promise<TokenPage> {
    const { http, instance } = this;
    return tokenPage({ http, instance, signal });
  }

  /** Loads what the token may do, as far as GitLab says (since 15.5), for `scopes` and `readOnly`. */
  async learn(signal: AbortSignal): Promise<void> {
    await this.detectedServer.call(signal, (call) => this.tokenScopes.learn(call));
  }

  /** Scopes of the token; empty if unknown. */
  get scopes(): readonly string[] {
    return this.tokenScopes.names;
  }

  /** Whether lists come from GraphQL; undefined before the first response. */
  get usesGraphql(): boolean | undefined {
    const { server, caches } = this;
    return server === undefined ? undefined : isGraphqlUsed({ server, memory: caches.memory });
  }

  /** Whether the token is known to be read-only; false before anything has been requested with it. */
  get readOnly(): boolean {
    return this.tokenScopes.readOnly;
  }

  /** Like `readOnly`, but undefined if GitLab could say and hasn't been asked. */
  get readOnlyIfKnown(): boolean | undefined {
    const { server, tokenScopes } = this;
    return server !== undefined && tokenScopes.isKnown(server) ? tokenScopes.readOnly : undefined;
  }

  /** Number of requests sent under a signal, including retries and redirects. */
  requestsOf(signal: AbortSignal): number {
    return this.sent.get(signal) ?? 0;
  }

  /** Called once for each repository that is opened. */
  opened(): void {
    this.rateLimiter.open();
  }

  /** Waits until the rate limiter admits a listing. Throws `rateLimited` during a pause that GitLab imposed. */
  async admit(urgency: Urgency, signal: AbortSignal): Promise<void> {
    return this.rateLimiter.acquire(urgency, signal);
  }

  /**
   * Loads the builds and pipelines of a commit, arranged; empty if it has no CI. `isAsked`: the user asked, so nothing
   * may come from a cache.
   */
  async listing(project: string, commit: CommitRef, signal: AbortSignal, isAsked = false): Promise<Listing> {
    return this.listings.ofCommit(project, commit, signal, isAsked);
  }

  /** Whether the project has the commit; undefined if GitLab doesn't say, as when the user can't read the code. */
  async hasCommit(project: string, sha: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      return await this.inProject(project, signal, (found, { api }) =>
        api.get(`projects/${found.id}/repository/commits/${sha}`, () => true),
      );
    } catch (error) {
      return presenceOrThrow(error);
    }
  }

  /** Loads one build. Doesn't work for bridges, which GitLab only includes in lists. */
  async build(project: string, id: number, signal: AbortSignal): Promise<Build> {
    return this.inProject(project, signal, (found, call) =>
      call.api.get(`projects/${found.id}/${call.dialect.segment}/${id}`, buildReader(found, call)),
    );
  }

  /** Performs an action and returns the resulting build; a new build for a retry, or if a build is played again. */
  async act(
    project: string,
    id: number,
    action: BuildAction,
    signal: AbortSignal,
    values: ActionValues = {},
  ): Promise<Build> {
    const { path, body } = toRequest(action, values);
    this.caches.signedUrls.clear();
    return this.change(project, signal, (found, call) => {
      this.caches.details.forget(found.id, id);
      return call.api.post(
        `projects/${found.id}/${call.dialect.segment}/${id}/${path}`,
        buildReader(found, call),
        body,
      );
    });
  }

  /** Whether the server can list the pipelines of a branch; undefined before the first response. */
  get listsBranchPipelines(): boolean | undefined {
    return this.server === undefined ? undefined : listsBranchPipelines(this.server);
  }

  /** The full SHA of a commit whose id may be abbreviated. */
  async fullSha(project: string, sha: string, signal: AbortSignal): Promise<string> {
    return this.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/repository/commits/${sha}`, (row) => row.requireString('id')),
    );
  }

  /**
   * Downloads the whole log as bytes. `etag`: that of the known content, to skip an unchanged log. Empty if there is no
   * log or it was erased.
   */
  async trace(project: string, id: number, signal: AbortSignal, etag?: string): Promise<StreamAnswer> {
    return this.inProject(project, signal, (found, { api, dialect }) =>
      api.stream(`projects/${found.id}/${dialect.segment}/${id}/trace`, { etag }),
    );
  }

  /** Looks up a project once and caches it. */
  async project(idOrPath: string, signal: AbortSignal): Promise<Project> {
    return this.projects.find(idOrPath, signal);
  }

  /** Looks up a project regardless of the cache. Rejects if GitLab refuses access. */
  async confirmProject(idOrPath: string, signal: AbortSignal): Promise<void> {
    await this.projects.lookUpAgain(idOrPath, idOrPath, signal);
  }

  /** If the project is gone, looks it up again: it may have been recreated with another id. */
  async inProject<T>(
    project: string,
    signal: AbortSignal,
    ask: (found: Project, call: Call) => Promise<T>,
  ): Promise<T> {
    const found = this.projects.get(project)?.project ?? (await this.project(project, signal));
    try {
      return await this.detectedServer.call(signal, (call) => ask(found, call));
    } catch (error) {
      if (!isProjectGone(error)) throw error;
      this.projects.forget(project);
      // Up to 16.6, the old path of a moved project isn't found, but its id is.
      const wanted = error instanceof ProjectUnseen ? String(found.id) : project;
      const present = await this.projects.lookUpAgain(project, wanted, signal);
      if (present.id === found.id && !(error instanceof ProjectUnseen)) throw error;
      return this.detectedServer.call(signal, (call) => ask(present, call));
    }
  }

  async change<T>(project: string, signal: AbortSignal, ask: (found: Project, call: Call) => Promise<T>): Promise<T> {
    return this.tokenScopes.changing(() => this.inProject(project, signal, ask));
  }
}
