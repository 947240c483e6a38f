import { setImmediate as nextTurn } from 'node:timers/promises';
import { arrange } from '../model/arrange';
import { RateLimiter } from '../polling/rateLimiter';
import type { ArchiveEntry } from '../artifacts/archive/archive';
import type { Build, BuildAction } from '../model/build';
import { expectedSeconds } from '../model/durations';
import { GitLabError, isNotFound } from '../model/errors';
import { deepEqual } from '../util/deepEqual';
import type { Instance } from '../model/instance';
import type { Logger } from '../util/logger';
import type { ListedPipeline, Listing, Pipeline, MergeRequest } from '../model/pipeline';
import type { History, HistoryCommit } from '../model/history';
import type { Needs } from '../model/timeline';
import { type Urgency } from '../polling/schedule';
import { systemClock, type Clock } from '../util/timer';
import {
  contradicts,
  isProjectGone,
  mayHideUpgrade,
  ofKnownGitLab,
  presenceOrThrow,
  ProjectUnseen,
  unsupportedOr,
} from './notFound';
import { GitLabApi } from './gitlabApi';
import { ArtifactsOfBuild, latestArtifacts, type FileRange } from './buildArtifacts';
import { BuildTests } from './buildTests';
import type { GitLabTests } from '../artifacts/tests/testReport';
import { lintCiFile, mergedCiConfig, type CiLint, type MergedCiConfig } from './ciLint';
import {
  createMergeRequestPipeline,
  createPipeline,
  openMergeRequests,
  pipelineInputs,
  type CreatedPipeline,
  type PipelineRequest,
} from './createPipeline';
import { branchPipelines, tellsBranchPipelines } from './branchPipelines';
import { BuildDetails, isIncomplete } from './buildDetails';
import { detectWithProject, type Detection, type Probe, type Server } from './detect';
import {
  toProject,
  toRequest,
  type Call,
  type CommitQuestion,
  type CommitRef,
  type Dialect,
  type KindsOfPipelines,
  type Project,
  type ActionValues,
} from './dialect';
import { effectOf, type Effect, type LostAction } from './lostAnswer';
import type { InputSpec } from './inputSpecs';
import { jobInputs, type JobInputs } from './jobInputs';
import { JsonObject, UnexpectedShape } from './jsonObject';
import { has, lacksRunPipeline } from './features';
import {
  isGraphqlRefused,
  isGraphqlUsed,
  lacksOf,
  recallGraphqlRefused,
  recallRefused,
  refusedBy,
} from './listing/graphql';
import { present, toPipeline } from './listing/restMappers';
import type { Http, StreamAnswer } from './http/request';
import { isRecent, withProject, type FactsKeeper, type InstanceFacts } from './instanceFacts';
import { TtlCache } from '../util/ttlCache';
import { rateLimitedHttp, type Sent } from './http/rateLimitedHttp';
import { SignedUrlCache } from './http/signedUrlCache';
import { ServerClock } from './serverClock';
import { buildHistory } from './buildHistory';
import { needsOf, type PipelineKey } from './pipelineNeeds';
import { TokenScopes } from './tokenScopes';
import { SharedWork } from '../util/sharedWork';
import { tokenPage, type TokenPage } from './tokenPage';
import { v3 } from './listing/v3';
import { v4 } from './listing/v4';

const dialects = { v3, v4 } as const satisfies Record<Server['api'], Dialect>;
/**
 * Lists with more builds than this are processed in separate turns of the event loop; as many take a few milliseconds.
 */
const manyRows = 500;
/** Maximum number of cached list pages, of 100 rows each. */
const pagesKept = 200;
const durationsKeptMs = 30 * 60_000;

interface Durations {
  /** Expected seconds by build name. */
  readonly seconds: Readonly<Record<string, number>>;
  /** When they were loaded, in ms since 1970. */
  readonly at: number;
}

/** A known project, found by this client or restored from another window, which may use a different token. */
interface KnownProject {
  readonly project: Project;
  readonly isSeen: boolean;
}

interface Detected {
  readonly server: Server;
  /** When it was found, in ms since 1970. */
  readonly at: number;
  /** Whether this client found it itself. */
  readonly isSeen: boolean;
}

/** Result of detection, with the project requested in parallel. */
interface DetectionOfClient extends Detection {
  readonly beside: string | undefined;
}

/**
 * Client for one instance, whose API dialect it detects. Every method throws GitLabError, or the signal's reason once
 * aborted.
 */
export class GitLabClient {
  private readonly durations = new Map<string, Durations>();
  private readonly projects = new Map<string, KnownProject>();
  /** Kinds of pipelines in the last listing of each project, by its id. */
  private readonly kinds = new Map<number, KindsOfPipelines>();
  private readonly lookUps = new Map<string, SharedWork<Project>>();
  private readonly memory: TtlCache;
  private readonly pages: TtlCache;
  private readonly signedUrls: SignedUrlCache;
  private readonly tokenScopes: TokenScopes;
  private readonly details = new BuildDetails();
  private readonly tests: BuildTests;
  private readonly rateLimiter: RateLimiter;
  private readonly sent: Sent = new WeakMap();
  private readonly serverClock: ServerClock;
  private readonly http: Http;
  private lastToken: string | undefined;
  private lastSkew = 0;
  private detected: Detected | undefined;
  /** Whether it has responded as GitLab, to this window or another. */
  private isKnown = false;
  /** Whether the server may have been upgraded since it was detected. */
  private isDoubted = false;
  private detecting = new SharedWork<DetectionOfClient>();

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
    this.serverClock = new ServerClock(now);
    this.signedUrls = new SignedUrlCache(() => this.serverClock.serverNow);
    this.tests = new BuildTests(now);
    this.tokenScopes = new TokenScopes(this.memory);
    this.rateLimiter = new RateLimiter(clock);
    this.http = rateLimitedHttp(http, this.rateLimiter, this.sent, this.serverClock);
    this.recall();
  }

  /** Rejects queued refreshes and clears the timer. */
  dispose(): void {
    this.rateLimiter.dispose();
  }

  /** The detected server; undefined before the first response. */
  get server(): Server | undefined {
    return this.detected?.server;
  }

  /** Whether the server is known to be too old to run a pipeline. */
  get lacksRunPipeline(): boolean {
    return this.server !== undefined && lacksRunPipeline(this.server);
  }

  /** Username of the token's owner. */
  async user(signal: AbortSignal): Promise<string> {
    return this.call(signal, ({ api }) => api.get('user', (row) => row.requireString('username')));
  }

  /** Which kind of token the instance accepts, and the page that creates one. Sends no token. */
  async tokenPage(signal: AbortSignal): Promise<TokenPage> {
    const { http, instance } = this;
    return tokenPage({ http, instance, signal });
  }

  /** Loads what the token may do, as far as GitLab says (since 15.5), for `scopes` and `readOnly`. */
  async learn(signal: AbortSignal): Promise<void> {
    await this.call(signal, (call) => this.tokenScopes.learn(call));
  }

  /** Scopes of the token; empty if unknown. */
  get scopes(): readonly string[] {
    return this.tokenScopes.names;
  }

  /** Whether lists come from GraphQL; undefined before the first response. */
  get usesGraphql(): boolean | undefined {
    const { server, memory } = this;
    return server === undefined ? undefined : isGraphqlUsed({ server, memory });
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
    const { usesGraphql } = this;
    const listing = await this.listOrDoubt(project, commit, signal, isAsked);
    if (usesGraphql === true && this.usesGraphql === false) this.isDoubted = true;
    const holds = await this.isStillValid(project, listing, signal);
    const isUpgraded = this.isDoubted && (await this.detectAgain(signal));
    return holds && !isUpgraded ? listing : this.list(project, commit, signal, isAsked);
  }

  /** Like `list`; a failure that an upgrade may cause or hide casts doubt on the known version. */
  private async listOrDoubt(project: string, commit: CommitRef, signal: AbortSignal, isAsked: boolean) {
    try {
      return await this.list(project, commit, signal, isAsked);
    } catch (error) {
      if (mayHideUpgrade(error)) this.isDoubted = true;
      throw error;
    }
  }

  private async list(project: string, commit: CommitRef, signal: AbortSignal, isAsked: boolean): Promise<Listing> {
    return this.inProject(project, signal, async (found, call) => {
      const ask = (question: CommitQuestion): Promise<Listing> => call.dialect.commitRows(question);
      const listing = await this.arranged(found, call, commit, isAsked, ask);
      this.keepLearned(project, found, kindsIn(listing, commit));
      return listing;
    });
  }

  private async arranged(
    project: Project,
    { api, server }: Call,
    commit: CommitRef,
    isAsked: boolean,
    ask: (question: CommitQuestion) => Promise<Listing>,
  ): Promise<Listing> {
    const { memory, log } = this;
    const expected = this.kinds.get(project.id);
    const rows = await ask({ api, server, project, commit, memory, log, isAsked, expected });
    const pipelines = [...rows.pipelines].sort((a, b) => b.id - a.id);
    const isPartial = api.isPartial || rows.isPartial === true;
    // Read the last page, arrange, and render in separate turns if there is a lot.
    const isMuch = rows.builds.length > manyRows;
    if (isMuch) await nextTurn();
    const builds = arrange(this.details.withAll(project.id, rows.builds), pipelines);
    if (isMuch) await nextTurn();
    return { builds, pipelines, ...(isPartial ? { isPartial } : {}) };
  }

  /**
   * Checks facts restored from another window if the listing casts doubt on them: the id may now belong to another
   * project, or the server may be older than assumed.
   */
  private async isStillValid(name: string, { builds, pipelines }: Listing, signal: AbortSignal): Promise<boolean> {
    const { detected } = this;
    const known = this.projects.get(name);
    let holds = true;
    if (builds.length === 0 && pipelines.length === 0 && known?.isSeen === false)
      holds = (await this.lookUpAgain(name, name, signal)).id === known.project.id;
    const isDenied = this.usesGraphql === false && this.facts?.get()?.noGraphql !== true;
    if (detected?.isSeen === false && has(detected.server, 'graphqlLists') && isDenied) {
      this.detected = undefined;
      holds = deepEqual((await this.open(signal)).server, detected.server) && holds;
    }
    return holds;
  }

  /**
   * Whether the project has the commit; undefined if GitLab doesn't say, for example because the user can't read the
   * code.
   */
  async hasCommit(project: string, sha: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      return await this.inProject(project, signal, (found, { api }) =>
        api.get(`projects/${found.id}/repository/commits/${sha}`, () => true),
      );
    } catch (error) {
      return presenceOrThrow(error);
    }
  }

  /** One page of the project's newest builds, newest first. `scope`: only builds with this status. */
  async recentBuilds(project: string, scope: string | undefined, signal: AbortSignal): Promise<readonly Build[]> {
    // Only the form with a single `scope` works on all versions.
    const query = scope === undefined ? '' : `?scope=${encodeURIComponent(scope)}`;
    return this.inProject(project, signal, async (found, call) => {
      const path = `projects/${found.id}/${call.dialect.segment}${query}`;
      return (await call.api.page(path, 1, reader(found, call))).items;
    });
  }

  /** Expected duration in seconds by build name, from the latest successful runs. Requested at most twice an hour. */
  async expectedSeconds(project: string, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const known = this.durations.get(project);
    // A negative age means that the clock was set back.
    const age = this.clock.now() - (known?.at ?? -Infinity);
    if (known !== undefined && age >= 0 && age < durationsKeptMs) return known.seconds;
    try {
      return this.keepSeconds(project, expectedSeconds(await this.recentBuilds(project, 'success', signal)));
    } catch (error) {
      // Optional data: don't repeat a failed request at every refresh.
      if (error instanceof GitLabError) this.keepSeconds(project, known?.seconds ?? {});
      throw error;
    }
  }

  /** Last result of `expectedSeconds`; undefined if not requested yet. */
  knownSeconds(project: string): Readonly<Record<string, number>> | undefined {
    return this.durations.get(project)?.seconds;
  }

  private keepSeconds(project: string, seconds: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    this.durations.set(project, { seconds, at: this.clock.now() });
    return seconds;
  }

  /** Loads one build. Doesn't work for bridges, which GitLab only includes in lists. */
  async build(project: string, id: number, signal: AbortSignal): Promise<Build> {
    return this.inProject(project, signal, (found, call) =>
      call.api.get(`projects/${found.id}/${call.dialect.segment}/${id}`, reader(found, call)),
    );
  }

  /** Whether GitLab knows details that its lists omit: runner, or size and expiry of artifacts. */
  isIncomplete(build: Build): boolean {
    const { server, memory } = this;
    if (server === undefined || !isGraphqlUsed({ server, memory })) return false;
    return isIncomplete(build, lacksOf({ server, memory }));
  }

  /** Adds the details that lists omit. */
  async completed(project: string, build: Build, signal: AbortSignal): Promise<Build> {
    if (!this.isIncomplete(build)) return build;
    const { id } = await this.project(project, signal);
    // Shared by all callers, so no single one can cancel it.
    return this.details.load(id, build, () => this.build(project, build.id, new AbortController().signal));
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
    this.signedUrls.clear();
    return this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, call) => {
        this.details.forget(found.id, id);
        return call.api.post(`projects/${found.id}/${call.dialect.segment}/${id}/${path}`, reader(found, call), body);
      }),
    );
  }

  /** Retries failed and canceled builds of a pipeline, or cancels unfinished ones. Requires GitLab 8.11. */
  async actOnPipeline(project: string, id: number, action: 'retry' | 'cancel', signal: AbortSignal): Promise<void> {
    await this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, { api }) =>
        api.post(`projects/${found.id}/pipelines/${id}/${action}`, () => undefined),
      ),
    );
  }

  /** Runs a pipeline for a pushed branch or tag. Throws `unsupported` before 8.14, and with variables before 9.0. */
  async createPipeline(project: string, wanted: PipelineRequest, signal: AbortSignal): Promise<CreatedPipeline> {
    return this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, call) => createPipeline(call, found, wanted)),
    );
  }

  /** Runs a pipeline for a merge request by its number within the project. Throws `unsupported` before 12.3. */
  async createMergeRequestPipeline(project: string, iid: number, signal: AbortSignal): Promise<CreatedPipeline> {
    return this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, call) => createMergeRequestPipeline(call, found, iid)),
    );
  }

  /** Open merge requests of a branch; none before 12.3. */
  async openMergeRequests(project: string, branch: string, signal: AbortSignal): Promise<readonly MergeRequest[]> {
    return this.inProject(project, signal, (found, call) => openMergeRequests(call, found, branch));
  }

  /** Inputs that a pipeline for a branch or tag takes; none before 17.10. */
  async pipelineInputs(project: string, ref: string, signal: AbortSignal): Promise<readonly InputSpec[]> {
    return this.inProject(project, signal, (found, call) => pipelineInputs(call, found, ref));
  }

  /** GitLab's verdict on the content of a `.gitlab-ci.yml`. Requires the scope `api`; `unsupported` before 8.12. */
  async lintCiFile(project: string, content: string, signal: AbortSignal): Promise<CiLint> {
    return this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, call) => lintCiFile(call, found, content)),
    );
  }

  /** Configuration of a commit with all that it includes. Before 16.10 it requires the scope `api`; `unsupported` before 13.6. */
  async mergedCiConfig(project: string, sha: string, signal: AbortSignal): Promise<MergedCiConfig> {
    return this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, call) => mergedCiConfig(call, found, sha)),
    );
  }

  /** Inputs of a build; undefined before 18.10, or if GitLab doesn't tell. */
  async jobInputs(project: string, id: number, signal: AbortSignal): Promise<JobInputs | undefined> {
    const { log } = this;
    return this.inProject(project, signal, (found, call) => jobInputs(call, found, id, log));
  }

  /** Finds out whether a change took effect although its response was lost. */
  async effectOf(project: string, action: LostAction, signal: AbortSignal): Promise<Effect> {
    return this.inProject(project, signal, (found, call) => effectOf(call, found, action, reader(found, call)));
  }

  /** GitLab's status of a pipeline. Requires GitLab 8.11. */
  async pipelineStatus(project: string, id: number, signal: AbortSignal): Promise<string> {
    return this.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => row.requireString('status')),
    );
  }

  /** Finds out since when a build has been failing, with at most eight requests. `ancestors`: its commit and those before, newest first. */
  async historyOf(
    project: string,
    build: Build,
    ancestors: readonly HistoryCommit[],
    signal: AbortSignal,
  ): Promise<History> {
    const { log } = this;
    return this.inProject(project, signal, (found, call) =>
      buildHistory({ call, project: found, build, ancestors, log }),
    );
  }

  /** What the builds of a pipeline need; undefined if GitLab doesn't tell, as before 14.0. */
  async needsOf(project: string, pipeline: PipelineKey, signal: AbortSignal): Promise<Needs | undefined> {
    const { memory, log } = this;
    return this.inProject(project, signal, (found, call) => needsOf({ call, project: found, pipeline, memory, log }));
  }

  /** Whether the server can list the pipelines of a branch; undefined before the first response. */
  get tellsBranchPipelines(): boolean | undefined {
    return this.server === undefined ? undefined : tellsBranchPipelines(this.server);
  }

  /** The newest pipelines of refs, newest first, at most twenty. */
  async branchPipelines(
    project: string,
    refs: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ListedPipeline[]> {
    const { memory, log } = this;
    return this.inProject(project, signal, (found, call) =>
      branchPipelines({ call, project: found, refs, memory, log }),
    );
  }

  /** One pipeline by its id. Requires GitLab 8.11. */
  async pipeline(project: string, id: number, signal: AbortSignal): Promise<Pipeline> {
    return this.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => toPipeline(row, found)),
    );
  }

  /** The builds of one pipeline and of those that these triggered in the same project, arranged. */
  async pipelineListing(project: string, pipeline: Pipeline, signal: AbortSignal): Promise<Listing> {
    return this.inProject(project, signal, (found, call) =>
      this.arranged(found, call, { sha: pipeline.sha }, true, (question) =>
        call.dialect.pipelineRows(question, pipeline),
      ),
    );
  }

  /** The commit that a pipeline ran for. Requires GitLab 8.11. */
  async commitOfPipeline(project: string, id: number, signal: AbortSignal): Promise<CommitRef> {
    return this.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => ({
        sha: row.requireString('sha'),
        ref: row.string('ref'),
      })),
    );
  }

  /** The full SHA of a commit whose id may be abbreviated. */
  async fullSha(project: string, sha: string, signal: AbortSignal): Promise<string> {
    return this.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/repository/commits/${sha}`, (row) => row.requireString('id')),
    );
  }

  /**
   * Test results from a build's `junit` reports; undefined if GitLab has none. `state` changes whenever another build
   * of the pipeline with a report finishes.
   */
  async testsOf(project: string, build: Build, state: string, signal: AbortSignal): Promise<GitLabTests | undefined> {
    const { pipeline } = build;
    if (pipeline === undefined) return undefined;
    const { memory, log } = this;
    return this.inProject(project, signal, (found, call) =>
      this.tests.load({ call, project: found, build, pipeline, state, memory, log }),
    );
  }

  /** The archive of a build, or a part of it; where a storage has it, that one is asked for further parts straight away. */
  async artifacts(project: string, id: number, signal: AbortSignal, part: FileRange = {}): Promise<StreamAnswer> {
    return this.inProject(project, signal, (found, call) =>
      new ArtifactsOfBuild(call, found, id).archive(part, this.signedUrls.of(`${found.id} ${id}`)),
    );
  }

  /** Downloads the archive of a build in the newest successful pipeline of a branch or tag. */
  async latestArtifacts(
    project: string,
    ref: string,
    job: string,
    signal: AbortSignal,
    part: FileRange = {},
  ): Promise<StreamAnswer> {
    return this.inProject(project, signal, (found, call) => latestArtifacts(call, found, { ...part, ref, job }));
  }

  /** Lists the contents of a build's archive; `unsupported` before 18.8. */
  async artifactTree(project: string, id: number, signal: AbortSignal): Promise<readonly ArchiveEntry[]> {
    return this.inProject(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).tree());
  }

  /** Downloads one file of a build's archive, extracted; `unsupported` before 10.0. */
  async artifactEntry(project: string, id: number, path: string, signal: AbortSignal): Promise<StreamAnswer> {
    return this.inProject(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).entry(path));
  }

  /**
   * Deletes archive and reports of a build, and keeps its log. Requires the Maintainer role; `unsupported` before 11.9.
   */
  async deleteArtifacts(project: string, id: number, signal: AbortSignal): Promise<void> {
    this.signedUrls.clear();
    await this.tokenScopes.changing(() =>
      this.inProject(project, signal, (found, call) => new ArtifactsOfBuild(call, found, id).delete()),
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
    const known = this.projects.get(idOrPath);
    return known?.isSeen === true ? known.project : this.lookUpAgain(idOrPath, idOrPath, signal);
  }

  /** Looks up a project regardless of the cache. Rejects if GitLab refuses access. */
  async confirmProject(idOrPath: string, signal: AbortSignal): Promise<void> {
    await this.lookUpAgain(idOrPath, idOrPath, signal);
  }

  /**
   * Looks up a project, sharing the request among concurrent callers, and caches it under the name that the user gave.
   */
  private async lookUpAgain(name: string, idOrPath: string, signal: AbortSignal): Promise<Project> {
    const shared = this.lookUps.get(idOrPath) ?? new SharedWork<Project>();
    this.lookUps.set(idOrPath, shared);
    const project = await shared.join(signal, (all) => this.lookUp(idOrPath, all));
    this.projects.set(name, { project, isSeen: true });
    const { id, path } = project;
    const kinds = this.kinds.get(id);
    this.keepFacts((facts) => withProject(facts, name, { id, path, at: this.clock.now(), ...kinds }));
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

  /**
   * Runs `work` in a project. If the project is gone, looks it up again: it may have been recreated with another id.
   */
  private async inProject<T>(
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
      // Up to 16.6, the old path of a moved project isn't found, but its id is.
      const wanted = error instanceof ProjectUnseen ? String(found.id) : project;
      const present = await this.lookUpAgain(project, wanted, signal);
      if (present.id === found.id && !(error instanceof ProjectUnseen)) throw error;
      return this.call(signal, (call) => ask(present, call));
    }
  }

  /** Runs `work` in the server's dialect. A response that contradicts the dialect triggers a new detection. */
  private async call<T>(signal: AbortSignal, work: (call: OpenCall) => Promise<T>, beside?: string): Promise<T> {
    try {
      return await this.callOrAskAgain(signal, work, beside);
    } catch (error) {
      throw this.isKnown ? ofKnownGitLab(error) : error;
    }
  }

  private async callOrAskAgain<T>(
    signal: AbortSignal,
    work: (call: OpenCall) => Promise<T>,
    beside?: string,
  ): Promise<T> {
    const known = this.detected;
    try {
      return await work(await this.open(signal, beside));
    } catch (error) {
      // Facts from another window are doubted sooner: for missing jobs, the unfinished v4 of 8.17 returns a regular
      // 404.
      const isDoubtful = known?.isSeen === false && isNotFound(error) && !isProjectGone(error);
      if (known === undefined || !(contradicts(error) || isDoubtful)) throw error;
      // If several calls are contradicted at once, only the first resets.
      if (this.detected === known) this.detected = undefined;
      const call = await this.open(signal);
      if (deepEqual(call.server, known.server)) throw isDoubtful ? error : unsupportedOr(error);
      return work(call);
    }
  }

  /** Detects the server if necessary. `beside`: project to request in parallel with a detection. */
  private async open(signal: AbortSignal, beside?: string): Promise<OpenCall> {
    const { instance, http } = this;
    const token = await this.token();
    if (token !== this.lastToken) {
      this.forget();
      // Pending detections use the previous token.
      this.detecting = new SharedWork();
      this.lookUps.clear();
    }
    this.lastToken = token;
    let met: DetectionOfClient | undefined;
    if (this.detected === undefined || !isRecent(this.detected.at, this.clock.now()))
      met = await this.detecting.join(signal, (all) => this.detect({ http, instance, token, signal: all }, beside));
    const server = this.detected?.server ?? met?.server;
    if (server === undefined) throw new Error('A server was found out and is not known.');
    const { skew } = this.serverClock;
    // Cached times were converted with the old difference.
    if (skew !== this.lastSkew) this.forget();
    this.lastSkew = skew;
    const dialect = dialects[server.api];
    const api = new GitLabApi(http, instance, dialect.root, token, signal, this.pages, this.serverClock);
    return { server, dialect, api, beside: met?.beside === beside ? met?.project : undefined };
  }

  private async detect(probe: Probe, beside: string | undefined): Promise<DetectionOfClient> {
    const met = await detectWithProject(probe, beside);
    this.isKnown = true;
    this.isDoubted = false;
    this.keepServer(met.server);
    this.forget();
    return { ...met, beside };
  }

  /** Asks a doubted server for its version again; returns whether it is another one. A failure leaves the doubt. */
  private async detectAgain(signal: AbortSignal): Promise<boolean> {
    const { instance, http, detected, lastToken: token } = this;
    if (detected === undefined) return false;
    try {
      const { server } = await detectWithProject({ http, instance, token, signal });
      if (this.detected !== detected) return false;
      this.isDoubted = false;
      const isOther = !deepEqual(server, detected.server);
      this.keepServer(server);
      if (isOther) this.forget();
      return isOther;
    } catch (error) {
      if (!(error instanceof GitLabError)) throw error;
      this.isDoubted = mayHideUpgrade(error);
      return false;
    }
  }

  private keepServer(server: Server): void {
    const at = this.clock.now();
    this.detected = { server, at, isSeen: true };
    this.facts?.keep({ projects: this.facts.get()?.projects ?? {}, server, at });
  }

  /** Restores facts that another window found out. */
  private recall(): void {
    const facts = this.facts?.get();
    const now = this.clock.now();
    if (facts === undefined) return;
    this.isKnown = true;
    if (isRecent(facts.at, now)) this.detected = { server: facts.server, at: facts.at, isSeen: false };
    this.recallRefused();
    for (const [name, { id, path, at, hasChildren, hasMerges }] of Object.entries(facts.projects)) {
      const project = { id, path, url: `${this.instance.url}/${path}` };
      if (!isRecent(at, now)) continue;
      this.projects.set(name, { project, isSeen: false });
      this.kinds.set(id, present({ hasChildren, hasMerges }));
    }
  }

  /** What another window found GraphQL to refuse. */
  private recallRefused(): void {
    const { memory, detected } = this;
    const facts = this.facts?.get();
    if (facts === undefined || detected === undefined || !isSameServer(facts.server, detected.server)) return;
    recallRefused({ memory, server: detected.server }, facts.lacks ?? []);
    if (facts.noGraphql === true) recallGraphqlRefused({ memory });
  }

  private keepFacts(change: (facts: InstanceFacts) => InstanceFacts): void {
    const { detected, facts } = this;
    if (facts === undefined || detected === undefined) return;
    const { server, at } = detected;
    const { projects = {}, lacks, noGraphql } = facts.get() ?? {};
    facts.keep(change({ projects, server, at, ...present({ lacks, noGraphql }) }));
  }

  /** Remembers, for other windows too, what makes the next first listing of a commit shorter. */
  private keepLearned(name: string, { id }: Project, kinds: KindsOfPipelines): void {
    this.kinds.set(id, kinds);
    const [facts, { detected, memory }] = [this.facts?.get(), this];
    if (facts === undefined || detected === undefined) return;
    const { [name]: found } = facts.projects;
    const isNew = found !== undefined && !isSameKinds(kinds, found);
    const refused = detected.isSeen ? refusedBy({ server: detected.server, memory }) : [];
    const isRefused = detected.isSeen && isGraphqlRefused({ memory });
    const isLearned = !deepEqual(refused, facts.lacks ?? []) || isRefused !== (facts.noGraphql === true);
    if (!isNew && !(detected.isSeen && isLearned)) return;
    this.keepFacts(({ projects, ...all }) => {
      const known = found && { id: found.id, path: found.path, at: found.at, ...kinds };
      const learned = {
        ...(refused.length === 0 ? {} : { lacks: refused }),
        ...(isRefused ? ({ noGraphql: true } as const) : {}),
      };
      return {
        ...(detected.isSeen ? { server: all.server, at: all.at, ...learned } : all),
        projects: known === undefined ? projects : { ...projects, [name]: known },
      };
    });
  }

  private forget(): void {
    this.durations.clear();
    this.memory.clear();
    this.pages.clear();
    this.signedUrls.clear();
    this.details.clear();
    this.tests.clear();
    this.recallRefused();
  }
}

function isSameServer(one: Server, other: Server): boolean {
  return one.api === other.api && one.version === other.version;
}

/** Kinds of pipelines in a listing of a commit. */
function kindsIn({ pipelines }: Listing, { sha }: CommitRef): KindsOfPipelines {
  const hasChildren = pipelines.some(({ source }) => source === 'parent_pipeline');
  const hasMerges = pipelines.some((pipeline) => pipeline.mergeRequest !== undefined && pipeline.sha !== sha);
  return { ...(hasChildren ? { hasChildren } : {}), ...(hasMerges ? { hasMerges } : {}) };
}

function isSameKinds(one: KindsOfPipelines, other: KindsOfPipelines): boolean {
  return one.hasChildren === other.hasChildren && one.hasMerges === other.hasMerges;
}

/** A call, with the response for the project requested in parallel, if any. */
interface OpenCall extends Call {
  readonly beside?: Promise<unknown> | undefined;
}

/** Converts a JSON body; undefined if it has an unexpected shape. */
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
