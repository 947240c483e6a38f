import type { GitLabTests } from '../artifacts/tests/testReport';
import type { Build } from '../model/build';
import { GitLabError, isNotFound } from '../model/errors';
import { parallelName } from '../model/parallel';
import type { Logger } from '../util/logger';
import { TtlCache } from '../util/ttlCache';
import type { Call, Project } from './dialect';
import { has } from './features';
import { toRefusal } from './listing/graphqlRefusal';
import { Pages, toProjectAnswer } from './listing/projectAnswer';
import { toId } from './listing/graphqlMappers';
import { keepNumber, pipelineNumber } from './listing/pipelineNumbers';
import { toSuiteRow, toReport, toTestCase, type SuiteRow, type TestCaseRow } from './testCases';
import { UnexpectedShape, type JsonObject } from './jsonObject';
import { isProjectGone } from './notFound';
import { casesQuery, numbersQuery, suitesQuery } from './testQueries';

interface TestsQuestion {
  readonly call: Call;
  readonly project: Project;
  readonly build: Build;
  /** Id of the build's pipeline. */
  readonly pipeline: number;
  /** Changes whenever another build of the pipeline with a report finishes. */
  readonly state: string;
  /** Cache of facts about the server. */
  readonly memory: TtlCache;
  readonly log: Logger;
}

const casesAtOnce = 100;
/**
 * Maximum number of pages per suite. A larger one is taken from the pipeline's report, in one request, because GitLab
 * parses the files again for each page.
 */
const maxPages = 10;
const suitesKept = 30;
const unreadMs = 10_000;

/** All suites of a pipeline with their tests, from a single report. */
type WholeReport = readonly (SuiteRow & { readonly cases: readonly TestCaseRow[] })[];

/** Loads test results of builds from GitLab, each suite once. */
export class BuildTests {
  private readonly cache: TtlCache;

  constructor(now: () => number) {
    this.cache = new TtlCache(now, suitesKept);
  }

  clear(): void {
    this.cache.clear();
  }

  /** Test results of a build; undefined if GitLab has none, so that the archive must be searched. */
  async load(question: TestsQuestion): Promise<GitLabTests | undefined> {
    const { call, project, pipeline, state, build } = question;
    if (!has(call.server, 'testReport')) return undefined;
    const summary = `suites ${project.id} ${pipeline} ${state}`;
    const suites = await this.cache.getOrLoad(summary, Infinity, () => this.suites(question));
    if (suites === undefined) return this.fromWhole(question, toSuiteName(build.name), [build.id]);
    const suite = suites.find(({ builds }) => builds.includes(build.id));
    if (suite === undefined) {
      // GitLab parses the files shortly after the build has finished.
      this.cache.set(summary, suites, unreadMs);
      return undefined;
    }
    const key = `suite ${project.id} ${suite.builds.join(' ')}`;
    return this.cache.getOrLoad(key, Infinity, () => this.suite(question, suite));
  }

  /** Suites of a pipeline; undefined if this GitLab has no summary. */
  private async suites(question: TestsQuestion): Promise<readonly SuiteRow[] | undefined> {
    const { call, project, pipeline } = question;
    const results = await this.byGraphql(question, (iid) => this.suitesByGraphql(question, iid));
    if (results !== undefined) return results;
    if (!has(call.server, 'testReportSummary')) return undefined;
    const path = `projects/${project.id}/pipelines/${pipeline}/test_report_summary`;
    return noneWithout(() => call.api.getReport(path, (row) => row.objects('test_suites').map(toSuiteRow)));
  }

  private async suitesByGraphql({ call, project }: TestsQuestion, iid: string): Promise<readonly SuiteRow[]> {
    const suites: SuiteRow[] = [];
    const pages = new Pages();
    let after: string | undefined;
    do {
      const { text, variables } = suitesQuery(project.path, iid, after);
      const page: JsonObject | undefined = (await asked(call, text, variables))
        .object('testReportSummary')
        ?.object('testSuites');
      suites.push(...(page?.objects('nodes') ?? []).map(toSuiteRow));
      after = pages.after(page);
    } while (after !== undefined && suites.length < casesAtOnce * maxPages);
    return suites;
  }

  private async suite(question: TestsQuestion, suite: SuiteRow): Promise<GitLabTests | undefined> {
    const isShort = suite.tests <= casesAtOnce * maxPages;
    const byGraphql = () => this.byGraphql(question, (iid) => this.casesByGraphql(question, suite, iid));
    if (isShort) return (await byGraphql()) ?? this.fromWhole(question, suite.name, suite.builds);
    try {
      return (await this.fromWhole(question, suite.name, suite.builds)) ?? (await byGraphql());
    } catch (error) {
      if (error instanceof GitLabError && error.failure.kind === 'tooLarge') return byGraphql();
      throw error;
    }
  }

  private async casesByGraphql({ call, project }: TestsQuestion, suite: SuiteRow, iid: string): Promise<GitLabTests> {
    const cases: TestCaseRow[] = [];
    const pages = new Pages();
    let after: string | undefined;
    let read = 0;
    do {
      const { text, variables } = casesQuery(project.path, iid, suite.builds, after);
      const page: JsonObject | undefined = (await asked(call, text, variables))
        .object('testSuite')
        ?.object('testCases');
      for (const row of page?.objects('nodes') ?? []) cases.push(toTestCase(row));
      after = pages.after(page);
      read += 1;
    } while (after !== undefined && read < maxPages);
    return { ...of(suite), report: await toReport(suite, cases), isPartial: after !== undefined };
  }

  /** Results from the whole pipeline's report; undefined if a feature flag hides it, or if it lacks the suite. */
  private async fromWhole(
    question: TestsQuestion,
    name: string,
    builds: readonly number[],
  ): Promise<GitLabTests | undefined> {
    const { call, project, pipeline, state } = question;
    const path = `projects/${project.id}/pipelines/${pipeline}/test_report`;
    const read = (row: JsonObject): WholeReport =>
      row.objects('test_suites').map((suite) => ({
        ...toSuiteRow(suite),
        cases: suite.objects('test_cases').map(toTestCase),
      }));
    const suites = await this.cache.getOrLoad(`report ${path} ${state}`, Infinity, () =>
      noneWithout(() => call.api.getReport(path, read)),
    );
    const suite = suites?.find((one) => one.name === name);
    if (suite === undefined) return undefined;
    return { name, builds, report: await toReport(suite, suite.cases), isPartial: false };
  }

  /** Asks GraphQL; undefined if it isn't available or refuses, so that REST is used. */
  private async byGraphql<T>(question: TestsQuestion, ask: (iid: string) => Promise<T>): Promise<T | undefined> {
    const { call, pipeline, memory, log } = question;
    if (!has(call.server, 'graphql') || memory.has(refusedKey)) return undefined;
    try {
      const iid = pipelineNumber(memory, pipeline) ?? (await numberOf(question));
      return iid === undefined ? undefined : await ask(iid);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof UnexpectedShape)) throw error;
      if (error instanceof Refused && error.isLasting) memory.set(refusedKey, true);
      log.debug(`GraphQL tells no tests: ${error.message}`);
      return undefined;
    }
  }
}

const refusedKey = 'no tests by GraphQL';

/** GraphQL returned no tests. */
class Refused extends Error {
  constructor(
    message: string,
    readonly isLasting: boolean,
  ) {
    super(message);
  }
}

/** Sends a query and returns the pipeline in the response. */
async function asked({ api }: Call, text: string, variables: object): Promise<JsonObject> {
  const pipeline = (await projectOf(api, text, variables)).object('pipeline');
  if (pipeline === undefined) throw new Refused('no such pipeline', false);
  return pipeline;
}

async function projectOf(api: Call['api'], text: string, variables: object): Promise<JsonObject> {
  const { project, errors } = await api.queryReport(text, variables, toProjectAnswer);
  if (errors.length > 0) throw new Refused(errors[0] ?? '', toRefusal(errors).kind !== 'load');
  if (project === undefined) throw new Refused('no such project', false);
  return project;
}

/**
 * Number of a pipeline within its project, requested unless a listing has included it; undefined for a child pipeline.
 */
async function numberOf({ call, project, pipeline, build, memory }: TestsQuestion): Promise<string | undefined> {
  const { text, variables } = numbersQuery(project.path, build.commit?.sha ?? '');
  const rows = (await projectOf(call.api, text, variables)).object('pipelines')?.objects('nodes') ?? [];
  for (const row of rows) keepNumber(memory, toId(row.requireString('id')), row.requireString('iid'));
  return pipelineNumber(memory, pipeline);
}

function of({ name, builds }: SuiteRow): Pick<GitLabTests, 'name' | 'builds'> {
  return { name, builds };
}

/** Name of a build's suite by GitLab's rule: numbered parallel builds share a suite, those of a matrix don't. */
function toSuiteName(name: string): string {
  const { name: shared, label = '' } = parallelName(name) ?? { name };
  return label.startsWith('[') ? name : shared;
}

/** Result of a request; undefined if a feature flag hides it, or the user's role isn't sufficient. */
async function noneWithout<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error) && !isProjectGone(error)) return undefined;
    if (error instanceof GitLabError && error.failure.kind === 'forbidden') return undefined;
    throw error;
  }
}
