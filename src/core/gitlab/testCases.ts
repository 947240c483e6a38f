import { longestName, longestText, messageOf, plain, short, withoutControls } from '../artifacts/tests/reportText';
import {
  maxFailed,
  maxQuiet,
  type FailedTest,
  type QuietTest,
  type RecentFailures,
  type TestReport,
} from '../artifacts/tests/testReport';
import { timeSlice } from '../util/timeSlice';
import type { JsonObject } from './jsonObject';

/** A suite in a summary. */
export interface SuiteRow {
  readonly name: string;
  readonly tests: number;
  /** Ids of its builds; empty if unknown. */
  readonly builds: readonly number[];
  /** Why GitLab couldn't parse its files. */
  readonly error: string | undefined;
}

/** A test as GitLab returns it; fields are unchanged. */
export interface TestCaseRow {
  readonly status: string;
  readonly name: string;
  readonly classname: string | undefined;
  readonly file: string | undefined;
  readonly seconds: number | undefined;
  readonly output: string;
  readonly recentFailures: RecentFailures | undefined;
}

/** Converts a suite from REST or GraphQL, which differ in the spelling of fields. */
export function toSuiteRow(row: JsonObject): SuiteRow {
  return {
    name: row.string('name') ?? '',
    tests: row.amount('total_count') ?? row.amount('totalCount') ?? 0,
    builds: [...row.numbers('build_ids'), ...row.strings('buildIds').map(idIn)].filter(Number.isSafeInteger),
    error: row.string('suite_error') ?? row.string('suiteError'),
  };
}

/** Numeric id: `66004`, or the last part of `gid://gitlab/Ci::Build/66004`. */
function idIn(id: string): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}

export function toTestCase(row: JsonObject): TestCaseRow {
  const recent = row.object('recent_failures') ?? row.object('recentFailures');
  const [count, branch] = [recent?.number('count'), recent?.string('base_branch') ?? recent?.string('baseBranch')];
  const trace = row.text('stack_trace') ?? row.text('stackTrace');
  return {
    status: (row.string('status') ?? '').toLowerCase(),
    name: row.string('name') ?? '',
    classname: row.string('classname'),
    file: row.string('file'),
    seconds: row.amount('execution_time') ?? row.amount('executionTime'),
    output: [row.text('system_output') ?? row.text('systemOutput'), trace].filter(Boolean).join('\n'),
    recentFailures: count === undefined || count < 1 || branch === undefined ? undefined : { count, branch },
  };
}

/** Converts to the same data as a report from an archive. Yields if there is a lot of it. */
export async function toReport(suite: SuiteRow, cases: readonly TestCaseRow[]): Promise<TestReport> {
  const [failed, quiet]: [FailedTest[], QuietTest[]] = [[], []];
  let [failures, skipped] = [0, 0];
  const yieldIfDue = timeSlice();
  for (const row of cases) {
    const kind = kindOf(row.status);
    if (kind === 'failure' || kind === 'error') {
      failures += 1;
      if (failed.length < maxFailed) failed.push(toFailedTest(row, kind));
    } else {
      if (kind === 'skipped') skipped += 1;
      if (quiet.length < maxQuiet) quiet.push({ kind, ...described(row) });
    }
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  const tests = Math.max(cases.length, suite.tests);
  return { tests, skipped, failures, failed, quiet, damaged: suite.error !== undefined };
}

function kindOf(status: string): FailedTest['kind'] | QuietTest['kind'] {
  switch (status) {
    case 'failed':
      return 'failure';
    case 'error':
    case 'skipped':
      return status;
    default:
      return 'passed';
  }
}

function toFailedTest(row: TestCaseRow, kind: FailedTest['kind']): FailedTest {
  const test = described(row);
  const text = withoutControls(row.output).trim();
  return {
    kind,
    ...test,
    message: messageOf({}, text, [test.classname, test.name]),
    text: short(text, longestText),
    recentFailures: row.recentFailures,
  };
}

function described({ name, classname, file, seconds }: TestCaseRow): Omit<QuietTest, 'kind'> {
  return {
    name: plain(name, longestName) ?? '',
    classname: plain(classname, longestName),
    file: plain(file, longestName),
    seconds: seconds !== undefined && seconds >= 0 ? seconds : undefined,
  };
}
