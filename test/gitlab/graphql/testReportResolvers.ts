import type { FakeTest } from '../model';
import { countOf, type TestSuite, timeOf, mergeSuites } from '../testReports';
import { connection, type PageArgs } from './connection';
import type { Resolvers } from './context';

export const testReportResolvers: Resolvers<readonly TestSuite[], PageArgs> = {
  total: (suites) => {
    const all = mergeSuites(suites);
    return {
      time: timeOf(all),
      count: countOf(all),
      success: countOf(all, 'success'),
      failed: countOf(all, 'failed'),
      skipped: countOf(all, 'skipped'),
      error: countOf(all, 'error'),
      suiteError: all.error,
    };
  },
  testSuites: (suites, args) => connection(suites, args, ({ name }) => name),
};

/** Of a summary and of a suite with its tests. */
export const testSuiteResolvers: Resolvers<TestSuite, PageArgs> = {
  totalTime: timeOf,
  totalCount: (suite) => countOf(suite),
  successCount: (suite) => countOf(suite, 'success'),
  failedCount: (suite) => countOf(suite, 'failed'),
  skippedCount: (suite) => countOf(suite, 'skipped'),
  errorCount: (suite) => countOf(suite, 'error'),
  suiteError: ({ error }) => error,
  buildIds: ({ builds }) => builds.map(({ id }) => String(id)),
  testCases: ({ tests }, args) =>
    connection(
      tests.map((test, index) => ({ ...test, index })),
      args,
      ({ index }) => index,
    ),
};

export const testCaseResolvers: Resolvers<FakeTest> = {
  executionTime: ({ time }) => time ?? 0,
  systemOutput: ({ output }) => output ?? null,
  stackTrace: ({ trace }) => trace ?? null,
  attachmentUrl: () => null,
  recentFailures: ({ recentFailures }) => recentFailures ?? null,
};
