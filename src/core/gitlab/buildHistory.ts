import { GitLabError } from '../model/errors';
import { chainOfRuns, historyOf, openCommits, type History, type Run } from '../model/history';
import type { Build, Commit } from '../model/build';
import type { Logger } from '../util/logger';
import type { Call, Project } from './dialect';
import { has } from './features';
import { UnexpectedShape, type JsonObject } from './jsonObject';
import { toId } from './listing/graphqlMappers';
import type { Query } from './listing/graphqlQuery';
import { following, Pages, toProjectAnswer } from './listing/projectAnswer';

interface HistoryQuestion {
  readonly call: Call;
  readonly project: Project;
  readonly build: Build;
  /** The build's commit and its ancestors, newest first; empty if git doesn't know them. */
  readonly ancestors: readonly Commit[];
  readonly log: Logger;
}

/** Maximum number of requests. */
const maxRequests = 8;
/** Maximum number of pages of a branch's pipelines, so that requests remain for commits that ran on other branches. */
const maxPages = 4;
const pipelinesAtOnce = 50;
/** Commits in one query, limited by query complexity. */
const commitsAtOnce = 6;

/** Loads earlier runs of a build, newest first, until it is known since when it has been failing. */
export async function buildHistory(question: HistoryQuestion): Promise<History> {
  return new Search(question).run();
}

class Search {
  private readonly runs: Run[] = [];
  private left = maxRequests;
  private readonly first: Commit;

  constructor(private readonly question: HistoryQuestion) {
    const { build, ancestors } = question;
    const { sha = '', title = '', author = '' } = build.commit ?? {};
    this.first = ancestors[0] ?? { sha, title, author };
    for (const each of [build, ...build.attempts]) this.runs.push({ ...toRun(each), commit: this.first });
  }

  async run(): Promise<History> {
    const { server } = this.question.call;
    if (!has(server, 'pipelineCommit') || !(await this.byGraphql())) await this.byLists();
    return historyOf(this.chain, this.runs);
  }

  private get chain(): readonly Commit[] {
    const { ancestors } = this.question;
    return ancestors.length > 0 ? ancestors : chainOfRuns(this.first, this.runs);
  }

  private get isGreenKnown(): boolean {
    return historyOf(this.chain, this.runs).lastGreen !== undefined;
  }

  /** Whether GraphQL answered. */
  private async byGraphql(): Promise<boolean> {
    try {
      if (!(await this.readBranch())) return false;
      await this.readCommits();
      return true;
    } catch (error) {
      const isUnreadable = error instanceof UnexpectedShape;
      const isRefused = error instanceof GitLabError && error.failure.kind !== 'rateLimited';
      if (!isUnreadable && !isRefused) throw error;
      this.question.log.debug(`history: ${error.message}`);
      return false;
    }
  }

  /** Reads the newest pipelines of the branch until the build passed. */
  private async readBranch(): Promise<boolean> {
    const { project, build } = this.question;
    const pages = new Pages();
    let after: string | undefined;
    for (let page = 0; page < maxPages && this.left > 0; page++) {
      const found = await this.ask(branchQuery(project.path, build, after));
      const list = found?.object('own');
      if (list === undefined) return false;
      this.add(list);
      after = pages.after(list);
      if (after === undefined || this.isGreenKnown) return true;
    }
    return true;
  }

  /** Reads all pipelines of commits that had none on the branch, and of the oldest on which the build failed. */
  private async readCommits(): Promise<void> {
    const { project, build } = this.question;
    const asked = new Set<string>();
    while (this.left > 0) {
      const { failing } = historyOf(this.chain, this.runs);
      const unsure = [...failing.slice(-1).map(({ commit }) => commit), ...openCommits(this.chain, this.runs)];
      const open = unsure.filter(({ sha }) => !asked.has(sha));
      const some = open.slice(0, commitsAtOnce).map(({ sha }) => sha);
      if (some.length === 0) return;
      for (const sha of some) asked.add(sha);
      const found = await this.ask(commitsQuery(project.path, build.name, some));
      if (found === undefined) return;
      some.forEach((_, at) => this.add(found.object(`c${at}`)));
    }
  }

  private async ask({ text, variables }: Query): Promise<JsonObject | undefined> {
    this.left -= 1;
    const { project, errors } = await this.question.call.api.query(text, variables, toProjectAnswer);
    if (errors.length === 0) return project;
    this.question.log.debug(`history: ${errors.join(' ')}`);
    return undefined;
  }

  private add(list: JsonObject | undefined): void {
    for (const pipeline of list?.objects('nodes') ?? []) {
      const [job, commit] = [pipeline.object('job'), pipeline.object('commit')];
      const [id, sha] = [job?.string('id'), pipeline.string('sha')];
      if (job === undefined || id === undefined || sha === undefined) continue;
      const runCommit = { sha, title: commit?.string('title') ?? '', author: commit?.string('authorName') ?? '' };
      const [status, createdAt] = [(job.string('status') ?? '').toLowerCase(), job.string('createdAt')];
      this.runs.push({ id: toId(id), status, createdAt, commit: runCommit });
    }
  }

  /** Reads the project's newest builds, which include attempts, until the build passed. */
  private async byLists(): Promise<void> {
    const { call, project, build, ancestors } = this.question;
    const path = `projects/${project.id}/${call.dialect.segment}`;
    const read = (row: JsonObject): Build => call.dialect.toBuild(row, { project, server: call.server });
    for (let page = 1; this.left > 0; page++) {
      this.left -= 1;
      const { items } = await call.api.page(path, page, read);
      const isOwn = ({ name, ref }: Build): boolean =>
        name === build.name && (ancestors.length > 0 || ref === build.ref);
      this.runs.push(...items.filter(isOwn).flatMap((each) => (each.commit === undefined ? [] : [toRun(each)])));
      if (items.length === 0 || this.isGreenKnown) return;
    }
  }
}

function toRun({ id, status, createdAt, commit }: Build): Run {
  const { sha = '', title = '', author = '' } = commit ?? {};
  return { id, status, createdAt, commit: { sha, title, author } };
}

const pipelineFields = 'sha commit { title authorName } job(name: $name) { id status createdAt }';

function branchQuery(path: string, { ref, name }: Build, after: string | undefined): Query {
  const [type, argument] = following(after);
  const list = `own: pipelines(ref: $ref, first: ${pipelinesAtOnce}${argument}) { nodes { ${pipelineFields} } pageInfo { hasNextPage endCursor } }`;
  return {
    text: `query ($path: ID!, $ref: String!, $name: String!${type}) { project(fullPath: $path) { ${list} } }`,
    variables: { path, ref, name, ...(after === undefined ? {} : { after }) },
  };
}

function commitsQuery(path: string, name: string, shas: readonly string[]): Query {
  const types = shas.map((_, at) => `, $s${at}: String!`).join('');
  const lists = shas.map((_, at) => `c${at}: pipelines(sha: $s${at}, first: 5) { nodes { ${pipelineFields} } }`);
  return {
    text: `query ($path: ID!, $name: String!${types}) { project(fullPath: $path) { ${lists.join(' ')} } }`,
    variables: { path, name, ...Object.fromEntries(shas.map((sha, at) => [`s${at}`, sha])) },
  };
}
