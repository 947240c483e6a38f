import type { FakeBuild, FakeTest, Pipeline } from './model';
import type { World } from './world';

/** Tests of one build, or of all the builds that `parallel` made of one entry of the configuration. */
export interface TestSuite {
  readonly name: string;
  readonly builds: readonly FakeBuild[];
  /** Failed ones first. */
  readonly tests: readonly FakeTest[];
  /** Why GitLab couldn't read them. */
  readonly error: string | null;
}

/** Of the newest attempts. */
export function suitesOf(world: World, pipeline: Pipeline): readonly TestSuite[] {
  const builds = world
    .inPipeline(pipeline)
    .filter(({ retried, reports }) => !retried && reports.some(({ fileType }) => fileType === 'junit'));
  const names = new Set(builds.map(({ name }) => suiteName(name)));
  return [...names].map((name) =>
    suiteOf(
      name,
      builds.filter((build) => suiteName(build.name) === name),
    ),
  );
}

/** The tests of those builds alone, under the name of their suite. Undefined where none of them has any. */
export function suiteOfBuilds(world: World, pipeline: Pipeline, ids: readonly number[]): TestSuite | undefined {
  const builds = suitesOf(world, pipeline)
    .flatMap((suite) => suite.builds)
    .filter(({ id }) => ids.includes(id));
  const [first] = builds;
  return first && suiteOf(suiteName(first.name), builds);
}

function suiteOf(name: string, builds: readonly FakeBuild[]): TestSuite {
  const error = builds.find(({ suiteError }) => suiteError !== null)?.suiteError ?? null;
  const tests = error === null ? builds.flatMap((build) => build.tests) : [];
  const rank = ({ status }: FakeTest) => ['error', 'failed', 'success', 'skipped'].indexOf(status);
  return { name, builds, error, tests: tests.toSorted((a, b) => rank(a) - rank(b)) };
}

/** `rspec 1/3` belongs to `rspec`; of a matrix each has its own name. */
function suiteName(name: string): string {
  return name.replace(/\s+\d+\/\d+$/, '');
}

export function countOf({ tests }: Pick<TestSuite, 'tests'>, status?: FakeTest['status']): number {
  return status === undefined ? tests.length : tests.filter((test) => test.status === status).length;
}

export function timeOf({ tests }: Pick<TestSuite, 'tests'>): number {
  return tests.reduce((sum, { time = 0 }) => sum + time, 0);
}

/** All suites as if they were one. */
export function mergeSuites(suites: readonly TestSuite[]): Pick<TestSuite, 'tests' | 'error'> {
  const error = suites.find((suite) => suite.error !== null)?.error ?? null;
  return { error, tests: suites.flatMap(({ tests }) => tests) };
}
