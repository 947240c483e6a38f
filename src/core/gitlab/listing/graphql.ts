import type { Build } from '../../model/build';
import { GitLabError, type FailureKind } from '../../model/errors';
import { mapLimit } from '../../util/mapLimit';
import type { Listing, Pipeline } from '../../model/pipeline';
import { ProjectUnseen } from '../notFound';
import type { CommitQuestion, RowContext } from '../dialect';
import { withConfigErrors } from './configErrors';
import { has } from '../features';
import { UnexpectedShape, type JsonObject } from '../jsonObject';
import {
  childrenQuery,
  fieldsTooNewFor,
  jobsQuery,
  ownQuery,
  pipelinesQuery,
  type Query,
  type QueryShape,
} from './graphqlQuery';
import { toRefusal } from './graphqlRefusal';
import { endStateOf, toBuild, toChild, toId, toPipeline, type NamedPipeline } from './graphqlMappers';
import type { TtlCache } from '../../util/ttlCache';
import { isMergeOf } from './mergeRequests';

/** GraphQL did not give what was asked for; REST may. */
class NoGraphql extends Error {
  constructor(
    message: string,
    /** It may answer later. */
    readonly isLoad: boolean,
  ) {
    super(message);
  }
}

const unseenKey = 'project not seen by GraphQL';
const notUsedKey = 'no GraphQL';
/** Of these REST would say the same. */
const sameByRest = new Set<FailureKind>(['rateLimited', 'offline', 'tls']);
/** What is the server's load, or something in front of it, says nothing of what it can do. */
const passing = new Set<FailureKind>(['server', 'timeout', 'notGitLab', 'invalidAnswer', 'tooLarge']);
const passingMs = 10 * 60_000;
const pipelinesAtOnce = 4;
/** As many pipelines by their numbers in one query as its complexity allows. */
const namedAtOnce = 2;
/** Jobs of each pipeline in one response: fewer where GitLab runs out of time. */
const jobsAtOnce = [100, 50, 20] as const;
/** Of a commit; what is more is left out, and said. */
const mostPipelines = 500;
/** Of one pipeline, in jobs; what is more is left out, and said. */
const mostJobs = 100_000;
/** A server that lacks more than this in turns is no GitLab. */
const mostRefusals = 20;

export function isGraphqlUsed({ server, memory }: Pick<CommitQuestion, 'server' | 'memory'>): boolean {
  return has(server, 'graphql') && !memory.has(notUsedKey);
}

/** All of a commit in few requests; undefined where REST has to be asked instead. */
export async function listByGraphql(question: CommitQuestion): Promise<Listing | undefined> {
  if (!isGraphqlUsed(question)) return undefined;
  try {
    const listing = await new GraphqlListing(question).load();
    question.memory.set(unseenKey, false);
    const isTold = !lacksOf(question).has('Pipeline.yamlErrorMessages');
    return isTold ? listing : await withConfigErrors(question, listing);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error instanceof GitLabError && sameByRest.has(error.failure.kind)) throw error;
    // "Invalid token", whatever is the matter with it: REST knows more.
    if (error instanceof GitLabError && error.failure.kind === 'unauthorized') return undefined;
    if (error instanceof ProjectUnseen && question.memory.get(unseenKey) !== true) {
      question.memory.set(unseenKey, true);
      throw error;
    }
    const isLoad = error instanceof GitLabError ? passing.has(error.failure.kind) : mayPass(error);
    question.memory.set(notUsedKey, true, isLoad ? passingMs : Infinity);
    question.log.warn(`GraphQL is not used${isLoad ? ' for ten minutes' : ''}, but REST: ${error.message}`);
    return undefined;
  }
}

/** GraphQL gives no answer, or not the one that was asked for. */
function isRefusal(error: unknown): error is NoGraphql | GitLabError | UnexpectedShape {
  return error instanceof NoGraphql || error instanceof GitLabError || error instanceof UnexpectedShape;
}

function mayPass(error: NoGraphql | UnexpectedShape): boolean {
  return error instanceof UnexpectedShape || error.isLoad;
}

/** One question about the commit. */
type Ask =
  /** Pipelines of a commit, children left out; `only`: the one pipeline of it that counts. */
  | { readonly kind: 'own'; readonly sha: string; readonly only?: Pipeline | undefined }
  /** Children of all pipelines of a commit. */
  | { readonly kind: 'children'; readonly sha: string }
  | { readonly kind: 'named'; readonly iids: readonly string[] };

/** What was found the last time, so that all can be asked for at once. */
interface Known {
  readonly merges: readonly Pipeline[];
  readonly parents: readonly string[];
  readonly iids: readonly string[];
  /** Children that have ended and have none themselves, by their numbers within the project. */
  readonly ended: ReadonlyMap<string, EndedChild>;
}

interface EndedChild {
  readonly pipeline: Pipeline;
  readonly builds: readonly Build[];
  readonly endState: string;
}

class GraphqlListing {
  private readonly pipelines = new Map<number, Pipeline>();
  private readonly builds: Build[] = [];
  /** Pipelines that merge requests have told of, by their ids. */
  private readonly ofMergeRequests = new Map<number, Pipeline>();
  private readonly merges = new Map<number, Pipeline>();
  private readonly named = new Map<number, NamedPipeline>();
  private readonly asked = new Set<string>();
  /** Of the pipelines that have ended, by their ids. */
  private readonly endStates = new Map<number, string>();
  private ended: Known['ended'] = new Map();
  private readonly lacks: Set<string>;
  private context: RowContext;
  private isPartial = false;

  constructor(private readonly question: CommitQuestion) {
    this.lacks = lacksOf(question);
    this.context = question;
  }

  /** The commit's pipelines, and side by side what the last time has shown to belong to it; then what is new. */
  async load(): Promise<Listing> {
    const { commit, project, memory } = this.question;
    const key = `further pipelines of ${project.id} ${commit.sha} ${commit.ref ?? ''}`;
    const known = memory.get(key) as Known | undefined; // Written below alone.
    if (this.question.isAsked !== true && known !== undefined) this.ended = known.ended;
    let open = this.first(known);
    while (open.length > 0) {
      for (const ask of open) this.asked.add(nameOf(ask));
      await mapLimit(open, pipelinesAtOnce, (ask) => this.ask(ask));
      open = this.missing();
    }
    memory.set(key, this.found());
    return this.listing();
  }

  private first(known: Known | undefined): readonly Ask[] {
    const { commit } = this.question;
    return [
      { kind: 'own', sha: commit.sha },
      ...(known?.merges ?? []).map((only): Ask => ({ kind: 'own', sha: only.sha, only })),
      ...(this.listsChildren() ? (known?.parents ?? []).map((sha): Ask => ({ kind: 'children', sha })) : []),
      ...byTwos((known?.iids ?? []).filter((iid) => !this.ended.has(iid))),
    ];
  }

  /** What the answers have named and nobody has asked for yet. */
  private missing(): readonly Ask[] {
    const merges = [...this.merges.values()].map((only): Ask => ({ kind: 'own', sha: only.sha, only }));
    this.takeEnded();
    const lost = [...this.named.values()].filter(({ id }) => !this.pipelines.has(id));
    const lists = this.listsChildren() ? lost.map(({ sha }): Ask => ({ kind: 'children', sha })) : [];
    const open = distinct([...merges, ...lists]).filter((ask) => !this.asked.has(nameOf(ask)));
    if (open.length > 0) return open;
    const [isFull, iids] = [this.pipelines.size >= mostPipelines, lost.flatMap(({ iid }) => iid ?? [])];
    const left = iids.filter((iid) => !this.asked.has(iid));
    if (isFull && left.length > 0) this.isPartial = true;
    return isFull ? [] : byTwos(left);
  }

  private found(): Known {
    const own = [...this.named.values()].filter(({ id }) => this.pipelines.has(id));
    return {
      merges: [...this.merges.values()],
      parents: this.listsChildren() ? [...new Set(own.map(({ sha }) => sha))] : [],
      iids: this.listsChildren() ? [] : own.flatMap(({ iid }) => iid ?? []),
      ended: this.listsChildren() || this.isPartial ? new Map() : this.endedChildren(own),
    };
  }

  /** What has ended is not loaded again until its bridge tells another state of it. */
  private takeEnded(): void {
    for (const { id, iid = '', endState } of this.named.values()) {
      const kept = this.ended.get(iid);
      if (kept === undefined || kept.endState !== endState || this.pipelines.has(id)) continue;
      this.pipelines.set(id, kept.pipeline);
      this.endStates.set(id, kept.endState);
      this.builds.push(...kept.builds);
    }
  }

  /** Of a child's own children only its bridges tell, so it is loaded as long as it has some. */
  private endedChildren(named: readonly NamedPipeline[]): Known['ended'] {
    const builds = new Map<number | undefined, Build[]>(named.map(({ id }) => [id, []]));
    for (const build of this.builds) builds.get(build.pipeline)?.push(build);
    const entries = named.flatMap(({ id, iid }) => {
      const [pipeline, endState, own = []] = [this.pipelines.get(id), this.endStates.get(id), builds.get(id)];
      const isLeaf = own.every(({ downstream }) => downstream === undefined);
      if (iid === undefined || pipeline === undefined || endState === undefined || !isLeaf) return [];
      return [[iid, { pipeline, builds: own, endState }] as const];
    });
    return new Map(entries);
  }

  /** Of the children of a commit only those that a bridge of a listed pipeline has started: others are of older ones. */
  private listing(): Listing {
    const reached = new Set<number>();
    const reach = (id: number): void => {
      if (reached.has(id) || !this.pipelines.has(id)) return;
      reached.add(id);
      for (const child of children.get(id) ?? []) reach(child);
    };
    const children = new Map<number, number[]>();
    for (const { pipeline, downstream } of this.builds)
      if (pipeline !== undefined && downstream !== undefined)
        children.set(pipeline, [...(children.get(pipeline) ?? []), downstream]);
    for (const { id } of this.pipelines.values()) if (!this.named.has(id) && !this.isChild(id)) reach(id);
    const pipelines = [...this.pipelines.values()].filter(({ id }) => reached.has(id));
    const builds = this.builds.filter(({ pipeline }) => pipeline === undefined || reached.has(pipeline));
    return {
      builds,
      pipelines: pipelines.map((one) => this.marked(one)),
      ...(this.isPartial ? { isPartial: true } : {}),
    };
  }

  private isChild(id: number): boolean {
    return this.pipelines.get(id)?.source === 'parent_pipeline';
  }

  private marked(pipeline: Pipeline): Pipeline {
    const told = this.ofMergeRequests.get(pipeline.id);
    if (told !== undefined)
      return { ...pipeline, source: pipeline.source ?? 'merge_request_event', mergeRequest: told.mergeRequest };
    // Where the server does not say what made a pipeline, the bridge that names it does.
    const isChild = this.named.has(pipeline.id) && pipeline.source === undefined;
    return isChild ? { ...pipeline, source: 'parent_pipeline' } : pipeline;
  }

  /** Whether children can be asked for by their commit. */
  private listsChildren(): boolean {
    return has(this.question.server, 'childPipelines') && !this.lacks.has('Pipeline.source');
  }

  private async ask(ask: Ask): Promise<void> {
    const { project, commit } = this.question;
    switch (ask.kind) {
      case 'own': {
        const branch = ask.sha === commit.sha ? commit.ref : undefined;
        const row = await this.send((shape) => ownQuery(project.path, ask.sha, branch, shape));
        if (row.object('userPermissions')?.isFalse('adminProject') === true)
          this.context = { ...this.question, noMaintainer: true };
        const rows = row.object('own')?.objects('nodes') ?? [];
        const wanted = rows.filter((each) => ask.only === undefined || toId(each.requireString('id')) === ask.only.id);
        await this.take(wanted);
        await this.readMergeRequests(row.object('mergeRequests')?.objects('nodes') ?? []);
        return;
      }
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
      default:
        return ask satisfies never;
    }
  }

  private async askForChildren(sha: string): Promise<void> {
    const { project } = this.question;
    let after: string | undefined;
    do {
      const cursor = after;
      const row = await this.send((shape) => childrenQuery(project.path, sha, cursor, shape));
      const page = row.object('children');
      await this.take(page?.objects('nodes') ?? []);
      after = cursorAfter(page);
      if (this.pipelines.size >= mostPipelines && after !== undefined) {
        this.isPartial = true;
        return;
      }
    } while (after !== undefined);
  }

  /** `iids`: numbers of the pipelines within the project, where the response does not tell them. */
  private async take(rows: readonly JsonObject[], iids?: ReadonlyMap<JsonObject, string>): Promise<void> {
    const { project } = this.question;
    const fresh = rows.filter((row) => !this.pipelines.has(toId(row.requireString('id'))));
    for (const row of fresh) {
      const pipeline = toPipeline(row, project);
      this.pipelines.set(pipeline.id, pipeline);
      const endState = endStateOf(row);
      if (endState !== undefined) this.endStates.set(pipeline.id, endState);
      this.takeJobs(row.object('jobs'), pipeline);
    }
    await mapLimit(fresh, pipelinesAtOnce, (row) => this.furtherJobs(row, iids?.get(row) ?? row.requireString('iid')));
  }

  private takeJobs(page: JsonObject | undefined, pipeline: Pipeline): number {
    const jobs = page?.objects('nodes') ?? [];
    for (const job of jobs) {
      this.builds.push(toBuild(job, pipeline, this.context));
      const child = toChild(job, pipeline, this.question.project);
      if (child !== undefined) this.named.set(child.id, child);
    }
    return jobs.length;
  }

  /** The pages after the first; a cursor leads to the next one only, so there is no asking for them side by side. */
  private async furtherJobs(row: JsonObject, iid: string): Promise<void> {
    const { project } = this.question;
    const pipeline = toPipeline(row, project);
    let after = cursorAfter(row.object('jobs'));
    let count = 0;
    while (after !== undefined && count < mostJobs) {
      const cursor = after;
      const answer = await this.send((shape) => jobsQuery(project.path, iid, cursor, shape));
      const page = answer.object('pipeline')?.object('jobs');
      const read = this.takeJobs(page, pipeline);
      count += read;
      after = read === 0 ? undefined : cursorAfter(page);
    }
    if (after !== undefined) this.isPartial = true;
  }

  /** Of each merge request whose head is the commit: its pipelines on the commit, and the newest on a merge of it. */
  private async readMergeRequests(rows: readonly JsonObject[]): Promise<void> {
    const { commit } = this.question;
    for (const row of rows) {
      if (row.string('diffHeadSha') !== commit.sha) continue;
      const mergeRequest = { iid: Number(row.requireString('iid')), title: row.string('title') ?? '' };
      const told = (row.object('pipelines')?.objects('nodes') ?? []).filter(isOfMergeRequest);
      const pipelines = told.map((each) => ({ pipeline: { ...bare(each), mergeRequest }, iid: each.string('iid') }));
      for (const { pipeline, iid } of pipelines) {
        if (pipeline.sha !== commit.sha) continue;
        this.ofMergeRequests.set(pipeline.id, pipeline);
        // Too old to be among the newest of the commit, or not listed with them.
        if (!this.pipelines.has(pipeline.id) && iid !== undefined) await this.ask({ kind: 'named', iids: [iid] });
      }
      const merges = pipelines.map(({ pipeline }) => pipeline).filter(({ sha }) => sha !== commit.sha);
      const [merge] = merges.sort((a, b) => b.id - a.id);
      if (merge === undefined || !(await isMergeOf(this.question, merge.sha))) continue;
      this.ofMergeRequests.set(merge.id, merge);
      this.merges.set(merge.id, merge);
    }
  }

  /** Gives the `project` of the answer. Fields that this server lacks are left out, and not asked for again. */
  private async send(query: (shape: QueryShape) => Query): Promise<JsonObject> {
    for (let refusals = 0; refusals < mostRefusals; refusals += 1) {
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

  /** undefined: GitLab ran out of time, and is asked for less. */
  private async request({ text, variables }: Query, jobs: number) {
    try {
      return await this.question.api.query(text, variables, (row) => ({
        project: row.object('data')?.object('project'),
        errors: row.objects('errors').map((error) => error.string('message') ?? ''),
      }));
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

const jobsKey = 'jobs of a pipeline that GraphQL gives at once';

function jobsOf(memory: TtlCache): number {
  const kept = memory.get(jobsKey);
  return typeof kept === 'number' ? kept : jobsAtOnce[0];
}

function nameOf(ask: Ask): string {
  return ask.kind === 'named' ? `named ${ask.iids.join(' ')}` : `${ask.kind} ${ask.sha}`;
}

function distinct(asks: readonly Ask[]): readonly Ask[] {
  return [...new Map(asks.map((ask) => [nameOf(ask), ask])).values()];
}

function byTwos(iids: readonly string[]): readonly Ask[] {
  const starts = iids.map((_, at) => at).filter((at) => at % namedAtOnce === 0);
  return starts.map((at): Ask => ({ kind: 'named', iids: iids.slice(at, at + namedAtOnce) }));
}

/** Servers that do not say what made a pipeline show it by its ref. */
function isOfMergeRequest(row: JsonObject): boolean {
  const source = row.string('source');
  return source === undefined
    ? (row.string('ref') ?? '').startsWith('refs/merge-requests/')
    : source === 'merge_request_event';
}

/** Fields that the server does not have, as `Type.field`; kept with what else is known of the server. */
export function lacksOf({ memory, server }: Pick<CommitQuestion, 'memory' | 'server'>): Set<string> {
  const key = 'what GraphQL lacks';
  const lacks = memory.get(key);
  if (lacks instanceof Set) return lacks as Set<string>;
  const known = new Set(fieldsTooNewFor(server));
  memory.set(key, known);
  return known;
}

function cursorAfter(page: JsonObject | undefined): string | undefined {
  const info = page?.object('pageInfo');
  return info?.boolean('hasNextPage') === true ? info.string('endCursor') : undefined;
}

/** As a merge request names it. */
function bare(row: JsonObject): Pipeline {
  return { id: toId(row.requireString('id')), ref: row.string('ref') ?? '', sha: row.string('sha') ?? '', status: '' };
}
