import { setImmediate as nextTurn } from 'node:timers/promises';
import { arrange } from '../model/arrange';
import { RateLimiter } from '../polling/rateLimiter';
import type { ArchiveEntry } from '../artifacts/archive/archive';
import type { Build, BuildAction } from '../model/build';
import { expectedSeconds } from '../model/durations';
import { GitLabError } from '../model/errors';
import { deepEqual } from '../util/deepEqual';
import type { Instance } from '../model/instance';
import type { Logger } from '../util/logger';
import type { Listing } from '../model/pipeline';
import { type Urgency } from '../polling/schedule';
import { systemClock, type Clock } from '../util/timer';
import { contradicts, isNotFound, isProjectGone, presenceOrThrow, ProjectUnseen, unsupportedOr } from './notFound';
import { GitLabApi } from './gitlabApi';
import { ArtifactsOfBuild, latestArtifacts, type Part } from './buildArtifacts';
import { BuildDetails, isIncomplete } from './buildDetails';
import { meet, type Meeting, type Probe, type Server } from './detect';
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
import { effectOf, type Effect, type LostAction } from './lostAnswer';
import { JsonObject, UnexpectedShape } from './jsonObject';
import { has } from './features';
import { isGraphqlUsed, lacksOf } from './listing/graphql';
import type { Http, StreamAnswer } from './http/request';
import { isRecent, withProject, type FactsKeeper, type InstanceFacts } from './instanceFacts';
import { TtlCache } from '../util/ttlCache';
import { rateLimitedHttp, type Sent } from './http/rateLimitedHttp';
import { SignedUrlCache } from './http/signedUrlCache';
import { TokenScopes } from './tokenScopes';
import { SharedWork } from '../util/sharedWork';
import { tokenPage, type TokenPage } from './tokenPage';
import { v3 } from './listing/v3';
import { v4 } from './listing/v4';

const dialects = { v3, v4 } as const satisfies Record<Server['api'], Dialect>;
/** So many take a few milliseconds. */
const manyRows = 500;
/** Of 100 rows each. */
const pagesKept = 200;
const durationsKeptMs = 30 * 60_000;

interface Durations {
  /** By the name of a build. */
  readonly seconds: Readonly<Record<string, number>>;
  /** In ms since 1970. */
  readonly until: number;
}

/** A project, and whether this client has seen it: else another window has, perhaps with another token. */
interface KnownProject {
  readonly project: Project;
  readonly isSeen: boolean;
}

interface Detected {
  readonly server: Server;
  /** In ms since 1970. */
  readonly at: number;
  /** By this client, not by another window. */
  readonly isSeen: boolean;
}

/** What was found out with what was asked for beside it. */
interface Met extends Meeting {
  readonly beside: string | undefined;
}

/** One instance, spoken to in its dialect. Every method throws GitLabError, or the signal's reason once aborted. */
export class GitLabClient {
  private readonly durations = new Map<string, Durations>();
  private readonly projects = new Map<string, KnownProject>();
  private readonly lookUps = new Map<string, SharedWork<Project>>();
  private readonly memory: TtlCache;
  private readonly pages: TtlCache;
  private readonly places: SignedUrlCache;
  private readonly tokenScopes: TokenScopes;
  private readonly details = new BuildDetails();
  private readonly rateLimiter: RateLimiter;
  private readonly sent: Sent = new WeakMap();
  private readonly http: Http;
  private lastToken: string | undefined;
  private detected: Detected | undefined;
  private detecting = new SharedWork<Met>();

  constructor(
    private readonly instance: Instance,
    http: Http,
    private readonly token: () => Promise<string | undefined>,
    private readonly log: Logger,
    private readonly clock: Clock = systemClock,
    private readonly facts?: FactsKeeper,
  ) {
    const now = (): number => clock.now();
    this.memory = new TtlCache(now);
    this.pages = new TtlCache(now, pagesKept);
    this.places = new SignedUrlCache(now);
    this.tokenScopes = new TokenScopes(this.memory);
    this.rateLimiter = new RateLimiter(clock);
    this.http = rateLimitedHttp(http, this.rateLimiter, this.sent);
    this.recall();
  }

  /** Rejects queued refreshes and clears the timer. */
  dispose(): void {
    this.rateLimiter.dispose();
  }

  /** What the instance turned out to be; undefined before the first answer. */
  get server(): Server | undefined {
    return this.detected?.server;
  }

  /** The name of the user whose token it is. */
  async user(signal: AbortSignal): Promise<string> {
    return this.call(signal, ({ api }) => api.get('user', (row) => row.requireString('username')));
  }

  /** Which kind of token it takes, and where one gets it; asked without a token. */
  async tokenPlace(signal: AbortSignal): Promise<TokenPage> {
    const { http, instance } = this;
    return tokenPage({ http, instance, signal });
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

  /** The same, but undefined as long as GitLab, which would tell, was not asked. */
  get readOnlyIfKnown(): boolean | undefined {
    const { server, tokenScopes } = this;
    return server !== undefined && tokenScopes.isKnown(server) ? tokenScopes.readOnly : undefined;
  }

  /** How many requests were sent under that signal, retries and redirects too. */
  requestsOf(signal: AbortSignal): number {
    return this.sent.get(signal) ?? 0;
  }

  /** Waits until this instance may be asked for a listing. Throws `rateLimited` while GitLab wants to be left alone. */
  async admit(urgency: Urgency, signal: AbortSignal): Promise<void> {
    return this.rateLimiter.acquire(urgency, signal);
  }

  /**
   * The builds of a commit and its pipelines, arranged; none where the commit has no CI. `isAsked`: a person wants to see
   * them as they are.
   */
  async listing(project: string, commit: CommitRef, signal: AbortSignal, isAsked = false): Promise<Listing> {
    const listing = await this.list(project, commit, signal, isAsked);
    return (await this.holds(project, listing, signal)) ? listing : this.list(project, commit, signal, isAsked);
  }

  private async list(project: string, commit: CommitRef, signal: AbortSignal, isAsked: boolean): Promise<Listing> {
    return this.within(project, signal, async (found, { api, server, dialect }) => {
      const { memory, log } = this;
      const question: CommitQuestion = { api, server, project: found, commit, memory, log, isAsked };
      const rows = await dialect.commitRows(question);
      const pipelines = [...rows.pipelines].sort((a, b) => b.id - a.id);
      const isPartial = api.isPartial || rows.isPartial === true;
      // Reading the last page, arranging all and drawing all are turns of their own, where there is much of it.
      const isMuch = rows.builds.length > manyRows;
      if (isMuch) await nextTurn();
      const builds = arrange(this.details.withAll(found.id, rows.builds), pipelines);
      if (isMuch) await nextTurn();
      return { builds, pipelines, ...(isPartial ? { isPartial } : {}) };
    });
  }

  /**
   * Whether what another window has found out still holds, where the listing gives reason to doubt it: the number may have
   * become another project's, and the server an older one.
   */
  private async holds(name: string, { builds, pipelines }: Listing, signal: AbortSignal): Promise<boolean> {
    const { detected } = this;
    const known = this.projects.get(name);
    let holds = true;
    if (builds.length === 0 && pipelines.length === 0 && known?.isSeen === false)
      holds = (await this.lookUpAgain(name, name, signal)).id === known.project.id;
    if (detected?.isSeen === false && has(detected.server, 'graphql') && this.usesGraphql === false) {
      this.detected = undefined;
      holds = deepEqual((await this.open(signal)).server, detected.server) && holds;
    }
    return holds;
  }

  /** Whether the project has the commit; undefined where GitLab doesn't say, such as to who may not read the code. */
  async hasCommit(project: string, sha: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      return await this.within(project, signal, (found, { api }) =>
        api.get(`projects/${found.id}/repository/commits/${sha}`, () => true),
      );
    } catch (error) {
      return presenceOrThrow(error);
    }
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
    const known = this.durations.get(project);
    if (known !== undefined && known.until > this.clock.now()) return known.seconds;
    try {
      return this.keepSeconds(project, expectedSeconds(await this.recentBuilds(project, 'success', signal)));
    } catch (error) {
      // It is only good to know: what fails is not asked for at every refresh.
      if (error instanceof GitLabError) this.keepSeconds(project, known?.seconds ?? {});
      throw error;
    }
  }

  /** The same as it was told the last time; undefined: not asked for yet. */
  knownSeconds(project: string): Readonly<Record<string, number>> | undefined {
    return this.durations.get(project)?.seconds;
  }

  private keepSeconds(project: string, seconds: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    this.durations.set(project, { seconds, until: this.clock.now() + durationsKeptMs });
    return seconds;
  }

  /** Not for bridges: GitLab shows those in lists alone. */
  async build(project: string, id: number, signal: AbortSignal): Promise<Build> {
    return this.within(project, signal, (found, call) =>
      call.api.get(`projects/${found.id}/${call.dialect.segment}/${id}`, reader(found, call)),
    );
  }

  /** Whether GitLab knows more of the build than its lists tell: runner, or size and expiry of the artifacts. */
  isIncomplete(build: Build): boolean {
    const { server, memory } = this;
    if (server === undefined || !isGraphqlUsed({ server, memory })) return false;
    return isIncomplete(build, lacksOf({ server, memory }));
  }

  /** The build with what lists do not tell of it. */
  async completed(project: string, build: Build, signal: AbortSignal): Promise<Build> {
    if (!this.isIncomplete(build)) return build;
    const { id } = await this.project(project, signal);
    // Shared by all who ask, so called off by nobody.
    return this.details.load(id, build, () => this.build(project, build.id, new AbortController().signal));
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
      this.within(project, signal, (found, call) => {
        this.details.forget(found.id, id);
        return call.api.post(`projects/${found.id}/${call.dialect.segment}/${id}/${path}`, reader(found, call), body);
      }),
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

  /** What became of a change of a build whose answer was lost. */
  async effectOf(project: string, action: LostAction, signal: AbortSignal): Promise<Effect> {
    return this.within(project, signal, (found, call) => effectOf(call, found, action, reader(found, call)));
  }

  /** GitLab's word for the state of a pipeline. Since 8.11. */
  async pipelineStatus(project: string, id: number, signal: AbortSignal): Promise<string> {
    return this.within(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => row.requireString('status')),
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
    return known?.isSeen === true ? known.project : this.lookUpAgain(idOrPath, idOrPath, signal);
  }

  /** Asks for the project now, whatever is known of it: rejects where GitLab refuses it, too. */
  async confirmProject(idOrPath: string, signal: AbortSignal): Promise<void> {
    await this.lookUpAgain(idOrPath, idOrPath, signal);
  }

  /** Asked once for all who ask meanwhile; kept under the name that the user has for it. */
  private async lookUpAgain(name: string, idOrPath: string, signal: AbortSignal): Promise<Project> {
    const shared = this.lookUps.get(idOrPath) ?? new SharedWork<Project>();
    this.lookUps.set(idOrPath, shared);
    const project = await shared.join(signal, (all) => this.lookUp(idOrPath, all));
    this.projects.set(name, { project, isSeen: true });
    const { id, path } = project;
    this.keepFacts((facts) => withProject(facts, name, { id, path, at: this.clock.now() }));
    return project;
  }

  private async lookUp(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const read = (row: JsonObject): Project => toProject(row, this.instance);
    const ask = async ({ api, beside }: OpenCall): Promise<Project> => {
      const told = beside === undefined ? undefined : readOrNone(await beside, read);
      return told ?? api.get(`projects/${encodeURIComponent(idOrPath.toWellFormed())}`, read);
    };
    return this.call(signal, ask, idOrPath);
  }

  /** The project may have gone since it was looked up, or been made anew under another number: then that one is asked. */
  private async within<T>(
    project: string,
    signal: AbortSignal,
    ask: (found: Project, call: Call) => Promise<T>,
  ): Promise<T> {
    const found = this.projects.get(project)?.project ?? (await this.project(project, signal));
    try {
      return await this.call(signal, (call) => ask(found, call));
    } catch (error) {
      if (!isProjectGone(error)) throw error;
      this.projects.delete(project);
      this.keepFacts((facts) => withProject(facts, project, undefined));
      this.pages.clear();
      // Up to 16.6 its old path leads nowhere, but its number does.
      const wanted = error instanceof ProjectUnseen ? String(found.id) : project;
      const present = await this.lookUpAgain(project, wanted, signal);
      if (present.id === found.id && !(error instanceof ProjectUnseen)) throw error;
      return this.call(signal, (call) => ask(present, call));
    }
  }

  /** In the dialect that the server was found to speak; an answer that contradicts this makes it be asked again. */
  private async call<T>(signal: AbortSignal, work: (call: OpenCall) => Promise<T>, beside?: string): Promise<T> {
    const known = this.detected;
    try {
      return await work(await this.open(signal, beside));
    } catch (error) {
      // What another window has found out is doubted sooner: the unfinished v4 of 8.17 lacks the jobs in GitLab's own words.
      const isDoubtful = known?.isSeen === false && isNotFound(error) && !isProjectGone(error);
      if (known === undefined || !(contradicts(error) || isDoubtful)) throw error;
      // Of several who were contradicted at once, the first forgets.
      if (this.detected === known) this.detected = undefined;
      const call = await this.open(signal);
      if (deepEqual(call.server, known.server)) throw isDoubtful ? error : unsupportedOr(error);
      return work(call);
    }
  }

  /** `beside`: the project to ask for where it has to be found out first what the server is. */
  private async open(signal: AbortSignal, beside?: string): Promise<OpenCall> {
    const { instance, http } = this;
    const token = await this.token();
    if (token !== this.lastToken) {
      this.forget();
      // What is under way is asked with the token before.
      this.detecting = new SharedWork();
      this.lookUps.clear();
    }
    this.lastToken = token;
    let met: Met | undefined;
    if (this.detected === undefined || !isRecent(this.detected.at, this.clock.now()))
      met = await this.detecting.join(signal, (all) => this.detect({ http, instance, token, signal: all }, beside));
    const server = this.detected?.server ?? met?.server;
    if (server === undefined) throw new Error('A server was found out and is not known.');
    const dialect = dialects[server.api];
    const api = new GitLabApi(http, instance, dialect.root, token, signal, this.pages);
    return { server, dialect, api, beside: met?.beside === beside ? met?.project : undefined };
  }

  private async detect(probe: Probe, beside: string | undefined): Promise<Met> {
    const met = await meet(probe, beside);
    const { server } = met;
    const at = this.clock.now();
    this.detected = { server, at, isSeen: true };
    this.facts?.keep({ projects: this.facts.get()?.projects ?? {}, server, at });
    this.forget();
    return { ...met, beside };
  }

  /** What another window has found out. */
  private recall(): void {
    const facts = this.facts?.get();
    const now = this.clock.now();
    if (facts === undefined) return;
    if (isRecent(facts.at, now)) this.detected = { server: facts.server, at: facts.at, isSeen: false };
    for (const [name, { id, path, at }] of Object.entries(facts.projects)) {
      const project = { id, path, url: `${this.instance.url}/${path}` };
      if (isRecent(at, now)) this.projects.set(name, { project, isSeen: false });
    }
  }

  private keepFacts(change: (facts: InstanceFacts) => InstanceFacts): void {
    const { detected, facts } = this;
    if (facts === undefined || detected === undefined) return;
    const { server, at } = detected;
    facts.keep(change({ projects: facts.get()?.projects ?? {}, server, at }));
  }

  private forget(): void {
    this.durations.clear();
    this.memory.clear();
    this.pages.clear();
    this.places.clear();
    this.details.clear();
  }
}

/** A call, and the answer about the project that was asked for beside, where one was. */
interface OpenCall extends Call {
  readonly beside?: Promise<unknown> | undefined;
}

/** undefined: it is not of the shape that it should have. */
function readOrNone<T>(body: unknown, read: (row: JsonObject) => T): T | undefined {
  try {
    return read(new JsonObject(body, 'the answer'));
  } catch (error) {
    if (error instanceof UnexpectedShape) return undefined;
    throw error;
  }
}

function reader(project: Project, { dialect, server }: Call): (row: JsonObject) => Build {
  return (row) => dialect.toBuild(row, { project, server });
}
