import type { Build } from '../build';
import { GitLabError, type FailureKind } from '../errors';
import { inTurns } from '../inTurns';
import type { Listing, Pipeline } from '../pipeline';
import { noneUnlessGone, ProjectUnseen } from './absence';
import type { CommitQuestion, RowContext } from './dialect';
import { has } from './features';
import { UnexpectedShape, type Row } from './fields';
import { jobsQuery, pipelinesQuery, type Query, type Wanted } from './graphqlQuery';
import { toBuild, toChild, toId, toPipeline } from './graphqlRows';
import type { Memory } from './memory';
import { isMergeOf } from './mergeRequests';
import { rowsOfAll, type ReadBuild } from './rest';
import { toPipeline as restPipeline } from './rows';

/** GraphQL did not give what was asked for; REST may. */
class NoGraphql extends Error {}

const unseenKey = 'project not seen by GraphQL';
const notUsedKey = 'no GraphQL';
/** Of these REST would say the same. */
const sameByRest = new Set<FailureKind>(['rateLimited', 'offline', 'tls']);
/** These may be over soon. */
const passing = new Set<FailureKind>(['server', 'timeout']);
const passingMs = 10 * 60_000;
const pipelinesAtOnce = 4;
/** GitLab takes no more ids at once. */
const idsAtOnce = 20;

export function isGraphqlUsed({ server, memory }: Pick<CommitQuestion, 'server' | 'memory'>): boolean {
  return has(server, 'graphql') && !memory.has(notUsedKey);
}

/** All of a commit in one request, and more only for long pipelines; undefined where REST has to be asked instead. */
export async function listByGraphql(question: CommitQuestion, read: ReadBuild): Promise<Listing | undefined> {
  if (!isGraphqlUsed(question)) return undefined;
  try {
    const listing = await new GraphqlListing(question, read).load();
    question.memory.keep(unseenKey, false);
    return listing;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error instanceof GitLabError && sameByRest.has(error.failure.kind)) throw error;
    // "Invalid token", whatever is the matter with it: REST knows more.
    if (error instanceof GitLabError && error.failure.kind === 'unauthorized') return undefined;
    if (error instanceof ProjectUnseen && question.memory.get(unseenKey) !== true) {
      question.memory.keep(unseenKey, true);
      throw error;
    }
    const isPassing = error instanceof GitLabError && passing.has(error.failure.kind);
    question.memory.keep(notUsedKey, true, isPassing ? passingMs : Infinity);
    question.log.warn(`GraphQL is not used${isPassing ? ' for ten minutes' : ''}, but REST: ${error.message}`);
    return undefined;
  }
}

/** GraphQL gives no answer, or not the one that was asked for. */
function isRefusal(error: unknown): error is NoGraphql | GitLabError | UnexpectedShape {
  return error instanceof NoGraphql || error instanceof GitLabError || error instanceof UnexpectedShape;
}

/** What one request told. */
interface Told {
  readonly pipelines: readonly Pipeline[];
  readonly builds: readonly Build[];
  /** Pipelines that were only named. */
  readonly named: readonly Pipeline[];
}

class GraphqlListing {
  private readonly pipelines = new Map<number, Pipeline>();
  private readonly builds: Build[] = [];
  private readonly lacks: Set<string>;
  private context: RowContext;

  constructor(
    private readonly question: CommitQuestion,
    private readonly read: ReadBuild,
  ) {
    this.lacks = lacksOf(question.memory);
    this.context = question;
  }

  /** Child pipelines and merges are asked for by the ids that they had the last time, so that one request does. */
  async load(): Promise<Listing> {
    const { commit, project, memory } = this.question;
    const key = `further pipelines of ${project.id} ${commit.sha} ${commit.ref ?? ''}`;
    const known = await memory.recall<readonly number[]>(key, Infinity, () => Promise.resolve([]));
    let open = await this.ask({ sha: commit.sha, branch: commit.ref, ids: this.byId(known) });
    const further: number[] = [];
    for (;;) {
      further.push(...open.map(({ id }) => id));
      const missing = open.filter(({ id }) => !this.pipelines.has(id));
      if (missing.length === 0) break;
      open = await this.fetch(missing);
    }
    memory.keep(key, [...new Set(further)]);
    return { builds: this.builds, pipelines: [...this.pipelines.values()] };
  }

  private byId(ids: readonly number[]): readonly number[] | undefined {
    return ids.length === 0 || this.lacks.has(noIds) ? undefined : ids.slice(0, idsAtOnce);
  }

  /** Returns what these have started in turn. */
  private async fetch(missing: readonly Pipeline[]): Promise<readonly Pipeline[]> {
    const ids = this.byId(missing.map(({ id }) => id));
    const named = ids === undefined ? [] : await this.ask({ ids });
    this.mark(missing);
    const left = missing.filter(({ id }) => !this.pipelines.has(id));
    if (left.length === 0) return named;
    const found = await this.described(left);
    // Either there are too many, or this server does not find all kinds of pipelines by their ids.
    if (ids !== undefined && found.length > missing.length - ids.length) this.lacks.add(noIds);
    const { builds, pipelines } = await rowsOfAll(this.question, this.read, found);
    this.builds.push(...builds);
    for (const pipeline of pipelines) this.pipelines.set(pipeline.id, pipeline);
    return [...named, ...pipelines];
  }

  /** A bridge tells no more than the id of what it has started, which may be gone by now. */
  private async described(named: readonly Pipeline[]): Promise<readonly Pipeline[]> {
    const { api, project } = this.question;
    const describe = async ({ id, mergeRequest, source }: Pipeline): Promise<readonly Pipeline[]> => {
      const read = (row: Row): readonly Pipeline[] => [restPipeline(row, project)];
      const found = await api.get(`projects/${project.id}/pipelines/${id}`, read).catch(noneUnlessGone);
      return found.map((pipeline) => ({ ...pipeline, mergeRequest, source: pipeline.source ?? source }));
    };
    return (await Promise.all(named.map(describe))).flat();
  }

  /** Returns the pipelines that belong to the commit, too, and were only named. */
  private async ask(wanted: Wanted): Promise<readonly Pipeline[]> {
    const { project } = this.question;
    const row = await this.send(() => pipelinesQuery(project.path, this.fitting(wanted), this.lacks));
    if (row.row('userPermissions')?.isFalse('adminProject') === true) {
      this.context = { ...this.question, noMaintainer: true };
    }
    const lists = ['own', 'others'].flatMap((name) => row.row(name)?.rows('nodes') ?? []);
    const told = lists.map((each) => this.readPipeline(each));
    for (const { pipelines, builds } of told) {
      for (const pipeline of pipelines) this.pipelines.set(pipeline.id, pipeline);
      this.builds.push(...builds);
    }
    const rest = await inTurns(lists, pipelinesAtOnce, (each) => this.furtherJobs(each));
    const merges = await this.readMergeRequests(row.row('mergeRequests')?.rows('nodes') ?? []);
    this.mark(merges);
    return [...told.flatMap(({ named }) => named), ...rest.flat(), ...merges];
  }

  private fitting({ ids, ...wanted }: Wanted): Wanted {
    return { ...wanted, ids: this.lacks.has(noIds) ? undefined : ids };
  }

  private readPipeline(row: Row): Told {
    const { project } = this.question;
    const pipeline = toPipeline(row, project);
    const jobs = row.row('jobs')?.rows('nodes') ?? [];
    const builds = jobs.map((job) => toBuild(job, pipeline, this.context));
    return { pipelines: [pipeline], builds, named: jobs.flatMap((job) => toChild(job, project) ?? []) };
  }

  /** The pages after the first; a cursor leads to the next one only, so there is no asking for them side by side. */
  private async furtherJobs(row: Row): Promise<readonly Pipeline[]> {
    const { project } = this.question;
    const [pipeline, iid] = [toPipeline(row, project), row.must('iid')];
    const named: Pipeline[] = [];
    let after = cursorAfter(row.row('jobs'));
    while (after !== undefined) {
      const cursor = after;
      const answer = await this.send(() => jobsQuery(project.path, iid, cursor, this.lacks));
      const page = answer.row('pipeline')?.row('jobs');
      for (const job of page?.rows('nodes') ?? []) {
        this.builds.push(toBuild(job, pipeline, this.context));
        named.push(...[toChild(job, project)].filter((child) => child !== undefined));
      }
      after = cursorAfter(page);
    }
    return named;
  }

  /** Of each merge request whose head is the commit: its pipelines on the commit, and the newest on a merge of it. */
  private async readMergeRequests(rows: readonly Row[]): Promise<readonly Pipeline[]> {
    const { commit } = this.question;
    const found: Pipeline[] = [];
    for (const row of rows) {
      if (row.text('diffHeadSha') !== commit.sha) continue;
      const mergeRequest = { iid: Number(row.must('iid')), title: row.text('title') ?? '' };
      const pipelines = (row.row('pipelines')?.rows('nodes') ?? [])
        .filter((each) => each.text('source') === 'merge_request_event')
        .map((each) => ({ ...bare(each), mergeRequest }));
      found.push(...pipelines.filter(({ sha }) => sha === commit.sha));
      const merge = pipelines.filter(({ sha }) => sha !== commit.sha).sort((a, b) => b.id - a.id)[0];
      if (merge !== undefined && (await isMergeOf(this.question, merge.sha))) found.push(merge);
    }
    return found;
  }

  private mark(merges: readonly Pipeline[]): void {
    for (const { id, mergeRequest } of merges) {
      const known = this.pipelines.get(id);
      if (known !== undefined && mergeRequest !== undefined) this.pipelines.set(id, { ...known, mergeRequest });
    }
  }

  /** Gives the `project` of the answer. Fields that this server lacks are left out, and not asked for again. */
  private async send(query: () => Query): Promise<Row> {
    for (;;) {
      const { text, variables } = query();
      const answer = await this.question.api.query(text, variables, (row) => ({
        project: row.row('data')?.row('project'),
        errors: row.rows('errors').map((error) => error.text('message') ?? ''),
      }));
      if (answer.errors.length === 0 && answer.project !== undefined) return answer.project;
      if (answer.errors.length === 0) {
        throw new ProjectUnseen({ kind: 'notFound', reason: '404 Project Not Found' });
      }
      const lacking = answer.errors.flatMap(lackingIn);
      if (lacking.length < answer.errors.length || lacking.every((one) => this.lacks.has(one))) {
        throw new NoGraphql(answer.errors[0]);
      }
      for (const one of lacking) this.lacks.add(one);
      this.question.log.debug(`GraphQL lacks ${lacking.join(', ')}`);
    }
  }
}

const noIds = 'pipelines(ids)';

function lackingIn(message: string): readonly string[] {
  const [, field, type] = /^Field '(\w+)' doesn't exist on type '(\w+)'/.exec(message) ?? [];
  if (field !== undefined) return [`${type}.${field}`];
  // Too much at once: what is asked for by its id can be had by REST.
  return /^Field 'pipelines' doesn't accept argument 'ids'|exceeds max complexity/.test(message) ? [noIds] : [];
}

/** Kept with what else is known of the server. */
function lacksOf(memory: Memory): Set<string> {
  const key = 'what GraphQL lacks';
  const lacks = memory.get(key);
  if (lacks instanceof Set) return lacks as Set<string>;
  const none = new Set<string>();
  memory.keep(key, none);
  return none;
}

function cursorAfter(page: Row | undefined): string | undefined {
  const info = page?.row('pageInfo');
  return info?.flag('hasNextPage') === true ? info.text('endCursor') : undefined;
}

/** As a merge request names it. */
function bare(row: Row): Pipeline {
  return { id: toId(row.must('id')), ref: row.text('ref') ?? '', sha: row.text('sha') ?? '', status: '' };
}
