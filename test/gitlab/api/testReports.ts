import { type Answer, failure, json } from '../answer';
import type { Shown } from '../entities/show';
import type { FakeTest } from '../model';
import { countOf, suitesOf, type TestSuite, timeOf, mergeSuites } from '../testReports';
import { type PipelineCall, profileOf } from './call';

/** The whole report: all its tests, whatever pages are asked for. */
export function showTestReport(call: PipelineCall): Answer {
  if (!profileOf(call).rules.testReports) return failure(404, '404 Not Found');
  const suites = suitesOf(call.site.world, call.pipeline);
  const cases = (suite: TestSuite) => ({ ...counts(suite), ...error(suite), test_cases: suite.tests.map(testCase) });
  const report = {
    ...counts(mergeSuites(suites)),
    test_suites: suites.map((each) => ({ name: each.name, ...cases(each) })),
  };
  return json(200, JSON.stringify(report));
}

export function showTestReportSummary({ site, pipeline }: PipelineCall): Answer {
  const suites = suitesOf(site.world, pipeline);
  const all = mergeSuites(suites);
  const [count, success, failed] = [countOf(all), countOf(all, 'success'), countOf(all, 'failed')];
  const [skipped, errors] = [countOf(all, 'skipped'), countOf(all, 'error')];
  const total = { time: timeOf(all), count, success, failed, skipped, error: errors, suite_error: all.error };
  const rows = suites.map((suite) => ({
    name: suite.name,
    ...counts(suite),
    build_ids: suite.builds.map(({ id }) => id),
    suite_error: suite.error,
  }));
  return json(200, JSON.stringify({ total, test_suites: rows }));
}

function counts(of: Pick<TestSuite, 'tests'>): Shown {
  return {
    total_time: timeOf(of),
    total_count: countOf(of),
    success_count: countOf(of, 'success'),
    failed_count: countOf(of, 'failed'),
    skipped_count: countOf(of, 'skipped'),
    error_count: countOf(of, 'error'),
  };
}

function error({ error: suiteError }: TestSuite): Shown {
  return suiteError === null ? {} : { suite_error: suiteError };
}

function testCase({ status, name, classname, file, time = 0, output, trace, recentFailures }: FakeTest): Shown {
  return {
    status,
    name,
    classname: classname ?? null,
    file: file ?? null,
    execution_time: time,
    system_output: output ?? null,
    stack_trace: trace ?? null,
    recent_failures: recentFailures ? { count: recentFailures.count, base_branch: recentFailures.baseBranch } : null,
  };
}
