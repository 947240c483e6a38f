/** A failed test in a JUnit report. All strings are untrusted. */
export interface FailedTest {
  readonly kind: 'failure' | 'error';
  readonly name: string;
  readonly classname?: string | undefined;
  /** Name of the innermost suite that has one. */
  readonly suite?: string | undefined;
  /** Path in the report: relative to the tests' working directory, or absolute in a container. */
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  readonly seconds?: number | undefined;
  /** A few lines without the stack trace. */
  readonly message?: string | undefined;
  /** Output of the test runner, usually a stack trace; truncated if very long. */
  readonly text?: string | undefined;
  /** How often the test has failed recently; only GitLab's reports have this. */
  readonly recentFailures?: RecentFailures | undefined;
}

/** Number of failures in the last 14 days on the project's default branch. */
export interface RecentFailures {
  readonly count: number;
  readonly branch: string;
}

/** A test that has passed or was skipped. */
export interface QuietTest extends Pick<FailedTest, 'name' | 'classname' | 'suite' | 'file' | 'line' | 'seconds'> {
  readonly kind: 'passed' | 'skipped';
}

export interface TestReport {
  readonly tests: number;
  readonly skipped: number;
  /** Number of failures and errors; `failed` may have fewer. */
  readonly failures: number;
  readonly failed: readonly FailedTest[];
  /** Tests that passed or were skipped; may be fewer than there are. */
  readonly quiet: readonly QuietTest[];
  /** Whether the report is malformed, truncated or too large, so that this is only a part of it. */
  readonly damaged: boolean;
}

/** Test results of a build, as GitLab parsed them from its `junit` reports. */
export interface GitLabTests {
  /** Name of the build, or the shared name of parallel builds, whose results GitLab combines. */
  readonly name: string;
  /** Ids of the builds that the results belong to. */
  readonly builds: readonly number[];
  readonly report: TestReport;
  /** Whether the report has more tests than were read. */
  readonly isPartial: boolean;
}

/** Maximum number of failed tests kept per report. */
export const maxFailed = 1000;
/** Maximum number of other tests kept per report. */
export const maxQuiet = 20_000;
