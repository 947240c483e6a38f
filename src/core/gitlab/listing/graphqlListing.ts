import type { Listing, Pipeline } from '../../model/pipeline';
import { mapLimit } from '../../util/mapLimit';
import type { CommitQuestion, RowContext } from '../dialect';
import { has } from '../features';
import { UnexpectedShape, type JsonObject } from '../jsonObject';
import { FoundPipelines, type EndedChildren } from './foundPipelines';
import { FurtherJobs, type KnownPages } from './furtherJobs';
import { byTwos, distinct, nameOf, type Ask } from './graphqlAsks';
import { isOfMergeRequest, toBare, toId, toPipeline } from './graphqlMappers';
import { childrenQuery, jobsQuery, ownQuery, pipelinesQuery } from './graphqlQuery';
import { besideGraphql, isRefusal, jobsOf, lacksOf, send } from './graphqlRequests';
import { maxAsked } from './listingBounds';
import { isMergeOf, isNoMergeOf } from './mergeRequests';
import { newestJobs } from './newestJobs';
import { keepNumber, pipelineNumber } from './pipelineNumbers';
import { Pages } from './projectAnswer';

const pipelinesAtOnce = 4;
/** Maximum number of merge requests, and of pipelines of each; a query asks for fewer. */
const [maxMergeRequests, maxOfMergeRequest] = [10, 20];

/** What the previous listing found, so that everything can be requested at once. */
interface Known {
  readonly merges: readonly Pipeline[];
  readonly parents: readonly string[];
  readonly iids: readonly string[];
  readonly ended: EndedChildren;
  /** Further pages of jobs, by number of the pipeline within the project. */
  readonly pages: ReadonlyMap<string, KnownPages>;
}

/** Loads a commit's builds and pipelines. */
export class GraphqlListing {
  /** Ids of the merged results pipelines that the previous listing found. */
  private knownMerges: ReadonlySet<number> = new Set();
  private readonly found: FoundPipelines;
  private readonly asked = new Set<string>();
  private ended: EndedChildren = new Map();
  /** Pages of jobs after the first of each pipeline. */
  private readonly further = new FurtherJobs((iid, cursor) => this.pageOfJobs(iid, cursor));
  private readonly pages = new Map<string, KnownPages>();
  private context: RowContext;
  private isPartial = false;

  constructor(private readonly question: CommitQuestion) {
    this.found = new FoundPipelines(question.project);
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
    memory.set(key, this.toRemember());
    return this.found.listing(this.isPartial);
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
    const merges = [...this.found.merges.values()].map((merge): Ask => ({ kind: 'merge', sha: merge.sha, merge }));
    this.found.addEnded(this.ended);
    const lost = [...this.found.named.values()].filter(({ id }) => !this.found.pipelines.has(id));
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
    const { guessed, merges, pipelines } = this.found;
    const open = guessed.filter(({ id }) => !merges.has(id) && !pipelines.has(id));
    return open.flatMap(({ id }) => pipelineNumber(this.question.memory, id) ?? []);
  }

  /** Whether nothing more is asked for. */
  private get isFull(): boolean {
    return this.found.room === 0 || this.asked.size >= maxAsked;
  }

  /** Merge commits that probably have child pipelines, because other commits have some. */
  private newMerges(): readonly Pipeline[] {
    if (this.question.expected?.hasChildren !== true) return [];
    return [...this.found.merges.values()].filter(({ id }) => !this.knownMerges.has(id));
  }

  private toRemember(): Known {
    const merges = [...this.found.merges.values()];
    const commits = new Set([this.question.commit.sha, ...merges.map(({ sha }) => sha)]);
    const own = [...this.found.named.values()].filter(
      ({ id, sha }) => this.found.pipelines.has(id) && commits.has(sha),
    );
    return {
      merges,
      parents: this.listsChildren() ? [...new Set(own.map(({ sha }) => sha))] : [],
      iids: this.listsChildren() ? [] : own.flatMap(({ iid }) => iid ?? []),
      ended: this.listsChildren() || this.isPartial ? new Map() : this.found.endedChildren(own),
      pages: this.pages,
    };
  }

  /** Whether child pipelines can be requested by commit. */
  private listsChildren(): boolean {
    return has(this.question.server, 'childPipelines') && !lacksOf(this.question).has('Pipeline.source');
  }

  private async ask(ask: Ask): Promise<void> {
    const { project, commit } = this.question;
    switch (ask.kind) {
      case 'own': {
        const row = await send(this.question, (shape) => ownQuery(project.path, ask.sha, commit.ref, shape));
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
        const row = await send(this.question, (shape) => pipelinesQuery(project.path, ask.iids, shape));
        // A deleted pipeline is null.
        if (!ask.iids.every((_, at) => row.has(`p${at}`))) throw new UnexpectedShape('a pipeline is missing');
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
      this.found.guessed = newest.filter(({ sha }) => sha !== this.question.commit.sha);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }

  /** Requests a merged results pipeline and, in parallel, the parents of its commit, which never change. */
  private async askForMerge({ id, sha }: Pipeline): Promise<void> {
    const { project } = this.question;
    const [isMerge, row] = await Promise.all([
      besideGraphql(isMergeOf(this.question, sha)),
      send(this.question, (shape) => ownQuery(project.path, sha, undefined, shape)),
    ]);
    if (!isMerge) {
      this.found.merges.delete(id);
      this.found.ofMergeRequests.delete(id);
      return;
    }
    const rows = row.requireObject('own').requireObjects('nodes');
    this.found.mergesLoaded.add(id);
    await this.take(rows.filter((each) => toId(each.requireString('id')) === id));
  }

  private async askForChildren(sha: string): Promise<void> {
    const { project } = this.question;
    const pages = new Pages();
    let after: string | undefined;
    do {
      const cursor = after;
      const row = await send(this.question, (shape) => childrenQuery(project.path, sha, cursor, shape));
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
    const all = rows.filter((row) => !this.found.pipelines.has(toId(row.requireString('id'))));
    const fresh = all.slice(0, this.found.room);
    if (fresh.length < all.length) this.isPartial = true;
    for (const row of fresh) this.found.add(row, this.context);
    await mapLimit(fresh, pipelinesAtOnce, (row) => {
      const iid = iids?.get(row) ?? row.requireString('iid');
      keepNumber(this.question.memory, toId(row.requireString('id')), iid);
      return this.furtherJobs(row, iid);
    });
  }

  /** Loads the remaining pages of jobs. */
  private async furtherJobs(row: JsonObject, iid: string): Promise<void> {
    const pipeline = toPipeline(row, this.question.project);
    const take = (page: JsonObject): void => this.found.addJobs(page, pipeline, this.context);
    const { cursors, isPartial } = await this.further.read(iid, row.requireObject('jobs'), take);
    if (cursors.length > 0) this.pages.set(iid, { size: jobsOf(this.question.memory), cursors });
    if (isPartial) this.isPartial = true;
  }

  private async pageOfJobs(iid: string, cursor: string): Promise<JsonObject> {
    const { path } = this.question.project;
    const answer = await send(this.question, (shape) => jobsQuery(path, iid, cursor, shape));
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
      const own = this.firstNodes(row.object('pipelines'), maxOfMergeRequest).filter(isOfMergeRequest);
      const pipelines = own.map((each) => ({ pipeline: { ...toBare(each), mergeRequest }, iid: each.string('iid') }));
      for (const { pipeline, iid } of pipelines) {
        if (pipeline.sha !== commit.sha) continue;
        this.found.ofMergeRequests.set(pipeline.id, pipeline);
        // Too old to be among the commit's newest, or not listed with them.
        if (!this.found.pipelines.has(pipeline.id) && iid !== undefined) await this.ask({ kind: 'named', iids: [iid] });
      }
      const merges = pipelines.map(({ pipeline }) => pipeline).filter(({ sha }) => sha !== commit.sha);
      const [merge] = merges.sort((a, b) => b.id - a.id);
      if (merge === undefined || isNoMergeOf(this.question, merge.sha)) continue;
      this.found.ofMergeRequests.set(merge.id, merge);
      this.found.merges.set(merge.id, merge);
    }
  }

  /** The first rows of a connection; more than that make the listing partial. */
  private firstNodes(connection: JsonObject | undefined, most: number): readonly JsonObject[] {
    const rows = connection?.objects('nodes') ?? [];
    this.isPartial ||= rows.length > most;
    return rows.slice(0, most);
  }
}
