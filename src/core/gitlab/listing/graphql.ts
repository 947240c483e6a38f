import type { Build, Commit } from '../../model/build';
import { GitLabError, isBrokenConnection, type Failure, type FailureKind } from '../../model/errors';
import { mapLimit } from '../../util/mapLimit';
import { reachedFrom, type Listing, type Pipeline } from '../../model/pipeline';
import { ProjectUnseen } from '../notFound';
import type { CommitQuestion, RowContext } from '../dialect';
import { withConfigErrors } from './configErrors';
import { has } from '../features';
import { UnexpectedShape, type JsonObject } from '../jsonObject';
import {
  childrenQuery,
  fieldsLeftOutFor,
  jobsQuery,
  ownQuery,
  pipelinesQuery,
  type Query,
  type QueryShape,
} from './graphqlQuery';
import { keepListing, unchangedListing } from './graphqlChanges';
import { isEssential, toRefusal } from './graphqlRefusal';
import { endStateOf, toBuild, toChild, toCommit, toId, toPipeline, type NamedPipeline } from './graphqlMappers';
import type { TtlCache } from '../../util/ttlCache';
import { FurtherJobs, type KnownPages } from './furtherJobs';
import { maxBuilds, maxPipelines } from './listingBounds';
import { isMergeOf, isNoMergeOf } from './mergeRequests';
import { newestJobs } from './newestJobs';
import { keepNumber, pipelineNumber } from './pipelineNumbers';
import { Pages, toProjectAnswer } from './projectAnswer';
import { groupBy } from '../../util/groupBy';

/** GraphQL returned no usable response; REST may work. */
class NoGraphql extends Error {
  constructor(
    message: string,
    /** Whether the cause is temporary. */
    readonly isLoad: boolean,
  ) {
    super(message);
  }
}

const unseenKey = 'project not seen by GraphQL';
const notUsedKey = 'no GraphQL';
/** Value below that key if the cause is temporary. */
const passingMark = 'for now';
/** Failures of the whole server or of the way to it. */
const hopeless = new Set<FailureKind>(['rateLimited', 'offline', 'tls']);
/** Failures caused by load or intermediaries, which don't mean that the server lacks a feature. */
const passing = new Set<FailureKind>(['server', 'timeout', 'notGitLab', 'invalidAnswer', 'tooLarge']);
const passingMs = 10 * 60_000;
const pipelinesAtOnce = 4;
/** Maximum number of pipelines requested by number in one query, limited by query complexity. */
const namedAtOnce = 2;
/** Jobs per pipeline and response; reduced if GitLab times out. */
const jobsAtOnce = [100, 50, 20] as const;
/** Maximum number of questions about a commit: its pipelines, one by one, need no more. */
const maxAsked = 2 * maxPipelines;
/** Maximum number of merge requests, and of pipelines of each; a query asks for fewer. */
const [maxMergeRequests, maxOfMergeRequest] = [10, 20];
/** Give up after this many refused queries: it can't be GitLab. */
const maxRefusals = 20;

export function isGraphqlUsed({ server, memory }: Pick<CommitQuestion, 'server' | 'memory'>): boolean {
  return has(server, 'graphqlLists') && !memory.has(notUsedKey);
}

/** Whether GraphQL refused for a reason that lasts. */
export function isGraphqlRefused({ memory }: Pick<CommitQuestion, 'memory'>): boolean {
  return memory.get(notUsedKey) === true;
}

export function recallGraphqlRefused({ memory }: Pick<CommitQuestion, 'memory'>): void {
  memory.set(notUsedKey, true);
}

/** Loads builds and pipelines of a commit in few requests; undefined if REST must be used instead. */
export async function listByGraphql(question: CommitQuestion): Promise<Listing | undefined> {
  if (!isGraphqlUsed(question)) return undefined;
  try {
    const unchanged = await unchangedListing(question);
    if (unchanged !== undefined) return unchanged;
    const listing = await new GraphqlListing(question).load();
    keepListing(question, listing);
    question.memory.set(unseenKey, false);
    const isTold = !lacksOf(question).has('Pipeline.yamlErrorMessages');
    return isTold ? listing : await withConfigErrors(question, listing);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error instanceof GitLabError && isSameByRest(error.failure)) throw error;
    // GraphQL says "Invalid token" whatever the problem; REST is more specific.
    if (error instanceof GitLabError && error.failure.kind === 'unauthorized') return undefined;
    if (error instanceof ProjectUnseen && question.memory.get(unseenKey) !== true) {
      question.memory.set(unseenKey, true);
      throw error;
    }
    const isLoad = error instanceof GitLabError ? isPassing(error.failure) : mayPass(error);
    question.memory.set(notUsedKey, isLoad ? passingMark : true, isLoad ? passingMs : Infinity);
    question.log.warn(`GraphQL is not used${isLoad ? ' for ten minutes' : ''}, but REST: ${error.message}`);
    return undefined;
  }
}

/** Forgets that GraphQL failed if REST fails, too, because the whole server is down: that says nothing about GraphQL. */
export function excuseGraphql({ memory }: Pick<CommitQuestion, 'memory'>, error: unknown): void {
  const isWhole = error instanceof GitLabError && hopeless.has(error.failure.kind);
  if (isWhole && memory.get(notUsedKey) === passingMark) memory.set(notUsedKey, undefined);
}

/** Whether GraphQL failed to respond, or not with what was requested. */
function isRefusal(error: unknown): error is NoGraphql | GitLabError | UnexpectedShape {
  return error instanceof NoGraphql || error instanceof GitLabError || error instanceof UnexpectedShape;
}

/** Whether REST would fail the same way. A firewall may reset connections because of what a query contains. */
function isSameByRest(failure: Failure): boolean {
  return hopeless.has(failure.kind) && !isBrokenConnection(failure);
}

function isPassing(failure: Failure): boolean {
  return passing.has(failure.kind) || isBrokenConnection(failure);
}

function mayPass(error: NoGraphql | UnexpectedShape): boolean {
  return error instanceof UnexpectedShape || error.isLoad;
}

/** A question about the commit. */
type Ask =
  /** Pipelines of the commit without child pipelines. */
  | { readonly kind: 'own'; readonly sha: string }
  /** A merged results pipeline, if its commit merges the displayed commit. */
  | { readonly kind: 'merge'; readonly sha: string; readonly merge: Pipeline }
  /** Child pipelines of all pipelines of a commit. */
  | { readonly kind: 'children'; readonly sha: string }
  | { readonly kind: 'named'; readonly iids: readonly string[] }
  /** Pipelines on merge results, and their children, that the project's newest jobs name. */
  | { readonly kind: 'newest' };

/** What the previous listing found, so that everything can be requested at once. */
interface Known {
  readonly merges: readonly Pipeline[];
  readonly parents: readonly string[];
  readonly iids: readonly string[];
  /** Finished child pipelines without children of their own, by number within the project. */
  readonly ended: ReadonlyMap<string, EndedChild>;
  /** Further pages of jobs, by number of the pipeline within the project. */
  readonly pages: ReadonlyMap<string, KnownPages>;
}

interface EndedChild {
  readonly pipeline: Pipeline;
  readonly builds: readonly Build[];
  readonly endState: string;
}

class GraphqlListing {
  private readonly pipelines = new Map<number, Pipeline>();
  private readonly builds: Build[] = [];
  /** Commits of the pipelines, by SHA. */
  private readonly commits = new Map<string, Commit>();
  /** Pipelines found through merge requests, by id. */
  private readonly ofMergeRequests = new Map<number, Pipeline>();
  /** Newest merged results pipeline of each merge request. */
  private readonly merges = new Map<number, Pipeline>();
  /** Ids of the merged results pipelines that the previous listing found. */
  private knownMerges: ReadonlySet<number> = new Set();
  /** Ids of all merged results pipelines that were loaded; those known from last time may no longer be the newest. */
  private readonly mergesLoaded = new Set<number>();
  private readonly named = new Map<number, NamedPipeline>();
  /** Pipelines on merge results that were loaded before anything else named them. */
  private guessed: readonly Pipeline[] = [];
  private readonly asked = new Set<string>();
  /** Fingerprints of finished pipelines, by id. */
  private readonly endStates = new Map<number, string>();
  private ended: Known['ended'] = new Map();
  /** Pages of jobs after the first of each pipeline. */
  private readonly further = new FurtherJobs((iid, cursor) => this.pageOfJobs(iid, cursor));
  private readonly pages = new Map<string, KnownPages>();
  private readonly lacks: Set<string>;
  private context: RowContext;
  private isPartial = false;

  constructor(private readonly question: CommitQuestion) {
    this.lacks = lacksOf(question);
    this.context = question;
  }

  /** Loads the commit's pipelines and, in parallel, what belonged to it last time; then whatever is new. */
  async load(): Promise<Listing> {
    const { commit, project, memory } = this.question;
    const key = `further pipelines of ${project.id} ${commit.sha} ${commit.ref ?? ''}`;
    const known = memory.get(key) as Known | undefined; // Only written below.
    if (this.question.isAsked !== true && known !== undefined) this.ended = known.ended;
    this.knownMerges = new Set(known?.merges.map(({ id }) => id));
    this.beginFurtherJobs(known);
    try {
      await this.askAll(this.first(known));
    } finally {
      this.further.stop();
    }
    memory.set(key, this.found());
    return this.listing();
  }

  private async askAll(first: readonly Ask[]): Promise<void> {
    for (let open = first; open.length > 0; open = this.missing()) {
      for (const ask of open) this.asked.add(nameOf(ask));
      await mapLimit(open, pipelinesAtOnce, (ask) => this.ask(ask));
    }
  }

  private beginFurtherJobs(known: Known | undefined): void {
    for (const [iid, pages] of known?.pages ?? []) {
      const isKept = this.ended.has(iid) || pages.size !== jobsOf(this.question.memory);
      if (!isKept) this.further.begin(iid, pages);
    }
  }

  private first(known: Known | undefined): readonly Ask[] {
    const { sha } = this.question.commit;
    return [
      { kind: 'own', sha },
      ...(known?.merges ?? []).map((merge): Ask => ({ kind: 'merge', sha: merge.sha, merge })),
      ...(this.listsChildren() ? this.parents(known).map((parent): Ask => ({ kind: 'children', sha: parent })) : []),
      ...byTwos((known?.iids ?? []).filter((iid) => !this.ended.has(iid))),
      ...(known === undefined && this.mayHaveChildOfMerge() ? [{ kind: 'newest' } as const] : []),
    ];
  }

  /** Whether a child of a merge result is probable, which is named by nothing but that pipeline. */
  private mayHaveChildOfMerge(): boolean {
    const { expected } = this.question;
    return !this.listsChildren() && expected?.hasChildren === true && expected.hasMerges === true;
  }

  /** Commits that probably have child pipelines. */
  private parents(known: Known | undefined): readonly string[] {
    const { commit, expected } = this.question;
    return known?.parents ?? (expected?.hasChildren === true ? [commit.sha] : []);
  }

  /** Pipelines that responses referred to and that haven't been requested, as far as there is room for them. */
  private missing(): readonly Ask[] {
    const merges = [...this.merges.values()].map((merge): Ask => ({ kind: 'merge', sha: merge.sha, merge }));
    this.takeEnded();
    const lost = [...this.named.values()].filter(({ id }) => !this.pipelines.has(id));
    const parents = this.listsChildren() ? [...lost, ...this.newMerges()] : [];
    const lists = parents.map(({ sha }): Ask => ({ kind: 'children', sha }));
    const open = distinct([...merges, ...lists]).filter((ask) => !this.asked.has(nameOf(ask)));
    const iids = [...lost.flatMap(({ iid }) => iid ?? []), ...this.numbersOfGuessed()];
    const left = [...new Set(iids)].filter((iid) => !this.asked.has(iid));
    const asks = open.length > 0 && this.listsChildren() ? open : [...open, ...byTwos(left)];
    const room = this.isFull ? 0 : maxAsked - this.asked.size;
    this.isPartial ||= asks.length > room;
    return asks.slice(0, room);
  }

  private numbersOfGuessed(): readonly string[] {
    const { memory } = this.question;
    const open = this.guessed.filter(({ id }) => !this.merges.has(id) && !this.pipelines.has(id));
    return open.flatMap(({ id }) => pipelineNumber(memory, id) ?? []);
  }

  /** Whether nothing more is asked for. */
  private get isFull(): boolean {
    return this.pipelines.size >= maxPipelines || this.builds.length >= maxBuilds || this.asked.size >= maxAsked;
  }

  /** Merge commits that probably have child pipelines, because other commits have some. */
  private newMerges(): readonly Pipeline[] {
    if (this.question.expected?.hasChildren !== true) return [];
    return [...this.merges.values()].filter(({ id }) => !this.knownMerges.has(id));
  }

  private found(): Known {
    const merges = [...this.merges.values()];
    const commits = new Set([this.question.commit.sha, ...merges.map(({ sha }) => sha)]);
    const own = [...this.named.values()].filter(({ id, sha }) => this.pipelines.has(id) && commits.has(sha));
    return {
      merges,
      parents: this.listsChildren() ? [...new Set(own.map(({ sha }) => sha))] : [],
      iids: this.listsChildren() ? [] : own.flatMap(({ iid }) => iid ?? []),
      ended: this.listsChildren() || this.isPartial ? new Map() : this.endedChildren(own),
      pages: this.pages,
    };
  }

  /** Reuses finished child pipelines until their bridge reports a different state. */
  private takeEnded(): void {
    for (const { id, iid = '', endState } of this.named.values()) {
      const kept = this.ended.get(iid);
      if (kept === undefined || kept.endState !== endState || this.pipelines.has(id)) continue;
      this.pipelines.set(id, kept.pipeline);
      this.endStates.set(id, kept.endState);
      for (const build of kept.builds) this.builds.push(build);
    }
  }

  /**
   * Finished child pipelines to remember. One with children of its own is loaded each time, since only its bridges
   * report on those.
   */
  private endedChildren(named: readonly NamedPipeline[]): Known['ended'] {
    const builds = groupBy(this.builds, ({ pipeline }) => pipeline);
    const entries = named.flatMap(({ id, iid }) => {
      const [pipeline, endState, own = []] = [this.pipelines.get(id), this.endStates.get(id), builds.get(id)];
      const isLeaf = own.every(({ downstream }) => downstream === undefined);
      if (iid === undefined || pipeline === undefined || endState === undefined || !isLeaf) return [];
      return [[iid, { pipeline, builds: own, endState }] as const];
    });
    return new Map(entries);
  }

  /**
   * The result. Of the commit's child pipelines, only those triggered by a listed pipeline; others belong to older
   * ones.
   */
  private listing(): Listing {
    const roots = [...this.pipelines.keys()].filter((id) => this.isRoot(id));
    const reached = reachedFrom(roots, this.builds);
    const pipelines = [...this.pipelines.values()].filter(({ id }) => reached.has(id));
    return {
      builds: this.builds
        .filter(({ pipeline }) => pipeline === undefined || reached.has(pipeline))
        .map((build) => ({ ...build, commit: this.commits.get(build.commit?.sha ?? '') ?? build.commit })),
      pipelines: pipelines.map((one) => this.marked(one)),
      ...(this.isPartial ? { isPartial: true } : {}),
    };
  }

  private isRoot(id: number): boolean {
    const isChild = this.named.has(id) || this.pipelines.get(id)?.source === 'parent_pipeline';
    const isGuess = this.guessed.some((one) => one.id === id) && !this.ofMergeRequests.has(id);
    return !isChild && !isGuess && (!this.mergesLoaded.has(id) || this.merges.has(id));
  }

  private marked(pipeline: Pipeline): Pipeline {
    const told = this.ofMergeRequests.get(pipeline.id);
    if (told !== undefined)
      return { ...pipeline, source: pipeline.source ?? 'merge_request_event', mergeRequest: told.mergeRequest };
    // If the server doesn't report the source of a pipeline, being named by a bridge makes it a child.
    const isChild = this.named.has(pipeline.id) && pipeline.source === undefined;
    return isChild ? { ...pipeline, source: 'parent_pipeline' } : pipeline;
  }

  /** Whether child pipelines can be requested by commit. */
  private listsChildren(): boolean {
    return has(this.question.server, 'childPipelines') && !this.lacks.has('Pipeline.source');
  }

  private async ask(ask: Ask): Promise<void> {
    const { project, commit } = this.question;
    switch (ask.kind) {
      case 'own': {
        const row = await this.send((shape) => ownQuery(project.path, ask.sha, commit.ref, shape));
        if (row.object('userPermissions')?.isFalse('adminProject') === true)
          this.context = { ...this.question, noMaintainer: true };
        await Promise.all([
          this.take(row.requireObject('own').requireObjects('nodes')),
          this.readMergeRequests(this.firstNodes(row.object('mergeRequests'), maxMergeRequests)),
        ]);
        return;
      }
      case 'merge':
        return this.askForMerge(ask.merge);
      case 'children':
        return this.askForChildren(ask.sha);
      case 'named': {
        for (const iid of ask.iids) this.asked.add(iid);
        const row = await this.send((shape) => pipelinesQuery(project.path, ask.iids, shape));
        const found = ask.iids.map((iid, at) => [row.object(`p${at}`), iid] as const);
        const iids = new Map(found.flatMap(([pipeline, iid]) => (pipeline === undefined ? [] : [[pipeline, iid]])));
        await this.take([...iids.keys()], iids);
        return;
      }
      case 'newest':
        return this.askForNewest();
      default:
        return ask satisfies never;
    }
  }

  /** Requests what only saves a round trip; a failure leaves it to the pipeline on the merge result. */
  private async askForNewest(): Promise<void> {
    try {
      const newest = await newestJobs(this.question, () => undefined);
      this.guessed = newest.filter(({ sha }) => sha !== this.question.commit.sha);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }

  /** Requests a merged results pipeline and, in parallel, the parents of its commit, which never change. */
  private async askForMerge({ id, sha }: Pipeline): Promise<void> {
    const { project } = this.question;
    const [isMerge, row] = await Promise.all([
      isMergeOf(this.question, sha),
      this.send((shape) => ownQuery(project.path, sha, undefined, shape)),
    ]);
    if (!isMerge) {
      this.merges.delete(id);
      this.ofMergeRequests.delete(id);
      return;
    }
    const rows = row.requireObject('own').requireObjects('nodes');
    this.mergesLoaded.add(id);
    await this.take(rows.filter((each) => toId(each.requireString('id')) === id));
  }

  private async askForChildren(sha: string): Promise<void> {
    const { project } = this.question;
    const pages = new Pages();
    let after: string | undefined;
    do {
      const cursor = after;
      const row = await this.send((shape) => childrenQuery(project.path, sha, cursor, shape));
      const page = row.requireObject('children');
      await this.take(page.requireObjects('nodes'));
      after = pages.after(page);
      if (this.isFull && after !== undefined) {
        this.isPartial = true;
        return;
      }
    } while (after !== undefined);
  }

  /** Adds pipelines from a response. `iids`: their numbers within the project, if the response lacks them. */
  private async take(rows: readonly JsonObject[], iids?: ReadonlyMap<JsonObject, string>): Promise<void> {
    const { project } = this.question;
    const all = rows.filter((row) => !this.pipelines.has(toId(row.requireString('id'))));
    const fresh = this.builds.length < maxBuilds ? all.slice(0, Math.max(0, maxPipelines - this.pipelines.size)) : [];
    if (fresh.length < all.length) this.isPartial = true;
    for (const row of fresh) {
      const pipeline = toPipeline(row, project);
      this.pipelines.set(pipeline.id, pipeline);
      const commit = toCommit(row, pipeline);
      if (commit !== undefined) this.commits.set(pipeline.sha, commit);
      const endState = endStateOf(row);
      if (endState !== undefined) this.endStates.set(pipeline.id, endState);
      this.takeJobs(row.requireObject('jobs'), pipeline);
    }
    await mapLimit(fresh, pipelinesAtOnce, (row) => {
      const iid = iids?.get(row) ?? row.requireString('iid');
      keepNumber(this.question.memory, toId(row.requireString('id')), iid);
      return this.furtherJobs(row, iid);
    });
  }

  private takeJobs(page: JsonObject, pipeline: Pipeline): void {
    for (const job of page.requireObjects('nodes')) {
      this.builds.push(toBuild(job, pipeline, this.context));
      const child = toChild(job, pipeline, this.question.project);
      if (child !== undefined) this.named.set(child.id, child);
    }
  }

  /** Loads the remaining pages of jobs. */
  private async furtherJobs(row: JsonObject, iid: string): Promise<void> {
    const pipeline = toPipeline(row, this.question.project);
    const take = (page: JsonObject): void => this.takeJobs(page, pipeline);
    const { cursors, isPartial } = await this.further.read(iid, row.requireObject('jobs'), take);
    if (cursors.length > 0) this.pages.set(iid, { size: jobsOf(this.question.memory), cursors });
    if (isPartial) this.isPartial = true;
  }

  private async pageOfJobs(iid: string, cursor: string): Promise<JsonObject> {
    const { path } = this.question.project;
    const answer = await this.send((shape) => jobsQuery(path, iid, cursor, shape));
    return answer.requireObject('pipeline').requireObject('jobs');
  }

  /**
   * For each merge request with the commit as its head: its pipelines for the commit, and the newest merged results
   * pipeline.
   */
  private async readMergeRequests(rows: readonly JsonObject[]): Promise<void> {
    const { commit } = this.question;
    for (const row of rows) {
      if (row.string('diffHeadSha') !== commit.sha) continue;
      const mergeRequest = { iid: Number(row.requireString('iid')), title: row.string('title') ?? '' };
      const told = this.firstNodes(row.object('pipelines'), maxOfMergeRequest).filter(isOfMergeRequest);
      const pipelines = told.map((each) => ({ pipeline: { ...bare(each), mergeRequest }, iid: each.string('iid') }));
      for (const { pipeline, iid } of pipelines) {
        if (pipeline.sha !== commit.sha) continue;
        this.ofMergeRequests.set(pipeline.id, pipeline);
        // Too old to be among the commit's newest, or not listed with them.
        if (!this.pipelines.has(pipeline.id) && iid !== undefined) await this.ask({ kind: 'named', iids: [iid] });
      }
      const merges = pipelines.map(({ pipeline }) => pipeline).filter(({ sha }) => sha !== commit.sha);
      const [merge] = merges.sort((a, b) => b.id - a.id);
      if (merge === undefined || isNoMergeOf(this.question, merge.sha)) continue;
      this.ofMergeRequests.set(merge.id, merge);
      this.merges.set(merge.id, merge);
    }
  }

  /** The first rows of a connection; more than that make the listing partial. */
  private firstNodes(connection: JsonObject | undefined, most: number): readonly JsonObject[] {
    const rows = connection?.objects('nodes') ?? [];
    this.isPartial ||= rows.length > most;
    return rows.slice(0, most);
  }

  /** Sends a query and returns `project`. Fields that the server lacks are dropped, now and later. */
  private async send(query: (shape: QueryShape) => Query): Promise<JsonObject> {
    for (let refusals = 0; refusals < maxRefusals; refusals += 1) {
      const size = jobsOf(this.question.memory);
      const answer = await this.request(query({ lacks: this.lacks, jobs: size }), size);
      if (answer === undefined) continue;
      if (answer.errors.length === 0 && answer.project !== undefined) return answer.project;
      if (answer.errors.length === 0) throw new ProjectUnseen({ kind: 'notFound', reason: '404 Project Not Found' });
      const refusal = toRefusal(answer.errors);
      const [message = ''] = answer.errors;
      if (refusal.kind !== 'lacks') throw new NoGraphql(message, refusal.kind === 'load');
      if (refusal.fields.every((one) => this.lacks.has(one))) throw new NoGraphql(message, false);
      for (const one of refusal.fields) this.lacks.add(one);
      this.question.log.debug(`GraphQL lacks ${refusal.fields.join(', ')}`);
    }
    throw new NoGraphql('refused again and again', false);
  }

  /** Sends a query; undefined if GitLab timed out and should be asked for less. */
  private async request({ text, variables }: Query, jobs: number) {
    try {
      return await this.question.api.query(text, variables, toProjectAnswer);
    } catch (error) {
      const fewer = jobsAtOnce.find((size) => size < jobs);
      const isTooMuch = error instanceof GitLabError && error.failure.status === 503;
      const isTooLarge = error instanceof GitLabError && error.failure.kind === 'tooLarge';
      if (!(isTooMuch || isTooLarge) || fewer === undefined) throw error;
      this.question.memory.set(jobsKey, fewer, passingMs);
      return undefined;
    }
  }
}

const lacksKey = 'what GraphQL lacks';
const jobsKey = 'jobs of a pipeline that GraphQL gives at once';

function jobsOf(memory: TtlCache): number {
  const kept = memory.get(jobsKey);
  return typeof kept === 'number' ? kept : jobsAtOnce[0];
}

function nameOf(ask: Ask): string {
  if (ask.kind === 'newest') return ask.kind;
  return ask.kind === 'named' ? `named ${ask.iids.join(' ')}` : `${ask.kind} ${ask.sha}`;
}

function distinct(asks: readonly Ask[]): readonly Ask[] {
  return [...new Map(asks.map((ask) => [nameOf(ask), ask])).values()];
}

function byTwos(iids: readonly string[]): readonly Ask[] {
  const starts = iids.map((_, at) => at).filter((at) => at % namedAtOnce === 0);
  return starts.map((at): Ask => ({ kind: 'named', iids: iids.slice(at, at + namedAtOnce) }));
}

/** Whether the pipeline belongs to a merge request. Falls back to the ref if the server doesn't report the source. */
function isOfMergeRequest(row: JsonObject): boolean {
  const source = row.string('source');
  return source === undefined
    ? (row.string('ref') ?? '').startsWith('refs/merge-requests/')
    : source === 'merge_request_event';
}

/** Fields that the server lacks, as `Type.field`; kept with other facts about the server. */
export function lacksOf({ memory, server }: Pick<CommitQuestion, 'memory' | 'server'>): Set<string> {
  const lacks = memory.get(lacksKey);
  if (lacks instanceof Set) return lacks as Set<string>;
  const known = new Set(fieldsLeftOutFor(server));
  memory.set(lacksKey, known);
  return known;
}

/** Fields that the server has refused although its version should have them. */
export function refusedBy(question: Pick<CommitQuestion, 'memory' | 'server'>): readonly string[] {
  const known = new Set(fieldsLeftOutFor(question.server));
  return [...lacksOf(question)].filter((field) => !known.has(field)).sort();
}

/** Leaves out fields that the server has refused before, unless the list of builds depends on them. */
export function recallRefused(question: Pick<CommitQuestion, 'memory' | 'server'>, fields: readonly string[]): void {
  const lacks = lacksOf(question);
  for (const field of fields) if (!isEssential(field)) lacks.add(field);
}

/** The pipeline as a merge request lists it, without builds. */
function bare(row: JsonObject): Pipeline {
  return { id: toId(row.requireString('id')), ref: row.string('ref') ?? '', sha: row.string('sha') ?? '', status: '' };
}
